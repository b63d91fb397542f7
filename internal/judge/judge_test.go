package judge

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/websocket"

	"websocket-chat-steps/internal/stacks"
	"websocket-chat-steps/internal/steps"
)

// A server that has every property gets that verdict, with what was seen.
func TestGoodServer(t *testing.T) {
	j := New(startFake(none), declaredFake)
	for p, seen := range map[steps.Property]string{
		steps.EveryMessage: "each of 5 clients heard all of 100 messages, each once",
		steps.PastMessages: "a newcomer heard 20 past messages",
		steps.NothingLeft:  "15 clients came and went, 0 goroutines and 0 sockets are left",
		steps.LongHistory:  "a newcomer came to 300 past messages",
		steps.StalledRoom:  "400 messages of 1 KiB were said and heard beside a client that did not read them",
		steps.StalledCost:  "and less than",
		steps.SenderOrder:  "3 clients heard all of them in the order in which they were sent",
		steps.SameOrder:    "4 clients heard all of them in one order",
	} {
		t.Run(string(p), func(t *testing.T) {
			v, err := j.Property(t.Context(), p)
			require.NoError(t, err)
			assert.Equal(t, Holds, v.Kind, v.Seen)
			assert.Contains(t, v.Seen, seen)
		})
	}
	t.Run("Goroutines", func(t *testing.T) {
		v, err := j.Goroutines(t.Context())
		require.NoError(t, err)
		assert.Equal(t, Holds, v.Kind, v.Seen)
		assert.Contains(t, v.Seen, "10 clients are there, and so there are 20 goroutines: 10 ")
	})
	for _, b := range steps.BadClients {
		t.Run(string(b), func(t *testing.T) {
			got, seen, err := j.BadClient(t.Context(), b)
			require.NoError(t, err)
			assert.Equal(t, declaredFake.Reactions[b], got, seen)
		})
	}
}

// impatient makes the judge give up early, for tests in which something doesn't happen.
func impatient(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("-short leaves out the tests that watch servers until they fail")
	}
	before, beforeSilence := patience, silence
	silence = 300 * time.Millisecond
	patience = 2 * silence
	t.Cleanup(func() { patience, silence = before, beforeSilence })
}

// The judge sees each property that is missing, and no other one.
func TestFaultyServers(t *testing.T) {
	for _, test := range []struct {
		fault    fault
		property steps.Property
		want     Kind
		seen     string
	}{
		{losesOne, steps.EveryMessage, Fails, "it did not hear client 2 say \"round 7\""},
		{losesOne, steps.SenderOrder, Holds, ""},
		{saysTwice, steps.EveryMessage, Fails, "client 4 heard client 2 say \"round 7\" 2 times"},
		{saysTwice, steps.SenderOrder, Holds, ""},
		{forgets, steps.PastMessages, Fails, "it did not hear client 1 say \"past 0\""},
		{forgets, steps.EveryMessage, Holds, ""},
		{leavesGoroutine, steps.NothingLeft, Fails, "after 15 clients have gone, 0 sockets are still open, and there are 15 goroutines: select, in fake.serve.func1"},
		{leavesGoroutine, steps.EveryMessage, Holds, ""},
		{sendsToItself, steps.LongHistory, Freezes, "waits in a channel send, in fake.give"},
		{sendsToItself, steps.StalledRoom, Freezes, "waits in a channel send, in fake.give"},
		{sendsToItself, steps.StalledCost, Freezes, "waits in a channel send, in fake.give"},
		{sendsToItself, steps.NothingLeft, Holds, ""},
		{selectsForever, steps.StalledRoom, Freezes, "waits in a select, in fake.give"},
		{selectsForever, steps.EveryMessage, Holds, ""},
		{waitsForClients, steps.StalledRoom, BreaksOff, "waited for client 1 to hear itself"},
		{waitsForClients, steps.LongHistory, Holds, ""},
		{waitsForClients, steps.StalledCost, BreaksOff, "until nothing moved any more"},
		{keepsEverything, steps.StalledCost, Fails, "MiB were held for it"},
		{keepsEverything, steps.StalledRoom, Holds, ""},
		{swapsTwo, steps.SenderOrder, Fails, "heard 1 of 50 messages out of order, which one client sent in one write (0 was sent first):\n0 1 2 3 4 5 6 7 8 9 11 10 12"},
		{swapsTwo, steps.SameOrder, Holds, ""},
		{mixesSenders, steps.SameOrder, Fails, "client 3 and client 4 heard "},
		{mixesSenders, steps.SenderOrder, Holds, ""},
	} {
		t.Run(string(test.property)+" where "+string(test.fault), func(t *testing.T) {
			if test.want != Holds {
				impatient(t)
			}
			declared := declaredFake
			if test.fault == leavesGoroutine {
				declared = leaky
			}
			got, err := New(startFake(test.fault), declared).Property(t.Context(), test.property)
			require.NoError(t, err)
			assert.Equal(t, test.want, got.Kind, got.Seen)
			assert.Contains(t, got.Seen, test.seen)
		})
	}
}

