// Command helpermakes has its two channels from one helper, which holds them in
// no variable. They are named after the fields that they come to.
package main

import "fmt"

type line struct{ there, back chan string }

func newChannel() chan string { return make(chan string) }

func main() {
	l := &line{there: newChannel(), back: newChannel()}
	go ask(l)
	go answer(l)
	fmt.Println(<-l.back)
}

func ask(l *line) { l.there <- "why?" }

func answer(l *line) { l.back <- "who asks " + <-l.there }
