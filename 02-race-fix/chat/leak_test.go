package chat

import (
	"net/http/httptest"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/websocket"

	"websocket-chat-steps/internal/chattest"
)

// TestLeakProfile has a browser connect and leave, and asks the runtime which
// goroutines can never go on: those that wait on a channel that nobody who still
// runs could reach. Go 1.26 has that profile as an experiment. TestProperties
// shows the same leak without it, as NothingLeft.
func TestLeakProfile(t *testing.T) {
	profile := pprof.Lookup("goroutineleak")
	if profile == nil {
		t.Skipf("needs an experiment of Go 1.26: GOEXPERIMENT=goroutineleakprofile go test -run Leak -v ./%s/...", step)
	}
	room := start(t)
	defer chattest.Within(t, "the server to stop", room.Stop)
	web := httptest.NewServer(room.Handler)
	defer web.Close()

	browser := browse(t, "ws"+web.URL[len("http"):]+room.Path)
	require.NoError(t, websocket.JSON.Send(browser, Message{"a browser", "hello"}))
	hear(t, browser)
	require.NoError(t, browser.Close())

	// listenRead, the handler's goroutine, always stays.
	var leaks strings.Builder
	require.Eventually(t, func() bool {
		leaks.Reset()
		profile.WriteTo(&leaks, 1)
		return strings.Contains(leaks.String(), "chat.(*Client).listenRead")
	}, 10*time.Second, 10*time.Millisecond, "waited for the leak profile to have listenRead")
	t.Logf("the goroutines that can never go on:\n%s", leaks.String())
	assert.Contains(t, leaks.String(), step+"/chat/client.go")
}
