package main

import (
	"testing"

	"websocket-chat-steps/internal/judge/strangers"
	"websocket-chat-steps/internal/live"
	"websocket-chat-steps/internal/steps"
)

func TestMain(m *testing.M) { live.Main(m) }

// TestStrangers checks each cell of the step's column of the second table, the "no" cells
// too, on the command as it is served.
func TestStrangers(t *testing.T) {
	strangers.Test(t, steps.Of(step))
}
