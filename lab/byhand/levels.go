package byhand

import "slices"

// Level is something to bring about by picking the steps of goroutines. Whether that was
// done, the scenario itself says.
type Level struct {
	Name     string   `json:"name"`
	Scenario string   `json:"scenario"` // of internal/schedule/room
	Steps    []string `json:"steps"`    // where it can be done, and the next one, where it can't
}

// Levels are all of them, the easiest first.
var Levels = []Level{
	{"one-id", "two-join", []string{"01-original", "02-race-fix"}},
	{"increment", "lost-increment", []string{"01-original", "02-race-fix"}},
	{"stay", "both-stay", []string{"01-original", "03-single-goroutine"}},
	{"freeze", "buffer-full", []string{"01-original", "03-single-goroutine"}},
	{"turn", "two-things", []string{"03-single-goroutine", "04-mailbox"}},
}

// Find returns the level of that name, if it is played in that step.
func Find(name, step string) (Level, bool) {
	i := slices.IndexFunc(Levels, func(l Level) bool { return l.Name == name && slices.Contains(l.Steps, step) })
	if i < 0 {
		return Level{}, false
	}
	return Levels[i], true
}
