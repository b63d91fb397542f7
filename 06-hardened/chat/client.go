package chat

import (
	"net"

	"golang.org/x/time/rate"
)

// Client is the server's side of one browser. One goroutine serves it, the
// request handler's, which runs Start. It listens only to the browser. A second
// one is there while the mailbox has something, and empties it.
type Client struct {
	id             int             // its key in Server.clients; the server's goroutine owns it
	reader         *reader         // Start reads from it
	mailbox        *mailbox        // holds what is still to be sent
	removeClientCh chan<- *Client  // the server's
	messageCh      chan<- *Message // the server's
}

// NewClient makes a client that has no id yet: the server gives it one.
// The client tells the server on removeClientCh that its browser has gone, and on
// messageCh what the browser says. conn is its connection, from which early was read
// already.
func NewClient(conn net.Conn, early []byte, config *Config, removeClientCh chan<- *Client, messageCh chan<- *Message) *Client {
	m := &mailbox{conn: conn}
	return &Client{
		reader:         &reader{conn: conn, mailbox: m, config: config, in: early, bucket: rate.NewLimiter(config.Rate, readMost+int(2*config.Rate))},
		mailbox:        m,
		removeClientCh: removeClientCh,
		messageCh:      messageCh,
	}
}

// Start hands the browser's messages to the server until there is an error: the
// browser has gone, it sent something that isn't a message, or the server has
// dropped the client. Then Start hands over the client itself, to be removed, tells it
// why, and empties the mailbox, so that all that waits goes out before it returns why.
// x/net/websocket closes the connection after that.
func (c *Client) Start() error {
	for {
		msg, err := c.reader.next()
		if err != nil {
			c.removeClientCh <- c
			why, told := err.(closing)
			if told {
				c.mailbox.put([]byte(why))
			}
			c.mailbox.empty() // also waits for a write in progress. TestGoodbye shows it
			if told && why != goodbye && why != silent {
				c.reader.drain()
			}
			return err
		}
		c.messageCh <- msg
	}
}

// Send puts frame into the client's mailbox, and waits for no client. Only the
// server's goroutine calls it, so all mailboxes get the messages in one order.
func (c *Client) Send(frame []byte) {
	c.mailbox.put(frame)
}
