package server

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// start runs the server that does what the test tells it.
func start(t *testing.T) *Process {
	t.Helper()
	p, err := List()[0].Start(t.Context(), built)
	require.NoError(t, err)
	t.Cleanup(p.Stop)
	return p
}

// tell makes the server do something, and returns when that is done.
func tell(t *testing.T, p *Process, path string, n int) {
	t.Helper()
	response, err := p.http.Get(fmt.Sprintf("http://%s%s?n=%d", p.Addr, path, n))
	require.NoError(t, err)
	io.Copy(io.Discard, response.Body)
	response.Body.Close()
	require.Equal(t, http.StatusOK, response.StatusCode)
}

// comes waits for something that sends no event.
func comes(t *testing.T, what string, done func() bool) {
	t.Helper()
	require.Eventually(t, done, 20*time.Second, time.Millisecond, "waited for this: %s", what)
}

func measurable(t *testing.T) {
	if err := Measurable(); err != nil {
		t.Skip(err)
	}
}

func TestStopEndsTheProcess(t *testing.T) {
	p := start(t)
	assert.Regexp(t, `^127\.0\.0\.1:[1-9]`, p.Addr)
	addr, path := p.WebSocket()
	assert.Equal(t, p.Addr, addr)
	assert.Equal(t, "/entry", path)
	assert.NoError(t, p.Ended())
	p.Stop()
	assert.Error(t, p.Ended())
	assert.NotNil(t, p.cmd.ProcessState, "it was waited for")
	_, err := net.Dial("tcp", p.Addr)
	assert.Error(t, err)
	p.Stop() // again
}

func TestAServerThatEndsByItself(t *testing.T) {
	measurable(t)
	p := start(t)
	p.http.Get("http://" + p.Addr + "/end?n=7") // fails, as it is not answered
	comes(t, "the end of the process", func() bool { return p.Ended() != nil })
	const why = "01-original ended by itself while it was measured: exit status 7"
	_, err := p.Goroutines()
	assert.EqualError(t, err, why)
	_, err = p.CPU()
	assert.EqualError(t, err, why)
	_, err = p.RSS()
	assert.EqualError(t, err, why)
}

func TestGoroutines(t *testing.T) {
	p := start(t)
	before, err := p.Goroutines()
	require.NoError(t, err)
	tell(t, p, "/start", 1000)
	after, err := p.Goroutines()
	require.NoError(t, err)
	assert.Equal(t, before+1000, after)
}

func TestGoroutinesOfAServerWithoutTheDefaultMux(t *testing.T) {
	p := start(t)
	other := *p
	other.Addr = other.Addr + "/nowhere?"
	_, err := other.Goroutines()
	assert.ErrorContains(t, err, "does it serve http.DefaultServeMux?")
}

func TestCPU(t *testing.T) {
	measurable(t)
	p := start(t)
	before, err := p.CPU()
	require.NoError(t, err)
	assert.Positive(t, before)
	tell(t, p, "/burn", 0)
	var after time.Duration
	comes(t, "100 ms of processor time", func() bool {
		after, err = p.CPU()
		require.NoError(t, err)
		return after-before >= 100*time.Millisecond
	})
	assert.NotZero(t, after%time.Millisecond, "the clock is finer than that")
}

func TestRSS(t *testing.T) {
	measurable(t)
	p := start(t)
	before, err := p.RSS()
	require.NoError(t, err)
	assert.Greater(t, before, 1<<20)
	tell(t, p, "/grow", 64<<20)
	after, err := p.RSS()
	require.NoError(t, err)
	assert.InDelta(t, 64<<20, after-before, 8<<20)
}

// held sees the end of a connection also if the client doesn't read, and the server still
// had much to send to it.
func TestSocket(t *testing.T) {
	measurable(t)
	for _, unread := range []int{0, 64 << 20} {
		p := start(t)
		hold := func() net.Conn {
			conn, err := net.Dial("tcp", p.Addr)
			require.NoError(t, err)
			t.Cleanup(func() { conn.Close() })
			fmt.Fprintf(conn, "GET /held?n=%d HTTP/1.1\r\nHost: test\r\n\r\n", unread)
			answer := make([]byte, 4)
			_, err = io.ReadFull(conn, answer)
			require.NoError(t, err)
			require.Equal(t, "held", string(answer))
			return conn
		}
		conn := hold()
		held, err := p.Socket(conn)
		require.NoError(t, err)
		assert.True(t, held())
		tell(t, p, "/release", 0)
		comes(t, "the end of the connection", func() bool { return !held() })

		_, err = p.Socket(conn)
		assert.Error(t, err, "it is over")
		hold() // gets the same descriptor
		assert.False(t, held())
		p.Stop()
		assert.False(t, held())
	}
	t.Run("of nobody", func(t *testing.T) {
		a, b := net.Pipe()
		defer a.Close()
		defer b.Close()
		_, err := start(t).Socket(a)
		assert.ErrorContains(t, err, "not over IPv4")
	})
}

// abandoned is set if the test binary must start a server and end without
// Stop.
const abandoned = "BENCH_SERVER_ABANDONED"

func abandon() {
	p, err := List()[0].Start(context.Background(), os.Getenv(abandoned))
	if err != nil {
		panic(err)
	}
	fmt.Print(p.Addr)
	os.Stdout.Close()
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Kill()
	}
	panic(err)
}

func TestAServerDoesNotOutliveUs(t *testing.T) {
	measurable(t)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), abandoned+"="+built)
	out, err := cmd.Output()
	assert.ErrorContains(t, err, "killed")
	addr := strings.TrimSpace(string(out))
	require.Regexp(t, `^127\.0\.0\.1:[1-9]`, addr)
	comes(t, "the end of the server at "+addr, func() bool {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			conn.Close()
		}
		return err != nil
	})
}

// The time of the servers doesn't count as other programs' time.
func TestWatch(t *testing.T) {
	measurable(t)
	others, err := Watch()
	require.NoError(t, err)
	p := start(t)
	tell(t, p, "/burn", 0)
	comes(t, "200 ms of processor time", func() bool {
		used, err := p.CPU()
		require.NoError(t, err)
		return used >= 200*time.Millisecond
	})
	p.Stop()
	assert.GreaterOrEqual(t, p.Used(), 200*time.Millisecond)
	without, err := others(p.Used())
	require.NoError(t, err)
	all, err := others(0)
	require.NoError(t, err)
	assert.Greater(t, all, without+0.01)
	assert.LessOrEqual(t, all, 1.05) // times that are counted in steps of 10 ms may be a little too long
}
