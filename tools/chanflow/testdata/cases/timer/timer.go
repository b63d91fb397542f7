// Command timer hears from package time in two ways, by channels that no make in
// the program has made, and has it start a goroutine in a third.
package main

import (
	"fmt"
	"time"
)

func main() {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	late := make(chan bool)
	time.AfterFunc(time.Minute, func() { late <- true })
	for {
		select {
		case <-ticker.C:
			fmt.Println("tick")
		case <-time.After(3 * time.Second):
			fmt.Println("no tick?")
		case <-late:
			return
		}
	}
}
