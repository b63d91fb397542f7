package chat

// Message is what travels between a browser and the server, in both
// directions: {"author": "...", "body": "..."} in one text frame.
type Message struct {
	Author string `json:"author"`
	Body   string `json:"body"`
}

// size is how many bytes the message takes in memory, about: 64 is for all that is
// not text. Without it an empty message would cost nothing, and a mailbox could hold
// any number of them.
func (m *Message) size() int {
	return 64 + len(m.Author) + len(m.Body)
}
