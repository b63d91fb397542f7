// Command write writes docs/measurements.md, its Japanese page and their plots
// from docs/measurements.json, without measuring anything. At the repository's
// root: go run -C bench ./report/write
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"websocket-chat-steps/bench/report"
	"websocket-chat-steps/bench/result"
)

func main() {
	if len(os.Args) > 1 {
		fmt.Fprintf(os.Stderr, "write: unexpected argument %q; it takes none\n", os.Args[1])
		os.Exit(2)
	}
	const root = ".." // it is run in bench
	f, err := result.Read(filepath.Join(root, report.Kept))
	if err == nil {
		err = report.Write(root, f)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "write: %v\n", err)
		os.Exit(1)
	}
}
