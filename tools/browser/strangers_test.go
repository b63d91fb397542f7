package browser

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/nginx"
)

const hardened = "06-hardened"

// restarts is what the page says when the server goes away and says so.
const restarts = `/The server restarts\. Trying again in \d s/.test(document.getElementById("status").innerText)`

// A page hears 1001, says that the server restarts, and comes back by itself.
func TestShutdownIsSaid(t *testing.T) {
	t.Parallel()
	server := start(t, hardened)
	tb := openChat(t, server.URL)
	tb.mayComplain = true
	tb.say("Alice", "before")
	tb.waitForMessage("before")
	if err := server.Interrupt(); err != nil {
		t.Skip(err)
	}
	tb.waitFor("the word that the server restarts", restarts)
	status, err := server.Wait(judgetest.Context(t))
	require.NoError(t, err)
	assert.Zero(t, status)
	startAt(t, hardened, server.Addr)
	tb.waitFor("the new connection", connected)
	tb.say("Alice", "after")
	tb.waitForMessage("after")
}

// All pages hear 1001 at the same moment. They don't come back at the same moment: the
// test records how long each wants to wait.
func TestShutdownSpreadsThePages(t *testing.T) {
	t.Parallel()
	room := newRoom(t)
	var waits []float64
	for range 8 {
		tb, ws := room.join(t)
		tb.mayComplain = true
		js[bool](tb, `(() => {
			window.waits = [];
			const real = window.setTimeout;
			window.setTimeout = (f, wait) => { waits.push(wait); if (wait < 1000) real(f, wait) }; // it never comes back
			return true;
		})()`)
		require.NoError(t, ws.WriteClose(1001))
		tb.waitFor("the word that the server restarts", restarts)
		waits = append(waits, js[float64](tb, "waits.at(-1)"))
	}
	least, most := waits[0], waits[0]
	for _, wait := range waits {
		assert.GreaterOrEqual(t, wait, 1000.0)
		assert.LessOrEqual(t, wait, 5000.0)
		least, most = min(least, wait), max(most, wait)
	}
	assert.Greater(t, most-least, 100.0, "ms between the first and the last of %v", waits) // chance would need 40^7 tries
}

// Another site's page can't join, nor read what is said. Nor can it show the page.
func TestAnotherSitesPage(t *testing.T) {
	t.Parallel()
	server := start(t, hardened)
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Write([]byte(`<!doctype html><title>another site</title><script>
			const socket = new WebSocket("` + strings.Replace(server.URL, "http", "ws", 1) + `ws");
			socket.onopen = () => document.title = "it joined";
			socket.onclose = (event) => document.title = "closed with " + event.code;
		</script>`))
	}))
	defer other.Close()
	tb := newTab(t)
	tb.mayComplain = true
	tb.navigate(other.URL)
	tb.waitFor("the connection to be refused", `document.title === "closed with 1006"`)
}

// The chat behind nginx, with TLS, below a prefix.
func TestNginx(t *testing.T) {
	t.Parallel()
	theBrowser(t)
	proxy := nginx.New(t)
	server := startAt(t, hardened, "127.0.0.1:0", "-origin", "https://"+proxy.Addr, "-proxy", "127.0.0.1")
	site, err := os.ReadFile("../../06-hardened/testdata/nginx.conf")
	require.NoError(t, err)
	proxy.Start(string(site), server.Addr)
	url := "https://" + proxy.Addr + "/chat/"
	alice, bob := openChat(t, url), openChat(t, url)
	assertTalk(t, alice, bob)
	alice.mayComplain, bob.mayComplain = true, true
	if err := server.Interrupt(); err != nil {
		t.Skip(err)
	}
	alice.waitFor("the word that the server restarts", restarts)
	bob.waitFor("the word that the server restarts", restarts)
}
