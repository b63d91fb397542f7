// Package chattest judges a chat server from outside, over real sockets: it
// brings clients, good and bad ones, and says which properties of the
// repository's scoreboard hold. It is the same code for every step, and knows
// nothing of how a step works inside, but for the name of the function that its
// server's goroutine runs.
package chattest

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Server is one running chat server, as a step hands it over.
type Server struct {
	Handler http.Handler // serves the WebSocket at Path, from now on
	Path    string       // as in "/entry"
	Loop    string       // the function that the server's goroutine runs, as in "chat.(*Server).Listen"
	Stop    func()       // ends that goroutine; not called when the room is frozen
}

// Start starts a server of its own at each call, and returns when it is ready.
type Start func(testing.TB) Server

// Declared is what a step says of itself.
type Declared struct {
	// Lacks has the properties that do not hold, each with the name of the
	// defect. All others hold.
	Lacks map[Property]string

	// GoroutinesPerClient is how many goroutines stay for each client.
	GoroutinesPerClient int

	// Reactions is what happens when a client misbehaves.
	Reactions map[BadClient]Reaction
}

// TestServer judges the servers that start makes, a new one for each property,
// and fails t wherever one is not as declared. A property that is said to be
// lacking must be seen to fail: t fails too if it holds.
//
// UniqueIDs is the one property that can't be judged from outside. The race
// detector judges it, in package racerun.
//
// The test must not run in parallel with others: goroutines are counted.
func TestServer(t *testing.T, start Start, declared Declared) {
	for _, p := range Properties {
		if p == UniqueIDs {
			continue
		}
		t.Run(string(p), func(t *testing.T) {
			want, defect := declared.expect(p)
			got := judge(t, start, scenarios[p], declared)
			if err := compare(want, defect, got); err != nil {
				t.Fatal(err)
			}
			if want != holds {
				t.Logf("it %s, as declared (%s): %s", want, defect, got.seen)
			}
		})
	}
	t.Run("GoroutinesPerClient", func(t *testing.T) {
		got := judge(t, start, func(r *room) { r.count(declared.GoroutinesPerClient) }, declared)
		if err := compare(holds, "", got); err != nil {
			t.Fatal(err)
		}
	})
	for _, b := range BadClients {
		t.Run("BadClient/"+string(b), func(t *testing.T) {
			if b == ComeAndGo && inOwnProcess(t) {
				return
			}
			want := declared.Reactions[b]
			got, seen := react(t, start, b, declared)
			if got != want {
				t.Fatalf("declared %q, seen %q: %s", want, got, seen)
			}
			t.Logf("%s: %s", got, seen)
		})
	}
}

// inOwnProcess runs the test t in a process of its own, and tells whether it
// did: in that process, it does not. A thousand clients that leave goroutines
// behind would slow every later look at goroutines, the more with -count.
func inOwnProcess(t *testing.T) bool {
	const here = "CHATTEST_OWN_PROCESS"
	if os.Getenv(here) != "" {
		return false
	}
	name := "^" + strings.ReplaceAll(t.Name(), "/", "$/^") + "$"
	ctx, cancel := context.WithTimeout(t.Context(), 6*patience)
	defer cancel()
	child := exec.CommandContext(ctx, os.Args[0], "-test.run="+name, "-test.v", "-test.count=1")
	child.Env = append(os.Environ(), here+"=1")
	output, err := child.CombinedOutput()
	t.Logf("in a process of its own:\n%s", output)
	if err != nil {
		t.Fatalf("the process of its own did not pass: %v (it had %v)", err, 6*patience)
	}
	if !strings.Contains(string(output), "--- PASS: "+t.Name()) {
		t.Fatal("the process of its own ran no such test")
	}
	return true
}

// expect is the kind of verdict that what is declared leads to, and the defect
// that does it.
func (d Declared) expect(p Property) (want kind, defect string) {
	if freeze, ok := d.Lacks[StalledRoom]; ok && p == StalledCost {
		return freezes, freeze // before it can cost anything
	}
	defect, lacks := d.Lacks[p]
	switch {
	case !lacks:
		return holds, ""
	case p == StalledRoom || p == LongHistory:
		return freezes, defect
	}
	return fails, defect
}

// compare says what is wrong with a verdict, given what was declared.
func compare(want kind, defect string, got verdict) error {
	switch {
	case got.kind == want:
		return nil
	case want == holds:
		return fmt.Errorf("declared to hold, but it %s: %s", got.kind, got.seen)
	case got.kind == holds:
		return fmt.Errorf("declared to be lacking (%s), but it holds: either that was mended, or the scenario sees it no more", defect)
	}
	return fmt.Errorf("declared to be lacking (%s) in that it %s, but it %s: %s", defect, want, got.kind, got.seen)
}

// kind is what came of a scenario.
type kind int

const (
	holds kind = iota
	fails
	freezes   // it fails, because the room is frozen
	breaksOff // the scenario did not come so far that it shows
)

func (k kind) String() string {
	return [...]string{"holds", "fails", "freezes", "breaks off"}[k]
}

// verdict is what came of a scenario, and how that was seen.
type verdict struct {
	kind kind
	seen string
}

// judge runs a scenario on a server of its own. It fails tb only if the judge
// itself could not work.
func judge(tb testing.TB, start Start, scenario func(*room), declared Declared) (v verdict) {
	tb.Helper()
	_, leavesBehind := declared.Lacks[NothingLeft]
	r := openRoom(tb, start)
	defer func() {
		switch p := recover().(type) {
		case nil:
		case verdict: // the scenario ended early
			v = p
		default:
			panic(p)
		}
		r.close(v, leavesBehind)
	}()
	scenario(r)
	return verdict{kind: holds}
}
