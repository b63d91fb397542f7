// Command write writes the excerpts, diffs and outputs in the repository's
// pages. It is run by go -C tools generate ./pages. To write some pages only,
// give it what their paths begin with: in internal/pages, go run ./write docs/
package main

import (
	"context"
	"fmt"
	"os"

	"websocket-chat-steps/tools/pages"
)

func main() {
	// go generate runs it in internal/pages.
	if err := pages.Write(context.Background(), "../..", os.Stdout, os.Args[1:]...); err != nil {
		fmt.Fprintf(os.Stderr, "write: %v\n", err)
		os.Exit(1)
	}
}
