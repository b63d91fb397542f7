package chat

import (
	"log"
	"sync"
	"time"

	"golang.org/x/net/websocket"
)

const (
	maxMessageBytes = 128 << 10        // of a message's JSON, at most, when it is read
	mailboxBytes    = 1 << 20          // of messages that wait for one client, at most
	patience        = 10 * time.Second // for one write
)

// mailbox has the messages that wait for one client, the oldest first. The
// server's goroutine puts them in. While any wait, one goroutine, and never two,
// takes them out and sends them: so they keep their order.
type mailbox struct {
	ws *websocket.Conn

	mu       sync.Mutex // guards what follows; nobody writes to ws while they hold it
	messages []*Message
	bytes    int  // of messages
	emptying bool // a goroutine runs empty
	closed   bool // the client was let go: nothing goes in any more
}

// put adds a message, and starts a goroutine that empties the mailbox if there
// is none. A client that has no room for the message reads too slowly, and is let
// go. put waits for nobody.
func (m *mailbox) put(msg *Message) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return
	}
	if m.bytes+msg.size() > mailboxBytes {
		log.Println("send: a client reads too slowly")
		m.letGo()
		return
	}
	m.messages = append(m.messages, msg)
	m.bytes += msg.size()
	// Only one goroutine at a time, or a later message could be written first. No
	// message is left behind: take ends the goroutine under the same lock, and only
	// when nothing waits.
	if !m.emptying {
		m.emptying = true
		go m.empty()
	}
}

// empty sends what waits, each message in a write of its own, until nothing does.
// A write waits for the client. So empty doesn't hold mu meanwhile, or put would
// wait for the client, too.
func (m *mailbox) empty() {
	for msg := m.take(); msg != nil; msg = m.take() {
		m.ws.SetWriteDeadline(time.Now().Add(patience))
		if err := websocket.JSON.Send(m.ws, msg); err != nil {
			log.Println("send:", err)
			m.mu.Lock()
			m.letGo()
			m.mu.Unlock()
		}
		m.ws.SetWriteDeadline(time.Time{}) // else it would end a pong, much later
	}
}

// take takes out the oldest message. When none waits it returns nil, and the
// goroutine that empties the mailbox ends.
func (m *mailbox) take() *Message {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.messages) == 0 {
		m.emptying = false
		return nil
	}
	msg := m.messages[0]
	m.messages[0] = nil // so that its memory can go
	m.messages = m.messages[1:]
	m.bytes -= msg.size()
	return msg
}

// letGo drops what waits, and ends the client: its Start can read no more, so it
// returns, and x/net/websocket closes the connection. The caller holds mu.
func (m *mailbox) letGo() {
	m.closed, m.messages = true, nil
	m.ws.SetReadDeadline(time.Now())
}