// The judge sees that more or fewer goroutines stay than were declared.
func TestGoroutinesPerClientIsCounted(t *testing.T) {
	impatient(t)
	for _, n := range []int{1, 3} {
		declared := declaredFake
		declared.GoroutinesPerClient = n
		got, err := New(startFake(none), declared).Goroutines(t.Context())
		require.NoError(t, err)
		assert.Equal(t, Fails, got.Kind)
		assert.Contains(t, got.Seen, "10 select, in fake.serve.func1")
	}
}

// The judge sees each wrong reaction to a bad client.
func TestReactionsOfFaultyServers(t *testing.T) {
	impatient(t)
	for _, test := range []struct {
		fault fault
		bad   steps.BadClient
		want  steps.Reaction
		seen  string
	}{
		{sendsToItself, steps.StopsReading, steps.Freezes, "channel send"},
		{keepsEverything, steps.StopsReading, steps.PilesUp, "MiB were held for it"},
		{waitsForClients, steps.StopsReading, "", "waited for client 1 to hear itself"},
		{leavesGoroutine, steps.Resets, steps.Leaks, "0 sockets are still open, and there is 1 goroutine: select"},
		{leavesGoroutine, steps.DiesMidFrame, steps.Leaks, "there is 1 goroutine: select"},
		{relaysAnything, steps.SendsNoJSON, "", "the others heard"},
		{dropsLong, steps.LongMessage, steps.Ignored, "but did hear what the client said next"},
		{diesOfEmpty, steps.EmptyMessage, "", "heard neither"},
	} {
		t.Run(string(test.bad)+" where "+string(test.fault), func(t *testing.T) {
			got, seen, err := New(startFake(test.fault), leaky).BadClient(t.Context(), test.bad)
			require.NoError(t, err)
			assert.Equal(t, test.want, got, seen)
			assert.Contains(t, seen, test.seen)
		})
	}
}

// If a server leaves something behind, and its row doesn't say so, every scenario ends
// with an error.
func TestLeavingsAreSeenEverywhere(t *testing.T) {
	impatient(t)
	_, err := New(startFake(leavesGoroutine), declaredFake).Property(t.Context(), steps.EveryMessage)
	assert.ErrorContains(t, err, "afterwards, waited for the clients' goroutines to end; there are 5 goroutines: select, in fake.serve.func1")
}

// If no goroutine runs the function of Loop, that is an error at once. It says where
// the name is declared.
func TestRenamedLoop(t *testing.T) {
	start := func() (Server, error) {
		s, err := startFake(none)()
		stop := s.Stop
		t.Cleanup(stop)
		s.Loop = "judge.(*fake).run"
		return s, err
	}
	began := time.Now()
	_, err := New(start, declaredFake).Property(t.Context(), steps.EveryMessage)
	assert.ErrorContains(t, err, "no goroutine runs judge.(*fake).run")
	assert.ErrorContains(t, err, "1 goroutine: select, in fake.loop")
	assert.ErrorContains(t, err, "internal/steps/steps.go, as Loop in the row of a fake")
	assert.Less(t, time.Since(began), patience, "at once")
}

func TestServerThatDoesNotStart(t *testing.T) {
	_, err := New(func() (Server, error) { return Server{}, errors.New("no disk") }, declaredFake).Property(t.Context(), steps.EveryMessage)
	assert.EqualError(t, err, "the server of a fake does not start: no disk")
}

// Clients are spread over all servers of a room, and hear each other.
func TestSeveralAddresses(t *testing.T) {
	var came [2]int
	start := func() (Server, error) {
		s, err := startFake(none)()
		room := s.Handlers[0]
		for i := range came {
			came[i] = 0
			handler := http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) { came[i]++; room.ServeHTTP(w, req) })
			s.Handlers = append(s.Handlers[:i], handler)
		}
		return s, err
	}
	for _, p := range []steps.Property{steps.SameOrder, steps.NothingLeft} {
		v, err := New(start, declaredFake).Property(t.Context(), p)
		require.NoError(t, err)
		assert.Equal(t, Holds, v.Kind, v.Seen)
		assert.Positive(t, came[0])
		assert.Positive(t, came[1])
	}
	room := [2]*fake{}
	apart := func() (Server, error) { // two rooms are not one
		for i := range room {
			room[i] = newFake(none)
		}
		return Server{
			Handlers: []http.Handler{websocket.Handler(room[0].serve), websocket.Handler(room[1].serve)},
			Path:     "/", Loop: "judge.(*fake).loop",
			Stop: func() { room[0].stop <- struct{}{}; room[1].stop <- struct{}{} },
		}, nil
	}
	impatient(t)
	v, err := New(apart, declaredFake).Property(t.Context(), steps.EveryMessage)
	require.NoError(t, err)
	assert.Equal(t, Fails, v.Kind, v.Seen)
}

