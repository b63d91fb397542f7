package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/judge/race"
	"websocket-chat-steps/internal/live"
	"websocket-chat-steps/internal/steps"
)

// run starts the command. Under the race detector t is skipped: it isn't in the command.
func run(t *testing.T, args ...string) *live.Program {
	t.Helper()
	if race.Enabled {
		t.Skip("the command is another process, without the race detector: go test without -race runs it")
	}
	p, err := live.Start(judgetest.Context(t), steps.Of(step), nil, append([]string{"-addr", "127.0.0.1:0"}, args...)...)
	require.NoError(t, err)
	t.Cleanup(p.Kill)
	return p
}

func join(t *testing.T, p *live.Program) (*judge.Client, error) {
	t.Helper()
	c, err := judge.Dial("a client", p.Addr, "/ws", judgetest.Patience())
	if err == nil {
		t.Cleanup(c.Drop)
	}
	return c, err
}

// The first line has the process's id. A second Ctrl-C ends the process at once, also while
// a client keeps it.
func TestSecondInterrupt(t *testing.T) {
	t.Parallel()
	p := run(t)
	stdout, _ := p.Output()
	assert.Regexp(t, ` as process \d+ \(Ctrl-C ends it\)`, stdout)
	c, err := join(t, p)
	require.NoError(t, err)
	require.NoError(t, c.Say("hello"))
	require.NoError(t, c.HearNext(c.Name, "hello"))
	if err := p.Interrupt(); err != nil {
		t.Skip(err)
	}
	_, err = c.Hear()
	require.Equal(t, judge.Closed(1001), err) // and it doesn't leave
	require.NoError(t, p.Interrupt())
	status, err := p.Wait(judgetest.Context(t))
	require.NoError(t, err)
	assert.NotZero(t, status, "the second one ended it")
}

// That the room is full is logged once, not for each that is refused. When somebody could
// come in since, it is logged again.
func TestFullIsSaidOnce(t *testing.T) {
	t.Parallel()
	p := run(t, "-max-clients", "1")
	for round := range 3 {
		var c *judge.Client
		full := judge.StatusError(http.StatusServiceUnavailable)
		for err := error(full); err == full; { // until the server has noticed that the one before has left
			c, err = join(t, p)
			require.True(t, err == nil || err == full, "%v", err)
		}
		for range 10 {
			_, err := join(t, p)
			require.Equal(t, full, err)
		}
		judgetest.Await(t, "the line in the log", func() bool {
			_, log := p.Output()
			return strings.Count(log, "why=full") > round
		})
		_, log := p.Output()
		assert.Equal(t, round+1, strings.Count(log, "why=full"))
		c.Leave()
	}
}

// Whoever asks whether it lives may use any name. The counters are on their own address,
// of loopback, for pages of nobody.
func TestForTheOperator(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	debug := l.Addr().String()
	l.Close()
	p := run(t, "-debug-addr", debug)
	get := func(addr, path, host string) (int, string) {
		r, err := http.NewRequestWithContext(judgetest.Context(t), http.MethodGet, "http://"+addr+path, nil)
		require.NoError(t, err)
		r.Host = host
		response, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		return response.StatusCode, string(body)
	}
	for _, host := range []string{p.Addr, "10.0.0.7:8080", "other.example"} {
		status, body := get(p.Addr, "/healthz", host)
		assert.Equal(t, []any{200, "ok\n"}, []any{status, body}, host)
	}
	c, err := join(t, p)
	require.NoError(t, err)
	require.NoError(t, c.Say("one", "a secret"))
	require.NoError(t, c.HearNext(c.Name, "one", "a secret"))
	status, _ := get(p.Addr, "/", "other.example")
	assert.Equal(t, http.StatusMisdirectedRequest, status)

	status, body := get(debug, "/debug/vars", debug)
	assert.Equal(t, 200, status)
	var vars struct{ Chat map[string]int }
	require.NoError(t, json.Unmarshal([]byte(body), &vars))
	assert.Equal(t, map[string]int{"clients": 1, "messages": 2, "refused host": 1}, vars.Chat)
	status, _ = get(debug, "/debug/vars", "other.example")
	assert.Equal(t, http.StatusMisdirectedRequest, status)
	status, body = get(p.Addr, "/debug/vars", p.Addr)
	assert.Equal(t, http.StatusNotFound, status, "what the chat's address says: %s", body)
	_, log := p.Output()
	assert.NotContains(t, log, "secret")
	assert.Contains(t, log, "why=host")
}

