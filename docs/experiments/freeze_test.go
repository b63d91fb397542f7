package experiments

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"websocket-chat-steps/internal/steps"
)

// TestFreeze asks how many past messages a room can have when a newcomer joins.
//
// In a room of each step, a client says 100 messages, each when all have heard the one
// before. Then a newcomer joins. The same follows with 900 more messages and another
// newcomer. Each time the test checks whether the first client still hears itself.
//
// This is always so: after 100 messages the room works. After 1,000 it is frozen in 01
// and 02. The server's goroutine puts past messages into a buffer for 100, much faster
// than the newcomer's goroutine takes them out. When the buffer is full, the server waits
// for itself. In 03 the room works: a new goroutine sends the past messages.
func TestFreeze(t *testing.T) {
	tb := newTable("step", "past messages", "then the room")
	for _, step := range []steps.Step{original, raceFix, single} {
		t.Run(step.Name, func(t *testing.T) {
			r := open(t, step)
			talker := r.connect()
			said := 0
			var came []*client
			for _, past := range []int{100, 1000} {
				for said < past {
					said++
					talker.sayAndHear(fmt.Sprint(said))
					for _, c := range came { // a client that falls behind by 100 would freeze the room, too
						c.await("to hear the talker", func() bool { return c.hasHeard(fmt.Sprint(said)) })
					}
				}
				newcomer := r.connect()
				came = append(came, newcomer)
				then := "talks on"
				if r.comes(newcomer, "to hear the past", func() bool { return len(newcomer.sofar()) == past }) {
					said++
					talker.sayAndHear(fmt.Sprint(said))
				} else if r.frozen() {
					then = "is frozen"
				}
				assert.Equal(t, past > 100 && step.Name != single.Name, then == "is frozen", "after %d messages the room %s", past, then)
				tb.row(step.Name, past, then)
			}
		})
	}
	tb.print("a newcomer comes after so many messages:")
}
