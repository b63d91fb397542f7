package chat

import (
	"slices"
	"testing"
)

// takes fails if the client does not get these texts.
func takes(t *testing.T, c *Client, want ...string) {
	t.Helper()
	if got, in := c.Take(); !in || !slices.Equal(got, want) {
		t.Errorf("took %q, %v; wanted %q, true", got, in, want)
	}
}

func TestTwoHearEachOther(t *testing.T) {
	room := NewRoom()
	a, b := room.Join(), room.Join()
	room.Say("hello")
	room.Say("bye")
	takes(t, a, "hello", "bye")
	takes(t, b, "hello", "bye")
}

func TestNewcomer(t *testing.T) {
	room := NewRoom()
	room.Say("hello")
	takes(t, room.Join(), "hello")
}
