package chat

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/judge"
)

// All clients hear all messages in one and the same order, and each sender's in
// the order in which they were sent.
func TestOrder(t *testing.T) {
	const receivers, senders = 40, 4 // the first ones also send
	each := fewer(1000)
	r := openRoom(t)
	var clients []*judge.Client
	for range receivers {
		clients = append(clients, r.join())
	}
	heard := make([][]string, receivers)
	atOnce(t, receivers+senders, func(i int) error {
		if i >= receivers {
			sender := clients[i-receivers]
			for n := range each {
				if err := sender.Say(numbered(n, 0)); err != nil {
					return err
				}
			}
			return nil
		}
		for range senders * each {
			_, b, err := clients[i].HearRaw()
			if err != nil {
				return fmt.Errorf("%s, after %d messages: %w", clients[i].Name, len(heard[i]), err)
			}
			heard[i] = append(heard[i], string(b))
		}
		return nil
	})

	for i := range heard {
		for n := range heard[i] {
			require.Equal(t, heard[0][n], heard[i][n], "message %d, at clients 0 and %d", n, i)
		}
	}
	next := make(map[string]int) // for each sender
	for _, b := range heard[0] {
		var m Message
		require.NoError(t, json.Unmarshal([]byte(b), &m))
		n, err := number(m.Body)
		require.NoError(t, err)
		require.Equal(t, next[m.Author], n, "what is heard next of %s", m.Author)
		next[m.Author]++
	}
	assert.Len(t, next, senders)
}

// While others come, and leave or reset the connection, those that stay hear
// everything in order. Of the others nothing is left.
func TestComingAndGoing(t *testing.T) {
	const atOnce, staying = 10, 3
	each := fewer(1000) / atOnce
	r := openRoom(t)
	var stay []*judge.Client
	for range staying {
		stay = append(stay, r.join())
	}

	leave := func() error {
		c, err := r.tryConnect()
		if err != nil {
			return err
		}
		if err := c.SayGoodbye(); err != nil {
			return err
		}
		for err == nil {
			_, err = c.Hear()
		}
		if err != judge.Closed(1000) {
			return err
		}
		if _, err = c.Hear(); err != io.EOF {
			return fmt.Errorf("after the goodbye: %w", err)
		}
		c.Drop()
		return nil
	}
	reset := func() error {
		c, err := r.tryConnect()
		if err == nil {
			c.Reset()
		}
		return err
	}
	errs := make(chan error, atOnce)
	for range atOnce {
		go func() {
			for range each {
				if err := errors.Join(leave(), reset()); err != nil {
					errs <- err
					return
				}
			}
			errs <- nil
		}()
	}
	said := 0
	for left := atOnce; left > 0; said += 20 {
		require.NoError(t, flow(stay[0], stay, said, said+20, 100))
		select {
		case err := <-errs:
			require.NoError(t, err)
			left--
		default:
		}
	}
	t.Logf("%d came and went while %d messages were said", 2*atOnce*each, said)

	await(t, "those who went to be gone", func() bool {
		return r.sockets.Open() == staying && countIn("(*Client).Start") == staying
	})
	require.NoError(t, flow(stay[0], stay, said, said+100, 100))
}
