// Command initstart has a package below it whose init starts a goroutine, and
// whose variable is a channel.
package main

import (
	"fmt"

	"websocket-chat-steps/tools/chanflow/testdata/cases/initstart/word"
)

func main() {
	go word.Say("hello")
	fmt.Println(<-word.All)
}
