// Command twomains has another command below its directory.
package main

import "fmt"

func main() {
	words := make(chan string)
	go func() { words <- "hello" }()
	fmt.Println(<-words)
}
