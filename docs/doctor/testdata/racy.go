// A data race, and nothing else: two goroutines write to n, and nothing orders
// them. The race detector reports it at every run.
package main

var n int

func main() {
	done := make(chan bool)
	go func() {
		n++
		done <- true
	}()
	n++
	<-done
}
