package chat

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/judge/judgetest"
)

// openBubble opens a room in a bubble, with the limits as they are served, but for idle.
func openBubble(t *testing.T, change func(*Config)) *judgetest.Room {
	config := Defaults
	config.Origins = unhurried.Origins
	change(&config)
	return openRoomWith(t, config, judgetest.OpenInBubble)
}

// patient is a client's end whose reads and writes may take as long as they like.
type patient struct{ net.Conn }

func (patient) SetReadDeadline(time.Time) error  { return nil }
func (patient) SetWriteDeadline(time.Time) error { return nil }

// A client that answers pings and says nothing stays for a day. One that doesn't answer
// is let go after Idle, and told so: it got one ping before.
func TestSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := openBubble(t, func(*Config) {})
		answers, silent := r.Join(), r.Enter(patient{r.Dial()})
		require.NoError(t, silent.HearUntil(judgetest.Welcome))
		r.Talker.Listen() // it answers pings
		answers.Listen()

		start := time.Now()
		f, err := silent.HearFrame()
		require.NoError(t, err)
		assert.Equal(t, judge.Frame{Final: true, Opcode: judge.Ping, Payload: []byte{}}, f)
		assert.Equal(t, Defaults.Idle/3, time.Since(start))
		_, err = silent.Hear()
		assert.Equal(t, judge.Closed(1008), err)
		assert.Equal(t, Defaults.Idle, time.Since(start))
		_, err = silent.Hear()
		assert.Equal(t, io.EOF, err)

		<-time.After(24 * time.Hour)
		require.NoError(t, answers.Say("good morning"))
		synctest.Wait()
		for _, c := range []*judge.Client{answers, r.Talker} {
			heard, ended := c.SoFar()
			require.NoError(t, ended)
			assert.Equal(t, []judge.Message{{Author: answers.Name, Body: "good morning"}}, heard)
		}
		assert.Equal(t, 2, r.Sockets.Open())
	})
}

// A client that says something now and then, and answers no ping, stays: it is not silent.
func TestWhoSpeaksNeedsNoPong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := openBubble(t, func(*Config) {})
		r.Talker.Listen()
		c := r.Enter(patient{r.Dial()})
		go io.Copy(io.Discard, c)
		for n := range 10 {
			require.NoError(t, c.Say(fmt.Sprint(n)))
			<-time.After(Defaults.Idle / 2)
		}
		assert.Equal(t, 2, r.Sockets.Open())
	})
}

// deaf is a connection on which nothing can be written while it holds, and whose reads
// time out when they are told to.
type deaf struct {
	net.Conn
	end time.Time
}

func (d *deaf) SetReadDeadline(at time.Time) error { d.end = at; return nil }

func (d *deaf) Read([]byte) (int, error) {
	<-time.After(time.Until(d.end))
	return 0, os.ErrDeadlineExceeded
}

// While frames wait to be written, a ping waits, too: its answer is not late.
func TestBusyIsNotSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(t)
		conn := &deaf{Conn: g}
		m := &mailbox{conn: conn}
		r := newTestReader(conn, m, Defaults)
		m.put(frameOf(1, 10))
		g.begins()
		start := time.Now()
		ended := make(chan error, 1)
		go func() { ended <- r.fill() }()
		<-time.After(10 * Defaults.Idle)
		require.Empty(t, ended, "it is let go while a write waits")
		g.ends(nil)
		assert.Equal(t, []byte{0x89, 0}, g.begins())
		g.ends(nil)
		written := time.Now()
		err := <-ended
		assert.Equal(t, silent, err)
		assert.GreaterOrEqual(t, time.Since(written), Defaults.Idle/3)
		assert.Less(t, time.Since(start), 11*Defaults.Idle)
	})
}

// newTestReader makes a reader as NewClient does.
func newTestReader(conn net.Conn, m *mailbox, config Config) *reader {
	r := NewClient(conn, nil, &config, nil, nil).reader
	r.mailbox = m
	return r
}

// A flood is read at its rate: of bytes, and of frames, whatever they are. Nothing of it is
// lost, and nobody is thrown out for it. What another client says meanwhile comes back at once.
func TestFlood(t *testing.T) {
	message := judge.AppendMessage(nil, judge.Message{Author: "a", Body: "b"})
	for _, test := range []struct {
		name  string
		frame []byte
	}{
		{"messages", message},
		{"long messages", judge.AppendMessage(nil, judge.Message{Author: "a", Body: strings.Repeat("x", 60<<10)})},
		{"pings", judge.AppendFrame(nil, judge.Ping, []byte("?"))},
		{"fragments", fragment(0, 0, "")},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := openBubble(t, func(c *Config) { c.Idle = 24 * time.Hour })
				flooder := r.Enter(patient{r.Dial()})
				go io.Copy(io.Discard, flooder)
				if test.name == "fragments" {
					require.NoError(t, flooder.Write(fragment(0, judge.Text, `{"author":"a","body":"`)))
				}
				const seconds = 20
				cost := len(test.frame) + frameCost
				n := (int(Defaults.Rate)*(2+seconds) + readMost) / cost
				start := time.Now()
				sent := make(chan error, 1)
				go func() {
					var err error
					for range n {
						_, e := flooder.Conn.Write(test.frame)
						err = e
					}
					sent <- err
				}()
				for range seconds / 2 {
					<-time.After(time.Second)
					before := time.Now()
					require.NoError(t, r.Talker.Say("and I?"))
					require.NoError(t, r.Talker.HearUntil("and I?"))
					assert.Equal(t, before, time.Now(), "its echo takes no time")
				}
				go io.Copy(io.Discard, r.Talker)
				require.NoError(t, <-sent)
				took := time.Since(start).Seconds()
				assert.InDelta(t, seconds, took, 2, "seconds until all was read")
				assert.Equal(t, 2, r.Sockets.Open())
			})
		})
	}
}

