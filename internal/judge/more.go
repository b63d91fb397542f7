package judge

import (
	"fmt"

	"websocket-chat-steps/internal/judge/race"
	"websocket-chat-steps/internal/stacks"
	"websocket-chat-steps/internal/steps"
)

// More properties, which Property judges too. The scoreboard doesn't have them, and the
// steps are not asked: the exercises are.
const (
	// Memory: nothing is kept of clients that have gone.
	Memory steps.Property = "Memory"
	// Crowd: of many clients, each is one of its own.
	Crowd steps.Property = "Crowd"
	// Gapless: a client that misses a message is disconnected.
	Gapless steps.Property = "Gapless"
	// Goodbye: the server says goodbye, last of all, and why.
	Goodbye steps.Property = "Goodbye"
	// Shutdown: Stop ends the room. Before, all hear what was said, and goodbye.
	Shutdown steps.Property = "Shutdown"
)

func init() {
	scenarios[Memory] = memory
	scenarios[Crowd] = crowd
	scenarios[Gapless] = gapless
	scenarios[Goodbye] = goodbye
	scenarios[Shutdown] = shutdown
}

// memory lets clients come and go, and measures how much memory they leave.
func memory(r *room) string {
	const clients, tooMuch = 200, 1 << 20
	r.needInside()
	stays := r.join()
	r.base = idsOf(stacks.Now()) // of stays
	before := 0
	for i := range clients {
		c := r.join()
		r.hear(stays, Message{c.Name, hello})
		c.Leave()
		r.rest(1)
		r.clients = r.clients[:1]
		if i == 0 {
			before = HeapInUse()
		}
	}
	if kept := HeapInUse() - before; kept > tooMuch {
		r.fail("%d clients came and went, and %d KiB of memory are kept for them", clients, kept>>10)
	}
	return fmt.Sprintf("%d clients came and went, and nothing is kept for them", clients)
}

// crowd lets many clients come and go while one stays, and then many join. Of two that the
// server takes for one, only one hears what is said then.
func crowd(r *room) string {
	before, clients := 300, 150 // more than fit into a byte
	if race.Enabled {
		before, clients = 0, 30 // each takes a while
	}
	stays := r.join()
	for range before {
		c := r.join()
		r.hear(stays, Message{c.Name, hello})
		c.Leave()
	}
	all := []*Client{stays}
	for range clients {
		all = append(all, r.join())
	}
	m := r.say(all[0], "is everybody there?")
	for _, c := range all {
		r.hear(c, m)
	}
	return fmt.Sprintf("%d clients came and went, %d joined, and then all heard one message", before, clients)
}

// gapless lets a client read nothing while much is said, and then all that comes.
func gapless(r *room) string {
	const messages = 600
	talker := r.join()
	slow := r.joinStalled(talker)
	var said []Message
	for i := range messages {
		said = append(said, r.say(talker, kib(i, 1)))
	}
	slow.Listen()
	var heard []Message
	var ended error
	// What comes behind a gap shows it. All else may only be late: TCP itself waits, longer each
	// time, before it asks whether somebody who has not read reads again.
	for range 5 {
		last := r.say(talker, fmt.Sprint("still there? ", len(said)))
		said = append(said, last)
		if r.wait(slow.News, func() bool {
			heard, ended = slow.SoFar()
			return ended != nil || contains(heard, last)
		}) {
			break
		}
	}
	if ended != nil {
		return fmt.Sprintf("a client did not read %d messages, and was disconnected", messages)
	}
	got := make(map[Message]bool)
	for _, m := range heard {
		got[m] = true
	}
	missed := 0
	for _, m := range said {
		if !got[m] {
			missed++
		}
	}
	if missed > 0 {
		r.fail("%s missed %d of %d messages, and is still connected", slow.Name, missed, len(said))
	}
	return fmt.Sprintf("a client read late, and heard all of %d messages", len(said))
}

// The codes of close frames.
const (
	normal    Closed = 1000
	goingAway Closed = 1001
	policy    Closed = 1008
)

// goodbye lets one client say goodbye, and another one send no message. Neither has read
// yet what it was told, and each reads it now.
func goodbye(r *room) string {
	talker := r.join()
	for round, test := range []struct {
		sends []byte
		want  Closed
	}{
		{nil, normal},
		{AppendFrame(nil, Text, []byte("this is no JSON")), policy},
	} {
		c := r.joinStalled(talker)
		said := r.saysMuch(talker, round)
		if test.sends == nil {
			c.SayGoodbye()
		} else {
			c.Write(test.sends)
		}
		r.quiet()
		c.Listen()
		r.hearsGoodbye(c, test.want, talker, said)
	}
	return fmt.Sprintf("a client that said goodbye heard all messages and then %d; one that sent no JSON heard all and then %d", normal, policy)
}

// saysMuch lets the talker say more than the sockets of a stalled client hold.
func (r *room) saysMuch(talker *Client, round int) (said []string) {
	for i := range roundSize {
		said = append(said, r.say(talker, fmt.Sprintf("round %d, %s", round, kib(i, 1))).Body)
	}
	return said
}

// quiet waits until nothing moves.
func (r *room) quiet() {
	still := 0
	r.comes(func() bool {
		if still++; r.moves() {
			still = 0
		}
		return still == 3
	})
}

// hearsGoodbye waits until the connection of c has ended. Then c must have heard all that
// talker said and, as the last thing, a close frame with the code.
func (r *room) hearsGoodbye(c *Client, want Closed, talker *Client, said []string) {
	var heard []Message
	var ended error
	r.wait(c.News, func() bool {
		heard, ended = c.SoFar()
		return ended != nil
	})
	if ended == nil {
		r.fail("%s was to hear goodbye with %d, and its connection goes on", c.Name, want)
	}
	for _, body := range said {
		if !contains(heard, Message{talker.Name, body}) {
			r.fail("the connection of %s has ended (%v), and it had not heard %s say %.20q, which was said before", c.Name, ended, talker.Name, body)
		}
	}
	if ended != want {
		r.fail("%s was to hear goodbye with %d, and heard: %v", c.Name, want, ended)
	}
}

// shutdown stops the server while one client has yet to read what was said.
func shutdown(r *room) string {
	r.needInside()
	talker, a := r.join(), r.join()
	slow := r.joinStalled(talker)
	said := r.saysMuch(talker, 0)
	r.stopped = true
	go r.server.Stop()
	r.quiet()
	slow.Listen()
	for _, c := range []*Client{a, slow, talker} {
		r.hearsGoodbye(c, goingAway, talker, said)
	}
	left := func() []stacks.Goroutine { return without(stacks.Now(), r.empty) }
	if !r.comes(func() bool { return len(left()) == 0 && len(r.loops()) == 0 && r.sockets.Open() == 0 }) {
		r.fail("the server was stopped, and %s still open; there %s", socketsAre(r.sockets.Open()), areGoroutines(r.all()))
	}
	return fmt.Sprintf("the server was stopped, and each of 3 clients heard %d messages and then %d", roundSize, goingAway)
}
