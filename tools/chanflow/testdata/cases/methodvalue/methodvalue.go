// Command methodvalue starts a method that a variable holds, and calls others by
// a variable and by the type. They are the methods that they are.
package main

import "fmt"

type server struct{ requests chan string }

func (s *server) run() {
	for request := range s.requests {
		fmt.Println(request)
	}
}

func (s *server) ask(request string) { s.requests <- request }

func main() {
	s := &server{requests: make(chan string)}
	run := s.run
	go run()
	ask := s.ask
	ask("hello")
	(*server).ask(s, "bye")
}
