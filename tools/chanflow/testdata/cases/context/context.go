// Command context ends a goroutine by a context, whose channel no make in the
// program has made. The cancel that main calls is a function from outside.
package main

import (
	"context"
	"fmt"
)

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	numbers := make(chan int)
	go count(ctx, numbers)
	for range 3 {
		fmt.Println(<-numbers)
	}
}

func count(ctx context.Context, numbers chan<- int) {
	for n := 0; ; n++ {
		select {
		case numbers <- n:
		case <-ctx.Done():
			return
		}
	}
}
