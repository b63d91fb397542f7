// Package child is the program that judges the chat rooms of exercises, each in a process
// of its own: a solution may crash, freeze, or leave goroutines behind. Package exercises
// builds it as a test, without and with the race detector, and reads what it says.
package child

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/judge/race"
	"websocket-chat-steps/internal/stacks"
	"websocket-chat-steps/internal/steps"
)

// Asked is the environment variable in which a Question comes, as JSON.
const Asked = "EXERCISES_ASKED"

// Mark begins the lines of answers.
const Mark = "judged: "

// Question asks for properties of one room, by its name.
type Question struct {
	Room       string
	Step       steps.Step // its path, and the function that its goroutine runs
	Properties []steps.Property
	Log        bool // each request must log "joined:", and the id of its client
}

// Answer is what was seen of one property.
type Answer struct {
	Property steps.Property
	Kind     judge.Kind
	Seen     string
	Log      bool   // it is the log that is not as wanted
	Panic    string // of a request's goroutine, meanwhile
}

// Room is a new room.
type Room struct {
	Handler     http.Handler
	Start, Done func()
}

// patience is how long nothing moves in a room before it is said that nothing comes.
const patience = 3 * time.Second

// NeverWaits is said of a goroutine that runs on and on: its place and its function.
const NeverWaits = "a goroutine never waits: %s, in %s"

// watch says when a goroutine of the room was running, or about to, at each of many looks.
// All that a room needs to do ends in a wait, many times between two of them.
func watch(room string, tell func(seen string)) {
	const looks, every = 100, 100 * time.Millisecond
	chat := steps.ModulePath + "/" + room + "/chat."
	ran := make(map[string]int) // at so many looks, by the goroutine's ID
	buf := make([]byte, 4<<20)  // one for all looks: somebody measures the memory meanwhile
	for range time.Tick(every) {
		n := runtime.Stack(buf, true)
		all, err := stacks.Parse(string(buf[:n]), "")
		if err != nil {
			continue // there are too many
		}
		now := make(map[string]int)
		for _, g := range all {
			i := slices.IndexFunc(g.Frames, func(f stacks.Frame) bool { return strings.HasPrefix(f.Function, chat) })
			if i < 0 || !g.Moves() {
				continue
			}
			if now[g.ID] = ran[g.ID] + 1; now[g.ID] == looks {
				f := g.Frames[i]
				tell(fmt.Sprintf(NeverWaits, fmt.Sprintf("%s:%d", path.Base(f.File), f.Line), f.Name()))
			}
		}
		ran = now
	}
}

// tell prints an answer.
func tell(a Answer) {
	b, err := json.Marshal(a)
	if err != nil {
		panic(err) // strings and booleans
	}
	fmt.Printf("\n%s%s\n", Mark, b)
}

// Main answers the question in the environment, until a property does not hold. Under the
// race detector it only plays, and says nothing: the detector speaks. A goroutine that never
// waits is told in both.
func Main(t *testing.T, rooms map[string]func() Room) {
	var q Question
	if err := json.Unmarshal([]byte(os.Getenv(Asked)), &q); err != nil {
		t.Fatal(err)
	}
	open, ok := rooms[q.Room]
	if !ok {
		t.Fatalf("there is no room %q", q.Room)
	}
	judge.SetPatience(patience)
	said := new(logged)
	log.SetOutput(said)
	if race.Enabled {
		log.SetOutput(io.Discard) // its mutex would order goroutines, which hides races
	}
	var asked atomic.Value // the property that is judged now
	asked.Store(steps.Property(""))
	go watch(q.Room, func(seen string) {
		tell(Answer{Property: asked.Load().(steps.Property), Kind: judge.Fails, Seen: seen})
		os.Exit(1) // nothing else ends such a goroutine
	})
	start := func() (judge.Server, error) {
		room := open()
		go room.Start()
		said.clear()
		mux := http.NewServeMux()
		mux.HandleFunc(q.Step.Path, func(w http.ResponseWriter, r *http.Request) {
			said.requests.Add(1)
			room.Handler.ServeHTTP(w, r)
		})
		return judge.Server{Handlers: []http.Handler{mux}, Path: q.Step.Path, Loop: q.Step.Loop, Stop: room.Done}, nil
	}
	lenient := q.Step // what is left behind is the concern of one property only
	lenient.Lacks = map[steps.Property]string{steps.NothingLeft: ""}
	if race.Enabled {
		for range 5 { // net/http's and fmt's pools order goroutines, too, by accident
			crowd(q.Step.Path, open())
			late(q.Step.Path, open())
		}
	}
	for _, p := range q.Properties {
		if race.Enabled && p == steps.StalledCost && slices.Contains(q.Properties, steps.StalledRoom) {
			continue // the clients do the same, for longer: it measures
		}
		asked.Store(p)
		j := judge.New(start, lenient)
		if p == steps.NothingLeft {
			j = judge.New(start, q.Step)
		}
		ctx := judgetest.Context(t)
		v, err := j.Property(ctx, p)
		if p == steps.NothingLeft && err == nil && v.Kind == judge.Holds && !race.Enabled {
			v, err = j.Property(ctx, judge.Memory)
		}
		if err != nil { // what is left behind, for one, when all have gone
			v = judge.Verdict{Kind: judge.Fails, Seen: err.Error()}
		}
		if race.Enabled {
			if v.Kind != judge.Holds {
				return
			}
			continue
		}
		requests, ids, panicked := said.clear()
		log := false
		if q.Log && v.Kind == judge.Holds && ids != requests {
			v = judge.Verdict{Kind: judge.Fails, Seen: fmt.Sprintf(LogsIDs, requests, ids)}
			log = true
		}
		tell(Answer{p, v.Kind, v.Seen, log, panicked})
		if v.Kind != judge.Holds || panicked != "" {
			return
		}
	}
}

