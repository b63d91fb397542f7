package room

import (
	"strings"

	"websocket-chat-steps/internal/schedule"
)

// State is how a run stands after some steps.
type State struct {
	Taken     []schedule.Done
	Possible  []schedule.Step
	Stands    []schedule.Stand
	Heard     []Heard
	IDs       []schedule.ID
	Variables map[string]string
}

// Heard is what a browser heard so far, as in "a:1".
type Heard struct {
	Name string
	All  []string
}

// choose picks the steps of q's line, and notes how the run stands behind it.
func (s *State) choose(r *Room, run *schedule.Run, possible []schedule.Step, q Question) int {
	picks := strings.Fields(q.Replay)
	if n := len(run.Taken()); n < len(picks) {
		return run.Pick(possible, picks[n])
	}
	if q.Finish && len(possible) > 0 {
		return run.Onward(possible)
	}
	*s = State{Taken: run.Taken(), Possible: possible, Stands: run.Stands(), IDs: run.IDs(), Variables: run.Variables()}
	return -1
}

func (r *Room) heard() (all []Heard) {
	for _, b := range r.browsers {
		h := Heard{Name: b.name}
		if len(b.conn.out) > 0 {
			h.All = b.heard()
		}
		all = append(all, h)
	}
	return all
}
