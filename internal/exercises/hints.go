package exercises

import (
	"maps"
	"slices"
	"strings"
)

// What a check found, as Verdict.Cause. Behind CauseProperty, CauseOrders, CauseAnswer and
// CauseTest is a space, and which; behind a property perhaps "lock".
const (
	CauseBuild    = "build"
	CauseCrash    = "crash"
	CauseAsks     = "asks"
	CauseProperty = "property"
	CauseRace     = "race"
	CauseOrders   = "orders"
	CauseAnswer   = "answer" // of a Reply, and its name
	CauseTest     = "test"   // of a Trial: the promise that is not tested, "right" or "crash"
)

// Cause is what to mend first, for the hints; "" if the room is solved.
func (v Verdict) Cause() string {
	wrong := v.Wrong()
	switch {
	case len(v.Missed()) > 0:
		return v.Missed()[0].cause()
	case len(v.Replies) > 0:
		return CauseAnswer + " " + v.Replies[0].Name
	case v.Solved():
		return ""
	case v.Asks != "":
		return CauseAsks
	case v.Crash != "" || v.Explored.Crash != "" || len(wrong) > 0 && wrong[0].Panic != "":
		return CauseCrash
	case len(v.Race.Races) > 0:
		return CauseRace
	case len(wrong) > 0:
		cause := CauseProperty + " " + string(wrong[0].Property)
		if strings.Contains(wrong[0].Seen, "sync.Mutex.Lock, in ") {
			cause += " lock" // somebody waits for one
		}
		return cause
	case len(v.Explored.Wrong()) > 0:
		return CauseOrders + " " + v.Explored.Wrong()[0].Scenario
	case v.Unseen():
		return CauseOrders
	}
	return CauseCrash
}

// Hints returns the hints for a cause, in a language, and the cause that they are for: if
// there are none for a cause as it is, those without its last word, and so on.
func (e Exercise) Hints(lang, cause string) (string, []string) {
	all := hints[e.Name]
	for all[cause] == nil && cause != "" {
		cause = cause[:max(0, strings.LastIndex(cause, " "))]
	}
	return cause, all[cause][lang]
}

// Causes are those that there are hints for.
func (e Exercise) Causes() []string { return slices.Sorted(maps.Keys(hints[e.Name])) }
