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

// The two tests of this file do what a race on ids would show in, under -race,
// and leave it to the race detector to fail them. In 01-original it does.

// needRaceDetector skips without the detector. With it, and where ids are raced
// over, it sees to it that the test's end says that this red is as it should be,
// or that it is missing.
func needRaceDetector(t *testing.T) {
	if !race.Enabled {
		t.Skipf("only the race detector sees this one: %s", step.Test("-race"))
	}
	if !step.DataRace() {
		return
	}
	t.Cleanup(func() {
		if !t.Failed() {
			t.Error("the race detector saw no race on maxId: it was mended, or this test orders the goroutines")
			return
		}
		t.Log("This failure is the lesson, if the report above has NewClient on both sides, at\n" +
			"client.go:35 or :39: two goroutines use maxId there, and nothing orders them.\n" +
			"02-race-fix mends it. Read on in 01-original/README.md (日本語: 01-original/README.ja.md).")
	})
}

// TestRaceInNewClient has two goroutines call NewClient, as two requests do.
func TestRaceInNewClient(t *testing.T) {
	needRaceDetector(t)
	server := NewServer("")
	var two sync.WaitGroup
	for range 2 {
		two.Go(func() { NewClient(new(websocket.Conn), server) })
	}
	two.Wait()
}

// TestRaceThroughTheHandler has two browsers connect. Until both have, nothing
// is sent: what one goroutine writes and another reads orders them, and with
// that the detector has nothing to report.
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
	for _, browser := range browsers { // whoever hears something has been through NewClient
		_, err := browser.Hear()
		require.NoError(t, err)
	}
}
