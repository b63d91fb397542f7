package judge

import (
	"context"
	"fmt"
	"strings"

	"websocket-chat-steps/internal/judge/race"
	"websocket-chat-steps/internal/steps"
)

// BadClient puts one bad client into a room with good ones. It returns the server's
// reaction, and how that was seen. The reaction is empty if package steps has no name
// for it. Errors are those of Property.
func (j *Judge) BadClient(ctx context.Context, b steps.BadClient) (reaction steps.Reaction, seen string, err error) {
	var v Verdict
	if b == steps.StopsReading {
		v, err = j.stalledCost(ctx)
		reaction = steps.Bounded
	} else {
		v, err = j.play(ctx, func(r *room) string {
			reaction, seen = misbehave(r, b)
			return seen
		})
	}
	switch {
	case v.Kind == Freezes:
		reaction = steps.Freezes
	case v.Kind == Fails && b == steps.StopsReading:
		reaction = steps.PilesUp
	case v.Kind != Holds:
		reaction = ""
	}
	return reaction, v.Seen, err
}

// misbehave is the scenario of one bad client, c, beside a good one, a.
func misbehave(r *room, b steps.BadClient) (reaction steps.Reaction, seen string) {
	a := r.join()
	r.base = idsOf(r.now()) // a's goroutines stay
	switch b {
	case steps.Resets:
		r.join().Reset()
		reaction, seen = r.gone()
	case steps.DiesMidFrame:
		c := r.join()
		whole := AppendFrame(nil, Text, []byte(`{"author":"nobody","body":"you don't hear this"}`))
		c.Write(whole[:len(whole)/2])
		c.Drop()
		reaction, seen = r.gone()
	case steps.ComeAndGo:
		clients := 1000
		if race.Enabled {
			clients = 200 // under -race each takes a while
		}
		for i := range clients {
			switch c := r.connect(); i % 3 {
			case 0:
				c.Leave()
			case 1:
				c.Drop()
			case 2:
				c.Reset()
			}
		}
		reaction, seen = r.gone()
	case steps.SendsNoJSON:
		reaction, seen = r.sends(a, r.join(), []byte("this is no JSON"), nil)
	case steps.EmptyFrame:
		reaction, seen = r.sends(a, r.join(), nil, nil)
	case steps.InvalidUTF8:
		c := r.join()
		latin1 := "caf\xe9"
		payload := fmt.Sprintf(`{"author":"%s","body":"%s"}`, c.Name, latin1)
		reaction, seen = r.sends(a, c, []byte(payload), &Message{c.Name, latin1})
	case steps.EmptyMessage:
		reaction, seen = r.sends(a, r.join(), []byte(`{"author":"","body":""}`), &Message{})
	case steps.LongMessage:
		c := r.join()
		m := Message{c.Name, kib(0, 64)}
		payload := fmt.Sprintf(`{"author":"%s","body":"%s"}`, m.Author, m.Body)
		reaction, seen = r.sends(a, c, []byte(payload), &m)
	}
	c := r.join() // the room goes on
	r.hear(a, r.say(c, "is all well?"))
	r.hear(c, r.say(a, "all is well"))
	return reaction, seen
}

// sends lets c send a frame of payload, and then a good message. It returns how the
// server reacted, by what a hears. in is the message in the payload, if it has one.
func (r *room) sends(a, c *Client, payload []byte, in *Message) (steps.Reaction, string) {
	good := Message{c.Name, "and this is a good message"}
	r.hear(a, Message{c.Name, hello})
	before, _ := a.SoFar()
	c.Write(AppendFrame(nil, Text, payload))
	c.Say(good.Body) // this may be too late, if the server has dropped c

	var heard []Message // of the payload
	var goodHeard bool
	var ended error
	r.comes(func() bool {
		all, _ := a.SoFar()
		heard, goodHeard = nil, false
		for _, m := range all[len(before):] {
			if m == good {
				goodHeard = true
			} else {
				heard = append(heard, m)
			}
		}
		_, ended = c.SoFar()
		return ended != nil || goodHeard && (in == nil || len(heard) > 0)
	})
	switch {
	case len(heard) == 1 && in != nil && heard[0] == *in:
		return steps.Delivered, "the others heard it as it was sent"
	case len(heard) == 1 && in != nil && heard[0] == Message{in.Author, strings.ToValidUTF8(in.Body, "\uFFFD")}:
		return steps.Mended, fmt.Sprintf("the others heard %+q", heard[0].Body)
	case len(heard) > 0:
		r.fail("a client sent %.40q, and the others heard %.40q", payload, heard)
	case ended != nil:
		return steps.LetGo, fmt.Sprintf("its connection was ended (%v)", ended)
	case goodHeard:
		return steps.Ignored, "the others heard nothing of it, but did hear what the client said next"
	}
	r.fail("a client sent %.40q, and then a good message; the others heard neither, and its connection goes on", payload)
	return "", ""
}

// gone says what all clients but the first, which have gone, have left behind.
func (r *room) gone() (steps.Reaction, string) {
	r.needInside()
	left, open := r.rest(1)
	if len(left) == 0 && open == 0 {
		return steps.NoTrace, "no goroutine and no socket is left"
	}
	return steps.Leaks, fmt.Sprintf("%s still open, and there %s", socketsAre(open), areGoroutines(left))
}
