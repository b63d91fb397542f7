// Command mutual has two goroutines that listen to each other, on two channels.
package main

import "fmt"

func main() {
	there, back := make(chan int), make(chan int)
	done := make(chan bool)
	go ping(there, back, done)
	go pong(there, back)
	<-done
}

func ping(there chan<- int, back <-chan int, done chan<- bool) {
	for n := range 3 {
		there <- n
		fmt.Println(<-back)
	}
	done <- true
}

func pong(there <-chan int, back chan<- int) {
	for n := range there {
		back <- n + 1
	}
}
