// Command floor is in the other module.
package main

import "fmt"

func main() {
	fmt.Println("floor serves the chat at http://127.0.0.1:1/ (Ctrl-C ends it)")
}
