// Package scoreboard says, once, which properties each step lacks and what it
// does with bad clients. The steps' tests prove it, and the tables in the
// READMEs are written from it (go generate ./internal/scoreboard). It knows
// nothing of how any of it is tested.
package scoreboard

import "websocket-chat-steps/internal/chattest"

// Step is a step by the name of its directory, with what it says of itself.
type Step struct {
	Name string
	chattest.Declared
}

// Steps are all of them, in their order.
var Steps = []Step{
	{"01-original", chattest.Declared{
		Lacks: map[chattest.Property]string{
			chattest.UniqueIDs:   "maxId is a data race",
			chattest.NothingLeft: "the doneCh hand-over never ends",
			chattest.LongHistory: "the server's goroutine sends to itself, in Client.Write",
			chattest.StalledRoom: "the server's goroutine sends to itself, in Client.Write",
		},
		GoroutinesPerClient: 2,
		Reactions: map[chattest.BadClient]chattest.Reaction{
			chattest.StopsReading: chattest.Freezes,
			chattest.Resets:       chattest.Leaks,
			chattest.DiesMidFrame: chattest.Leaks,
			chattest.SendsNoJSON:  chattest.Ignored,
			chattest.EmptyFrame:   chattest.Ignored,
			chattest.InvalidUTF8:  chattest.Mended,
			chattest.EmptyMessage: chattest.Delivered,
			chattest.LongMessage:  chattest.Delivered,
			chattest.ComeAndGo:    chattest.Leaks,
		},
	}},
	{"02-race-fix", chattest.Declared{
		Lacks: map[chattest.Property]string{
			chattest.NothingLeft: "the doneCh hand-over never ends",
			chattest.LongHistory: "the server's goroutine sends to itself, in Client.Write",
			chattest.StalledRoom: "the server's goroutine sends to itself, in Client.Write",
		},
		GoroutinesPerClient: 2,
		Reactions: map[chattest.BadClient]chattest.Reaction{
			chattest.StopsReading: chattest.Freezes,
			chattest.Resets:       chattest.Leaks,
			chattest.DiesMidFrame: chattest.Leaks,
			chattest.SendsNoJSON:  chattest.Ignored,
			chattest.EmptyFrame:   chattest.Ignored,
			chattest.InvalidUTF8:  chattest.Mended,
			chattest.EmptyMessage: chattest.Delivered,
			chattest.LongMessage:  chattest.Delivered,
			chattest.ComeAndGo:    chattest.Leaks,
		},
	}},
	{"03-single-goroutine", chattest.Declared{
		Lacks: map[chattest.Property]string{
			chattest.StalledCost: "a goroutine for each message and client, without a bound",
			chattest.SenderOrder: "goroutines run in any order",
			chattest.SameOrder:   "goroutines run in any order",
		},
		GoroutinesPerClient: 1,
		Reactions: map[chattest.BadClient]chattest.Reaction{
			chattest.StopsReading: chattest.PilesUp,
			chattest.Resets:       chattest.NoTrace,
			chattest.DiesMidFrame: chattest.NoTrace,
			chattest.SendsNoJSON:  chattest.LetGo,
			chattest.EmptyFrame:   chattest.LetGo,
			chattest.InvalidUTF8:  chattest.Mended,
			chattest.EmptyMessage: chattest.Delivered,
			chattest.LongMessage:  chattest.Delivered,
			chattest.ComeAndGo:    chattest.NoTrace,
		},
	}},
	{"04-mailbox", chattest.Declared{
		GoroutinesPerClient: 1,
		Reactions: map[chattest.BadClient]chattest.Reaction{
			chattest.StopsReading: chattest.Bounded,
			chattest.Resets:       chattest.NoTrace,
			chattest.DiesMidFrame: chattest.NoTrace,
			chattest.SendsNoJSON:  chattest.LetGo,
			chattest.EmptyFrame:   chattest.LetGo,
			chattest.InvalidUTF8:  chattest.Mended,
			chattest.EmptyMessage: chattest.Delivered,
			chattest.LongMessage:  chattest.Delivered,
			chattest.ComeAndGo:    chattest.NoTrace,
		},
	}},
}

// Names are the steps' names, in their order.
func Names() []string {
	var names []string
	for _, s := range Steps {
		names = append(names, s.Name)
	}
	return names
}

// Of returns what the step of that name says of itself. It panics if there is
// no such step.
func Of(name string) chattest.Declared {
	for _, s := range Steps {
		if s.Name == name {
			return s.Declared
		}
	}
	panic("scoreboard: no step is called " + name)
}
