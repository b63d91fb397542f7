package chat

import (
	"bytes"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/websocket"

	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/judge/judgetest"
)

var writeCases = flag.Bool("cases.write", false, "write testdata/cases.txt as TestCases sees it")

// The words for what a client hears.
const (
	itself = "heard"   // the case's message, whole
	goesOn = "goes on" // the message that the client says after it
	pong   = "pong"
)

// protocolCases are after those of the Autobahn test suite, which sends a server what RFC
// 6455 allows and what it forbids. A client sends the bytes of one, and then a good message.
var protocolCases = func() (all []protocolCase) {
	message := func(body string) string { return string(payload("a", body)) }
	ofSize := func(n int) string { return message(strings.Repeat("x", n-len(message("")))) }
	text := func(s string) []byte { return fragment(0x80, judge.Text, s) }
	control := func(opcode byte, s string) []byte { return fragment(0x80, opcode, s) }
	add := func(name, should string, frames ...[]byte) {
		all = append(all, protocolCase{name, should, bytes.Join(frames, nil)})
	}
	const ok, refused = itself + ", " + goesOn, "1002"
	it := message("it")

	for _, n := range []int{125, 126, 127, 65535, 65536} {
		add(fmt.Sprintf("a text of %d bytes", n), ok, text(ofSize(n)))
	}
	add("a length in more bytes than it needs", refused, append([]byte{0x81, 0x80 | 126, 0, byte(len(it)), 0, 0, 0, 0}, it...))
	add("a length with its highest bit set", refused, []byte{0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	add("a frame without a mask", refused, append([]byte{0x81, byte(len(it))}, it...))
	add("a binary message", "1003", fragment(0x80, 0x2, it))

	add("a ping of 0 bytes", pong+", "+goesOn, control(judge.Ping, ""))
	add("a ping of 125 bytes", pong+", "+goesOn, control(judge.Ping, strings.Repeat("p", 125)))
	add("a ping of 126 bytes", refused, control(judge.Ping, strings.Repeat("p", 126)))
	add("a pong that nobody asked for", goesOn, control(judge.Pong, "?"))
	add("a ping in two parts", refused, fragment(0, judge.Ping, "a"), fragment(0x80, 0, "b"))

	for n, bit := range []byte{0x40, 0x20, 0x10} {
		add(fmt.Sprintf("a text with RSV%d", n+1), refused, fragment(0x80|bit, judge.Text, it))
		add(fmt.Sprintf("a ping with RSV%d", n+1), refused, fragment(0x80|bit, judge.Ping, ""))
	}
	for _, opcode := range []byte{3, 7, 11, 15} {
		add(fmt.Sprintf("a frame of kind %d", opcode), refused, fragment(0x80, opcode, it))
	}

	add("a text in two parts", ok, fragment(0, judge.Text, it[:9]), fragment(0x80, 0, it[9:]))
	add("a text in two parts, the first of 0 bytes", ok, fragment(0, judge.Text, ""), fragment(0x80, 0, it))
	add("a text in parts of a byte", ok, parts(it)...)
	add("a ping between two parts", pong+", "+ok, fragment(0, judge.Text, it[:9]), control(judge.Ping, ""), fragment(0x80, 0, it[9:]))
	add("a part without a beginning", refused, fragment(0x80, 0, it))
	add("a text between two parts", refused, fragment(0, judge.Text, it[:9]), text(it))
	add("a binary first part", "1003", fragment(0, 0x2, it[:9]), fragment(0x80, 0, it[9:]))

	letters := message("it: κόσμε")
	add("letters of two bytes", ok, text(letters))
	add("such a letter in two parts", ok, fragment(0, judge.Text, letters[:28]), fragment(0x80, 0, letters[28:]))
	for _, bad := range [][2]string{{"half a letter", "\xce"}, {"a surrogate", "\xed\xa0\x80"}, {"an overlong letter", "\xc0\xaf"}, {"a letter above U+10FFFF", "\xf4\x90\x80\x80"}} {
		add("UTF-8 with "+bad[0], "1007", text(message("it: "+bad[1])))
	}

	add("a close frame of 0 bytes", "1000", control(judge.Closing, ""))
	add("a close frame with 1000", "1000", control(judge.Closing, "\x03\xe8"))
	add("a close frame with a reason of 123 bytes", "1000", control(judge.Closing, "\x03\xe8"+strings.Repeat("r", 123)))
	add("a close frame with a reason of 124 bytes", refused, control(judge.Closing, "\x03\xe8"+strings.Repeat("r", 124)))
	add("a message after a close frame", "1000", control(judge.Closing, "\x03\xe8"), text(it))
	add("a close frame with half a code", refused, control(judge.Closing, "\x03"))
	add("a close frame with 1005, which is never sent", refused, control(judge.Closing, "\x03\xed"))
	add("a close frame with a reason that is not UTF-8", "1007", control(judge.Closing, "\x03\xe8\xce"))

	add("a text of 65537 bytes", "1009", text(ofSize(65537)))
	add("65537 bytes in two parts", "1009", fragment(0, judge.Text, ofSize(65537)[:40000]), fragment(0x80, 0, ofSize(65537)[40000:]))
	return all
}()

type protocolCase struct {
	name, should string
	bytes        []byte
}

// parts sends a text in frames of a byte.
func parts(text string) (frames [][]byte) {
	for i := range len(text) {
		opcode, final := byte(0), byte(0)
		if i == 0 {
			opcode = judge.Text
		}
		if i == len(text)-1 {
			final = 0x80
		}
		frames = append(frames, fragment(final, opcode, text[i:i+1]))
	}
	return frames
}

// TestCases plays the cases against this step, and against a server on x/net/websocket
// that sends each message back. testdata/cases.txt has what both did.
func TestCases(t *testing.T) {
	xnet := websocket.Handler(func(ws *websocket.Conn) {
		for {
			var m Message
			if websocket.JSON.Receive(ws, &m) != nil || websocket.JSON.Send(ws, &m) != nil {
				return
			}
		}
	})
	var table bytes.Buffer
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "a client sends …\tRFC 6455\t06-hardened\tx/net/websocket")
	for _, c := range protocolCases {
		config := Defaults
		config.Rate = unhurried.Rate
		room := NewServer(config) // a new one, whose history is empty
		go room.Start()
		ours, theirs := outcome(t, room.Guard(room.WebsocketHandler()), c), outcome(t, xnet, c)
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", c.name, c.should, ours, theirs)
		room.Shutdown()
	}
	require.NoError(t, w.Flush())
	const file = "testdata/cases.txt"
	if *writeCases {
		require.NoError(t, os.WriteFile(file, table.Bytes(), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), table.String(), "what is in %s: if the code is right, go test -run TestCases ./06-hardened/chat -cases.write", file)
}

// outcome is what a client hears that sends the case's bytes, and then a good message.
func outcome(t *testing.T, handler http.Handler, c protocolCase) string {
	t.Helper()
	web := httptest.NewServer(handler)
	defer web.Close()
	client, err := judge.Dial("a", web.Listener.Addr().String(), "/", judgetest.Patience())
	require.NoError(t, err)
	defer client.Drop()
	// A server that has closed the connection may not take all of it.
	client.Write(judge.AppendMessage(bytes.Clone(c.bytes), judge.Message{Author: "a", Body: "and this"}))
	client.Conn.(*net.TCPConn).CloseWrite()
	heard := []string{}
	for {
		f, err := client.HearFrame()
		switch {
		case err != nil && len(heard) == 0: // the end, or a reset
			return "nothing"
		case err != nil:
			return strings.Join(heard, ", ")
		case f.Opcode == judge.Pong:
			heard = append(heard, pong)
		case f.Opcode == judge.Closing:
			heard = append(heard, fmt.Sprint(int(f.Payload[0])<<8|int(f.Payload[1])))
		case bytes.Contains(f.Payload, []byte("and this")):
			heard = append(heard, goesOn)
		case bytes.Contains(f.Payload, []byte(`\ufffd`)), bytes.Contains(f.Payload, []byte("\ufffd")):
			heard = append(heard, "mended")
		case bytes.Contains(f.Payload, []byte("it")), len(f.Payload) > 100:
			heard = append(heard, itself)
		default:
			heard = append(heard, fmt.Sprintf("%.20q", f.Payload))
		}
	}
}
