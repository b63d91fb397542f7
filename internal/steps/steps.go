// Package steps is the one table of the steps: what each is called, where it
// is, how it is run, what it lacks, and what it does with bad clients. Whoever
// needs a step's facts asks here; a new step is a new row of All. It knows
// nothing of how any of it is tested or shown.
package steps

import (
	"os"
	"path/filepath"
)

// Step is what is said of one step. The steps' tests prove it.
type Step struct {
	Name   string // of its directory
	Module string // the directory of its go.mod, from the repository's root: "." for the root's own
	Path   string // of its WebSocket, as in "/entry"
	Loop   string // the function that the server's goroutine runs, as a stack names it: "chat.(*Server).Listen"

	// Lacks has the properties that do not hold, each with the name of the
	// defect. All others hold.
	Lacks map[Property]string

	// GoroutinesPerClient is how many goroutines stay for each client.
	GoroutinesPerClient int

	// Reactions is what happens when a client misbehaves.
	Reactions map[BadClient]Reaction
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

// DataRace tells whether the race detector is to find the race on ids.
func (s Step) DataRace() bool {
	_, lacks := s.Lacks[UniqueIDs]
	return lacks
}

// LeavesBehind tells whether something stays of clients that have gone.
func (s Step) LeavesBehind() bool {
	_, lacks := s.Lacks[NothingLeft]
	return lacks
}

// Run is the command that serves the step, as typed at the repository's root.
func (s Step) Run() string {
	if s.Module == "." {
		return "go run ./" + s.Name
	}
	return "go run -C " + s.Module + " ."
}

// Test is the command that runs the step's tests, as typed at the repository's
// root; with the flags, if there are any, such as "-race".
func (s Step) Test(flags string) string {
	if flags != "" {
		flags += " "
	}
	if s.Module == "." {
		return "go test " + flags + "./" + s.Name + "/..."
	}
	return "go test -C " + s.Module + " " + flags + "./..."
}

// Package is the pattern of the step's command, from the directory of its module.
func (s Step) Package() string {
	if s.Module == "." {
		return "./" + s.Name
	}
	return "."
}

// Packages is the pattern of all packages of the step, from the directory of its
// module.
func (s Step) Packages() string {
	if s.Module == "." {
		return "./" + s.Name + "/..."
	}
	return "./..."
}

// Dir is the step's directory, and ModuleDir that of its module, in the
// repository at root.
func (s Step) Dir(root string) string       { return filepath.Join(root, s.Name) }
func (s Step) ModuleDir(root string) string { return filepath.Join(root, filepath.FromSlash(s.Module)) }

// There tells whether the step's directory is in the repository at root.
func (s Step) There(root string) bool {
	info, err := os.Stat(s.Dir(root))
	return err == nil && info.IsDir()
}
