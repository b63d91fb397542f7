package chat

// Message is what travels between a browser and the server, in both
// directions: {"author": "...", "body": "..."} in one text frame.
type Message struct {
	Author string `json:"author"`
	Body   string `json:"body"`
}