// fragment is one frame of a message of several, as a client sends it: the last one if final.
func fragment(final, opcode byte, payload string) []byte {
	b := judge.AppendFrame(nil, opcode, []byte(payload))
	b[0] = final | opcode
	return b
}

// A message over several frames arrives whole, wherever it is cut, also within a letter,
// and with pings between its frames.
func TestFragments(t *testing.T) {
	r := openRoom(t)
	c := r.Join()
	whole := string(payload(c.Name, "日本語"))
	for cut := range len(whole) + 1 {
		var b []byte
		b = append(b, fragment(0, judge.Text, whole[:cut])...)
		b = judge.AppendFrame(b, judge.Ping, []byte("now"))
		b = append(b, fragment(0, 0, "")...)
		b = append(b, fragment(0x80, 0, whole[cut:])...)
		require.NoError(t, c.Write(b))
		f, err := c.HearFrame()
		require.NoError(t, err)
		require.EqualValues(t, judge.Pong, f.Opcode)
		require.NoError(t, c.HearNext(c.Name, "日本語"))
		require.NoError(t, r.Talker.HearNext(c.Name, "日本語"))
	}
	long := strings.Repeat("x", 100<<10)
	var b []byte
	for i, part := range []string{`{"author":"a","body":"`, long, `"}`} {
		b = append(b, fragment([]byte{0, 0, 0x80}[i], []byte{judge.Text, 0, 0}[i], part)...)
	}
	require.NoError(t, c.Write(b))
	require.NoError(t, r.Talker.HearNext("a", long))
}

// What a client may be let go for, and what it hears. Nobody else hears anything.
func TestTold(t *testing.T) {
	text := func(s string) []byte { return judge.AppendFrame(nil, judge.Text, []byte(s)) }
	long := strings.Repeat("x", 128<<10)
	for _, test := range []struct {
		name string
		send []byte
		code int
	}{
		{"no JSON", text("no JSON"), 1007},
		{"null", text("null"), 1007},
		{"an array", text(`["JSON", "but no message"]`), 1007},
		{"a number", text("1"), 1007},
		{"an empty object", text("{}"), 1007},
		{"no body", text(`{"author":"a"}`), 1007},
		{"a body that is no text", text(`{"author":"a","body":1}`), 1007},
		{"more after the JSON", text(`{"author":"a","body":"b"} {}`), 1007},
		{"nothing", text(""), 1007},
		{"half a letter", text("{\"author\":\"a\",\"body\":\"\xe6\x97\"}"), 1007},
		{"half a letter in two parts", append(fragment(0, judge.Text, "{\"author\":\"a\",\"body\":\"\xe6"), fragment(0x80, 0, "\x97\"}")...), 1007},
		{"too long", text(long + "x"), 1009},
		{"too long in two parts", append(fragment(0, judge.Text, long), fragment(0x80, 0, "x")...), 1009},
		{"a length of 2⁶³", []byte{0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 1009},
		{"a part of nothing", fragment(0x80, 0, "x"), 1002},
		{"a text within a text", append(fragment(0, judge.Text, "{"), text("}")...), 1002},
		{"a long ping", judge.AppendFrame(nil, judge.Ping, []byte(long)), 1002},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := openRoom(t)
			c := r.Join()
			require.NoError(t, c.Write(append(test.send, text(`{"author":"a","body":"this comes too late"}`)...)))
			assert.Equal(t, []int{test.code}, closeCodes(t, c))
			r.AwaitOpen(1)
			r.Flow(10, 100)
		})
	}
}

// closeCodes returns the codes of the close frames that a client hears, until its
// connection ends. It must hear nothing else.
func closeCodes(t *testing.T, c *judge.Client) (codes []int) {
	t.Helper()
	for {
		f, err := c.HearFrame()
		if err != nil {
			require.ErrorIs(t, err, io.EOF)
			return codes
		}
		require.EqualValues(t, judge.Closing, f.Opcode, "what comes: %q", f.Payload)
		codes = append(codes, int(binary.BigEndian.Uint16(f.Payload)))
		if tcp, ok := c.Conn.(*net.TCPConn); ok {
			tcp.CloseWrite()
		}
	}
}

