package room

import (
	"slices"

	"websocket-chat-steps/internal/schedule"
	"websocket-chat-steps/internal/steps"
)

// Scenario is what browsers do, and what must hold then in every order.
type Scenario struct {
	Name     string
	Asks     []steps.Property // that it is about
	Constant string           // is made small, where the step has it
	Small    string           // how small
	Most     bool             // has too many orders in a step with mailboxes to play them with the lesson's tests

	// play brings in the browsers, and returns what judges the room when nothing
	// moves any more: with "", or with what is wrong.
	play func(r *Room) (judge func() string)
}

// Scenarios are all of them. In those but the first five, all are in the room before the
// order begins.
var Scenarios = []Scenario{
	{
		Name: "two-join",
		Asks: []steps.Property{steps.UniqueIDs},
		play: func(r *Room) func() string {
			a, b := r.browser("a"), r.browser("b")
			a.acts(a.connects())
			b.acts(b.connects())
			return func() string { // of two with one id, the room knows one
				a.now(a.says("hello"))
				if wrong := hear([]string{"a:hello"}, a, b); wrong != "" {
					return r.say("afterwards, %s", wrong)
				}
				return ""
			}
		},
	},
	{
		Name: "two-join-one-speaks",
		Asks: []steps.Property{steps.UniqueIDs, steps.EveryMessage, steps.PastMessages},
		play: func(r *Room) func() string {
			a, b := r.browser("a"), r.browser("b")
			a.acts(a.connects(), a.says("hello"))
			b.acts(b.connects())
			return func() string { return hear([]string{"a:hello"}, a, b) }
		},
	},
	{
		Name: "lost-increment",
		Asks: []steps.Property{steps.UniqueIDs},
		play: func(r *Room) func() string {
			a, b := r.browser("a"), r.browser("b")
			a.acts(a.connects())
			b.acts(b.connects())
			return r.lostIncrement
		},
	},
	{
		Name: "join-leave",
		Asks: []steps.Property{steps.NothingLeft},
		play: func(r *Room) func() string {
			a := r.browser("a")
			a.acts(a.connects(), a.leaves())
			return func() string { return r.left() }
		},
	},
	{
		Name: "both-stay",
		Asks: []steps.Property{steps.NothingLeft},
		play: func(r *Room) func() string {
			a := r.browser("a")
			a.acts(a.connects(), a.leaves())
			return func() string {
				if len(r.run.Waiting()) < 3 { // the server's goroutine, and two of a's
					return ""
				}
				return r.left()
			}
		},
	},
	{
		Name: "two-things",
		Asks: []steps.Property{steps.SenderOrder},
		play: func(r *Room) func() string {
			a, b := r.joined("a"), r.joined("b")
			a.acts(a.says("1"), a.says("2"))
			return func() string {
				said := []string{"a:1", "a:2"}
				if wrong := hear(said, a, b); wrong != "" {
					return wrong
				}
				if heard := b.heard(); !slices.Equal(heard, said) {
					return r.say("b hears %q, which a says in the other order", heard)
				}
				return ""
			}
		},
	},
	{
		Name: "two-speak",
		Asks: []steps.Property{steps.SameOrder},
		play: func(r *Room) func() string {
			a, b := r.joined("a"), r.joined("b")
			a.acts(a.says("1"))
			b.acts(b.says("2"))
			return func() string {
				if wrong := hear([]string{"a:1", "b:2"}, a, b); wrong != "" {
					return wrong
				}
				if x, y := a.heard(), b.heard(); !slices.Equal(x, y) {
					return r.say("a hears %q, and b hears %q", x, y)
				}
				return ""
			}
		},
	},
	{
		Name:     "buffer-full",
		Asks:     []steps.Property{steps.LongHistory, steps.StalledRoom},
		Constant: "channelBufSize", Small: "1",
		play: func(r *Room) func() string {
			a, b := r.joined("a"), r.joined("b")
			a.acts(a.says("1"), a.says("2"))
			return func() string { return hear([]string{"a:1", "a:2"}, a, b) }
		},
	},
	{
		Name:     "mailbox-overflow",
		Asks:     []steps.Property{steps.StalledRoom, steps.StalledCost},
		Constant: "mailboxBytes", Small: "90", // one of these messages, and not two
		Most: true,
		play: func(r *Room) func() string {
			a, b := r.joined("a"), r.joined("b")
			b.conn.stalls = true
			bodies := []string{"1, of twenty bytes..", "2, of twenty bytes..", "3, of twenty bytes.."}
			var said []string
			var acts []schedule.Act
			for _, body := range bodies {
				said = append(said, "a:"+body)
				acts = append(acts, a.says(body))
			}
			a.acts(acts...)
			return func() string { return letGo(r, a, b, said) }
		},
	},
	{
		Name: "leave-while-put",
		Asks: []steps.Property{steps.NothingLeft},
		Most: true,
		play: func(r *Room) func() string {
			a, b := r.joined("a"), r.joined("b")
			a.acts(a.says("1"), a.says("2"))
			b.acts(b.leaves())
			return func() string {
				if wrong := hear([]string{"a:1", "a:2"}, a); wrong != "" {
					return wrong
				}
				return r.left(a)
			}
		},
	},
}

