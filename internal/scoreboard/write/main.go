// Command write writes the scoreboard's tables into the READMEs. It is run by
// go generate ./internal/scoreboard.
package main

import (
	"fmt"
	"os"

	"websocket-chat-steps/internal/scoreboard"
)

func main() {
	// go generate runs it in internal/scoreboard.
	if err := scoreboard.Write("../.."); err != nil {
		fmt.Fprintf(os.Stderr, "write: %v\n", err)
		os.Exit(1)
	}
}
