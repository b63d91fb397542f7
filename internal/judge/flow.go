package judge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A flow is a sequence of numbered messages. The numbers show a listener which messages
// it has missed, and which came twice.

// Numbered returns the bodies of a flow from number first to last-1. Each has size
// bytes, or more if its number needs more.
func Numbered(first, last, size int) []string {
	var bodies []string
	for n := first; n < last; n++ {
		body := strconv.Itoa(n) + " "
		bodies = append(bodies, body+strings.Repeat("x", max(0, size-len(body))))
	}
	return bodies
}

// HearFlow hears messages of a flow up to number last-1. It returns the first number
// that it heard, and the number that would come next. A number that does not follow
// the one before is an error. The other errors are those of Hear.
func (c *Client) HearFlow(last int) (first, next int, err error) {
	for first = -1; next < last; next++ {
		m, err := c.Hear()
		if err != nil {
			return first, next, err
		}
		digits, _, _ := strings.Cut(m.Body, " ")
		n, err := strconv.Atoi(digits)
		if err != nil {
			return first, next, fmt.Errorf("%s heard a message without a number: %.40q", c.Name, m.Body)
		}
		if first < 0 {
			first, next = n, n
		}
		if n != next {
			return first, next, fmt.Errorf("%s heard number %d, but %d should come next (its first was %d)", c.Name, n, next, first)
		}
	}
	return first, next, nil
}

// place is what may come behind a message's body.
var place = regexp.MustCompile(`^(,"id":\d+(,"key":"[^"]*")?)?}$`)

// HearNext hears author say the bodies. Anything else is an error. Each must come as
// one whole text frame, with the JSON that encoding/json writes. Behind the body there may be
// the message's id, and its key, and nothing else.
func (c *Client) HearNext(author string, bodies ...string) error {
	for _, body := range bodies {
		want, err := json.Marshal(Message{author, body})
		if err != nil {
			return err
		}
		f, err := c.HearFrame()
		if err != nil {
			return fmt.Errorf("%s waited for %.60q: %w", c.Name, want, err)
		}
		rest, begins := bytes.CutPrefix(f.Payload, want[:len(want)-1])
		if !f.Final || f.Opcode != Text || !begins || !place.Match(rest) {
			return fmt.Errorf("%s heard %.60q (opcode %#x), but %.60q should come next", c.Name, f.Payload, f.Opcode, want)
		}
	}
	return nil
}
