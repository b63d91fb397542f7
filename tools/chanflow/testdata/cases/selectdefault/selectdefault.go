// Command selectdefault sends, and receives, only where nobody has to wait. A
// case beside a default is a send or a receive all the same.
package main

import "fmt"

func main() {
	news := make(chan string)
	stop := make(chan bool)
	go listen(news, stop)
	select {
	case news <- "hello":
	default:
		fmt.Println("nobody listens")
	}
	stop <- true
}

func listen(news <-chan string, stop <-chan bool) {
	for {
		select {
		case <-stop:
			return
		default:
		}
		fmt.Println(<-news)
	}
}
