package chattest

import (
	"fmt"
	"strings"
	"testing"
)

// BadClient is a way in which a client misbehaves.
type BadClient string

// The bad clients.
const (
	StopsReading BadClient = "StopsReading" // and leaves its socket's small buffer full
	Resets       BadClient = "Resets"       // the connection: a TCP reset, no close frame
	DiesMidFrame BadClient = "DiesMidFrame" // half of a frame comes, and then the end
	SendsNoJSON  BadClient = "SendsNoJSON"
	EmptyFrame   BadClient = "EmptyFrame"   // a text frame of no bytes
	InvalidUTF8  BadClient = "InvalidUTF8"  // within JSON
	EmptyMessage BadClient = "EmptyMessage" // JSON, with an empty author and body
	LongMessage  BadClient = "LongMessage"  // a body of 64 KiB
	ComeAndGo    BadClient = "ComeAndGo"    // a thousand, without a word
)

// BadClients are all of them.
var BadClients = []BadClient{
	StopsReading, Resets, DiesMidFrame, SendsNoJSON, EmptyFrame,
	InvalidUTF8, EmptyMessage, LongMessage, ComeAndGo,
}

// Reaction is what comes of a bad client. In all but Freezes the others go on
// talking as if nothing had been.
type Reaction string

// The reactions.
const (
	Delivered Reaction = "delivered"    // all hear the message as it was sent
	Mended    Reaction = "mended"       // all hear it, with U+FFFD for what is no UTF-8
	Ignored   Reaction = "ignored"      // nobody hears it; the client stays
	LetGo     Reaction = "let go"       // nobody hears it; the client's connection is ended
	NoTrace   Reaction = "no trace"     // no goroutine and no socket is left
	Leaks     Reaction = "leaks"        // goroutines and sockets are left
	Bounded   Reaction = "bounded cost" // it costs memory and goroutines, with a bound
	PilesUp   Reaction = "piles up"     // it costs memory or goroutines, without a bound
	Freezes   Reaction = "freezes"      // the room, for everybody and for ever
)

// react has one bad client in a room with good ones, and says what came of it
// and how that was seen: no reaction, if it was none of those above.
func react(tb testing.TB, start Start, b BadClient, declared Declared) (reaction Reaction, seen string) {
	scenario := func(r *room) { reaction, seen = misbehave(r, b) }
	if b == StopsReading {
		scenario = stalledCost
		reaction, seen = Bounded, "no more goroutines and memory than there may be"
	}
	switch v := judge(tb, start, scenario, declared); v.kind {
	case freezes:
		return Freezes, v.seen
	case fails:
		if b == StopsReading {
			return PilesUp, v.seen
		}
		return "", v.seen
	case breaksOff:
		return "", v.seen
	}
	return reaction, seen
}

// misbehave is the scenario of one bad client, c, beside a good one, a.
func misbehave(r *room, b BadClient) (reaction Reaction, seen string) {
	a := r.join()
	r.base = idsOf(goroutines()) // a's stay
	switch b {
	case Resets:
		r.join().reset()
		reaction, seen = r.gone()
	case DiesMidFrame:
		c := r.join()
		whole := appendFrame(nil, text, []byte(`{"author":"nobody","body":"you don't hear this"}`))
		c.write(whole[:len(whole)/2])
		c.drop()
		reaction, seen = r.gone()
	case ComeAndGo:
		for i := range 1000 {
			switch c := r.connect(); i % 3 {
			case 0:
				c.leave()
			case 1:
				c.drop()
			case 2:
				c.reset()
			}
		}
		reaction, seen = r.gone()
	case SendsNoJSON:
		reaction, seen = r.sends(a, r.join(), []byte("this is no JSON"), nil)
	case EmptyFrame:
		reaction, seen = r.sends(a, r.join(), nil, nil)
	case InvalidUTF8:
		c := r.join()
		latin1 := "caf\xe9"
		payload := fmt.Sprintf(`{"author":"%s","body":"%s"}`, c.name, latin1)
		reaction, seen = r.sends(a, c, []byte(payload), &message{c.name, latin1})
	case EmptyMessage:
		reaction, seen = r.sends(a, r.join(), []byte(`{"author":"","body":""}`), &message{})
	case LongMessage:
		c := r.join()
		m := message{c.name, kib(0, 64)}
		payload := fmt.Sprintf(`{"author":"%s","body":"%s"}`, m.Author, m.Body)
		reaction, seen = r.sends(a, c, []byte(payload), &m)
	}
	c := r.join() // the room goes on
	r.hear(a, r.say(c, "is all well?"))
	r.hear(c, r.say(a, "all is well"))
	return reaction, seen
}

// sends has c send a frame of payload and then a good message, and says, from
// what a hears, what came of the payload: of the message in it, if it has one.
func (r *room) sends(a, c *client, payload []byte, in *message) (Reaction, string) {
	good := message{c.name, "and this is a good message"}
	r.hear(a, message{c.name, hello})
	before, _ := a.sofar()
	c.write(appendFrame(nil, text, payload))
	c.send(good) // where c is let go, this may be too late

	var heard []message // of the payload
	var goodHeard bool
	var ended error
	r.comes(func() bool {
		all, _ := a.sofar()
		heard, goodHeard = nil, false
		for _, m := range all[len(before):] {
			if m == good {
				goodHeard = true
			} else {
				heard = append(heard, m)
			}
		}
		_, ended = c.sofar()
		return ended != nil || goodHeard && (in == nil || len(heard) > 0)
	})
	switch {
	case len(heard) == 1 && in != nil && heard[0] == *in:
		return Delivered, "the others heard it as it was sent"
	case len(heard) == 1 && in != nil && heard[0] == message{in.Author, strings.ToValidUTF8(in.Body, "\uFFFD")}:
		return Mended, fmt.Sprintf("the others heard %+q", heard[0].Body)
	case len(heard) > 0:
		r.fail("a client sent %.40q, and the others heard %.40q", payload, heard)
	case ended != nil:
		return LetGo, fmt.Sprintf("its connection was ended (%v)", ended)
	case goodHeard:
		return Ignored, "the others heard nothing of it, but did hear what the client said next"
	}
	r.fail("a client sent %.40q, and then a good message; the others heard neither, and its connection goes on", payload)
	return "", ""
}

// gone says what is left of all but the first client, after they have gone.
func (r *room) gone() (Reaction, string) {
	left, open := r.rest(1)
	if len(left) == 0 && open == 0 {
		return NoTrace, "no goroutine and no socket is left"
	}
	return Leaks, fmt.Sprintf("%d sockets are still open, and there are %s", open, stacks(left))
}
