// Command ring has two functions start each other as goroutines, again and again:
// there are as many as of the first.
package main

import "fmt"

func main() {
	go ping()
	select {}
}

func ping() {
	fmt.Println("ping")
	go pong()
}

func pong() {
	fmt.Println("pong")
	go ping()
}
