// Command slicechan starts a goroutine for each element of a slice of structs,
// and keeps the channel that it has from each in another slice.
package main

import "fmt"

type Job struct{ name string }

func main() {
	jobs := []Job{{"wash"}, {"iron"}}
	var all []chan string
	for _, job := range jobs {
		result := make(chan string)
		all = append(all, result)
		go work(job, result)
	}
	for _, each := range all {
		fmt.Println(<-each)
	}
}

func work(job Job, result chan<- string) {
	result <- job.name + ": done"
}
