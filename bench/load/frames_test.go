package load

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// chunks is a connection whose data comes in pieces of given sizes. It keeps what is
// written.
type chunks struct {
	net.Conn
	data    []byte
	size    func() int
	written bytes.Buffer
}

func (c *chunks) Read(b []byte) (int, error) {
	if len(c.data) == 0 {
		return 0, io.EOF
	}
	n := copy(b, c.data[:min(max(1, c.size()), len(c.data))])
	c.data = c.data[n:]
	return n, nil
}

func (c *chunks) Write(b []byte) (int, error) { return c.written.Write(b) }

// messages reads all text messages of data until an error, which it returns.
func messages(data []byte, buffer int, size func() int) (all []string, pongs []byte, err error) {
	conn := &chunks{data: data, size: size}
	f := frames{conn: conn, buffer: make([]byte, buffer)}
	for {
		if err := f.fill(); err != nil {
			return all, conn.written.Bytes(), err
		}
		for {
			payload, ok, err := f.next()
			if err != nil {
				return all, conn.written.Bytes(), err
			}
			if !ok {
				break
			}
			all = append(all, string(payload))
		}
	}
}

func join(frames ...[]byte) []byte { return bytes.Join(frames, nil) }

func TestFramesInWhateverPieces(t *testing.T) {
	long, longer := strings.Repeat("l", 300), strings.Repeat("L", 70000)
	for _, test := range []struct {
		name  string
		data  []byte
		want  []string
		pongs string
		err   string
	}{
		{"nothing", nil, nil, "", "EOF"},
		{"one", frame(0x81, []byte("hello")), []string{"hello"}, "", "EOF"},
		{"empty", frame(0x81, nil), []string{""}, "", "EOF"},
		{"some", join(frame(0x81, []byte("a")), frame(0x81, []byte("b\nc")), frame(0x81, []byte("d"))), []string{"a", "b\nc", "d"}, "", "EOF"},
		{"of 16 bits", join(frame(0x81, []byte(long)), frame(0x81, []byte("a"))), []string{long, "a"}, "", "EOF"},
		{"of 64 bits", join(frame(0x81, []byte(longer)), frame(0x81, []byte("a"))), []string{longer, "a"}, "", "EOF"},
		{"cut off", frame(0x81, []byte("hello"))[:5], nil, "", "EOF"},
		{"fragments", join(frame(0x01, []byte("a")), frame(0x00, []byte("b")), frame(0x80, []byte("c")), frame(0x81, []byte("d"))), []string{"abc", "d"}, "", "EOF"},
		{"pings among fragments", join(frame(0x01, []byte("a")), frame(0x89, []byte("?")), frame(0x80, []byte("b")), frame(0x89, nil)),
			[]string{"ab"}, "\x8a\x81\x00\x00\x00\x00?\x8a\x80\x00\x00\x00\x00", "EOF"},
		{"a pong", join(frame(0x8A, []byte("!")), frame(0x81, []byte("a"))), []string{"a"}, "", "EOF"},
		{"close", join(frame(0x81, []byte("a")), frame(0x88, []byte("\x03\xf0why")), frame(0x81, []byte("b"))), []string{"a"}, "", "the server closed the connection with code 1008"},
		{"close without a reason", frame(0x88, []byte("\x03\xe8")), nil, "", "the server closed the connection with code 1000"},
		{"close without a code", frame(0x88, nil), nil, "", "the server closed the connection with code 1005"},
		{"binary", frame(0x82, []byte("a")), nil, "", "begins with 82 01, which is no text, or out of turn"},
		{"continuation of nothing", frame(0x80, []byte("a")), nil, "", "out of turn"},
		{"a message in a message", join(frame(0x01, []byte("a")), frame(0x81, []byte("b"))), nil, "", "out of turn"},
		{"a long ping", frame(0x89, []byte(long)), nil, "", "out of turn"},
		{"compressed", frame(0xC1, []byte("a")), nil, "", "of an extension"},
		{"masked", []byte{0x81, 0x81, 0, 0, 0, 0, 'a'}, nil, "", "masked"},
		{"endless", []byte{0x81, 127, 0xFF, 0, 0, 0, 0, 0, 0, 0}, nil, "", "a frame of 18374686479671623680 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, size := range []int{1, 2, 3, 7, 64, 1 << 20} {
				for _, buffer := range []int{16, 100, readBuffer} {
					got, pongs, err := messages(test.data, buffer, func() int { return size })
					what := fmt.Sprintf("in pieces of %d, with a buffer of %d", size, buffer)
					assert.Equal(t, test.want, got, what)
					assert.Equal(t, test.pongs, string(pongs), what)
					assert.ErrorContains(t, err, test.err, what)
				}
			}
		})
	}
}

