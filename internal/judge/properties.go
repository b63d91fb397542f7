package judge

import (
	"fmt"
	"runtime"
	"slices"
	"strings"

	"websocket-chat-steps/internal/judge/race"
	"websocket-chat-steps/internal/stacks"
	"websocket-chat-steps/internal/steps"
)

// scenarios judge the properties. Each runs on a new server. If the property does not
// hold, it ends with room.fail. Else it returns how the property was seen to hold.
var scenarios = map[steps.Property]func(*room) string{
	steps.EveryMessage: everyMessage,
	steps.PastMessages: pastMessages,
	steps.NothingLeft:  nothingLeft,
	steps.LongHistory:  longHistory,
	steps.StalledRoom:  stalledRoom,
	steps.StalledCost:  stalledCost,
	steps.SenderOrder:  senderOrder,
	steps.SameOrder:    sameOrder,
}

// everyMessage lets five clients talk at the same time, one message each in a round. A
// round ends when all have heard all its messages.
func everyMessage(r *room) string {
	const clients, rounds = 5, 20
	var all []*Client
	for range clients {
		all = append(all, r.join())
	}
	var said []Message
	for round := range rounds {
		for _, c := range all {
			m := Message{c.Name, fmt.Sprintf("round %d", round)}
			said = append(said, m)
			r.send(c, m.Body)
		}
		for _, c := range all {
			r.getsOnce(c, said)
		}
	}
	return fmt.Sprintf("each of %d clients heard all of %d messages, each once", clients, len(said))
}

// pastMessages lets a client talk before a newcomer comes, and also while the newcomer
// comes.
func pastMessages(r *room) string {
	const past, live = 20, 20
	a := r.join()
	var said []Message
	for i := range past {
		said = append(said, r.say(a, fmt.Sprintf("past %d", i)))
	}
	newcomer := r.connect()
	newcomer.Listen()
	for i := range live {
		said = append(said, r.say(a, fmt.Sprintf("live %d", i)))
	}
	r.getsOnce(newcomer, said)
	return fmt.Sprintf("a newcomer heard %d past messages, and %d that were said while it came, each once", past, live)
}

// getsOnce waits until c has heard all that was said. It fails unless c has heard each
// message exactly once.
func (r *room) getsOnce(c *Client, said []Message) {
	var count map[Message]int
	missing := said[0]
	what := fmt.Sprintf("%s to hear all of %s", c.Name, stacks.Number(len(said), "message"))
	_, v := r.listenFor(c, 0, what, func(heard []Message) bool {
		count = make(map[Message]int)
		for _, m := range heard {
			count[m]++
		}
		for _, m := range said {
			if count[m] == 0 {
				missing = m
				return false
			}
		}
		return true
	})
	switch v.Kind {
	case Freezes:
		panic(v)
	case BreaksOff:
		r.fail("%s; it did not hear %s say %q", v.Seen, missing.Author, missing.Body)
	}
	for _, m := range said {
		if count[m] != 1 {
			r.fail("%s heard %s say %q %d times", c.Name, m.Author, m.Body, count[m])
		}
	}
}

// nothingLeft lets clients come and go: a third with a close frame, a third without
// one, and a third with a reset.
func nothingLeft(r *room) string {
	const clients = 15
	r.needInside()
	var all []*Client
	for range clients {
		all = append(all, r.join())
	}
	for i, c := range all {
		switch i % 3 {
		case 0:
			c.Leave()
		case 1:
			c.Drop()
		case 2:
			c.Reset()
		}
	}
	if left, open := r.rest(0); len(left) > 0 || open > 0 {
		r.fail("after %d clients have gone, %s still open, and there %s", clients, socketsAre(open), areGoroutines(left))
	}
	return fmt.Sprintf("%d clients came and went, 0 goroutines and 0 sockets are left", clients)
}

// socketsAre and areGoroutines return how many there are, with the verb.
func socketsAre(n int) string {
	if n == 1 {
		return "1 socket is"
	}
	return fmt.Sprintf("%d sockets are", n)
}

func areGoroutines(all []stacks.Goroutine) string {
	if len(all) <= 1 {
		return "is " + stacks.Count(all, own)
	}
	return "are " + stacks.Count(all, own)
}

// longHistory lets a newcomer join a room in which 300 messages were said.
func longHistory(r *room) string {
	const past = 300
	a := r.join()
	for i := range past {
		r.say(a, fmt.Sprintf("past %d", i))
	}
	newcomer := r.connect()
	newcomer.Listen()
	r.hear(newcomer, r.say(a, "is anybody there?"))
	return fmt.Sprintf("a newcomer came to %d past messages, and the next one was heard by it and by its author", past)
}

// stalledMessages of a KiB each are more than the buffers of 01-original and of
// the sockets hold for a client that doesn't read.
const stalledMessages = 400

// stall lets two clients talk beside a third that doesn't read. Each message is heard
// before the next is sent, so only the messages for the third client wait.
func stall(r *room) (talker, listener, stalled *Client) {
	talker, listener = r.join(), r.join()
	r.base = idsOf(r.now()) // these two stay
	stalled = r.joinStalled(talker)
	for i := range stalledMessages {
		r.hear(listener, r.say(talker, kib(i, 1)))
	}
	return talker, listener, stalled
}

// kib makes a body of n KiB that differs for each i.
func kib(i, n int) string {
	s := fmt.Sprintf("%d ", i)
	return s + strings.Repeat("x", n<<10-len(s))
}

