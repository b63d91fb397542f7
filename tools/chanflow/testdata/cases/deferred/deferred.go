// Command deferred sends, and starts a goroutine, in calls that are deferred: of
// literals and of a function.
package main

import "fmt"

func main() {
	notes := make(chan string)
	done := make(chan bool)
	go work(notes, done)
	fmt.Println(<-notes)
	fmt.Println(<-notes)
	<-done
}

func work(notes chan<- string, done chan<- bool) {
	defer func() { done <- true }()
	defer note(notes, "worked")
	defer func() { go late(notes) }()
	fmt.Println("working")
}

func note(notes chan<- string, text string) { notes <- text }

func late(notes chan<- string) { notes <- "late" }
