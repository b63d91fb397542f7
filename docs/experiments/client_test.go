package experiments

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/judge/judgetest"
)

// client is a chat client in a test. An error ends the test. Only the test's own
// goroutine may call its methods, except for Say.
type client struct {
	*judge.Client
	t *testing.T
}

// dial returns a client that doesn't read yet.
func (r *room) dial() *client {
	r.t.Helper()
	c, err := r.program.Dial(judgetest.Context(r.t))
	require.NoError(r.t, err)
	r.t.Cleanup(c.Drop)
	return &client{c, r.t}
}

// say sends all the messages in one TCP write.
func (c *client) say(bodies ...string) {
	c.t.Helper()
	require.NoError(c.t, c.Say(bodies...), "%s could not send", c.Name)
}

// sofar returns the bodies of all that the client has heard.
func (c *client) sofar() []string {
	heard, _ := c.SoFar()
	bodies := make([]string, len(heard))
	for i, m := range heard {
		bodies[i] = m.Body
	}
	return bodies
}

func (c *client) hasHeard(body string) bool {
	heard, _ := c.SoFar()
	for i := len(heard) - 1; i >= 0; i-- {
		if heard[i].Body == body {
			return true
		}
	}
	return false
}

// await waits until done is true, and asks again after each message to the client. If
// that takes too long, the test fails.
func (c *client) await(what string, done func() bool) {
	c.t.Helper()
	deadline := time.After(judgetest.Patience())
	for !done() {
		heard, ended := c.SoFar()
		require.NoError(c.t, ended, "%s waited %s, and its connection ended", c.Name, what)
		select {
		case <-c.News:
		case <-deadline:
			c.t.Fatalf("%s waited %v %s; it has heard %d messages", c.Name, judgetest.Patience(), what, len(heard))
		}
	}
}

// sayAndHear says a message and waits until the client itself hears it.
func (c *client) sayAndHear(body string) {
	c.t.Helper()
	c.say(body)
	c.await("to hear itself", func() bool { return c.hasHeard(body) })
}

// awaitCount waits until the client has heard n messages since it joined.
func (c *client) awaitCount(n int) {
	c.t.Helper()
	c.await(fmt.Sprintf("to hear %d messages", n), func() bool {
		heard, _ := c.SoFar()
		return len(heard) >= n
	})
}
