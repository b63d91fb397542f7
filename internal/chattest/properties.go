package chattest

import (
	"fmt"
	"runtime"
	"strings"
)

// Property is a row of the scoreboard.
type Property string

// The properties, in the scoreboard's order.
const (
	// EveryMessage: every client gets every message, once.
	EveryMessage Property = "EveryMessage"
	// PastMessages: a newcomer gets the messages from before it came, once,
	// and misses none that comes meanwhile.
	PastMessages Property = "PastMessages"
	// UniqueIDs: no two clients have one id. It is judged by the race detector.
	UniqueIDs Property = "UniqueIDs"
	// NothingLeft: a disconnect leaves no goroutine and no socket behind.
	NothingLeft Property = "NothingLeft"
	// LongHistory: a newcomer to 300 past messages does not freeze the room.
	LongHistory Property = "LongHistory"
	// StalledRoom: a client that stops reading does not freeze the room.
	StalledRoom Property = "StalledRoom"
	// StalledCost: a client that stops reading costs bounded memory and goroutines.
	StalledCost Property = "StalledCost"
	// SenderOrder: a sender's messages arrive in the order in which they were sent.
	SenderOrder Property = "SenderOrder"
	// SameOrder: all clients see the same order.
	SameOrder Property = "SameOrder"
)

// Properties are all of them, in the scoreboard's order.
var Properties = []Property{
	EveryMessage, PastMessages, UniqueIDs, NothingLeft, LongHistory,
	StalledRoom, StalledCost, SenderOrder, SameOrder,
}

// scenarios judge them. Each runs on a server of its own, and ends by room.fail
// where the property does not hold.
var scenarios = map[Property]func(*room){
	EveryMessage: everyMessage,
	PastMessages: pastMessages,
	NothingLeft:  nothingLeft,
	LongHistory:  longHistory,
	StalledRoom:  stalledRoom,
	StalledCost:  stalledCost,
	SenderOrder:  senderOrder,
	SameOrder:    sameOrder,
}

// everyMessage has five clients talk at the same time, one message each a
// round. A round ends when all have heard all of it.
func everyMessage(r *room) {
	const clients, rounds = 5, 20
	var all []*client
	for range clients {
		all = append(all, r.join())
	}
	var said []message
	for round := range rounds {
		for _, c := range all {
			m := message{c.name, fmt.Sprintf("round %d", round)}
			said = append(said, m)
			r.send(c, m)
		}
		for _, c := range all {
			r.getsOnce(c, said)
		}
	}
}

// pastMessages has a client talk before a newcomer comes, and go on talking
// while it does.
func pastMessages(r *room) {
	const past, live = 20, 20
	a := r.join()
	var said []message
	for i := range past {
		said = append(said, r.say(a, fmt.Sprintf("past %d", i)))
	}
	newcomer := r.connect()
	newcomer.listen()
	for i := range live {
		said = append(said, r.say(a, fmt.Sprintf("live %d", i)))
	}
	r.getsOnce(newcomer, said)
}

