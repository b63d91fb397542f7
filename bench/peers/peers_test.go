// Package peers_test runs the peers as processes. It checks that all of them are the same
// chat, and that each does what its comments say. It knows what they do, and not how long
// they take.
package peers_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/bench/peers/peer"
)

// burst is how many messages are on the way at the same time. No peer drops a client for
// so few, also on a busy machine: coder has the shortest queue, of 16.
const burst = 12

func forEachPeer(t *testing.T, test func(t *testing.T, name string)) {
	for _, name := range peerNames {
		t.Run(name, func(t *testing.T) { test(t, name) })
	}
}

var hellos int // so that no two are the same

// enter lets a client join and say hello. When all in the room have heard it, the client
// is certainly in.
func enter(t *testing.T, p *process, room ...*client) *client {
	t.Helper()
	c := join(t, p)
	hellos++
	hello := peer.Message{Author: "newcomer", Body: "hello " + strconv.Itoa(hellos)}
	c.mustSay(t, hello)
	for c.mustHear(t) != hello { // the past
	}
	for _, other := range room {
		require.Equal(t, hello, other.mustHear(t))
	}
	return c
}

func enterThree(t *testing.T, p *process) []*client {
	t.Helper()
	var room []*client
	for range 3 {
		room = append(room, enter(t, p, room...))
	}
	return room
}

// count makes the client say the numbers from first to last, and hear them.
func count(t *testing.T, c *client, first, last int) {
	t.Helper()
	said := first - 1
	for heard := first; heard <= last; heard++ {
		for said < last && said < heard-1+burst {
			said++
			c.mustSay(t, number(said))
		}
		require.Equal(t, number(heard), c.mustHear(t))
	}
}

func number(n int) peer.Message {
	return peer.Message{Author: "counter", Body: strconv.Itoa(n)}
}

func TestEverybodyHearsEverythingInOrder(t *testing.T) {
	forEachPeer(t, func(t *testing.T, name string) {
		p := start(t, name)
		room := enterThree(t, p)
		const rounds, each = 20, burst / 3
		said := make([]int, len(room))
		for range rounds {
			for range each {
				for i, c := range room {
					said[i]++
					c.mustSay(t, peer.Message{Author: strconv.Itoa(i), Body: fmt.Sprintf("%d\n<\"ä日\u2028", said[i])})
				}
			}
			var first []peer.Message // what client 0 hears
			for i, c := range room {
				var heard []peer.Message
				last := make([]int, len(room)) // of each sender, in this round
				for range burst {
					message := c.mustHear(t)
					heard = append(heard, message)
					sender, err := strconv.Atoi(message.Author)
					require.NoError(t, err)
					last[sender]++
					want := fmt.Sprintf("%d\n<\"ä日\u2028", said[sender]-each+last[sender])
					require.Equal(t, want, message.Body, "client %d hears client %d", i, sender)
				}
				if i == 0 {
					first = heard
				}
				require.Equal(t, first, heard, "clients 0 and %d hear another order", i)
			}
		}
		enter(t, p, room...) // and after all that, the next message is a hello
	})
}

func TestNewcomerHearsTheLastHundred(t *testing.T) {
	forEachPeer(t, func(t *testing.T, name string) {
		p := start(t, name)
		talker := join(t, p)
		count(t, talker, 1, 120)
		newcomer := join(t, p)
		for i := 21; i <= 120; i++ {
			require.Equal(t, number(i), newcomer.mustHear(t))
		}
		count(t, talker, 121, 122)
		require.Equal(t, number(121), newcomer.mustHear(t), "after the past")
		require.Equal(t, number(122), newcomer.mustHear(t))
	})
}

