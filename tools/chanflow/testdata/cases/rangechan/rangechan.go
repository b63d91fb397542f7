// Command rangechan receives by range: one receive, however often the loop turns.
// The two sends in read are two, though they are on one channel.
package main

import (
	"fmt"
	"strings"
)

func main() {
	lines := make(chan string)
	shouts := make(chan string)
	go read(lines)
	go shout(lines, shouts)
	for line := range shouts {
		fmt.Println(line)
		if line == "BYE" {
			break
		}
	}
}

func read(lines chan<- string) {
	lines <- "hello"
	lines <- "bye"
}

func shout(lines <-chan string, shouts chan<- string) {
	for line := range lines {
		shouts <- strings.ToUpper(line)
	}
}
