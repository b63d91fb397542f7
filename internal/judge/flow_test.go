package judge

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hearing is a client that hears the bytes, and then the end.
func hearing(t *testing.T, bytes string) *Client {
	near, far := tcpPair(t)
	fmt.Fprint(far, bytes)
	far.Close()
	return &Client{Name: "c", Conn: near, in: bufio.NewReader(near), patience: time.Minute}
}

// text is a message of "a" as a server sends it.
func text(body string) string {
	payload := fmt.Sprintf(`{"author":"a","body":"%s"}`, body)
	return "\x81" + string(rune(len(payload))) + payload
}

// Each message of a flow has its own number, and the size that the caller asks for.
func TestNumbered(t *testing.T) {
	assert.Equal(t, []string{"9 xx", "10 x"}, Numbered(9, 11, 4))
	assert.Equal(t, []string{"10 "}, Numbered(10, 11, 0))
	assert.Empty(t, Numbered(10, 10, 4))
}

// HearFlow notices each gap, and each message that comes twice.
func TestHearFlow(t *testing.T) {
	for _, test := range []struct {
		heard       string
		first, next int
		err         string
	}{
		{text("7 ") + text("8 ") + text("9 ") + text("10 "), 7, 10, ""},
		{text("7 ") + text("9 "), 7, 8, "c heard number 9, but 8 should come next (its first was 7)"},
		{text("7 ") + text("7 "), 7, 8, "c heard number 7, but 8 should come next (its first was 7)"},
		{text("7 ") + text("hello"), 7, 8, `c heard a message without a number: "hello"`},
		{text("7 "), 7, 8, "EOF"},
		{"\x88\x02\x03\xf0", -1, 0, "a close frame came, with 1008"},
	} {
		first, next, err := hearing(t, test.heard).HearFlow(10)
		assert.Equal(t, []int{test.first, test.next}, []int{first, next}, "%q", test.heard)
		if test.err == "" {
			assert.NoError(t, err)
		} else {
			assert.EqualError(t, err, test.err)
		}
	}
}

// HearNext notices each difference from what should come next.
func TestHearNext(t *testing.T) {
	assert.NoError(t, hearing(t, text("hello")+text("again")).HearNext("a", "hello", "again"))
	for heard, want := range map[string]string{
		text("hello") + text("hello"): "should come next",
		"\x01" + text("hello")[1:]:    "c heard",
		"\x8a" + text("hello")[1:]:    "(opcode 0xa)",
		text("hello"):                 "EOF",
	} {
		assert.ErrorContains(t, hearing(t, heard).HearNext("a", "hello", "again"), want, "%q", heard)
	}
	assert.ErrorContains(t, hearing(t, text("hello")).HearNext("b", "hello"), `but "{\"author\":\"b\"`)
}

// Pipes accepts the other end of each pipe that was dialled, until it is closed.
func TestPipes(t *testing.T) {
	var s Sockets
	p := NewPipes()
	l := s.Listener(p)
	said := make(chan string)
	go func() {
		conn, err := p.Dial()
		if assert.NoError(t, err) {
			b, _ := io.ReadAll(conn)
			said <- string(b)
		}
	}()
	server, err := l.Accept()
	require.NoError(t, err)
	fmt.Fprint(server, "he")
	fmt.Fprint(server, "llo")
	server.Close()
	assert.Equal(t, "hello", <-said)
	assert.Equal(t, 2, s.Writes())
	assert.Zero(t, s.Open())

	l.Close()
	l.Close()
	_, err = l.Accept()
	assert.ErrorIs(t, err, net.ErrClosed)
	_, err = p.Dial()
	assert.ErrorIs(t, err, net.ErrClosed)
}
