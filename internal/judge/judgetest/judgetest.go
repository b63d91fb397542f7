// Package judgetest makes a test of the judge: one call compares a step with its row of
// the table of steps. For a step's other tests it has a Room with clients. It knows
// about testing, and package judge doesn't. It knows nothing about chat servers.
package judgetest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"websocket-chat-steps/internal/gocmd"
	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/judge/race"
	"websocket-chat-steps/internal/steps"
)

// Test judges the servers that start makes, a new one for each property. t fails if a
// property is not as step declares it. A property that is declared to be lacking must
// be seen to fail: if it holds, t fails, too. With -v the test says how each property
// was seen.
//
// The test must not run in parallel with others, as it counts goroutines.
func Test(t *testing.T, step steps.Step, start judge.Start) {
	j := judge.New(start, step)
	for _, p := range steps.Properties {
		if p == steps.UniqueIDs {
			continue // the race detector judges it, in package race
		}
		t.Run(string(p), func(t *testing.T) {
			got, err := j.Property(Context(t), p)
			if err != nil {
				t.Fatal(err)
			}
			want, defect := expect(step, p)
			if err := compare(want, defect, got); err != nil {
				t.Fatal(err)
			}
			if want == judge.Holds {
				t.Log(race.Holds + got.Seen)
			} else {
				t.Logf("it %s, as declared (%s): %s", want, defect, got.Seen)
			}
		})
	}
	t.Run("GoroutinesPerClient", func(t *testing.T) {
		got, err := j.Goroutines(Context(t))
		if err != nil {
			t.Fatal(err)
		}
		if err := compare(judge.Holds, "", got); err != nil {
			t.Fatal(err)
		}
		t.Log(got.Seen)
	})
	for _, b := range steps.BadClients {
		t.Run("BadClient/"+string(b), func(t *testing.T) {
			if b == steps.ComeAndGo && testing.Short() {
				t.Skip("-short leaves out the thousand clients")
			}
			if b == steps.ComeAndGo && inOwnProcess(t) {
				return
			}
			got, seen, err := j.BadClient(Context(t), b)
			if err != nil {
				t.Fatal(err)
			}
			switch want := step.Reactions[b]; got {
			case want:
				t.Logf("%s: %s", got, seen)
			case "":
				t.Fatalf("declared %q, but it breaks off: %s", want, seen)
			default:
				t.Fatalf("declared %q, seen %q: %s", want, got, seen)
			}
		})
	}
}

// Context ends shortly before the test's own time is up. So a test that waits can still
// say what it waits for. Cleanup functions may also call it, when the test itself is
// over.
func Context(t testing.TB) context.Context {
	ctx := context.WithoutCancel(t.Context())
	withDeadline, ok := t.(interface{ Deadline() (time.Time, bool) })
	if !ok { // a benchmark
		return ctx
	}
	end, ok := withDeadline.Deadline()
	if !ok {
		return ctx
	}
	ctx, cancel := context.WithDeadlineCause(ctx, end.Add(-min(15*time.Second, time.Until(end)/10)),
		errors.New("the test's time is nearly up; give more with go test -timeout"))
	t.Cleanup(cancel)
	return ctx
}

// Patience is how long a test waits for one thing that must come: a part of the time
// that -timeout gives. The thing comes in milliseconds, unless the machine is busy.
func Patience() time.Duration {
	if f := flag.Lookup("test.timeout"); f != nil {
		if timeout, ok := f.Value.(flag.Getter).Get().(time.Duration); ok && timeout > 0 {
			return timeout / 5
		}
	}
	return 2 * time.Minute // with -timeout=0, or if the flags were not parsed
}

// FreeAddr returns an address of loopback that nobody listens on now, for a program that must be
// told its address before it starts, or that starts again on it. Its port is below those that
// systems give to connections and to listeners of port 0, so nobody gets it meanwhile by chance.
func FreeAddr(t testing.TB) string {
	t.Helper()
	for range 100 {
		if l, err := net.Listen("tcp", fmt.Sprint("127.0.0.1:", 10_000+rand.IntN(20_000))); err == nil {
			defer l.Close()
			return l.Addr().String()
		}
	}
	t.Fatal("of 100 ports, each is in use")
	return ""
}

// inOwnProcess runs the test t in a new process, and returns true. In that process it
// returns false. A thousand clients may leave goroutines behind. They would make every
// later look at goroutines slow, above all with -count.
func inOwnProcess(t *testing.T) bool {
	const here = "JUDGETEST_OWN_PROCESS"
	if os.Getenv(here) != "" {
		return false
	}
	ctx := Context(t)
	timeout := time.Duration(0)
	if end, ok := ctx.Deadline(); ok {
		timeout = max(time.Until(end), time.Second)
	}
	name := "^" + strings.ReplaceAll(t.Name(), "/", "$/^") + "$"
	child := gocmd.Command(ctx, "", []string{here + "=1"}, os.Args[0], "-test.run="+name, "-test.v", "-test.count=1", "-test.timeout="+timeout.String())
	output, err := child.CombinedOutput()
	t.Logf("in a new process:\n%s", output)
	if err != nil {
		t.Fatalf("the test did not pass in the new process: %v", err)
	}
	if !strings.Contains(string(output), "--- PASS: "+t.Name()) {
		t.Fatal("the new process did not run the test")
	}
	return true
}

// expect returns the kind of verdict that step declares for the property, and the
// defect that causes it.
func expect(step steps.Step, p steps.Property) (want judge.Kind, defect string) {
	if freeze, ok := step.Lacks[steps.StalledRoom]; ok && p == steps.StalledCost {
		return judge.Freezes, freeze // the room freezes before the client can cost anything
	}
	defect, lacks := step.Lacks[p]
	switch {
	case !lacks:
		return judge.Holds, ""
	case p == steps.StalledRoom || p == steps.LongHistory:
		return judge.Freezes, defect
	}
	return judge.Fails, defect
}

// compare returns an error if the verdict is not what was declared.
func compare(want judge.Kind, defect string, got judge.Verdict) error {
	switch {
	case got.Kind == want:
		return nil
	case want == judge.Holds:
		return fmt.Errorf("declared to hold, but it %s: %s", got.Kind, got.Seen)
	case got.Kind == judge.Holds:
		return fmt.Errorf("declared to be lacking (%s), but it holds (%s): either somebody repaired it, or the scenario no longer sees it", defect, got.Seen)
	}
	return fmt.Errorf("declared to be lacking (%s) in that it %s, but it %s: %s", defect, want, got.Kind, got.Seen)
}
