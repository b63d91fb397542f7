package chat

import (
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/judge/judgetest"
)

// All clients hear all messages in the same order. They hear each sender's messages in
// the order in which they were sent.
func TestOrder(t *testing.T) {
	const receivers, senders = 40, 4 // the first four also send
	each := fewer(1000)
	r := openRoom(t)
	clients := []*judge.Client{r.Talker}
	for len(clients) < receivers {
		clients = append(clients, r.Join())
	}
	for _, c := range clients {
		c.Listen()
	}
	for _, sender := range clients[:senders] {
		require.NoError(t, sender.Say(judge.Numbered(0, each, 0)...))
	}

	first := heard(t, clients[0], senders*each)
	for _, c := range clients[1:] {
		for n, m := range heard(t, c, senders*each) {
			require.Equal(t, first[n], m, "message %d, at %s and at %s", n, clients[0].Name, c.Name)
		}
	}
	of := make(map[string][]string) // what each sender said, as it was heard
	for _, m := range first {
		of[m.Author] = append(of[m.Author], m.Body)
	}
	assert.Len(t, of, senders)
	for sender, bodies := range of {
		assert.Equal(t, judge.Numbered(0, each, 0), bodies, "what was heard of %s", sender)
	}
}

// heard waits until a client that listens has heard n messages, and returns them.
func heard(t *testing.T, c *judge.Client, n int) []judge.Message {
	t.Helper()
	for {
		heard, ended := c.SoFar()
		if len(heard) >= n {
			require.Len(t, heard, n, "messages that %s heard", c.Name)
			return heard
		}
		require.NoError(t, ended, "%s has heard %d messages of %d", c.Name, len(heard), n)
		select {
		case <-c.News:
		case <-time.After(judgetest.Patience()):
			require.FailNowf(t, "no news", "%s has heard %d messages of %d", c.Name, len(heard), n)
		}
	}
}

// Some clients stay while others come, and leave or reset the connection. Those that
// stay hear everything in order. The others leave nothing behind.
func TestComingAndGoing(t *testing.T) {
	const atOnce = 10
	r := openRoom(t)
	stay := []*judge.Client{r.Join(), r.Join()}
	for range fewer(1000) / atOnce {
		before := r.Said
		var leavers []*judge.Client
		for range atOnce {
			r.Say(1, 100)
			c := r.Connect()
			require.NoError(t, c.SayGoodbye())
			leavers = append(leavers, c)
			r.Connect().Reset()
		}
		for _, c := range append(stay, r.Talker) {
			first, _, err := c.HearFlow(r.Said)
			require.NoError(t, err)
			require.Equal(t, before, first, "the first that %s heard of this round", c.Name)
		}
		for _, c := range leavers {
			left(t, c)
		}
	}
	r.AwaitOpen(1 + len(stay))
	judgetest.Await(t, "the goroutines of the clients that left to end", func() bool {
		return judgetest.Count("chat.(*Client).Start") == 1+len(stay)
	})
	r.Flow(100, 100, stay...)
}

// left checks what a client hears after its goodbye: what was still sent to it, then
// 1000, and then the end of the connection.
func left(t *testing.T, c *judge.Client) {
	t.Helper()
	var err error
	for err == nil {
		_, err = c.Hear()
	}
	require.Equal(t, judge.Closed(1000), err)
	_, err = c.Hear()
	require.Equal(t, io.EOF, err, "after the goodbye")
	c.Drop()
}
