package chat

import (
	"errors"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/websocket"

	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/judge/race"
)

// The post links to client.go#L35 of the original. A reader who looks at that line
// here finds the same statement. The pages also name the line of the second read.
func TestIncrementIsOnLine35(t *testing.T) {
	source, err := os.ReadFile("client.go")
	require.NoError(t, err)
	lines := strings.Split(string(source), "\n")
	require.Greater(t, len(lines), 39)
	assert.Equal(t, "maxId++", strings.TrimSpace(lines[35-1]))
	assert.Contains(t, lines[39-1], "id: maxId")
}

// TestDuplicateIDs calls NewClient in many goroutines, as many requests do, until two
// clients have one id. That takes at least two processors, or rare luck.
func TestDuplicateIDs(t *testing.T) {
	if race.Enabled {
		t.Skip("under -race this package shows the race itself: race_test.go")
	}
	if runtime.GOMAXPROCS(0) < 2 {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	}
	const callers, calls = 8, 100
	server := NewServer("")
	given := 0
	for deadline := time.Now().Add(judgetest.Patience()); time.Now().Before(deadline); {
		ids := make(chan int, callers*calls)
		var all sync.WaitGroup
		for range callers {
			all.Go(func() {
				for range calls {
					ids <- NewClient(new(websocket.Conn), server).id
				}
			})
		}
		all.Wait()
		close(ids)
		given += callers * calls
		seen := make(map[int]bool)
		for id := range ids {
			if seen[id] {
				t.Logf("id %d was given twice, in the first %d calls", id, given)
				return
			}
			seen[id] = true
		}
	}
	t.Fatalf("gave %d ids in %v, and no two were the same: somebody repaired the race, or this test no longer sees it", given, judgetest.Patience())
}

// TestDuplicateIDSilencesTheFirst gives two browsers one id, so nothing is left to
// chance. The second overwrites the first in the server's map. From then on the first
// hears nothing, not even itself. When it leaves, the server removes the second one,
// and that one hears nothing either.
func TestDuplicateIDSilencesTheFirst(t *testing.T) {
	if race.Enabled {
		t.Skip("it connects two clients, and under -race only race_test.go does")
	}
	inTime := func(what string, f func()) {
		t.Helper()
		require.NoError(t, judge.Within(judgetest.Context(t), f), "waited for %s", what)
	}
	server := NewServer(pattern())
	go server.Listen()
	defer inTime("the server to stop", server.Done)

	clients := make(chan *Client, 1)
	web := httptest.NewServer(websocket.Handler(func(ws *websocket.Conn) {
		client := NewClient(ws, server)
		client.id = 1 // for everybody
		server.Add(client)
		clients <- client
		client.Listen()
	}))
	defer web.Close()
	join := func(name string) (browser *judge.Client, client *Client) {
		browser, err := judge.Dial(name, web.Listener.Addr().String(), "/", judgetest.Patience())
		require.NoError(t, err)
		t.Cleanup(browser.Drop)
		inTime("the server to let a client in", func() { client = <-clients })
		return browser, client
	}
	hears := func(browser *judge.Client, author, body, why string) {
		t.Helper()
		heard, err := browser.Hear()
		require.NoError(t, err)
		assert.Equal(t, judge.Message{Author: author, Body: body}, heard, why)
	}

	first, firstClient := join("first")
	second, secondClient := join("second")
	require.NoError(t, first.Say("does anybody hear me?"))
	hears(second, "first", "does anybody hear me?", "the second browser is in the room")

	// When the server takes this error, it has written to all its clients. If it had
	// written to the first one, too, the first one would hear that before after.
	inTime("the server to write to its clients", func() { server.Err(errors.New("through?")) })
	after := Message{"this test", "what came before this?"}
	firstClient.Write(&after)
	hears(first, after.Author, after.Body, "the first browser hears nothing that is said in the room")

	// The first one leaves, as when its page is loaded again. listenWrite calls Del,
	// and the server removes from its map the client that has this id.
	inTime("the server to go on", func() {
		server.Del(firstClient)
		server.SendAll(&Message{"this test", "does the second one hear me?"})
		server.Err(errors.New("through?"))
	})
	secondClient.Write(&after)
	hears(second, after.Author, after.Body, "now the second browser hears nothing either")
}