func TestNewcomersWhilePeopleTalk(t *testing.T) {
	forEachPeer(t, func(t *testing.T, name string) {
		p := start(t, name)
		talker := join(t, p)
		for last := burst; last <= 40*burst; last += burst {
			var newcomer *client
			connected := make(chan error, 1)
			go func() {
				var err error
				newcomer, err = connect(p, 2*peer.MaxMessage)
				connected <- err
			}()
			count(t, talker, last-burst+1, last)
			require.NoError(t, <-connected)

			// It joined between these messages, or after them.
			oldest := max(1, last-peer.Past+1)
			heard := make(map[int]bool)
			for n := oldest; n <= last; n++ {
				for !heard[n] {
					i, err := strconv.Atoi(newcomer.mustHear(t).Body)
					require.NoError(t, err)
					if name != "melody" { // where some may come twice
						require.False(t, heard[i], "%d twice", i)
						require.True(t, i <= oldest || heard[i-1], "%d without the one before", i)
					}
					heard[i] = true
				}
			}
			newcomer.conn.Close()
		}
	})
}

func TestLeavingLeavesNothing(t *testing.T) {
	ways := map[string]func(c *client) error{
		"a close frame": func(c *client) error {
			if err := c.conn.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseGoingAway, "")); err != nil {
				return err
			}
			return isLetGo(c, websocket.CloseGoingAway, websocket.CloseNormalClosure)
		},
		"the end of the connection": func(c *client) error { return c.conn.Close() },
		"a reset": func(c *client) error {
			if err := c.conn.NetConn().(*net.TCPConn).SetLinger(0); err != nil {
				return err
			}
			return c.conn.Close()
		},
		"half a frame": func(c *client) error {
			if _, err := c.conn.NetConn().Write([]byte{0x81, 0x80 | 126, 1}); err != nil {
				return err
			}
			return c.conn.Close()
		},
		"what is no message": func(c *client) error {
			if err := c.conn.WriteMessage(websocket.TextMessage, []byte("hello")); err != nil {
				return err
			}
			return isLetGo(c)
		},
		"too long a message": func(c *client) error {
			// It may be dropped before it has said all of it.
			c.say(peer.Message{Body: strings.Repeat("x", peer.MaxMessage)})
			return isLetGo(c)
		},
	}
	forEachPeer(t, func(t *testing.T, name string) {
		p := start(t, name)
		empty, err := p.goroutines()
		require.NoError(t, err)
		stays := enter(t, p)
		waitForGoroutines(t, p, "one is in", func(n int) bool { return n > empty })

		for way, leave := range ways {
			t.Run(way, func(t *testing.T) {
				room := []*client{stays}
				for range 3 {
					room = append(room, enter(t, p, room...))
				}
				for _, c := range room[1:] {
					require.NoError(t, leave(c))
				}
				count(t, stays, 1, 3) // the room goes on
			})
		}
		require.NoError(t, stays.conn.Close())
		waitForGoroutines(t, p, "all have left", func(n int) bool { return n == empty })
	})
}

// isLetGo waits until the server ends the connection, after a close frame with one of
// these codes, if there are any. Then it closes the client's side.
func isLetGo(c *client, codes ...int) error {
	defer c.conn.Close()
	message, err := c.hear()
	if err == nil {
		return fmt.Errorf("%v, where the connection should be over", message)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	if len(codes) > 0 && !websocket.IsCloseError(err, codes...) {
		return fmt.Errorf("instead of a close frame: %w", err)
	}
	// A close frame isn't the end yet.
	if _, err := io.Copy(io.Discard, c.conn.NetConn()); errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("the server keeps the connection: %w", err)
	}
	return nil
}

func waitForGoroutines(t *testing.T, p *process, when string, enough func(n int) bool) {
	t.Helper()
	var last int
	ok := assert.Eventually(t, func() bool {
		var err error
		last, err = p.goroutines()
		return err == nil && enough(last)
	}, deadline, 10*time.Millisecond)
	if !ok {
		profile, err := p.get("/debug/pprof/goroutine?debug=1")
		require.Fail(t, "goroutines", "when %s, there are %d\n%v\n%s", when, last, err, profile)
	}
}

