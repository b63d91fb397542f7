// Command 03-single-goroutine never says anything.
package main

import "time"

func main() {
	time.Sleep(time.Hour)
}
