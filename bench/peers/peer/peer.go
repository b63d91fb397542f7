// Package peer has the parts that all peers share: the message, the past that a newcomer
// hears, and the command around the chat. Of WebSockets it knows only the frames. It knows
// nothing about the clients in the room.
package peer

import (
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
)

// MaxMessage is how long a client's message may be, in bytes of JSON.
const MaxMessage = 128 << 10

// Message is what travels between a client and the server, in both directions,
// as JSON in one text message.
type Message struct {
	Author string `json:"author"`
	Body   string `json:"body"`
}

// Recode decodes a message and encodes it again. So clients hear what the server has
// understood, as in the steps. The error says that b is no message.
// Any goroutine may call it.
func Recode(b []byte) ([]byte, error) {
	var message Message
	if err := json.Unmarshal(b, &message); err != nil {
		return nil, err
	}
	return json.Marshal(message)
}

// Frame returns a message as one text frame, unmasked, as a server sends it.
func Frame(m Message) []byte {
	payload, _ := json.Marshal(m) // two strings: there is no error
	frame := append(make([]byte, 0, 10+len(payload)), 0x81)
	switch n := len(payload); {
	case n <= 125:
		frame = append(frame, byte(n))
	case n <= 0xFFFF:
		frame = binary.BigEndian.AppendUint16(append(frame, 126), uint16(n))
	default:
		frame = binary.BigEndian.AppendUint64(append(frame, 127), uint64(n))
	}
	return append(frame, payload...)
}

// Past is how many of the last messages a newcomer hears.
const Past = 100

// History has the last messages, at most Past of them, in the form in which they are sent.
// It is empty at first. It has no lock: its owner must guard it.
type History struct {
	ring  [Past][]byte
	count int // messages so far; the next one goes to ring[count%Past]
}

// Add adds a message as the newest. The caller must not change it after that.
func (h *History) Add(message []byte) {
	h.ring[h.count%Past] = message
	h.count++
}

// Messages returns the messages, the oldest first, in a new slice.
func (h *History) Messages() [][]byte {
	messages := make([][]byte, 0, min(h.count, Past))
	for i := h.count - cap(messages); i < h.count; i++ {
		messages = append(messages, h.ring[i%Past])
	}
	return messages
}

// Main is the rest of a peer's main function, after its room is open. It serves ws at /ws,
// and all else that http.DefaultServeMux has, and returns at Ctrl-C. If it can't serve, it
// says why and ends the process: with status 2 for a wrong command line, with 1 for an
// address that is taken.
func Main(name string, ws http.HandlerFunc) {
	addr := flag.String("addr", "localhost:8080", "serve the chat on this `host:port`")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "%s: unexpected argument %q; an address goes behind -addr\n", name, flag.Arg(0))
		os.Exit(2)
	}
	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v; choose another address, as in -addr localhost:8081\n", name, err)
		os.Exit(1)
	}
	interrupt := make(chan os.Signal, 1)
	signal.Notify(interrupt, os.Interrupt)

	http.HandleFunc("/ws", ws)
	http.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "%s is there to be measured: it has a WebSocket at /ws, and no page.\n", name)
	})
	go func() { log.Fatal(http.Serve(listener, nil)) }()

	fmt.Printf("%s serves the chat at http://%v/ (Ctrl-C ends it)\n", name, listener.Addr())
	<-interrupt
}
