package browser

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/live"
	"websocket-chat-steps/internal/steps"
)

// A proxy often serves a program below a prefix, removes the prefix, and asks for a
// password. The page asks for nothing outside the prefix, and reconnects by itself.
func TestBehindAProxy(t *testing.T) {
	t.Parallel()
	forEachStep(t, func(t *testing.T, step string, server *live.Program) {
		var target *url.URL
		forward := &httputil.ReverseProxy{
			Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) },
			ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) { // while no step runs
				w.WriteHeader(http.StatusBadGateway)
			},
		}
		below := http.StripPrefix("/chat", forward)
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if user, password, _ := r.BasicAuth(); user != "u" || password != "p" {
				w.Header().Set("WWW-Authenticate", "Basic")
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			below.ServeHTTP(w, r)
		}))
		t.Cleanup(proxy.Close)
		var args []string
		if steps.Of(step).Strict != nil { // it asks which page it is
			server.Kill()
			args = []string{"-origin", proxy.URL}
			server = startAt(t, step, "127.0.0.1:0", args...)
		}
		var err error
		target, err = url.Parse(server.URL)
		require.NoError(t, err)

		tb := openChat(t, strings.Replace(proxy.URL, "http://", "http://u:p@", 1)+"/chat/")
		tb.mayComplain = true
		tb.say("Alice", "hello")
		tb.waitForMessage("hello")

		server.Kill()
		tb.waitFor("the word that it is disconnected", disconnected)
		startAt(t, step, server.Addr, args...)
		tb.waitFor("the new connection", connected)
		tb.say("Alice", "hello again")
		tb.waitForMessage("hello again")
		for _, request := range tb.recorded(&tb.requests) {
			u, err := url.Parse(request)
			require.NoError(t, err)
			if u.Scheme != "data" {
				assert.True(t, strings.HasPrefix(u.Path, "/chat/"), "asked for %s", request)
			}
		}
	})
}
