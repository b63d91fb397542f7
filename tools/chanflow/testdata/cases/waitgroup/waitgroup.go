// Command waitgroup starts goroutines without a go statement, by
// sync.WaitGroup.Go, and has one wait for them all, which is to listen to nobody.
package main

import (
	"fmt"
	"sync"
)

func main() {
	var group sync.WaitGroup
	lengths := make(chan int)
	for _, word := range []string{"one", "three"} {
		group.Go(func() { lengths <- len(word) })
	}
	go func() {
		group.Wait()
		close(lengths)
	}()
	for length := range lengths {
		fmt.Println(length)
	}
}
