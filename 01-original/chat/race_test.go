package chat

import (
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/websocket"

	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/judge/race"
)

// The two tests of this file do what can race on the ids. They check nothing
// themselves: under -race the race detector fails them. In 01-original it does.

// needRaceDetector skips the test if there is no detector. In a step that has the
// race, it makes the end of the test say that red is right here, or that the race was
// not seen.
func needRaceDetector(t *testing.T) {
	if !race.Enabled {
		t.Skipf("only the race detector sees this one: %s", step.Test("-race"))
	}
	if !step.DataRace() {
		return
	}
	t.Cleanup(func() {
		if !t.Failed() {
			t.Error("the race detector saw no race on maxId: somebody repaired it, or this test orders the goroutines")
			return
		}
		t.Log("This failure is the lesson, if the report above has NewClient on both sides, at\n" +
			"client.go:35 or :39: two goroutines use maxId there, and nothing orders them.\n" +
			"02-race-fix mends it. Read on in 01-original/README.md (日本語: 01-original/README.ja.md).")
	})
}

// TestRaceInNewClient calls NewClient in two goroutines, as two requests do.
func TestRaceInNewClient(t *testing.T) {
	needRaceDetector(t)
	server := NewServer("")
	var two sync.WaitGroup
	for range 2 {
		two.Go(func() { NewClient(new(websocket.Conn), server) })
	}
	two.Wait()
}

// TestRaceThroughTheHandler connects two browsers. Until both are connected it sends
// nothing. If one goroutine writes something that another one reads, this orders the
// two, and then the detector has nothing to report.
func TestRaceThroughTheHandler(t *testing.T) {
	needRaceDetector(t)
	room, err := start()
	require.NoError(t, err)
	web := httptest.NewServer(room.Handlers[0])
	defer web.Close()

	var browsers []*judge.Client
	for _, name := range []string{"one", "two"} {
		browser, err := judge.Dial(name, web.Listener.Addr().String(), room.Path, judgetest.Patience())
		require.NoError(t, err)
		defer browser.Drop()
		browsers = append(browsers, browser)
	}
	for _, browser := range browsers {
		require.NoError(t, browser.Say("hello"))
	}
	for _, browser := range browsers { // a browser that hears something has a client
		_, err := browser.Hear()
		require.NoError(t, err)
	}
}
