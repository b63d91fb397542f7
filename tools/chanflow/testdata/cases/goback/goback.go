// Command goback has a loop that is a goto, and a goroutine that has no function. A goto
// that goes on is no loop.
package main

import "fmt"

func main() {
	numbers := make(chan int)
	n := 0
again:
	go func() { numbers <- 1 }()
	if n += <-numbers; n < 3 {
		goto again
	}
	if n > 3 {
		goto end
	}
	fmt.Println(n)
end:
	go close(numbers)
}
