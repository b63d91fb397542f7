// Package site is the lab's web server: it lets in who has the token, and tells and
// does what the page asks for, out of fixed lists.
package site

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"websocket-chat-steps/internal/steps"
	"websocket-chat-steps/lab/byhand"
	"websocket-chat-steps/lab/page"
	"websocket-chat-steps/lab/scenarios"
)

// Site serves the lab of the repository at root. Whoever has one calls Close at
// the end.
type Site struct {
	root   string
	stages map[string]*stage
	player *byhand.Player
	racing sync.Mutex      // held by the one run of go test -race
	ctx    context.Context // ends with the site
	end    context.CancelFunc
}

// New returns a site on which no step runs yet.
func New(root string) *Site {
	s := &Site{root: root, stages: make(map[string]*stage), player: byhand.New(root)}
	s.ctx, s.end = context.WithCancel(context.Background())
	for _, step := range steps.All {
		if step.Module == "." && step.There(root) {
			s.stages[step.Name] = newStage(root, step)
		}
	}
	return s
}

// Close ends all that runs. What was built stays, until live.Clean.
func (s *Site) Close() {
	s.end()
	s.player.Close()
	for _, st := range s.stages {
		st.starting.Lock()
		st.stop()
		st.starting.Unlock()
	}
}

// Handler serves the page to anybody on loopback, and all that tells or acts to who
// has the token.
func (s *Site) Handler(token string) http.Handler {
	api := http.NewServeMux()
	api.HandleFunc("GET /api/steps", s.list)
	api.HandleFunc("GET /api/figure/{step}/{language}", s.figure)
	api.HandleFunc("GET /api/watch/{step}", s.withStage(s.watch))
	api.HandleFunc("GET /api/stack/{step}/{id}", s.withStage(s.stack))
	api.HandleFunc("POST /api/restart/{step}", s.withStage(s.restart))
	api.HandleFunc("POST /api/do/{step}/{name}", s.withStage(s.do))
	api.HandleFunc("GET /api/level/{level}/{step}", s.withLevel(s.openLevel))
	api.HandleFunc("POST /api/level/{level}/{step}/{what}", s.withLevel(s.playLevel))
	api.HandleFunc("GET /api/race/{step}/{language}", inLanguage(s.withStage(s.race)))
	api.HandleFunc("GET /api/exercises/{language}", inLanguage(s.exercises))
	api.HandleFunc("GET /api/exercise/{number}/{language}", inLanguage(s.judge))
	mux := http.NewServeMux()
	mux.Handle("/", page.Handler())
	mux.Handle("/api/", withToken(token, api))
	return atHome(mux)
}

// withStage finds the step that a request names, in the table of steps.
func (s *Site) withStage(f func(http.ResponseWriter, *http.Request, *stage)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		st, ok := s.stages[r.PathValue("step")]
		if !ok {
			http.Error(w, "no such step", http.StatusNotFound)
			return
		}
		f(w, r, st)
	}
}

func (s *Site) list(w http.ResponseWriter, r *http.Request) {
	type row struct {
		Name string `json:"name"`
		Test string `json:"test"` // the command that has the race detector judge it
	}
	var all struct {
		Steps      []row              `json:"steps"`
		Actions    []scenarios.Action `json:"actions"`
		Properties []steps.Property   `json:"properties"`
		Levels     []byhand.Level     `json:"levels"`
	}
	for _, step := range steps.All {
		if s.stages[step.Name] != nil {
			all.Steps = append(all.Steps, row{step.Name, step.Test("-race")})
		}
	}
	all.Actions, all.Properties = scenarios.Actions, scenarios.Properties()
	all.Levels = byhand.Levels
	write(w, all)
}

func (s *Site) figure(w http.ResponseWriter, r *http.Request) {
	step, language := r.PathValue("step"), r.PathValue("language")
	if s.stages[step] == nil || !slices.Contains([]string{"en", "ja"}, language) {
		http.Error(w, "no such figure", http.StatusNotFound)
		return
	}
	text, err := os.ReadFile(filepath.Join(s.root, "diagrams", step+"."+language+".svg"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Write(text)
}

// watch starts the step, unless it runs, and writes snapshots, one on a line, until
// the tab goes.
func (s *Site) watch(w http.ResponseWriter, r *http.Request, st *stage) {
	go st.start(s.ctx)
	stream(w, func(line func(any) bool) {
		for {
			snapshot, err := st.look(r.Context())
			if err != nil || !line(snapshot) {
				return
			}
		}
	})
}

func (s *Site) stack(w http.ResponseWriter, r *http.Request, st *stage) {
	write(w, st.stack(r.PathValue("id")))
}

func (s *Site) restart(w http.ResponseWriter, r *http.Request, st *stage) {
	if st.now().Busy != "" {
		answer(w, scenarios.Result{}, errBusy)
		return
	}
	st.restart(s.ctx)
	write(w, st.now())
}

// limit is how long an action may take. Most take some seconds.
const limit = 5 * time.Minute

// do carries out an action, or plays the scenario of a property.
func (s *Site) do(w http.ResponseWriter, r *http.Request, st *stage) {
	name := r.PathValue("name")
	run := st.play
	if _, ok := scenarios.ActionOf(name); ok {
		run = st.do
	} else if !slices.Contains(scenarios.Properties(), steps.Property(name)) {
		http.Error(w, "no such action and no such property to play", http.StatusNotFound)
		return
	}
	ctx, cancel := context.WithTimeout(s.ctx, limit)
	defer cancel()
	result, err := st.act(name, func() (scenarios.Result, error) { return run(ctx, name) })
	answer(w, result, err)
}

// answer writes what came of an action, or why it could not be carried out. That is
// an answer too: the request was in order.
func answer(w http.ResponseWriter, result scenarios.Result, err error) {
	if err != nil {
		write(w, map[string]any{"error": err.Error(), "busy": errors.Is(err, errBusy)})
		return
	}
	write(w, result)
}

func write(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	json.NewEncoder(w).Encode(v)
}
