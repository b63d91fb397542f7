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

// mailbox holds the messages that wait for one client, the oldest first. The
// server's goroutine puts them in. While messages wait, one other goroutine takes
// them out and sends them. Only one at a time does this, so messages keep their order.
type mailbox struct {
	ws *websocket.Conn

	// mu guards the fields below. If one goroutine owned them, it would have to stay
	// as long as the client stays. A buffered channel would count messages, not bytes.
	// The server's goroutine takes mu in put, and it must not wait for a client. So
	// nobody may write to ws while holding mu.
	mu       sync.Mutex
	messages []*Message
	bytes    int  // of messages
	emptying bool // a goroutine runs empty, so put need not start one
	closed   bool // the server has dropped the client: nothing goes in any more
}

// put adds a message. If no goroutine empties the mailbox, put starts one. A client
// whose mailbox has no room for the message reads too slowly: put drops the client.
// put waits for no client. Only the server's goroutine calls it.
func (m *mailbox) put(msg *Message) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return // it was dropped, but is still among the server's clients
	}
	if m.bytes+msg.size() > mailboxBytes {
		log.Println("send: a client reads too slowly")
		m.letGo()
		return
	}
	m.messages = append(m.messages, msg)
	m.bytes += msg.size()
	// With two goroutines that empty the mailbox, a later message could be written
	// first (SenderOrder). With one for each message, a client that doesn't read would
	// hold them all (StalledCost).
	if !m.emptying {
		m.emptying = true
		go m.empty()
	}
}

// empty sends the messages that wait, each in a write of its own, until none waits.
// A write waits for the client, for ten seconds perhaps. So empty doesn't hold mu
// while it writes, or put would wait, too, and the whole room with it.
func (m *mailbox) empty() {
	for msg := m.take(); msg != nil; msg = m.take() {
		// A quiet room never fills the mailbox of a client that stops reading. Without
		// a deadline this goroutine would wait for ever. TestUnfinishedWrite shows it.
		m.ws.SetWriteDeadline(time.Now().Add(patience))
		if err := websocket.JSON.Send(m.ws, msg); err != nil {
			log.Println("send:", err)
			m.mu.Lock()
			m.letGo() // leaves no message, so this loop ends
			m.mu.Unlock()
		}
		// A deadline stays on the connection after the write. Start's goroutine answers
		// pings on the same connection. Minutes later, a pong would fail, and the client
		// would be lost. TestDeadlineEndsWithTheWrite shows it.
		m.ws.SetWriteDeadline(time.Time{})
	}
}

// take takes out the oldest message. When none waits it returns nil, and the
// goroutine that empties the mailbox ends. Both happen under one lock. Else put could
// come in between, start no goroutine, and leave its message in the mailbox until the
// next one comes.
func (m *mailbox) take() *Message {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.messages) == 0 {
		m.emptying = false
		return nil
	}
	msg := m.messages[0]
	m.messages[0] = nil // else the slice's array would keep the message in memory
	m.messages = m.messages[1:]
	m.bytes -= msg.size()
	return msg
}

// letGo drops the client, and the messages that wait for it. The caller holds mu.
// A read deadline that has passed ends Start's read at once. So Start returns, and
// x/net/websocket closes the connection. That ends a write that is stuck. letGo must
// not call ws.Close: it writes a close frame, and waits until the stuck write ends.
func (m *mailbox) letGo() {
	m.closed, m.messages = true, nil
	m.ws.SetReadDeadline(time.Now())
}
