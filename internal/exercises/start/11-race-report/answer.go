package chat

// What the race detector's report says of this package. Write each answer between the quotes.
const (
	Variable  = "" // what both goroutines use: the name of a field, as in "history"
	WriteAt   = "" // the line that writes it, as in "client.go:12"
	ReadAt    = "" // the line that reads it, in the same form
	OrderedBy = "" // what orders the two accesses: the name of a channel, as in "doneCh", or "nothing"
)
