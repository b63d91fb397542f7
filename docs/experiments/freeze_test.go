package experiments

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"websocket-chat-steps/internal/steps"
)

// TestFreeze asks how much may have been said before a newcomer comes.
//
// In a room of each step 100 messages are said, each when all had heard the one
// before, and a newcomer comes; then 900 more, and another newcomer, and it is
// seen whether who was there before still hears itself.
//
// Always so: after 100 all is well. After 1,000 the room is frozen in 01 and 02:
// the server's goroutine puts past messages into a buffer for 100 much faster than
// the newcomer's goroutine takes them out, and when it is full the server waits
// for itself. In 03 all is well: a goroutine of its own sends the past.
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
					for _, c := range came { // who fell behind by 100 would freeze the room, too
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