// getsOnce waits until c has heard all that was said, and fails unless it hears
// each message exactly one time.
func (r *room) getsOnce(c *client, said []message) {
	var count map[message]int
	missing := said[0]
	what := fmt.Sprintf("%s to hear all %d messages", c.name, len(said))
	_, v := r.listenFor(c, 0, what, func(heard []message) bool {
		count = make(map[message]int)
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
	switch v.kind {
	case freezes:
		panic(v)
	case breaksOff:
		r.fail("%s; it did not hear %s say %q", v.seen, missing.Author, missing.Body)
	}
	for _, m := range said {
		if count[m] != 1 {
			r.fail("%s heard %s say %q %d times", c.name, m.Author, m.Body, count[m])
		}
	}
}

// nothingLeft has clients come and go: a third each with a close frame, without
// one, and with a reset.
func nothingLeft(r *room) {
	const clients = 15
	var all []*client
	for range clients {
		all = append(all, r.join())
	}
	for i, c := range all {
		switch i % 3 {
		case 0:
			c.leave()
		case 1:
			c.drop()
		case 2:
			c.reset()
		}
	}
	if left, open := r.rest(0); len(left) > 0 || open > 0 {
		r.fail("after %d clients have gone, %d sockets are still open, and there are %s", clients, open, stacks(left))
	}
}

// longHistory has a newcomer come to a room where 300 messages were said.
func longHistory(r *room) {
	const past = 300
	a := r.join()
	for i := range past {
		r.say(a, fmt.Sprintf("past %d", i))
	}
	newcomer := r.connect()
	newcomer.listen()
	r.hear(newcomer, r.say(a, "is anybody there?"))
}

// stalledMessages of a KiB each are more than the buffers of 01-original and of
// the sockets hold for a client that doesn't read.
const stalledMessages = 400

// stall has two clients talk beside one that doesn't read. Each message is
// heard before the next is sent, so nothing waits but what is for the third.
func stall(r *room) (talker, stalled *client) {
	talker = r.join()
	listener := r.join()
	r.base = idsOf(goroutines()) // these two stay
	stalled = r.joinStalled(talker)
	for i := range stalledMessages {
		r.hear(listener, r.say(talker, kib(i, 1)))
	}
	return talker, stalled
}

// kib makes a body of n KiB that differs for each i.
func kib(i, n int) string {
	s := fmt.Sprintf("%d ", i)
	return s + strings.Repeat("x", n<<10-len(s))
}

// stalledRoom only wants the others to hear each other.
func stalledRoom(r *room) {
	stall(r)
}

// stalledCost counts goroutines while a client doesn't read, and then the
// memory that its leaving sets free, after so much was said that a queue
// without a bound can't hide. (Steps 01 to 03 fail before that. What it is worth
// is shown on the fakes of the judge's own tests.)
func stalledCost(r *room) {
	talker, stalled := stall(r)
	const tooManyGoroutines = stalledMessages / 4
	if more := without(goroutines(), r.base); len(more) > tooManyGoroutines {
		r.fail("after %d messages of 1 KiB that one of three clients did not read, there are %s", stalledMessages, stacks(more))
	}

	const size, tooMuchMemory = 64, 8 << 20 // KiB each; bytes
	messages := 512                         // 32 MiB
	if RaceDetector {
		messages = 256 // is enough, and there each takes a while
	}
	for i := range messages {
		r.say(talker, kib(i, size))
	}
	with := heapInUse()
	stalled.reset()
	if left, open := r.rest(2); open > 0 {
		r.fail("a client that did not read has reset its connection, and its socket is still open; there are %s", stacks(left))
	}
	if held := with - heapInUse(); held > tooMuchMemory {
		r.fail("of %d MiB that one client did not read, %d MiB were held for it", messages*size>>10, held>>20)
	}
}

// heapInUse is how much memory, in bytes, can't be set free.
func heapInUse() int {
	runtime.GC()
	runtime.GC() // what pools keep goes with the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// A round is this many messages at once: enough to lose their order, and few
// enough for the buffers of 01-original, which a burst of more than 100 freezes.
const (
	rounds    = 20
	roundSize = 50
)

// senderOrder has one client send its messages in one TCP write, to two others.
func senderOrder(r *room) {
	sender, a, b := r.join(), r.join(), r.join()
	for round := range rounds {
		said := burst(sender, round, roundSize)
		r.send(sender, said...)
		for _, c := range []*client{a, b, sender} {
			for i, m := range r.hearRound(c, round, roundSize) {
				if m != said[i] {
					r.fail("in round %d, %s heard %q where %q was sent", round, c.name, m.Body, said[i].Body)
				}
			}
		}
	}
}

// sameOrder has two clients send at the same time, to two others.
func sameOrder(r *room) {
	s, t, a, b := r.join(), r.join(), r.join(), r.join()
	for round := range rounds {
		r.send(s, burst(s, round, roundSize/2)...)
		r.send(t, burst(t, round, roundSize/2)...)
		heard := r.hearRound(a, round, roundSize)
		for _, c := range []*client{b, s, t} {
			for i, m := range r.hearRound(c, round, roundSize) {
				if m != heard[i] {
					r.fail("in round %d, as message %d, %s heard %q of %s and %s heard %q of %s",
						round, i, a.name, heard[i].Body, heard[i].Author, c.name, m.Body, m.Author)
				}
			}
		}
	}
}

// burst makes n messages of one round.
func burst(c *client, round, n int) []message {
	var messages []message
	for i := range n {
		messages = append(messages, message{c.name, fmt.Sprintf("round %d, message %d", round, i)})
	}
	return messages
}

// hearRound waits until c has heard n messages of a round, and returns them in
// the order in which they came.
func (r *room) hearRound(c *client, round, n int) []message {
	prefix := fmt.Sprintf("round %d,", round)
	var of []message
	r.hearFrom(c, 0, fmt.Sprintf("%s to hear %d messages of round %d", c.name, n, round), func(heard []message) bool {
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

// count counts the goroutines that stay for each client: those there are when
// all that was said has been heard. Those that only send may still be about to end.
func (r *room) count(declared int) {
	const clients = 10
	var all []*client
	for range clients {
		all = append(all, r.join())
	}
	for _, c := range all {
		m := r.say(c, "does everybody hear me?")
		for _, c := range all {
			r.hear(c, m)
		}
	}
	var there []goroutine
	if !r.comes(func() bool {
		there = without(goroutines(), r.base)
		return len(there) == clients*declared
	}) {
		r.fail("declared %d for each of %d clients; there are %s", declared, clients, stacks(there))
	}
}