// What can't be done is said, with what to do.
func TestArguments(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		args []string
		say  string
	}{
		{[]string{"-idle", "10ms"}, "-idle 10ms is too short for an answer to come; give at least 1s"},
		{[]string{"-max-message", "1000000"}, "-max-message 1000000: give a number from 1 to 174761"},
		{[]string{"-max-clients", "0"}, "-max-clients 0: give at least 1"},
		{[]string{"-origin", "chat.example"}, "give a scheme and a host, as in https://chat.example"},
		{[]string{"-origin", "https://chat.example/room"}, "give a scheme and a host, as in https://chat.example"},
		{[]string{"-debug-addr", "0.0.0.0:0"}, "is not of loopback, and the counters are for nobody else"},
		{[]string{"more"}, `unexpected argument "more"; use -addr to give an address`},
	} {
		status, _, stderr, err := live.Run(judgetest.Context(t), steps.Of(step), append([]string{"-addr", "127.0.0.1:0"}, test.args...)...)
		require.NoError(t, err)
		assert.Positive(t, status, test.args)
		assert.Contains(t, stderr, test.say)
	}
	for given, want := range map[string]string{
		"https://Chat.Example": "https://chat.example", "https://chat.example:443/": "https://chat.example",
		"http://chat.example:80": "http://chat.example", "http://chat.example:443": "http://chat.example:443",
	} {
		got, err := originOf(given)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
}

// printed is what a process has printed so far.
type printed struct {
	mu   sync.Mutex
	text strings.Builder
}

func (p *printed) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

func (p *printed) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// When the process has no file descriptor left, it says so, and goes on when it has one again.
func TestNoMoreFileDescriptors(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no ulimit on Windows")
	}
	t.Parallel()
	path, err := live.Build(judgetest.Context(t), steps.Of(step), nil)
	require.NoError(t, err)
	var log printed
	cmd := exec.Command("sh", "-c", `ulimit -n 30 && exec "$0" "$@"`, path, "-addr", "127.0.0.1:0")
	cmd.Stderr, cmd.Stdout = &log, &log
	require.NoError(t, cmd.Start())
	defer func() { cmd.Process.Signal(syscall.SIGKILL); cmd.Wait() }()
	served := regexp.MustCompile(`serves the chat at http://(\S+)/ `)
	judgetest.Await(t, "it to serve", func() bool { return served.MatchString(log.String()) })
	addr := served.FindStringSubmatch(log.String())[1]

	talk := func(c *judge.Client, body string) {
		t.Helper()
		require.NoError(t, c.Say(body))
		require.NoError(t, c.HearUntil(body))
	}
	first, err := judge.Dial("the first", addr, "/ws", judgetest.Patience())
	require.NoError(t, err)
	defer first.Drop()
	talk(first, "hello")
	var all []net.Conn
	for range 60 { // the system accepts them, and the process can't
		conn, err := net.Dial("tcp", addr)
		require.NoError(t, err)
		defer conn.Close()
		all = append(all, conn)
	}
	judgetest.Await(t, "the word that there are none left", func() bool { return strings.Contains(log.String(), "too many open files") })
	talk(first, "the room goes on")
	for _, conn := range all {
		conn.Close()
	}
	late, err := judge.Dial("a late one", addr, "/ws", judgetest.Patience())
	require.NoError(t, err)
	defer late.Drop()
	talk(late, "and I am in")
}

// A thousand strangers send bytes that mean nothing, half of them in place of a handshake,
// and half of them behind one. The room goes on, and hears nothing of it. The bytes are the
// same at every run.
func TestNonsense(t *testing.T) {
	t.Parallel()
	p := run(t)
	bystander, err := join(t, p)
	require.NoError(t, err)
	random := rand.New(rand.NewPCG(1, 2))
	bytes := func(most int) []byte {
		b := make([]byte, 1+random.IntN(most))
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		return b
	}
	for i := range 1000 {
		var conn net.Conn
		if i%2 == 0 {
			conn, err = net.Dial("tcp", p.Addr)
			require.NoError(t, err)
			request := fmt.Appendf(nil, "GET /ws HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
				"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %x\r\n\r\n", p.Addr, bytes(20))
			copy(request[random.IntN(len(request)):], bytes(10))
			_, err = conn.Write(request)
		} else {
			c, err := join(t, p)
			require.NoError(t, err)
			conn = c.Conn
			_, err = conn.Write(append([]byte{byte(random.Uint32()), 0x80 | byte(random.IntN(128))}, bytes(2000)...))
			require.NoError(t, err)
		}
		require.NoError(t, err)
		if i%3 == 0 {
			conn.Close()
		} else {
			defer conn.Close()
		}
		if i%10 == 0 {
			body := fmt.Sprint(i)
			require.NoError(t, bystander.Say(body))
			require.NoError(t, bystander.HearNext(bystander.Name, body))
		}
	}
}
