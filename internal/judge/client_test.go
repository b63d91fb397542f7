package judge

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/websocket"
)

// A WebSocket library reads what the judge's client sends, for each of the three sizes
// of the length.
func TestFramesAreUnderstood(t *testing.T) {
	heard := make(chan string, 1)
	web := serve(t, websocket.Handler(func(ws *websocket.Conn) {
		for {
			var s string
			if err := websocket.Message.Receive(ws, &s); err != nil {
				return
			}
			heard <- s
		}
	}))
	c, err := Dial("a client", web, "/", time.Minute)
	require.NoError(t, err)
	defer c.Drop()
	for _, n := range []int{0, 1, 125, 126, 1<<16 - 1, 1 << 16} {
		said := string(bytes.Repeat([]byte{'x'}, n))
		require.NoError(t, c.Write(AppendFrame(nil, Text, []byte(said))))
		assert.Equal(t, said, <-heard)
	}
}

// ReadFrame understands what a server may send. All else is an error.
func TestReadFrame(t *testing.T) {
	for _, test := range []struct {
		name  string
		bytes []byte
		want  string // the payload's beginning, or the error
	}{
		{"short", []byte("\x81\x02hi"), "hi"},
		{"16 bits of length", append([]byte("\x81\x7e\x00\x80"), make([]byte, 128)...), "\x00\x00"},
		{"64 bits of length", append([]byte("\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"), make([]byte, 1<<16)...), "\x00\x00"},
		{"masked", []byte("\x81\x82\x00\x00\x00\x00hi"), "the server sent a masked frame (81 82)"},
		{"too long", []byte("\x81\x7f\x7f\xff\xff\xff\xff\xff\xff\xff"), "the server announced a frame of"},
		{"cut short", []byte("\x81\x05hi"), "unexpected EOF"},
		{"nothing", nil, "EOF"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f, err := ReadFrame(bufio.NewReader(bytes.NewReader(test.bytes)))
			if err != nil {
				assert.ErrorContains(t, err, test.want)
				return
			}
			assert.True(t, f.Final)
			assert.Equal(t, test.want, string(f.Payload[:2]))
		})
	}
}

// A client answers a ping, and joins the frames of one message. Something that is no
// message ends it.
func TestClientReads(t *testing.T) {
	near, far := tcpPair(t)
	c := &Client{Conn: near, in: bufio.NewReader(near), News: make(chan struct{}, 1), patience: time.Minute}
	c.Listen()
	fmt.Fprintf(far, "\x89\x04ping")
	pong := make([]byte, 10)
	_, err := far.Read(pong)
	require.NoError(t, err, "waited for a pong")
	assert.Equal(t, "\x8a\x84\x00\x00\x00\x00ping", string(pong))

	fmt.Fprintf(far, "\x01\x0d{\"author\":\"a\"\x80\x0c,\"body\":\"b\"}\x81\x05{\"\xff\"}")
	for {
		<-c.News
		if heard, ended := c.SoFar(); ended != nil {
			assert.Equal(t, []Message{{"a", "b"}}, heard)
			assert.ErrorContains(t, ended, "the server sent")
			return
		}
	}
}

// serve serves handler until the test ends, and returns the address.
func serve(t *testing.T, handler http.Handler) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &http.Server{Handler: handler}
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	return l.Addr().String()
}

// tcpPair makes two ends of one connection.
func tcpPair(t *testing.T) (near, far *net.TCPConn) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	dialled, err := net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	accepted, err := l.Accept()
	require.NoError(t, err)
	t.Cleanup(func() { dialled.Close(); accepted.Close() })
	return dialled.(*net.TCPConn), accepted.(*net.TCPConn)
}

// Hear returns one message at a time, and says how the connection ends.
func TestClientHears(t *testing.T) {
	for bytes, want := range map[string]error{
		"\x88\x02\x03\xf0": Closed(1008),
		"\x88\x00":         Closed(1005),
		"":                 io.EOF,
	} {
		near, far := tcpPair(t)
		c := &Client{Conn: near, in: bufio.NewReader(near), patience: time.Minute}
		fmt.Fprintf(far, "\x81\x19{\"author\":\"a\",\"body\":\"b\"}%s", bytes)
		far.Close()
		m, err := c.Hear()
		require.NoError(t, err)
		assert.Equal(t, Message{"a", "b"}, m)
		_, err = c.Hear()
		assert.Equal(t, want, err)
	}
}

// Something that is no message is an error. The client doesn't wait for a message after it.
func TestClientHearsNoText(t *testing.T) {
	for _, frame := range []string{"\x82\x02hi", "\x8a\x02hi"} {
		near, far := tcpPair(t)
		c := &Client{Conn: near, in: bufio.NewReader(near), patience: time.Minute}
		fmt.Fprint(far, frame)
		_, err := c.Hear()
		assert.ErrorContains(t, err, "a frame came that is no text: opcode 0x")
	}
}

// HearFrame and Read return what came, unchanged, and answer no ping.
func TestClientHearsFramesAndBytes(t *testing.T) {
	near, far := tcpPair(t)
	c := &Client{Conn: near, in: bufio.NewReader(near), patience: time.Minute}
	fmt.Fprint(far, "\x89\x04ping\x8a\x04pongbytes")
	for _, want := range []Frame{{true, Ping, []byte("ping")}, {true, Pong, []byte("pong")}} {
		f, err := c.HearFrame()
		require.NoError(t, err)
		assert.Equal(t, want, f)
	}
	far.CloseWrite()
	rest, err := io.ReadAll(c)
	require.NoError(t, err)
	assert.Equal(t, "bytes", string(rest))
	c.Drop()
	answer, err := io.ReadAll(far)
	require.NoError(t, err)
	assert.Empty(t, answer, "what the client has sent")
}

// Of finds the server's side of a client's connection. Open counts it until the server closes it.
func TestSockets(t *testing.T) {
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var s Sockets
	l := s.Listener(tcp)
	defer l.Close()
	var accepted []net.Conn
	var clients []*Client
	for range 2 {
		conn, err := net.Dial("tcp", tcp.Addr().String())
		require.NoError(t, err)
		defer conn.Close()
		clients = append(clients, &Client{Conn: conn})
		server, err := l.Accept()
		require.NoError(t, err)
		accepted = append(accepted, server)
	}
	assert.Equal(t, 2, s.Open())
	for i, c := range clients {
		assert.Equal(t, accepted[i].(*conn).Conn, s.Of(c.Conn))
	}
	accepted[0].Close()
	accepted[0].Close()
	assert.Equal(t, 1, s.Open())
	near, _ := tcpPair(t)
	assert.Nil(t, s.Of(near))
}

// If the server answers with a page, the error has its status.
func TestDialOfNoWebSocket(t *testing.T) {
	_, err := Dial("a client", serve(t, http.NotFoundHandler()), "/", time.Minute)
	assert.Equal(t, StatusError(404), err)
	assert.EqualError(t, err, "the server answered the handshake with 404 Not Found")
}
