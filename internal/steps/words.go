package steps

// Property is a row of the scoreboard.
type Property string

// The properties, in the scoreboard's order.
const (
	// EveryMessage: every client gets every message, once.
	EveryMessage Property = "EveryMessage"
	// PastMessages: a newcomer gets the past messages once, and all that come
	// while it joins.
	PastMessages Property = "PastMessages"
	// UniqueIDs: no two clients have one id. The race detector judges it.
	UniqueIDs Property = "UniqueIDs"
	// NothingLeft: a disconnect leaves no goroutine and no socket behind.
	NothingLeft Property = "NothingLeft"
	// LongHistory: a newcomer to 300 past messages does not freeze the room.
	LongHistory Property = "LongHistory"
	// StalledRoom: a client that stops reading does not freeze the room.
	StalledRoom Property = "StalledRoom"
	// StalledCost: a client that stops reading costs bounded memory and goroutines.
	StalledCost Property = "StalledCost"
	// SenderOrder: a sender's messages arrive in the order in which they were sent.
	SenderOrder Property = "SenderOrder"
	// SameOrder: all clients see the same order.
	SameOrder Property = "SameOrder"
)

// Properties are all of them, in the scoreboard's order.
var Properties = []Property{
	EveryMessage, PastMessages, UniqueIDs, NothingLeft, LongHistory,
	StalledRoom, StalledCost, SenderOrder, SameOrder,
}

// Stranger is a row of the scoreboard's second table: what a server needs on the Internet,
// where anybody may connect.
type Stranger string

// The rows, in the second table's order.
const (
	// OwnPages: a page of another site can't join.
	OwnPages Stranger = "OwnPages"
	// SilentPeer: a client that answers nothing is let go.
	SilentPeer Stranger = "SilentPeer"
	// ToldWhy: a client that is let go is told why.
	ToldWhy Stranger = "ToldWhy"
	// Flood: a client that sends as fast as it can does not slow the others.
	Flood Stranger = "Flood"
	// Limits: strangers can't use the server up.
	Limits Stranger = "Limits"
	// Shutdown: a shutdown delivers what was accepted, and says so.
	Shutdown Stranger = "Shutdown"
	// SafePage: the page can't be turned against its reader.
	SafePage Stranger = "SafePage"
)

// Strangers are all of them, in the second table's order.
var Strangers = []Stranger{OwnPages, SilentPeer, ToldWhy, Flood, Limits, Shutdown, SafePage}

// BadClient is a way in which a client misbehaves.
type BadClient string

// The bad clients.
const (
	StopsReading BadClient = "StopsReading" // its socket's small buffer is full
	Resets       BadClient = "Resets"       // the connection: a TCP reset, no close frame
	DiesMidFrame BadClient = "DiesMidFrame" // half of a frame comes, and then the end
	SendsNoJSON  BadClient = "SendsNoJSON"
	EmptyFrame   BadClient = "EmptyFrame"   // a text frame of no bytes
	InvalidUTF8  BadClient = "InvalidUTF8"  // within JSON
	EmptyMessage BadClient = "EmptyMessage" // JSON, with an empty author and body
	LongMessage  BadClient = "LongMessage"  // a body of 64 KiB
	ComeAndGo    BadClient = "ComeAndGo"    // a thousand clients, which say nothing
)

// BadClients are all of them.
var BadClients = []BadClient{
	StopsReading, Resets, DiesMidFrame, SendsNoJSON, EmptyFrame,
	InvalidUTF8, EmptyMessage, LongMessage, ComeAndGo,
}

// Reaction is what the server does with a bad client. Except with Freezes, the other
// clients talk on and notice nothing.
type Reaction string

// The reactions.
const (
	Delivered Reaction = "delivered"    // all hear the message as it was sent
	Mended    Reaction = "mended"       // all hear it, with U+FFFD in place of invalid UTF-8
	Ignored   Reaction = "ignored"      // nobody hears it; the client stays
	LetGo     Reaction = "let go"       // nobody hears it; the server ends the client's connection
	NoTrace   Reaction = "no trace"     // no goroutine and no socket is left
	Leaks     Reaction = "leaks"        // goroutines and sockets are left
	Bounded   Reaction = "bounded cost" // it costs memory and goroutines, with a bound
	PilesUp   Reaction = "piles up"     // it costs memory or goroutines, without a bound
	Freezes   Reaction = "freezes"      // the room, for everybody and for ever
)

// Reactions are all of them.
var Reactions = []Reaction{Delivered, Mended, Ignored, LetGo, NoTrace, Leaks, Bounded, PilesUp, Freezes}
