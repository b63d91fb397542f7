// Command 02-race-fix doesn't serve.
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Println("something else")
	os.Exit(3)
}
