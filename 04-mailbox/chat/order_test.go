package chat

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// All clients hear all messages in one and the same order, and each sender's in
// the order in which they were sent.
func TestOrder(t *testing.T) {
	const receivers, senders, each = 40, 4, 1000 // the first ones also send
	r := openRoom(t)
	var clients []*client
	for range receivers {
		clients = append(clients, r.join())
	}
	heard := make([][]string, receivers)
	atOnce(t, receivers+senders, func(i int) error {
		if i >= receivers {
			sender := clients[i-receivers]
			for n := range each {
				if err := sender.say(numbered(n, 0)); err != nil {
					return err
				}
			}
			return nil
		}
		for range senders * each {
			b, err := clients[i].hearPayload()
			if err != nil {
				return fmt.Errorf("%s, after %d messages: %w", clients[i].name, len(heard[i]), err)
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
	each := lessUnderRace(1000) / atOnce
	r := openRoom(t)
	var stay []*client
	for range staying {
		stay = append(stay, r.join())
	}

	leave := func() error {
		c, err := r.tryConnect()
		if err != nil {
			return err
		}
		if err := c.sayGoodbye(); err != nil {
			return err
		}
		for err == nil {
			_, err = c.hear()
		}
		if err != closed(1000) {
			return err
		}
		if _, err = c.hear(); err != io.EOF {
			return fmt.Errorf("after the goodbye: %w", err)
		}
		return c.conn.Close()
	}
	reset := func() error {
		c, err := r.tryConnect()
		if err == nil {
			c.reset()
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
		return r.listener.open() == staying && goroutinesIn("(*Client).Start") == staying
	})
	require.NoError(t, flow(stay[0], stay, said, said+100, 100))
}
