//go:build !race

package chattest

// RaceDetector tells whether the race detector is built in.
const RaceDetector = false