// If the server is another process, the judge says only what the clients see.
func TestServerElsewhere(t *testing.T) {
	inside, err := startFake(none)()
	require.NoError(t, err)
	defer inside.Stop()
	addr := serve(t, inside.Handlers[0])
	j := New(func() (Server, error) { return Server{Addrs: []string{addr}, Path: "/"}, nil }, declaredFake)
	for p, want := range map[steps.Property]Kind{
		steps.SenderOrder: Holds, steps.NothingLeft: BreaksOff, steps.StalledCost: BreaksOff,
	} {
		v, err := j.Property(t.Context(), p)
		require.NoError(t, err)
		assert.Equal(t, want, v.Kind, v.Seen)
		if want == BreaksOff {
			assert.Contains(t, v.Seen, "another process, so its goroutines and sockets can't be counted")
		}
	}
}

// Where there is a Look, a server that is another process is judged as one in this.
func TestServerElsewhereThatIsLookedInto(t *testing.T) {
	impatient(t)
	for _, test := range []struct {
		fault fault
		p     steps.Property
		want  Kind
	}{
		{none, steps.NothingLeft, Holds},
		{leavesGoroutine, steps.NothingLeft, Fails},
		{none, steps.StalledRoom, Holds},
		{sendsToItself, steps.StalledRoom, Freezes},
	} {
		others := idsOf(stacks.Now())
		s, err := startFake(test.fault)()
		require.NoError(t, err)
		sockets := new(Sockets)
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		web := &http.Server{Handler: s.Handlers[0], ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			assert.NoError(t, c.(*conn).Conn.(*net.TCPConn).SetWriteBuffer(smallBuffer)) // as the other process does it
			return ctx
		}}
		go web.Serve(sockets.Listener(l))
		looks := 0
		look := func(context.Context, bool) (Inside, error) {
			looks++
			own := slices.DeleteFunc(stacks.Now(), func(g stacks.Goroutine) bool {
				return others[g.ID] || !strings.Contains(g.Created.Function, "judge.(*fake)") && !slices.ContainsFunc(g.Frames, func(f stacks.Frame) bool { return strings.Contains(f.Function, "judge.(*fake)") })
			})
			return Inside{Goroutines: own, Sockets: sockets.Open()}, nil
		}
		j := New(func() (Server, error) {
			return Server{Addrs: []string{l.Addr().String()}, Path: "/", Loop: s.Loop, Look: look, Pause: time.Nanosecond}, nil
		}, declaredFake)
		v, err := j.Property(t.Context(), test.p)
		require.NoError(t, err)
		assert.Equal(t, test.want, v.Kind, "%s: %s", test.fault, v.Seen)
		assert.Positive(t, looks)
		sockets.release() // as a process's end does
		web.Close()
	}

	gone := errors.New("it has ended")
	j := New(func() (Server, error) {
		return Server{Addrs: []string{"127.0.0.1:1"}, Look: func(context.Context, bool) (Inside, error) { return Inside{}, gone }}, nil
	}, declaredFake)
	_, err := j.Property(t.Context(), steps.NothingLeft)
	assert.ErrorIs(t, err, gone)
}

// A socket is open until the server has closed it, also if its client has gone.
func TestListenerCountsOpenSockets(t *testing.T) {
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer tcp.Close()
	all := new(Sockets)
	l := all.Listener(tcp)
	var accepted []net.Conn
	for range 3 {
		client, err := net.Dial("tcp", tcp.Addr().String())
		require.NoError(t, err)
		defer client.Close()
		server, err := l.Accept()
		require.NoError(t, err)
		accepted = append(accepted, server)
		require.NoError(t, client.Close())
	}
	assert.Equal(t, 3, all.Open(), "all clients have closed, the server has not")
	accepted[1].Close()
	accepted[1].Close()
	assert.Equal(t, 2, all.Open(), "closing twice counts once")
	all.release()
	_, err = accepted[0].Read(make([]byte, 1))
	assert.EqualError(t, err, "EOF", "to the server, the client has gone")
}

// An inversion is a message that came after one that was sent later.
func TestInversions(t *testing.T) {
	numbers := func(all string) (messages []Message) {
		for n := range strings.FieldsSeq(all) {
			messages = append(messages, Message{"a", "round 3, message " + n})
		}
		return messages
	}
	for heard, want := range map[string]int{"": 0, "0 1 2 3": 0, "0 2 1 3": 1, "3 0 1 2": 3, "1 2 3 0": 1} {
		assert.Equal(t, want, inversions(numbers(heard), nil), heard)
		assert.Equal(t, want, inversions(numbers(heard), numbers("0 1 2 3")), heard)
	}
	assert.Equal(t, 3, inversions(numbers("0 1 2 3"), numbers("3 2 1 0")))
	assert.Equal(t, "x0 x2", order(numbers("0 2"), map[string]string{"a": "x"}))
}
