package chat

import (
	"bytes"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/judge"
)

// sent is a connection from which the bytes that a client sent can be read, some at a time.
type sent struct {
	net.Conn // nil: a method that is not below must not be called
	bytes    []byte
	some     int // at a time, at most

	mu      sync.Mutex
	written bytes.Buffer
}

func (s *sent) Read(p []byte) (int, error) {
	if len(s.bytes) == 0 {
		return 0, io.EOF
	}
	n := copy(p, s.bytes[:min(len(s.bytes), s.some)])
	s.bytes = s.bytes[n:]
	return n, nil
}

func (s *sent) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.written.Write(p)
}

func (s *sent) Close() error                     { return nil }
func (s *sent) SetReadDeadline(time.Time) error  { return nil }
func (s *sent) SetWriteDeadline(time.Time) error { return nil }

// reading is all that came of what a client sent.
type reading struct {
	messages []Message
	pongs    string
	end      error
}

// readAll reads what a client sent: early with its handshake, and the rest some bytes at a time.
func readAll(t *testing.T, all []byte, early, some int) (got reading) {
	config := unhurried
	config.MaxMessage = 1000
	conn := &sent{bytes: bytes.Clone(all[early:]), some: some}
	c := NewClient(conn, bytes.Clone(all[:early]), &config, nil, nil)
	for {
		m, err := c.reader.next()
		require.LessOrEqual(t, cap(c.reader.buffer)+cap(c.reader.message), 8*config.MaxMessage, "bytes that are held")
		if err != nil {
			c.mailbox.empty()
			got.end, got.pongs = err, conn.written.String()
			return got
		}
		got.messages = append(got.messages, *m)
	}
}

// A frame is unmasked: RFC 6455's own example (section 5.7), and payloads whose lengths are
// written in each of the three ways. However much of it has come, nothing is taken before
// all is there.
func TestUnmask(t *testing.T) {
	f, size, err := parse([]byte{0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58}, 5)
	require.NoError(t, err)
	assert.Equal(t, frame{true, opText, []byte("Hello")}, f)
	assert.Equal(t, 11, size)
	for _, length := range []int{0, 1, 125, 126, 127, 1<<16 - 1, 1 << 16} {
		payload := bytes.Repeat([]byte("0123456789"), length/10+1)[:length]
		b := judge.AppendFrame(nil, judge.Text, payload)
		head := len(b) - length
		key := []byte{1, 2, 3, 4}
		copy(b[head-4:], key)
		for i := range payload {
			b[head+i] ^= key[i%4]
		}
		for _, n := range []int{0, 1, 2, 3, head - 1, len(b) - 1} {
			if n < len(b) {
				_, size, err := parse(bytes.Clone(b[:n]), length)
				require.NoError(t, err)
				require.Zero(t, size, "%d bytes of %d", n, len(b))
			}
		}
		f, size, err := parse(append(b, "more"...), length)
		require.NoError(t, err)
		assert.Equal(t, len(b), size)
		assert.True(t, bytes.Equal(payload, f.payload), "a payload of %d bytes", length)
	}
}

// Whatever a client sends, in whatever pieces it comes: the reader ends with a reason, it
// holds little, and the same bytes give the same messages and pongs.
func FuzzReader(f *testing.F) {
	for _, c := range protocolCases {
		if len(c.bytes) < 2000 {
			f.Add(c.bytes)
			f.Add(bytes.Repeat(c.bytes, 3))
		}
	}
	f.Add(append([]byte{0x81, 0x85, 1, 2, 3, 4}, "masked"...))
	f.Add(judge.AppendMessage(nil, judge.Message{Author: "<>", Body: "日本語\x00\n"}))
	f.Fuzz(func(t *testing.T, all []byte) {
		want := readAll(t, all, 0, len(all)+1)
		var why closing
		if !errors.As(want.end, &why) {
			assert.Equal(t, io.EOF, want.end)
		}
		for _, m := range want.messages {
			assert.True(t, utf8.ValidString(m.Author+m.Body))
		}
		assert.Equal(t, want, readAll(t, all, 0, 1), "a byte at a time")
		assert.Equal(t, want, readAll(t, all, len(all), 1), "with the handshake")
		assert.Equal(t, want, readAll(t, all, len(all)/2, 7), "half with the handshake, and then 7 bytes at a time")
	})
}