// stalledRoom only checks that the other clients hear each other.
func stalledRoom(r *room) string {
	stall(r)
	return fmt.Sprintf("%d messages of 1 KiB were said and heard beside a client that did not read them", stalledMessages)
}

// stalledCost counts goroutines while a client doesn't read. Then so much is said that a
// queue without a bound can't hide, the client leaves, and stalledCost measures how much
// memory gets free. (Steps 01 to 03 fail before that. The fakes of the judge's own tests
// show that this part works.)
func stalledCost(r *room) string {
	r.needInside()
	talker, listener, stalled := stall(r)
	const tooManyGoroutines = stalledMessages / 4
	more := without(r.now(), r.base)
	if len(more) > tooManyGoroutines {
		r.fail("after %d messages of 1 KiB that one of three clients did not read, there %s", stalledMessages, areGoroutines(more))
	}

	const size = 32                       // KiB each
	messages, tooMuchMemory := 512, 4<<20 // 16 MiB; bytes
	if race.Enabled {
		messages, tooMuchMemory = 80, 3<<19 // this is enough, and under -race each takes a while
	}
	for i := range messages { // clients that read must not fall behind
		r.hear(listener, r.say(talker, kib(i, size)))
	}
	with := r.look(true).Heap
	stalled.Reset()
	if left, open := r.rest(2); open > 0 {
		r.fail("a client that did not read has reset its connection, and its socket is still open; there %s", areGoroutines(left))
	}
	held := with - r.look(true).Heap
	if held > tooMuchMemory {
		r.fail("of %d MiB that one client did not read, %d MiB were held for it", messages*size>>10, held>>20)
	}
	return fmt.Sprintf("a client did not read %d messages, and then %d MiB: at most %s more for it, and less than %d MiB were held",
		stalledMessages, messages*size>>10, stacks.Number(len(more), "goroutine"), max(held>>20+1, 1))
}

// HeapInUse is how many bytes of memory are in use after garbage collection.
func HeapInUse() int {
	runtime.GC()
	runtime.GC() // the second run also frees what pools keep
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// A round is this many messages at once. They are enough to lose their order, and few
// enough for the buffers of 01-original: a burst of more than 100 freezes it.
const (
	rounds    = 20
	roundSize = 50
)

// senderOrder lets one client send its messages in one TCP write, to two others.
func senderOrder(r *room) string {
	sender, a, b := r.join(), r.join(), r.join()
	for round := range rounds {
		said := burst(round, roundSize)
		r.send(sender, said...)
		for _, c := range []*Client{a, b, sender} {
			heard := r.hearRound(c, round, roundSize)
			if n := inversions(heard, nil); n > 0 {
				r.fail("in round %d, %s heard %d of %d messages out of order, which one client sent in one write (0 was sent first):\n%s",
					round, c.Name, n, roundSize, order(heard, nil))
			}
		}
	}
	return fmt.Sprintf("%d times %d messages in one write, and 3 clients heard all of them in the order in which they were sent", rounds, roundSize)
}

// sameOrder lets two clients send at the same time, to two others.
func sameOrder(r *room) string {
	s, t, a, b := r.join(), r.join(), r.join(), r.join()
	senders := map[string]string{s.Name: "a", t.Name: "b"}
	for round := range rounds {
		r.send(s, burst(round, roundSize/2)...)
		r.send(t, burst(round, roundSize/2)...)
		first := r.hearRound(a, round, roundSize)
		for _, c := range []*Client{b, s, t} {
			heard := r.hearRound(c, round, roundSize)
			if n := inversions(heard, first); n > 0 {
				r.fail("in round %d, %s and %s heard %d of %d messages in another order (a0 is one sender's first, b0 the other's):\n%s: %s\n%s: %s",
					round, a.Name, c.Name, n, roundSize, a.Name, order(first, senders), c.Name, order(heard, senders))
			}
		}
	}
	return fmt.Sprintf("%d times %d messages of two clients at the same time, and 4 clients heard all of them in one order", rounds, roundSize)
}

// burst makes n messages of one round.
func burst(round, n int) []string {
	var bodies []string
	for i := range n {
		bodies = append(bodies, fmt.Sprintf("round %d, message %d", round, i))
	}
	return bodies
}

// hearRound waits until c has heard n messages of a round, and returns them in
// the order in which they came.
func (r *room) hearRound(c *Client, round, n int) []Message {
	prefix := fmt.Sprintf("round %d,", round)
	var of []Message
	r.hearFrom(c, 0, fmt.Sprintf("%s to hear %d messages of round %d", c.Name, n, round), func(heard []Message) bool {
		of = nil
		for _, m := range heard {
			if strings.HasPrefix(m.Body, prefix) {
				of = append(of, m)
			}
		}
		return len(of) >= n
	})
	return of[:n]
}

// count counts the goroutines that stay for each client. Before, it waits until all have
// heard all messages, and until the goroutines that only send have ended.
func (r *room) count(declared int) string {
	const clients = 10
	r.needInside()
	var all []*Client
	for range clients {
		all = append(all, r.join())
	}
	for _, c := range all {
		m := r.say(c, "does everybody hear me?")
		for _, c := range all {
			r.hear(c, m)
		}
	}
	var there []stacks.Goroutine
	if !r.comes(func() bool {
		there = without(r.now(), r.base)
		return len(there) == clients*declared && !slices.ContainsFunc(there, stacks.Goroutine.Moves)
	}) {
		r.fail("declared %d for each of %d clients; there %s", declared, clients, areGoroutines(there))
	}
	return fmt.Sprintf("%d clients are there, and so there %s", clients, areGoroutines(there))
}
