// Command unresolved sends on the channel of a field that nobody has put one in.
package main

type box struct{ ch chan int }

func main() {
	b := &box{}
	go fill(b)
}

func fill(b *box) { b.ch <- 1 }
