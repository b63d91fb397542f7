// Command forever has goroutines that listen to nobody: one goes round for ever,
// one waits for nothing, one is called and never returns, and one waits for a
// clock once and ends.
package main

import "time"

var n int

func main() {
	go spin()
	go idle()
	go through()
	go late()
	select {}
}

func spin() {
	for {
		n++
	}
}

func idle() { select {} }

func through() {
	spin()
	n--
}

func late() {
	<-time.After(time.Second)
	n--
}
