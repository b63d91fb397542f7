package stepcmd_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/websocket"

	"websocket-chat-steps/internal/stepcmd"
	"websocket-chat-steps/internal/steps"
)

const anyPort = "127.0.0.1:0" // the system picks a free one

func TestMain(m *testing.M) {
	status := m.Run()
	if err := stepcmd.Clean(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	os.Exit(status)
}

func forEachStep(t *testing.T, test func(t *testing.T, step string)) {
	for _, step := range steps.Names() {
		t.Run(step, func(t *testing.T) { test(t, step) })
	}
}

func TestServesThePage(t *testing.T) {
	forEachStep(t, func(t *testing.T, step string) {
		p := stepcmd.Start(t, step, "-addr", anyPort)
		assert.Regexp(t, `^127\.0\.0\.1:\d+$`, p.Addr)
		assert.Equal(t, "http://"+p.Addr+"/", p.URL)
		assert.Contains(t, page(t, p), step)
	})
}

func TestTakenPort(t *testing.T) {
	taken, err := net.Listen("tcp", anyPort)
	require.NoError(t, err)
	t.Cleanup(func() { taken.Close() })

	forEachStep(t, func(t *testing.T, step string) {
		status, stdout, stderr := stepcmd.Run(t, step, "-addr", taken.Addr().String())
		assert.Equal(t, 1, status)
		assert.Empty(t, stdout)
		assertOneLine(t, stderr)
		assert.Contains(t, stderr, taken.Addr().String())
		assert.Contains(t, stderr, "give another address, as in -addr localhost:8081")
	})
}

func TestMalformedAddress(t *testing.T) {
	forEachStep(t, func(t *testing.T, step string) {
		status, stdout, stderr := stepcmd.Run(t, step, "-addr", "nonsense")
		assert.Equal(t, 1, status)
		assert.Empty(t, stdout)
		assertOneLine(t, stderr)
		assert.Contains(t, stderr, "nonsense")
		assert.Contains(t, stderr, "give another address, as in -addr localhost:8081")
	})
}

func TestUnknownFlag(t *testing.T) {
	forEachStep(t, func(t *testing.T, step string) {
		status, stdout, stderr := stepcmd.Run(t, step, "-port", "8080")
		assert.Equal(t, 2, status)
		assert.Empty(t, stdout)
		assert.Contains(t, stderr, "-port")
		assert.Contains(t, stderr, "Usage")
		assert.Contains(t, stderr, "-addr host:port")
	})
}

func TestUnexpectedArgument(t *testing.T) {
	forEachStep(t, func(t *testing.T, step string) {
		status, stdout, stderr := stepcmd.Run(t, step, "localhost:8081")
		assert.Equal(t, 2, status)
		assert.Empty(t, stdout)
		assertOneLine(t, stderr)
		assert.Contains(t, stderr, "localhost:8081")
		assert.Contains(t, stderr, "-addr")
	})
}

// The default is read, not tried: its port may be in use where the test runs.
func TestDefaultIsLoopback(t *testing.T) {
	forEachStep(t, func(t *testing.T, step string) {
		status, _, usage := stepcmd.Run(t, step, "-h")
		assert.Equal(t, 0, status)
		assert.Contains(t, usage, `(default "localhost:8080")`)
	})
}

func TestCtrlC(t *testing.T) {
	forEachStep(t, func(t *testing.T, step string) {
		p := stepcmd.Start(t, step, "-addr", anyPort)
		assertEndsAtOnce(t, p)
	})
}

func TestCtrlCWithAClient(t *testing.T) {
	forEachStep(t, func(t *testing.T, step string) {
		p := stepcmd.Start(t, step, "-addr", anyPort)
		ws := dial(t, p)
		// The echo shows that the client is in the room, not only on its way.
		require.NoError(t, websocket.Message.Send(ws, `{"author":"a","body":"b"}`))
		var echo string
		require.NoError(t, websocket.Message.Receive(ws, &echo))

		assertEndsAtOnce(t, p)
	})
}

func TestKillAndStartAgainAtTheSameAddress(t *testing.T) {
	forEachStep(t, func(t *testing.T, step string) {
		p := stepcmd.Start(t, step, "-addr", anyPort)
		p.Kill()
		assert.NotEqual(t, 0, p.Wait())
		_, err := net.Dial("tcp", p.Addr)
		assert.Error(t, err, "somebody listens at the address of a process that was killed")

		again := stepcmd.Start(t, step, "-addr", p.Addr)
		assert.Equal(t, p.URL, again.URL)
	})
}

func assertOneLine(t *testing.T, s string) {
	t.Helper()
	assert.Equal(t, 1, strings.Count(s, "\n"), "lines in %q", s)
	assert.True(t, strings.HasSuffix(s, "\n"), "%q doesn't end its line", s)
}

// assertEndsAtOnce leaves a busy machine time, and a server that would wait for
// its clients none.
func assertEndsAtOnce(t *testing.T, p *stepcmd.Process) {
	t.Helper()
	start := time.Now()
	p.Interrupt()
	assert.Equal(t, 0, p.Wait(), "exit status")
	assert.Less(t, time.Since(start), 3*time.Second)
}

func page(t *testing.T, p *stepcmd.Process) string {
	t.Helper()
	response, err := http.Get(p.URL)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode)
	return string(body)
}

// dial connects to the WebSocket at the path that the page names. In the first
// two steps the room may open a moment after the page does, so it tries again.
func dial(t *testing.T, p *stepcmd.Process) *websocket.Conn {
	t.Helper()
	path := regexp.MustCompile(`data-path="([^"]+)"`).FindStringSubmatch(page(t, p))
	require.NotNil(t, path, "the page doesn't name the WebSocket's path")
	var ws *websocket.Conn
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		var err error
		ws, err = websocket.Dial("ws://"+p.Addr+path[1], "", p.URL)
		require.NoError(c, err)
	}, 10*time.Second, 10*time.Millisecond, "connecting to the room")
	t.Cleanup(func() { ws.Close() })
	require.NoError(t, ws.SetDeadline(time.Now().Add(10*time.Second)))
	return ws
}
