// Command oncefunc starts what a function outside has made of one of its own.
package main

import "sync"

func main() {
	done := make(chan bool)
	go sync.OnceFunc(func() { done <- true })()
	<-done
}
