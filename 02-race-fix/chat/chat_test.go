package chat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/websocket"

	"websocket-chat-steps/internal/chattest"
	"websocket-chat-steps/internal/scoreboard"
)

const step = "02-race-fix"

// racy tells whether this step is said to race over ids.
func racy() bool {
	_, lacks := scoreboard.Of(step).Lacks[chattest.UniqueIDs]
	return lacks
}

// The log is discarded: it is long, and its mutex orders goroutines, which
// hides races from the detector.
func TestMain(m *testing.M) {
	log.SetOutput(io.Discard)
	os.Exit(m.Run())
}

var rooms atomic.Int64

// pattern is another one for each room: the default mux takes none twice.
func pattern() string {
	return fmt.Sprintf("/entry/%d", rooms.Add(1))
}

// start opens a room of its own.
func start(tb testing.TB) chattest.Server {
	server := NewServer(pattern())
	go server.Listen()
	chattest.Within(tb, "Listen to have registered the pattern", func() { server.Err(errors.New("open?")) })
	return chattest.Server{
		Handler: http.DefaultServeMux,
		Path:    server.pattern,
		Loop:    "chat.(*Server).Listen",
		Stop:    server.Done,
	}
}

// browse connects as a browser does, until the test ends.
func browse(t *testing.T, url string) *websocket.Conn {
	t.Helper()
	config, err := websocket.NewConfig(url, "http://localhost/")
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	browser, err := config.DialContext(ctx)
	require.NoError(t, err, "waited for a connection")
	t.Cleanup(func() { browser.Close() })
	return browser
}

// hear waits for the next message that comes to the browser.
func hear(t *testing.T, browser *websocket.Conn) (heard Message) {
	t.Helper()
	require.NoError(t, browser.SetReadDeadline(time.Now().Add(10*time.Second)))
	require.NoError(t, websocket.JSON.Receive(browser, &heard), "waited for a message")
	return heard
}

// TestProperties holds the step to its column of the scoreboard, the "no" cells
// too, and to what its README says of bad clients.
func TestProperties(t *testing.T) {
	if racy() && chattest.RaceDetector {
		t.Skip("under -race this package shows one race only, the lesson's; run it without -race for the properties")
	}
	chattest.TestServer(t, start, scoreboard.Of(step))
}
