// Command beenoutside sends on a channel that it has just made, or on one in a
// struct that has been outside, in a list.
package main

import (
	"container/list"
	"fmt"
)

type client struct{ words chan string }

func main() {
	var all list.List
	all.PushBack(&client{make(chan string)})
	c := all.Front().Value.(*client)
	if all.Len() > 1 {
		c = &client{make(chan string)}
	}
	go say(c)
	fmt.Println("bye")
}

func say(c *client) { c.words <- "hello" }
