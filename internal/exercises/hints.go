package exercises

import (
	"maps"
	"slices"
	"strings"
)

// What a check found, as Verdict.Cause. Behind CauseProperty, CauseOrders, CauseAnswer and
// CauseTest is a space, and which.
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
		return CauseProperty + " " + string(wrong[0].Property)
	case len(v.Explored.Wrong()) > 0:
		return CauseOrders + " " + v.Explored.Wrong()[0].Scenario
	case v.Unseen():
		return CauseOrders
	}
	return CauseCrash
}

// Hints returns the hints for a cause, in a language, and the cause that they are for: if
// there are none for a cause as it is, those for its first word or, else, those for all.
func (e Exercise) Hints(lang, cause string) (string, []string) {
	all := hints[e.Name]
	word, _, _ := strings.Cut(cause, " ")
	for _, c := range []string{cause, word, ""} {
		if all[c] != nil {
			return c, all[c][lang]
		}
	}
	return "", all[""][lang]
}

// Causes are those that there are hints for.
func (e Exercise) Causes() []string { return slices.Sorted(maps.Keys(hints[e.Name])) }
