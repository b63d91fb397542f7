package orders

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/schedule"
	"websocket-chat-steps/internal/schedule/room"
)

// hand asks a session what comes after some picks.
func hand(t *testing.T, s *Session, q room.Question) room.Answer {
	t.Helper()
	q.Hand = true
	var last room.Answer
	require.NoError(t, s.Ask(q, func(a room.Answer) error {
		last = a
		return nil
	}))
	return last
}

func start(t *testing.T, p *Program) *Session {
	t.Helper()
	s, err := p.Start(judgetest.Context(t))
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

// Somebody gives two clients one id by hand, pick by pick; sees at each what can be picked and
// who waits; takes one back; and is told the line of the order.
func TestByHand(t *testing.T) {
	t.Parallel()
	p := built(t)
	s := start(t, p)
	q := question(t, p, "01-original", "two-join")
	labels := func(a room.Answer) (all []string) {
		for _, step := range a.State.Possible {
			all = append(all, step.Label)
		}
		return all
	}
	stands := func(a room.Answer) (all []string) {
		for _, g := range a.State.Stands {
			text := g.Name + " " + string(g.State)
			for _, w := range g.Ways {
				text += fmt.Sprintf(" %v %s", w.At, w.Does)
			}
			all = append(all, strings.TrimSpace(text))
		}
		return all
	}
	const loop = "server stands server.go:102 receive server.go:108 receive server.go:112 receive server.go:117 receive server.go:120 receive"

	a := hand(t, s, q)
	assert.Equal(t, []string{"a!", "b!"}, labels(a))
	assert.Equal(t, []string{loop}, stands(a))
	assert.Empty(t, a.State.Variables, "nobody came to one")
	assert.Equal(t, []room.Heard{{Name: "a"}, {Name: "b"}}, a.State.Heard)
	assert.Nil(t, a.Order)

	q.Replay = "a! b! a b"
	a = hand(t, s, q)
	assert.Equal(t, []string{"a", "b"}, labels(a))
	assert.Equal(t, []string{loop, "a stands client.go:35", "b stands client.go:35"}, stands(a))
	assert.Equal(t, "write", a.State.Stands[1].Ways[0].At.Does)
	assert.Len(t, a.State.Taken, 4)

	q.Replay = "a! b! a b a"
	assert.Equal(t, map[string]string{"chat.maxId": "1"}, hand(t, s, q).State.Variables)
	q.Replay = "a! b! a b" // one back
	assert.Equal(t, map[string]string{"chat.maxId": "0"}, hand(t, s, q).State.Variables)

	q.Replay = "a! b! a b a b a b"
	a = hand(t, s, q)
	assert.Equal(t, []schedule.ID{{Struct: "Client", By: "a", ID: 1}, {Struct: "Client", By: "b", ID: 1}}, a.State.IDs)
	assert.Equal(t, []string{"a>server:0", "b>server:0"}, labels(a), "who meets")

	q.Finish = true
	a = hand(t, s, q)
	assert.Equal(t, "afterwards, b never hears what a says: \"hello\"", a.Order.Wrong)
	assert.Empty(t, a.State.Possible)
	assert.Equal(t, schedule.Outside, a.State.Stands[1].State)
	at := a.State.Stands[1].Ways[0].At
	assert.Equal(t, "client.go:98 ← a", at.String()+" "+at.Does)
	assert.Equal(t, []room.Heard{{Name: "a", All: []string{"a:hello"}}, {Name: "b"}}, a.State.Heard, "with what was heard while it was judged")
	assert.Equal(t, "a! b! a b a b a b", a.Line)
	again := ask(t, p, room.Question{Server: q.Server, Scenario: q.Scenario, Line: true, Replay: a.Line})[0]
	assert.Equal(t, a.Order.Wrong, again.Order.Wrong, "the line, played again")

	q.Replay, q.Finish = "a! server", false
	a = hand(t, s, q)
	assert.Equal(t, `the run diverged: after “a!” it was to go on with server, and possible is b!, a`, a.Error)
	assert.Equal(t, []string{"a!", "b!"}, labels(hand(t, s, question(t, p, "01-original", "two-join"))), "it goes on after an error")
}

// Who can't go on is said to stand there, who has gone is said to have ended.
func TestByHandWaits(t *testing.T) {
	t.Parallel()
	p := built(t)
	s := start(t, p)
	states := func(step string) map[string]schedule.StandState {
		q := question(t, p, step, "both-stay")
		q.Finish = true
		all := make(map[string]schedule.StandState)
		for _, g := range hand(t, s, q).State.Stands {
			all[g.Name] = g.State
		}
		return all
	}
	assert.Equal(t, map[string]schedule.StandState{"server": schedule.Stands, "a": schedule.Stands, "a.1": schedule.Stands}, states("01-original"))
	assert.Equal(t, schedule.Ended, states("03-single-goroutine")["a"])
}

// All orders that begin with the same steps are those of all that do; the shortest one of these
// begins with them, too.
func TestAfter(t *testing.T) {
	t.Parallel()
	p := built(t)
	count := func(after string) room.Answer {
		q := question(t, p, "01-original", "two-join")
		q.How.Distinct, q.How.After = false, strings.Fields(after)
		return ask(t, p, q)[0]
	}
	all := schedule.Tally{}
	for _, after := range []string{"a! a a", "a! a b!", "a! b! a", "a! b! b"} {
		c := count(after)
		all.Orders, all.Wrong = all.Orders+c.Orders, all.Wrong+c.Wrong
		require.NotNil(t, c.Order, after)
		var begins []string
		for _, step := range c.Order.Steps[:3] {
			begins = append(begins, step.Label)
		}
		assert.Equal(t, after, strings.Join(begins, " "))
	}
	assert.Equal(t, count("a!").Tally, all)

	// Here a has its id before b comes: too late.
	q := question(t, p, "01-original", "two-join")
	q.How.After = strings.Fields("a! a a a b! b")
	assert.Zero(t, ask(t, p, q)[0].Wrong)
	q.How.After = []string{"c!"}
	var a room.Answer
	require.NoError(t, p.Ask(judgetest.Context(t), []room.Question{q}, func(_ int, got room.Answer) error {
		a = got
		return nil
	}))
	assert.Contains(t, a.Error, "it was to go on with c!")
}
