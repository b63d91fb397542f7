package live

import (
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/steps"
)

const anyPort = "127.0.0.1:0" // the system picks a free one

func TestMain(m *testing.M) { Main(m) }

func forEachStep(t *testing.T, test func(t *testing.T, step steps.Step)) {
	for _, step := range steps.All {
		t.Run(step.Name, func(t *testing.T) { test(t, step) })
	}
}

func TestServesThePage(t *testing.T) {
	forEachStep(t, func(t *testing.T, step steps.Step) {
		p := start(t, step, "-addr", anyPort)
		assert.Regexp(t, `^127\.0\.0\.1:\d+$`, p.Addr)
		assert.Equal(t, "http://"+p.Addr+"/", p.URL)
		assert.Contains(t, page(t, p), step.Name)
	})
}

func TestTakenPort(t *testing.T) {
	taken, err := net.Listen("tcp", anyPort)
	require.NoError(t, err)
	t.Cleanup(func() { taken.Close() })

	forEachStep(t, func(t *testing.T, step steps.Step) {
		status, stdout, stderr := run(t, step, "-addr", taken.Addr().String())
		assert.Equal(t, 1, status)
		assert.Empty(t, stdout)
		assertOneLine(t, stderr)
		assert.Contains(t, stderr, taken.Addr().String())
		assert.Contains(t, stderr, "give another address, as in -addr localhost:8081")
	})
}

func TestMalformedAddress(t *testing.T) {
	forEachStep(t, func(t *testing.T, step steps.Step) {
		status, stdout, stderr := run(t, step, "-addr", "nonsense")
		assert.Equal(t, 1, status)
		assert.Empty(t, stdout)
		assertOneLine(t, stderr)
		assert.Contains(t, stderr, "nonsense")
		assert.Contains(t, stderr, "give another address, as in -addr localhost:8081")
	})
}

func TestUnknownFlag(t *testing.T) {
	forEachStep(t, func(t *testing.T, step steps.Step) {
		status, stdout, stderr := run(t, step, "-port", "8080")
		assert.Equal(t, 2, status)
		assert.Empty(t, stdout)
		assert.Contains(t, stderr, "-port")
		assert.Contains(t, stderr, "Usage of "+step.Name+":")
		assert.Contains(t, stderr, "-addr host:port")
	})
}

func TestUnexpectedArgument(t *testing.T) {
	forEachStep(t, func(t *testing.T, step steps.Step) {
		status, stdout, stderr := run(t, step, "localhost:8081")
		assert.Equal(t, 2, status)
		assert.Empty(t, stdout)
		assertOneLine(t, stderr)
		assert.Contains(t, stderr, "localhost:8081")
		assert.Contains(t, stderr, "-addr")
	})
}

// The test reads the default address and doesn't use it: its port may be taken.
func TestDefaultIsLoopback(t *testing.T) {
	forEachStep(t, func(t *testing.T, step steps.Step) {
		status, _, usage := run(t, step, "-h")
		assert.Equal(t, 0, status)
		assert.Contains(t, usage, `(default "localhost:8080")`)
	})
}

func TestCtrlC(t *testing.T) {
	forEachStep(t, func(t *testing.T, step steps.Step) {
		p := start(t, step, "-addr", anyPort)
		assertEndsAtOnce(t, p)
	})
}

func TestCtrlCWithAClient(t *testing.T) {
	forEachStep(t, func(t *testing.T, step steps.Step) {
		p := start(t, step, "-addr", anyPort)
		c, err := p.Dial(judgetest.Context(t))
		require.NoError(t, err)
		defer c.Drop()
		// The echo shows that the room has let the client in.
		require.NoError(t, c.Say("hello"))
		_, err = c.Hear()
		require.NoError(t, err)

		assertEndsAtOnce(t, p)
	})
}

func TestKillAndStartAgainAtTheSameAddress(t *testing.T) {
	forEachStep(t, func(t *testing.T, step steps.Step) {
		p := start(t, step, "-addr", anyPort)
		p.Kill()
		status, err := p.Wait(judgetest.Context(t))
		require.NoError(t, err)
		assert.NotEqual(t, 0, status)
		_, err = net.Dial("tcp", p.Addr)
		assert.Error(t, err, "something listens at the address of a process that was killed")

		again := start(t, step, "-addr", p.Addr)
		assert.Equal(t, p.URL, again.URL)
	})
}

// A command that does not serve says why, in what it printed.
func TestStartOfWhatDoesNotServe(t *testing.T) {
	_, err := Start(judgetest.Context(t), steps.All[0], nil, "-addr", "nonsense")
	assert.ErrorContains(t, err, "ended with status 1 before it said that it serves the chat")
	assert.ErrorContains(t, err, "give another address")
}

// start starts a step, and kills it when the test is over.
func start(t *testing.T, step steps.Step, args ...string) *Program {
	t.Helper()
	p, err := Start(judgetest.Context(t), step, nil, args...)
	require.NoError(t, err)
	t.Cleanup(p.Kill)
	return p
}

// run runs a step's command to its end.
func run(t *testing.T, step steps.Step, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	status, stdout, stderr, err := Run(judgetest.Context(t), step, args...)
	require.NoError(t, err)
	return status, stdout, stderr
}

func assertOneLine(t *testing.T, s string) {
	t.Helper()
	assert.Equal(t, 1, strings.Count(s, "\n"), "lines in %q", s)
	assert.True(t, strings.HasSuffix(s, "\n"), "%q doesn't end its line", s)
}

// assertEndsAtOnce checks that the server ends while a client is connected. A server that
// waits for its clients would not end.
func assertEndsAtOnce(t *testing.T, p *Program) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("on Windows a Ctrl-C would go to every process of this console, the test's too")
	}
	require.NoError(t, p.Interrupt())
	status, err := p.Wait(judgetest.Context(t))
	require.NoError(t, err)
	assert.Equal(t, 0, status, "exit status")
}

func page(t *testing.T, p *Program) string {
	t.Helper()
	response, err := http.Get(p.URL)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode)
	return string(body)
}
