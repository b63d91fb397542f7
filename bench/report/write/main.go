// Command write writes the blocks of the repository's pages, and their plots, from
// docs/measurements.json, without measuring anything. At the repository's root:
// go run -C bench ./report/write
package main

import (
	"fmt"
	"os"

	"websocket-chat-steps/bench/report"
	"websocket-chat-steps/bench/result"
)

func main() {
	const root = "../" // it is run in bench
	f, err := result.Read(root + report.Kept)
	if err == nil {
		err = report.Write(root, f)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "write: %v\n", err)
		os.Exit(1)
	}
}
