package site

import (
	"encoding/json"
	"net/http"
	"time"

	"websocket-chat-steps/lab/byhand"
)

// withLevel finds the level and the step that a request names, in the table of levels.
func (s *Site) withLevel(f func(w http.ResponseWriter, r *http.Request, level byhand.Level, step string)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		step := r.PathValue("step")
		level, ok := byhand.Find(r.PathValue("level"), step)
		if !ok || s.stages[step] == nil {
			http.Error(w, "no such level in such a step", http.StatusNotFound)
			return
		}
		f(w, r, level, step)
	}
}

// openLevel builds what plays the level, and says every second that it still does. Then it
// builds what plays the others, so that they are there when they are chosen.
func (s *Site) openLevel(w http.ResponseWriter, r *http.Request, level byhand.Level, step string) {
	type progress struct {
		State   string `json:"state"` // "building", "ready" or "broken"
		Seconds int    `json:"seconds"`
		Why     string `json:"why,omitempty"`
	}
	built := make(chan error, 1)
	go func() {
		built <- s.player.Open(step)
		for _, other := range append([]byhand.Level{level}, byhand.Levels...) {
			for _, step := range other.Steps {
				s.player.Open(step) // what is wrong with it is said when it is chosen
			}
		}
	}()
	stream(w, func(line func(any) bool) {
		begun := time.Now()
		for {
			select {
			case err := <-built:
				if err != nil {
					line(progress{State: "broken", Why: err.Error()})
				} else {
					line(progress{State: "ready"})
				}
				return
			case <-r.Context().Done():
				return
			case <-time.After(time.Second):
				if !line(progress{State: "building", Seconds: int(time.Since(begun).Seconds())}) {
					return
				}
			}
		}
	})
}

// stream has f write values, one on a line. What f calls returns false where the tab has gone.
func stream(w http.ResponseWriter, f func(line func(any) bool)) {
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.Header().Set("Cache-Control", "no-store")
	out, to := json.NewEncoder(w), http.NewResponseController(w)
	f(func(v any) bool {
		to.SetWriteDeadline(time.Now().Add(10 * time.Second)) // a tab that has stopped reading is let go
		return out.Encode(v) == nil && to.Flush() == nil
	})
}

// playLevel answers what is asked of some picks: how all stand then, also at the end, or
// in how many orders the goal can be reached from there.
func (s *Site) playLevel(w http.ResponseWriter, r *http.Request, level byhand.Level, step string) {
	line, language := r.FormValue("line"), r.FormValue("language")
	var v any
	var err error
	switch r.PathValue("what") {
	case "play":
		v, err = s.player.Play(level, step, line, language, false)
	case "finish":
		v, err = s.player.Play(level, step, line, language, true)
	case "explore":
		v, err = s.player.Explore(level, step, line)
	default:
		http.Error(w, "that can't be asked", http.StatusNotFound)
		return
	}
	if err != nil {
		v = map[string]string{"error": err.Error()}
	}
	write(w, v)
}
