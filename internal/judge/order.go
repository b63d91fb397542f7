package judge

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// inversions counts the messages of a round that came after a message that should come
// later. The right order is want or, if want is nil, the numbers in the bodies.
func inversions(heard, want []Message) int {
	n, latest := 0, -1
	for _, m := range heard {
		at := number(m)
		if want != nil {
			at = slices.Index(want, m)
		}
		if at < latest {
			n++
		}
		latest = max(latest, at)
	}
	return n
}

// number is a message's place in its sender's burst.
func number(m Message) int {
	n, err := strconv.Atoi(m.Body[strings.LastIndexByte(m.Body, ' ')+1:])
	if err != nil {
		panic(broken{fmt.Errorf("a message of a round has no number: %q", m.Body)})
	}
	return n
}

// order lists the messages that were heard of a round: their numbers, with the letters
// of their senders if there are any.
func order(heard []Message, senders map[string]string) string {
	var words []string
	for _, m := range heard {
		words = append(words, senders[m.Author]+strconv.Itoa(number(m)))
	}
	return strings.Join(words, " ")
}