// After Shutdown, each client gets all that waited for it, then 1001. What is said later
// nobody hears, and a client that comes now is told the same.
func TestShutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const messages, size = 200, 1 << 10
		server := NewServer(as05)
		r := judgetest.OpenInBubble(t, server.Guard(server.WebsocketHandler()), server.Start, func() {})
		late := r.Join()
		r.Flow(messages, size)
		synctest.Wait()
		ended := make(chan bool, 1)
		go func() { server.Shutdown(); ended <- true }()
		synctest.Wait()
		require.NoError(t, r.Talker.Say("too late"))
		_, err := r.Talker.Hear()
		assert.Equal(t, judge.Closed(1001), err)
		require.NoError(t, r.Talker.SayGoodbye())
		conn := r.Dial()
		_, err = judge.NewClient("a newcomer", conn, "localhost", "/", judgetest.Patience())
		conn.Close()
		assert.Equal(t, judge.StatusError(http.StatusServiceUnavailable), err)
		g := newGate(t)
		server.addClientCh <- NewClient(g, nil, &as05, nil, nil) // it had a place already
		for !bytes.HasSuffix(g.begins(), []byte(goingAway)) {
			g.ends(nil)
		}
		g.ends(nil)
		require.Empty(t, ended, "one has not left")

		first, next, err := late.HearFlow(1 << 30)
		assert.Equal(t, judge.Closed(1001), err)
		assert.Equal(t, []int{0, messages}, []int{first, next})
		require.NoError(t, late.SayGoodbye())
		<-ended
		for _, c := range []*judge.Client{r.Talker, late} {
			_, err := c.Hear()
			assert.Equal(t, io.EOF, err)
		}
	})
}

// A client that is slowed down is not slow to leave.
func TestShutdownOfAFlooder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		config := Defaults
		config.Origins = unhurried.Origins
		server := NewServer(config)
		r := judgetest.OpenInBubble(t, server.Guard(server.WebsocketHandler()), server.Start, func() {})
		const frames = 10_000
		flood := bytes.Repeat(judge.AppendFrame(nil, judge.Pong, nil), frames)
		go func() {
			r.Talker.Conn.Write(flood)
			r.Talker.SayGoodbye()
		}()
		go io.Copy(io.Discard, r.Talker)
		<-time.After(3 * time.Second)
		start := time.Now()
		server.Shutdown()
		assert.Less(t, time.Since(start), time.Second)
	})
}

// A client that never reads doesn't hold up the shutdown: it has four seconds, also where a
// write to it was stuck before.
func TestShutdownBesideAStalledClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := NewServer(as05)
		r := judgetest.OpenInBubble(t, server.Guard(server.WebsocketHandler()), server.Start, func() {})
		r.Join() // and it reads no more
		r.Flow(200, 1<<10)
		<-time.After(5 * time.Second)
		r.Flow(1, 100)
		go func() {
			for { // the talker leaves when it is told
				if _, err := r.Talker.Hear(); err != nil {
					r.Talker.SayGoodbye()
					return
				}
			}
		}()
		start := time.Now()
		server.Shutdown()
		assert.LessOrEqual(t, time.Since(start), 4100*time.Millisecond)
	})
}

// A client that is told why still hears it when it reads late, although the server has not
// read all that the client sent. (If the server closed the connection at once, the system
// would reset it, and throw away what has not arrived.)
func TestHearsWhy(t *testing.T) {
	const messages, size = 40, 1 << 10
	r := openRoom(t)
	c := r.Join()
	require.NoError(t, r.Sockets.Of(c.Conn).SetWriteBuffer(128<<10)) // all of them, with the close frame
	require.NoError(t, c.Conn.(*net.TCPConn).SetReadBuffer(4<<10))
	r.Flow(messages, size)
	tooLong := judge.AppendFrame(nil, judge.Text, make([]byte, 200<<10))
	require.NoError(t, c.Write(tooLong[:50<<10]))
	judgetest.Await(t, "the server to drain or to close the connection", func() bool {
		return judgetest.Count("chat.(*reader).drain") == 1 || r.Sockets.Open() == 1
	})
	first, next, err := c.HearFlow(1 << 30)
	assert.Equal(t, judge.Closed(1009), err)
	assert.Equal(t, []int{0, messages}, []int{first, next})
}

// Nor does one that was dropped just before, and has not left yet.
func TestShutdownAfterADrop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := NewServer(as05)
		r := judgetest.OpenInBubble(t, server.Guard(server.WebsocketHandler()), server.Start, func() {})
		r.Join()            // and it reads no more
		r.Flow(1200, 1<<10) // too much for it
		r.Talker.Drop()
		synctest.Wait()
		start := time.Now()
		server.Shutdown()
		assert.LessOrEqual(t, time.Since(start), 4600*time.Millisecond)
		go server.Start() // so that the one that is left can leave
		<-time.After(time.Minute)
		server.doneCh <- true
	})
}
