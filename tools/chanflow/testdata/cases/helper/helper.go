// Command helper has two goroutines send by one helper, and that by another, on
// two channels. Neither sends on the other's.
package main

import "fmt"

func main() {
	questions, answers := make(chan string), make(chan string)
	go ask(questions)
	go answer(questions, answers)
	fmt.Println(<-answers)
}

func ask(questions chan<- string) { send(questions, "why?") }

func answer(questions <-chan string, answers chan<- string) {
	question := <-questions
	send(answers, "who asks "+question)
}

func send(out chan<- string, word string) {
	fmt.Println("sending:", word)
	put(out, word)
}

func put(out chan<- string, word string) { out <- word }
