// Package steps is the only table of the steps: their names, where they are, how to run
// them, what they lack, and what they do with bad clients. All code that needs a step's
// facts asks here. A new step is a new row of All. The package knows nothing about how
// this is tested or shown.
package steps

import (
	"os"
	"path/filepath"
)

// Step declares the facts of one step. The steps' tests prove them.
type Step struct {
	Name   string // of its directory
	Module string // the directory of its go.mod, from the repository's root: "." for the root's own
	Path   string // of its WebSocket, as in "/entry"
	Loop   string // the function that the server's goroutine runs, as a stack names it: "chat.(*Server).Listen"

	// Lacks has the properties that do not hold, each with its defect. All others
	// hold.
	Lacks map[Property]string

	// GoroutinesPerClient is how many goroutines stay for each client.
	GoroutinesPerClient int

	// Reactions is what happens when a client misbehaves.
	Reactions map[BadClient]Reaction

	// Internet has what the step lacks of the second table, each with its defect. A
	// step for which it is nil is not in that table.
	Internet map[Stranger]string

	// Strict are arguments with which the judge of a row starts the step's command, as
	// they make a limit small or let a page in.
	Strict map[Stranger][]string
}

// The defects that more than one row names.
const (
	handOver    = "the doneCh hand-over never ends"
	sendsToSelf = "the server's goroutine sends to itself, in Client.Write"
	anyOrder    = "goroutines run in any order"
)

// All are the steps, in their order.
var All = []Step{
	{
		Name: "01-original", Module: ".", Path: "/entry", Loop: "chat.(*Server).Listen",
		Lacks: map[Property]string{
			UniqueIDs:   "maxId is a data race",
			NothingLeft: handOver,
			LongHistory: sendsToSelf,
			StalledRoom: sendsToSelf,
		},
		GoroutinesPerClient: 2,
		Reactions: map[BadClient]Reaction{
			StopsReading: Freezes,
			Resets:       Leaks,
			DiesMidFrame: Leaks,
			SendsNoJSON:  Ignored,
			EmptyFrame:   Ignored,
			InvalidUTF8:  Mended,
			EmptyMessage: Delivered,
			LongMessage:  Delivered,
			ComeAndGo:    Leaks,
		},
	},
	{
		Name: "02-race-fix", Module: ".", Path: "/entry", Loop: "chat.(*Server).Listen",
		Lacks: map[Property]string{
			NothingLeft: handOver,
			LongHistory: sendsToSelf,
			StalledRoom: sendsToSelf,
		},
		GoroutinesPerClient: 2,
		Reactions: map[BadClient]Reaction{
			StopsReading: Freezes,
			Resets:       Leaks,
			DiesMidFrame: Leaks,
			SendsNoJSON:  Ignored,
			EmptyFrame:   Ignored,
			InvalidUTF8:  Mended,
			EmptyMessage: Delivered,
			LongMessage:  Delivered,
			ComeAndGo:    Leaks,
		},
	},
	{
		Name: "03-single-goroutine", Module: ".", Path: "/ws", Loop: "chat.(*Server).Start",
		Lacks: map[Property]string{
			StalledCost: "a goroutine for each message and client, without a bound",
			SenderOrder: anyOrder,
			SameOrder:   anyOrder,
		},
		GoroutinesPerClient: 1,
		Reactions: map[BadClient]Reaction{
			StopsReading: PilesUp,
			Resets:       NoTrace,
			DiesMidFrame: NoTrace,
			SendsNoJSON:  LetGo,
			EmptyFrame:   LetGo,
			InvalidUTF8:  Mended,
			EmptyMessage: Delivered,
			LongMessage:  Delivered,
			ComeAndGo:    NoTrace,
		},
	},
	{
		Name: "04-mailbox", Module: ".", Path: "/ws", Loop: "chat.(*Server).Start",
		GoroutinesPerClient: 1,
		Reactions: map[BadClient]Reaction{
			StopsReading: Bounded,
			Resets:       NoTrace,
			DiesMidFrame: NoTrace,
			SendsNoJSON:  LetGo,
			EmptyFrame:   LetGo,
			InvalidUTF8:  Mended,
			EmptyMessage: Delivered,
			LongMessage:  Delivered,
			ComeAndGo:    NoTrace,
		},
	},
	{
		Name: "05-batch", Module: ".", Path: "/ws", Loop: "chat.(*Server).Start",
		GoroutinesPerClient: 1,
		Reactions: map[BadClient]Reaction{
			StopsReading: Bounded,
			Resets:       NoTrace,
			DiesMidFrame: NoTrace,
			SendsNoJSON:  LetGo,
			EmptyFrame:   LetGo,
			InvalidUTF8:  Mended,
			EmptyMessage: Delivered,
			LongMessage:  Delivered,
			ComeAndGo:    NoTrace,
		},
		Internet: map[Stranger]string{
			OwnPages:   "nobody asks which page it is",
			SilentPeer: "nobody asks whether it is still there",
			ToldWhy:    "most connections just end",
			Flood:      "who sends more has more turns",
			Limits:     "nobody counts the clients",
			Shutdown:   "the process just ends",
			SafePage:   "the page's address is told to other sites",
		},
	},
	{
		Name: "06-hardened", Module: ".", Path: "/ws", Loop: "chat.(*Server).Start",
		GoroutinesPerClient: 1,
		Reactions: map[BadClient]Reaction{
			StopsReading: Bounded,
			Resets:       NoTrace,
			DiesMidFrame: NoTrace,
			SendsNoJSON:  LetGo,
			EmptyFrame:   LetGo,
			InvalidUTF8:  LetGo,
			EmptyMessage: Delivered,
			LongMessage:  LetGo,
			ComeAndGo:    NoTrace,
		},
		Internet: map[Stranger]string{},
		Strict: map[Stranger][]string{
			OwnPages:   {"-origin", "https://chat.example"},
			SilentPeer: {"-idle", "6s"}, // so a client has 4 s to answer
			Limits:     {"-max-clients", "20"},
		},
	},
}

