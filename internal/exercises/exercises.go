// Package exercises has the exercises: which there are, what each asks, how a solution is
// judged, and what is said of it. The same three judges that judge the steps judge a
// solution: the properties, the race detector and all orders. The package knows nothing
// of the command that people type.
package exercises

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/steps"
)

// Exercise is one of them. Its directory is like a step's: a package chat, and a README.
type Exercise struct {
	Name  string // of its directory below exercises, as in "01-ids-mutex"
	Grade int    // 1 to 3, from easy to hard

	// What must hold. The race detector may find nothing in any exercise.
	Properties []steps.Property
	Scenarios  []string // of package room: nothing may go wrong in any order
	Log        bool     // each request logs "joined:", and the id that its client has

	Report      bool   // its judge is a race report of its own start, with which the reader's answers are compared
	Test        bool   // the reader writes a test, which is tried on right and wrong rooms
	MustExplore bool   // the other judges can't see what it is about: a room whose orders can't be played is not solved
	Begins      string // what a check finds in the beginning, as Verdict.Cause
}

// Dir is where all of them are, from the repository's root.
const Dir = "exercises"

// All are the exercises, in their order.
var All = []Exercise{
	{
		Name: "01-ids-mutex", Grade: 1, MustExplore: true, Begins: "race",
		Properties: []steps.Property{steps.EveryMessage, steps.PastMessages, judge.Crowd, steps.NothingLeft},
		Scenarios:  []string{"two-join", "two-join-one-speaks", "leave-join"},
	},
	{
		Name: "02-ids-atomic", Grade: 1, MustExplore: true, Begins: "orders two-join",
		Properties: []steps.Property{steps.EveryMessage, steps.PastMessages, judge.Crowd, steps.NothingLeft},
		Scenarios:  []string{"two-join", "two-join-one-speaks", "leave-join"},
	},
	{
		Name: "03-ids-owner", Grade: 1, MustExplore: true, Begins: "race",
		Properties: []steps.Property{steps.EveryMessage, steps.PastMessages, judge.Crowd, steps.NothingLeft},
		Scenarios:  []string{"two-join", "two-join-one-speaks", "leave-join"},
		Log:        true,
	},
	{
		Name: "04-nothing-left", Grade: 2, Begins: "property NothingLeft",
		Properties: []steps.Property{steps.EveryMessage, steps.PastMessages, steps.NothingLeft},
		Scenarios:  []string{"join-leave", "leave-while-put"},
	},
	{
		Name: "05-own-channel", Grade: 2, Begins: "property StalledRoom",
		Properties: []steps.Property{steps.EveryMessage, steps.NothingLeft, steps.StalledRoom, judge.Gapless, steps.StalledCost},
		Scenarios:  []string{"queue-overflow"},
	},
	{
		Name: "06-one-writer", Grade: 2, Begins: "property SenderOrder",
		Properties: []steps.Property{steps.EveryMessage, steps.PastMessages, steps.NothingLeft, steps.SenderOrder, steps.SameOrder, steps.StalledRoom, judge.Gapless, steps.StalledCost},
		Scenarios:  []string{"two-things", "two-speak", "join-leave", "join-while-spoken"},
	},
	{
		Name: "07-bound", Grade: 2, Begins: "property StalledCost",
		Properties: []steps.Property{steps.EveryMessage, steps.PastMessages, steps.NothingLeft, steps.SenderOrder, steps.StalledRoom, judge.Gapless, steps.StalledCost},
		Scenarios:  []string{"two-things", "queue-overflow"},
	},
	{
		Name: "08-no-gap", Grade: 3, MustExplore: true, Begins: "orders join-while-spoken",
		Properties: []steps.Property{steps.EveryMessage, steps.PastMessages, steps.NothingLeft, steps.SenderOrder},
		Scenarios:  []string{"join-while-spoken", "two-things"},
	},
	{
		Name: "09-goodbye", Grade: 3, Begins: "property Goodbye",
		Properties: []steps.Property{steps.EveryMessage, steps.NothingLeft, steps.StalledRoom, judge.Gapless, steps.StalledCost, judge.Goodbye},
		Scenarios:  []string{"goodbye", "join-leave"},
	},
	{
		Name: "10-shutdown", Grade: 3, Begins: "property Shutdown",
		Properties: []steps.Property{steps.EveryMessage, steps.NothingLeft, steps.StalledRoom, judge.Shutdown},
		Scenarios:  []string{"join-leave", "two-things"},
	},
	{
		Name: "11-race-report", Grade: 3, Report: true, Begins: "answer Variable",
	},
	{
		Name: "12-show-it", Grade: 3, Test: true, Begins: "test 3",
	},
}

// Number is that of the directory's name.
func (e Exercise) Number() int {
	digits, _, _ := strings.Cut(e.Name, "-")
	n, _ := strconv.Atoi(digits) // TestNumbers
	return n
}

// Readme is the path of its page in a language, from the repository's root.
func (e Exercise) Readme(lang string) string {
	name := "README.md"
	if lang == "ja" {
		name = "README.ja.md"
	}
	return path.Join(Dir, e.Name, name)
}

// Page is the heading of its page, and the paragraphs that say what is wanted: all but the
// link to the other language and the command that checks it.
func (e Exercise) Page(root, lang string) (title string, wanted []string, err error) {
	b, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(e.Readme(lang))))
	if err != nil {
		return "", nil, err
	}
	for i, text := range strings.Split(strings.TrimSpace(strings.ReplaceAll(string(b), "\r\n", "\n")), "\n\n") {
		switch {
		case i == 0:
			title = strings.TrimPrefix(text, "# ")
		case i > 1 && !strings.HasPrefix(text, "```"):
			wanted = append(wanted, text)
		}
	}
	return title, wanted, nil
}

// Of returns the exercise of that number, or of that name.
func Of(word string) (Exercise, error) {
	for _, e := range All {
		if word == e.Name || word == strconv.Itoa(e.Number()) || word == path.Join(Dir, e.Name) || word == fmt.Sprintf("%02d", e.Number()) {
			return e, nil
		}
	}
	return Exercise{}, fmt.Errorf("there is no exercise %q; there are 1 to %d", word, len(All))
}

// step is what the judges of steps want to know of a package chat in a directory.
func step(dir string) steps.Step {
	return steps.Step{Name: dir, Module: ".", Path: "/ws", Loop: "chat.(*Server).Start"}
}
