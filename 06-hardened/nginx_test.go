package main

import (
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/live"
	"websocket-chat-steps/internal/nginx"
)

// behind starts this step behind an nginx that cuts off a connection after 6 s without
// traffic from the program.
func behind(t *testing.T, idle string) (*live.Program, *nginx.Proxy) {
	t.Helper()
	proxy := nginx.New(t)
	p := run(t, "-origin", "https://"+proxy.Addr, "-proxy", "127.0.0.1", "-idle", idle)
	site, err := os.ReadFile("testdata/nginx.conf")
	require.NoError(t, err)
	proxy.Start(string(site), p.Addr, "proxy_read_timeout 60s;", "proxy_read_timeout 6s;")
	return p, proxy
}

func dial(t *testing.T, proxy *nginx.Proxy, origin string) (*judge.Client, error) {
	t.Helper()
	conn := proxy.Dial()
	t.Cleanup(func() { conn.Close() })
	return judge.NewClientFrom(origin, "a client", conn, proxy.Addr, "/chat/ws", judgetest.Patience())
}

// The chat behind nginx, with TLS, below /chat/: the page, the WebSocket, the check of
// origins, the pings that keep a quiet connection, the client's address, and 1001.
func TestNginx(t *testing.T) {
	t.Parallel()
	p, proxy := behind(t, "6s") // so it pings after 2 s
	https := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: proxy.Roots}}}
	defer https.CloseIdleConnections()
	response, err := https.Get("https://" + proxy.Addr + "/chat/")
	require.NoError(t, err)
	page, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	response.Body.Close()
	assert.Contains(t, string(page), `data-path="/ws"`)
	assert.Equal(t, "no-referrer", response.Header.Get("Referrer-Policy"))

	_, err = dial(t, proxy, "https://other.example")
	assert.Equal(t, judge.StatusError(http.StatusForbidden), err)

	c, err := dial(t, proxy, "https://"+proxy.Addr)
	require.NoError(t, err)
	require.NoError(t, c.Say("hello"))
	require.NoError(t, c.HearNext(c.Name, "hello"))
	began := time.Now()
	for range 4 { // it says nothing more than pongs
		f, err := c.HearFrame()
		require.NoError(t, err)
		require.EqualValues(t, judge.Ping, f.Opcode)
		require.NoError(t, c.Write(judge.AppendFrame(nil, judge.Pong, f.Payload)))
	}
	assert.Greater(t, time.Since(began), 6*time.Second, "nginx would have cut it off")
	_, log := p.Output()
	assert.Contains(t, log, `msg="a client joins" address=127.0.0.1`+"\n", "the address that nginx says, and not nginx's own, which has a port")

	if err := p.Interrupt(); err != nil {
		t.Skip(err)
	}
	_, err = c.Hear()
	assert.Equal(t, judge.Closed(1001), err)
	require.NoError(t, c.SayGoodbye())
	status, err := p.Wait(judgetest.Context(t))
	require.NoError(t, err)
	assert.Zero(t, status)
}

// Without pings, nginx cuts a quiet client off. (So TestNginx shows that pings help.)
func TestNginxWithoutPings(t *testing.T) {
	t.Parallel()
	_, proxy := behind(t, "24h")
	c, err := dial(t, proxy, "https://"+proxy.Addr)
	require.NoError(t, err)
	_, err = c.Hear()
	var told judge.Closed
	require.Error(t, err)
	assert.False(t, errors.As(err, &told), "what it hears: %v", err)
}