// Names are the steps' names, in their order.
func Names() []string {
	var names []string
	for _, s := range All {
		names = append(names, s.Name)
	}
	return names
}

// Of returns the step of that name. It panics if there is none.
func Of(name string) Step {
	for _, s := range All {
		if s.Name == name {
			return s
		}
	}
	panic("steps: no step is called " + name + " in internal/steps/steps.go")
}

// Has tells whether a property is seen to hold. What a stalled client costs is not,
// where such a client freezes the room before it costs anything.
func (s Step) Has(p Property) bool {
	_, lacks := s.Lacks[p]
	if _, freezes := s.Lacks[StalledRoom]; freezes && p == StalledCost {
		return false
	}
	return !lacks
}

// DataRace tells whether the race detector must find the race on ids.
func (s Step) DataRace() bool {
	_, lacks := s.Lacks[UniqueIDs]
	return lacks
}

// LeavesBehind tells whether clients that have gone leave something behind.
func (s Step) LeavesBehind() bool {
	_, lacks := s.Lacks[NothingLeft]
	return lacks
}

// Run returns the command that serves the step, as typed at the repository's root.
func (s Step) Run() string {
	if s.Module == "." {
		return "go run ./" + s.Name
	}
	return "go run -C " + s.Module + " ."
}

// Test returns the command that runs the step's tests, as typed at the repository's
// root. flags, such as "-race", may be empty.
func (s Step) Test(flags string) string {
	if flags != "" {
		flags += " "
	}
	if s.Module == "." {
		return "go test " + flags + "./" + s.Name + "/..."
	}
	return "go test -C " + s.Module + " " + flags + "./..."
}

// Package returns the pattern of the step's command, from the directory of its module.
func (s Step) Package() string {
	if s.Module == "." {
		return "./" + s.Name
	}
	return "."
}

// Packages returns the pattern of all packages of the step, from the directory of its
// module.
func (s Step) Packages() string {
	if s.Module == "." {
		return "./" + s.Name + "/..."
	}
	return "./..."
}

// Dir returns the step's directory in the repository at root, and ModuleDir the
// directory of its module.
func (s Step) Dir(root string) string       { return filepath.Join(root, s.Name) }
func (s Step) ModuleDir(root string) string { return filepath.Join(root, filepath.FromSlash(s.Module)) }

// There tells whether the step's directory is in the repository at root.
func (s Step) There(root string) bool {
	info, err := os.Stat(s.Dir(root))
	return err == nil && info.IsDir()
}
