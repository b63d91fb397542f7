package show

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// A line of the source breaks where it can be read, and no letter is wider than the column.
func TestWrap(t *testing.T) {
	assert.Equal(t, []string{"default: (nothing else", "is ready)"}, wrap("default: (nothing else is ready)", 23, 3))
	assert.Equal(t, []string{"err :=", "websocket.JSON.Receive(", "c.ws, &msg)"}, wrap("err := websocket.JSON.Receive(c.ws, &msg)", 23, 3))
	assert.Equal(t, []string{"読み込", "み、書", "き込…"}, wrap("読み込み、書き込みです", 6, 3)[:3])
	assert.Equal(t, []string{"abcd", "efgh"}, wrap("abcdefgh", 4, 3))
}