// TestLeavingLeavesNoMemory finds what no goroutine shows, such as a client that is still
// in the room's set.
func TestLeavingLeavesNoMemory(t *testing.T) {
	const leavers = 200
	forEachPeer(t, func(t *testing.T, name string) {
		p := start(t, name)
		empty, err := p.goroutines()
		require.NoError(t, err)
		comeAndGo := func() {
			for range leavers {
				c, err := connect(p, 1024)
				require.NoError(t, err)
				require.NoError(t, c.conn.Close())
			}
			waitForGoroutines(t, p, "all have left", func(n int) bool { return n == empty })
		}
		comeAndGo() // pools, and other things that are made only once, are made here
		before, err := p.heapObjects()
		require.NoError(t, err)
		comeAndGo()
		after := 0
		if !assert.Eventually(t, func() bool {
			after, err = p.heapObjects()
			return err == nil && after < before+leavers
		}, deadline, 10*time.Millisecond) {
			require.Fail(t, "memory", "%d more have come and gone, and left %d objects; error: %v", leavers, after-before, err)
		}
	})
}

func TestMessagesOfAllLengths(t *testing.T) {
	forEachPeer(t, func(t *testing.T, name string) {
		p := start(t, name)
		room := enterThree(t, p)
		// Around the lengths at which a frame's header changes its form.
		empty := len(`{"author":"","body":""}`)
		for _, length := range []int{empty, 124, 125, 126, 127, 1024, 0xFFFE, 0xFFFF, 0x10000, peer.MaxMessage} {
			message := peer.Message{Body: strings.Repeat("x", length-empty)}
			room[0].mustSay(t, message)
			for _, c := range room {
				require.True(t, message == c.mustHear(t), "a message of %d bytes came otherwise", length)
			}
		}
	})
}

func TestPingIsAnswered(t *testing.T) {
	forEachPeer(t, func(t *testing.T, name string) {
		p := start(t, name)
		c := enter(t, p)
		var pongs []string
		c.conn.SetPongHandler(func(payload string) error {
			pongs = append(pongs, payload)
			return nil
		})
		require.NoError(t, c.conn.WriteMessage(websocket.PingMessage, []byte("are you there?")))
		count(t, c, 1, 1)
		if len(pongs) == 0 { // it may come after the message
			count(t, c, 2, 2)
		}
		assert.Equal(t, []string{"are you there?"}, pongs)
	})
}

func TestHandshakeOfNoWebSocket(t *testing.T) {
	forEachPeer(t, func(t *testing.T, name string) {
		p := start(t, name)
		_, err := p.get("/ws")
		assert.ErrorContains(t, err, ": 4") // 400 Bad Request, or 426 Upgrade Required
		page, err := p.get("/")
		require.NoError(t, err)
		assert.Contains(t, page, name)
		assert.Contains(t, page, "/ws")
	})
}

// talkHeavily says more than the system's buffers and a queue of 256 messages can hold for
// a client that doesn't read.
const (
	heavyMessages = 450
	heavyLength   = 64 << 10
)

// talkHeavily makes the client say numbers, in long messages. It hears each before it says
// the next. heard counts those that it has heard.
func talkHeavily(c *client, heard *atomic.Int32) error {
	filling := strings.Repeat("x", heavyLength)
	for n := range heavyMessages {
		said := fmt.Sprintf(`{"author":"%d","body":"%s"}`, n, filling)
		if err := c.sayText(said); err != nil {
			return err
		}
		text, err := c.hearText()
		if err != nil {
			return fmt.Errorf("waiting for message %d: %w", n, err)
		}
		if text != said {
			return fmt.Errorf("%.30q, %d bytes, instead of message %d", text, len(text), n)
		}
		heard.Add(1)
	}
	return nil
}