// lostIncrement judges a room by the ids in it, which no browser hears. A step that has none can't
// be judged so.
func (r *Room) lostIncrement() string {
	ids := r.run.IDs()
	if len(ids) != len(r.browsers) {
		r.run.Fail("%d browsers have connected, and there are %d structs with a field id", len(r.browsers), len(ids))
		return ""
	}
	most := 0
	for _, id := range ids {
		most = max(most, id.ID)
	}
	if most < len(ids) {
		return r.say("%d clients have come, and the highest id is %d", len(ids), most)
	}
	return ""
}

// More are scenarios that the steps are not asked: a step's tests ask the same in another way. The
// exercises ask them.
var More = []Scenario{
	{
		Name:     "queue-overflow",
		Asks:     []steps.Property{steps.StalledRoom, steps.StalledCost},
		Constant: "queueSize", Small: "1",
		play: func(r *Room) func() string {
			a := r.joined("a")
			a.conn.stalls = true
			a.acts(a.says("1"), a.says("2"), a.says("3"))
			return func() string {
				a.conn.change(func() { a.conn.stalls = false })
				r.run.Quiet()
				if heard := a.heard(); !a.conn.closed && !slices.Equal(heard, []string{"a:1", "a:2", "a:3"}) {
					return r.say("a hears %q when it reads again, misses something, and is still in the room", heard)
				}
				a.now(a.leaves())
				return r.left()
			}
		},
	},
	{
		Name: "join-while-spoken",
		Asks: []steps.Property{steps.PastMessages},
		play: func(r *Room) func() string {
			a, b := r.joined("a"), r.browser("b")
			a.acts(a.says("1"), a.says("2"))
			b.acts(b.connects())
			return func() string {
				said := []string{"a:1", "a:2"}
				if wrong := hear(said, a, b); wrong != "" {
					return wrong
				}
				if heard := b.heard(); !slices.Equal(heard, said) {
					return r.say("b hears %q, which a says in the other order", heard)
				}
				return ""
			}
		},
	},
	{
		Name: "goodbye",
		Asks: []steps.Property{steps.NothingLeft},
		play: func(r *Room) func() string {
			a, b := r.joined("a"), r.joined("b")
			a.acts(a.says("1"))
			b.acts(b.sends("no message"))
			return func() string {
				if wrong := hear([]string{"a:1"}, a); wrong != "" {
					return wrong
				}
				if heard := b.heard(); len(heard) == 0 || heard[len(heard)-1] != goodbye {
					return r.say("b sends what is no message, and hears %q, and no goodbye at the end", heard)
				}
				return r.left(a)
			}
		},
	},
	{
		Name: "leave-join",
		Asks: []steps.Property{steps.UniqueIDs},
		play: func(r *Room) func() string {
			a, b, c := r.joined("a"), r.joined("b"), r.browser("c")
			a.acts(a.leaves())
			c.acts(c.connects())
			return func() string {
				b.now(b.says("hello"))
				if wrong := hear([]string{"b:hello"}, b, c); wrong != "" {
					return r.say("afterwards, %s", wrong)
				}
				return ""
			}
		},
	},
}

// letGo judges a room in which a spoke, and b read nothing. Even a may have been let go, if
// it was handed nothing for a while. Who missed something is let go, and hears
// what was said before that. Then b goes, and all that are let go.
func letGo(r *Room, a, b *browser, said []string) string {
	heard := a.heard()
	n := len(heard)
	if n > 0 && heard[n-1] == goodbye {
		a.now(a.leaves())
		n--
	}
	if n > len(said) || !slices.Equal(heard[:n], said[:n]) {
		return r.say("a hears %q, which is not the beginning of what it says", heard)
	}
	b.now(b.leaves())
	if n < len(said) {
		return r.left()
	}
	return r.left(a)
}

// Named returns the scenario of that name, also one of More.
func Named(name string) (Scenario, bool) {
	for _, s := range slices.Concat(Scenarios, More) {
		if s.Name == name {
			return s, true
		}
	}
	return Scenario{}, false
}
