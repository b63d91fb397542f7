// Package racing runs go test -race on a step for the lab, and tells of the race detector's
// reports with the lines of the source. What a report says, internal/judge/race reads. It knows
// nothing of the page.
package racing

import (
	"context"
	"path/filepath"
	"strings"

	"websocket-chat-steps/internal/gocmd"
	"websocket-chat-steps/internal/judge/race"
	"websocket-chat-steps/internal/schedule"
	"websocket-chat-steps/internal/schedule/orders"
	"websocket-chat-steps/internal/steps"
)

// Result is what came of a run.
type Result struct {
	Outcome race.Outcome `json:"outcome"`
	Reason  string       `json:"reason,omitempty"`
	Lesson  string       `json:"lesson,omitempty"` // what the test that failed says
	Reports []Report     `json:"reports"`
	Doctor  string       `json:"doctor,omitempty"` // where there is no race detector: what is missing
}

// Report is one report of the race detector.
type Report struct {
	Text     string  `json:"text"`
	Sides    []*Side `json:"sides"`              // two, or none where the report is not understood
	Variable string  `json:"variable,omitempty"` // of the lesson's race; the report itself has only an address
}

// Side is one of the two accesses.
type Side struct {
	Access   string `json:"access"` // "Read", "Previous write"
	Function string `json:"function"`
	Place    string `json:"place"`
	Source   string `json:"source"`
}

// Run runs the step's tests in the repository at root, and calls each with what they print. language
// is the doctor's.
func Run(ctx context.Context, root string, step steps.Step, language string, each func(line string)) Result {
	res := race.Watch(ctx, step.ModuleDir(root), step.Packages(), each)
	r := tell(res, step.Dir(root))
	if res.Outcome == race.NoRaceDetector {
		// The doctor ends with status 1, if something is missing.
		text, err := gocmd.Command(ctx, root, nil, "go", "run", "./docs/doctor", "-lang", language).Output()
		if r.Doctor = string(text); r.Doctor == "" && err != nil {
			r.Doctor = err.Error()
		}
	}
	return r
}

// tell tells of a run of the step in dir.
func tell(res race.Result, dir string) Result {
	r := Result{Outcome: res.Outcome, Reason: res.Reason, Lesson: lesson(res.Output), Reports: []Report{}}
	// The lesson's race is on this variable. Where that is gone, no race is the lesson's.
	const function, variable = "NewClient", "maxId"
	place, none := race.Uses(filepath.Join(dir, "chat", "client.go"), function, variable)
	lines := make(orders.Source)
	for _, one := range res.Races {
		report := Report{Text: one.Text, Sides: []*Side{}}
		if one.Sides[0].File != "" && one.Sides[1].File != "" {
			for _, side := range one.Sides {
				at := schedule.Site{File: side.File, Line: side.Line}
				report.Sides = append(report.Sides, &Side{side.Access, side.Function, at.String(), lines.Line(at)})
			}
		}
		if none == nil && one.Within(place) {
			report.Variable = variable
		}
		r.Reports = append(r.Reports, report)
	}
	return r
}

// lesson is what a test that fails by the lesson's race says of it.
func lesson(output string) string {
	_, after, found := strings.Cut(output, race.Lesson)
	if !found {
		return ""
	}
	text := race.Lesson
	for i, line := range strings.Split(after, "\n") {
		if i > 0 && !strings.HasPrefix(line, "        ") {
			break
		}
		text += strings.TrimPrefix(line, "       ") // leaves the space between two lines
	}
	return text
}