// TestStalled checks what the comments of the peers with queues say about a client that
// doesn't read: the others notice nothing. It also checks what the client hears when it
// reads again.
func TestStalled(t *testing.T) {
	stall := func(t *testing.T, name string, args ...string) (talker, stalled *client) {
		p := start(t, name, args...)
		talker = enter(t, p)
		stalled = enter(t, p, talker)
		require.NoError(t, talkHeavily(talker, new(atomic.Int32)))
		return talker, stalled
	}
	// next makes the client hear the messages from first to last, in this order, and
	// returns how many came before an error.
	next := func(t *testing.T, c *client, first, last int) (heard int, err error) {
		for n := first; n <= last; n++ {
			message, err := c.hear()
			if err != nil {
				return heard, err
			}
			require.Equal(t, strconv.Itoa(n), message.Author)
			heard++
		}
		return heard, nil
	}

	for _, name := range []string{"gorilla", "mailbox-gorilla", "coder", "channel"} {
		t.Run(name+" lets it go", func(t *testing.T) {
			_, stalled := stall(t, name)
			heard, err := next(t, stalled, 0, heavyMessages-1)
			require.Error(t, err, "it heard everything")
			assert.NotErrorIs(t, err, os.ErrDeadlineExceeded)
			assert.NotZero(t, heard)
		})
	}

	for name, args := range map[string][]string{"gws": nil, "gorilla": {"-queue", "1024"}} {
		t.Run(name+" keeps everything for it", func(t *testing.T) {
			_, stalled := stall(t, name, args...)
			_, err := next(t, stalled, 0, heavyMessages-1)
			require.NoError(t, err)
		})
	}

	t.Run("melody drops messages", func(t *testing.T) {
		began := time.Now()
		_, stalled := stall(t, "melody")
		// The queue alone has 256. When they have been read there is room in it.
		_, err := next(t, stalled, 0, 255)
		var message peer.Message
		if err == nil {
			err = stalled.say(peer.Message{Author: "stalled"})
		}
		for heard := 256; err == nil && message.Author != "stalled"; heard++ {
			require.Less(t, heard, heavyMessages, "it heard everything")
			message, err = stalled.hear()
		}
		if time.Since(began) < 10*time.Second { // a write may take no longer
			require.NoError(t, err)
		}
	})
}

// TestStalledFreezesTheFloor shows that the room waits in a Write to a client
// that doesn't read, and goes on when its connection breaks.
func TestStalledFreezesTheFloor(t *testing.T) {
	p := start(t, "floor")
	talker := enter(t, p)
	stalled := enter(t, p, talker)
	var heard atomic.Int32
	talked := make(chan error, 1)
	go func() { talked <- talkHeavily(talker, &heard) }()

	writing := regexp.MustCompile(`(?m)^goroutine \d+ \[IO wait.*\n(?:.+\n)*net\.\(\*conn\)\.Write\(.*\n.*\nmain\.\(\*room\)\.run\(`)
	before, still := int32(0), 0
	require.Eventually(t, func() bool {
		stacks, err := p.get("/debug/pprof/goroutine?debug=2")
		now := heard.Load()
		if err == nil && now == before && writing.MatchString(stacks) {
			still++
		} else {
			before, still = now, 0
		}
		return still == 20 // a single time may be a moment in which the talker is slow
	}, deadline, 10*time.Millisecond, "waiting for the room to wait in a Write")
	require.Less(t, before, int32(heavyMessages))

	require.NoError(t, stalled.conn.Close())
	require.NoError(t, <-talked)
}

func TestTakenPort(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	forEachPeer(t, func(t *testing.T, name string) {
		status, stdout, stderr := run(t, name, "-addr", taken.Addr().String())
		assert.Equal(t, 1, status)
		assert.Empty(t, stdout)
		assert.Regexp(t, `^`+name+`: [^\n]*`+taken.Addr().String()+`[^\n]*; choose another address, as in -addr localhost:8081\n$`, stderr)
	})
}

func TestUnexpectedArgument(t *testing.T) {
	forEachPeer(t, func(t *testing.T, name string) {
		status, stdout, stderr := run(t, name, "localhost:8081")
		assert.Equal(t, 2, status)
		assert.Empty(t, stdout)
		assert.Regexp(t, `^`+name+`: unexpected argument "localhost:8081"[^\n]*-addr\n$`, stderr)
	})
}

func TestCtrlC(t *testing.T) {
	forEachPeer(t, func(t *testing.T, name string) {
		p := start(t, name)
		enterThree(t, p)
		p.interrupt()
		assert.Equal(t, 0, p.wait(), "exit status")
	})
}
