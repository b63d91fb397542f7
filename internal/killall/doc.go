// Package killall ends a child process with all that it has started: go test does
// not take its test binary with it. It knows nothing of what they run.
package killall