// All that a server sends is read correctly, in pieces of any size.
func TestFramesAtRandom(t *testing.T) {
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	for range 200 {
		var data []byte
		var want []string
		pings := 0
		for range random.IntN(50) {
			message := make([]byte, []int{0, 1, 125, 126, 127, 1000, 65535, 65536, random.IntN(300)}[random.IntN(9)])
			for i := range message {
				message[i] = byte(random.Uint32())
			}
			want = append(want, string(message))
			rest, opcode := message, byte(text)
			for random.IntN(3) == 0 {
				n := random.IntN(len(rest) + 1)
				data = append(data, frame(opcode, rest[:n])...)
				rest, opcode = rest[n:], continuation
				if random.IntN(2) == 0 {
					data = append(data, frame(0x80|ping, []byte("p"))...)
					pings++
				}
			}
			data = append(data, frame(0x80|opcode, rest)...)
		}
		most := 1 + random.IntN(5000)
		got, pongs, err := messages(data, 16+random.IntN(2000), func() int { return random.IntN(most) })
		require.ErrorIs(t, err, io.EOF, "seed %d", seed)
		require.Equal(t, len(want), len(got), "seed %d", seed)
		for i := range want {
			require.True(t, want[i] == got[i], "seed %d: message %d", seed, i)
		}
		require.Len(t, pongs, 7*pings, "seed %d", seed)
	}
}

func FuzzFrames(f *testing.F) {
	f.Add(join(frame(0x01, []byte("a")), frame(0x89, []byte("?")), frame(0x80, []byte("b"))))
	f.Add([]byte{0x81, 127, 0, 0, 0, 0, 3, 0xFF, 0xFF, 0xFF})
	f.Fuzz(func(t *testing.T, data []byte) {
		at1, pongs1, err1 := messages(data, 16, func() int { return 1 })
		at9, pongs9, err9 := messages(data, 64, func() int { return 9 })
		assert.Equal(t, at9, at1)
		assert.Equal(t, pongs9, pongs1)
		assert.Equal(t, err9, err1)
	})
}

func TestFramesTakeNoMemory(t *testing.T) {
	data := bytes.Repeat(frame(0x81, []byte(strings.Repeat("m", 128))), 100)
	conn := &chunks{size: func() int { return 1000 }}
	f := frames{conn: conn, buffer: make([]byte, readBuffer)}
	assert.Zero(t, testing.AllocsPerRun(10, func() {
		conn.data = data
		for f.fill() == nil {
			for ok := true; ok; {
				_, ok, _ = f.next()
			}
		}
	}))
}

func TestMessage(t *testing.T) {
	for _, size := range []int{smallest, 125, 126, 128, 1024, 65535} {
		b := appendMessage(nil, 42, 12345678, 1234567890123456, size)
		header := 6
		if size > 125 {
			header = 8
		}
		require.Len(t, b, header+size)
		message := b[header:]
		if size == smallest {
			assert.Equal(t, `{"author":"client-00000042","body":"@00000042123456781234567890123456"}`, string(message))
		}
		sender, number, at, err := parseMessage(message)
		assert.NoError(t, err)
		assert.Equal(t, []int64{42, 12345678, 1234567890123456}, []int64{int64(sender), int64(number), at})

		message[len(head)-1] = '#'
		_, _, _, err = parseMessage(message)
		assert.Error(t, err, "without the mark")
		message[len(head)-1] = '@'
		for i := len(head); i < len(head)+32; i++ {
			for _, c := range []byte("/:@ a\x00\xff") {
				was := message[i]
				message[i] = c
				_, _, _, err := parseMessage(message)
				assert.Error(t, err, "%q at %d", c, i)
				message[i] = was
			}
		}
	}
	for _, other := range []string{"", "{}", `{"author":"a","body":"b"}`, strings.Repeat("x", 128), `{"body":"@00000042123456781234567890123456","author":"client-00000042"}`} {
		_, _, _, err := parseMessage([]byte(other))
		assert.ErrorContains(t, err, "no message of ours", other)
	}
}

func TestEight(t *testing.T) {
	for range 10000 {
		n := rand.Uint64N(1e8)
		got, ok := eight(fmt.Appendf(nil, "%08d", n))
		require.True(t, ok)
		require.Equal(t, n, got)
	}
}