// crowd connects some browsers to the room. Until all are connected it sends nothing: if
// one goroutine writes something that another one reads, this orders the two, and then
// the race detector has nothing to report.
func crowd(path string, room Room) {
	go room.Start()
	mux := http.NewServeMux()
	mux.Handle(path, room.Handler)
	web := httptest.NewServer(mux)
	defer web.Close()
	var browsers []*judge.Client
	for i := range 4 {
		b, err := judge.Dial(fmt.Sprint("browser ", i), web.Listener.Addr().String(), path, patience)
		if err != nil {
			return // the judge says more
		}
		defer b.Drop()
		browsers = append(browsers, b)
	}
	for _, b := range browsers {
		b.Say("hello")
	}
	for _, b := range browsers { // a browser that hears something has a client
		b.Hear()
		b.Listen()
	}
}

// late brings a newcomer to a room in which somebody has spoken. Nothing but the room
// orders what the two do. So a room that does not order it has a race, each time. They are
// connected through memory: in package syscall the race detector orders each read of a
// socket behind all writes before it.
func late(path string, room Room) {
	go room.Start()
	mux := http.NewServeMux()
	mux.Handle(path, room.Handler)
	pipes := judge.NewPipes()
	web := &http.Server{Handler: mux}
	go web.Serve(pipes)
	defer web.Close()
	join := func(name string) (*judge.Client, error) {
		conn, err := pipes.Dial()
		if err != nil {
			return nil, err
		}
		return judge.NewClient(name, conn, "pipe", path, patience)
	}
	spoken := new(unseen)
	var speaker sync.WaitGroup
	stay := make(chan struct{})
	speaker.Go(func() {
		defer spoken.happen()
		b, err := join("browser")
		if err != nil {
			return // the judge says more
		}
		for i := range 10 {
			body := fmt.Sprint("hello ", i)
			b.Say(body)
			if b.HearUntil(body) != nil {
				break
			}
		}
		spoken.happen()
		<-stay
		b.Drop()
	})
	spoken.wait()
	if b, err := join("newcomer"); err == nil {
		b.HearUntil("hello 9")
		b.Drop()
	}
	close(stay)
	speaker.Wait()
}

// unseen is something that happens in one goroutine, while another one waits for it. The
// race detector does not see it, so it orders nothing.
type unseen struct{ happened bool }

//go:norace
func (u *unseen) happen() { u.happened = true }

//go:norace
func (u *unseen) wait() {
	for !u.happened {
		runtime.Gosched()
	}
}

// LogsIDs is said of a room that does not log who joins.
const LogsIDs = "%d clients joined; different ids of theirs in the log: %d"

// logged keeps what matters of the log of one room.
type logged struct {
	requests atomic.Int64 // that came

	mu     sync.Mutex
	ids    map[string]bool // behind "joined:"
	panics string          // what net/http says first of a request's goroutine that panicked
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, what, ok := strings.Cut(string(b), "http: panic serving "); ok && l.panics == "" {
		what, _, _ = strings.Cut(what, "\n")
		_, l.panics, _ = strings.Cut(what, ": ")
	}
	if _, id, ok := strings.Cut(string(b), "joined:"); ok {
		if id = strings.TrimSpace(id); id != "0" {
			l.ids[id] = true
		}
	}
	return len(b), nil
}

// clear begins anew, and returns how many requests came, with how many ids, and the first
// panic.
func (l *logged) clear() (requests, ids int, panics string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	requests, ids, panics = int(l.requests.Swap(0)), len(l.ids), l.panics
	l.ids, l.panics = make(map[string]bool), ""
	return requests, ids, panics
}
