package orders

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/gocmd"
	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/schedule"
	"websocket-chat-steps/internal/schedule/room"
	"websocket-chat-steps/internal/steps"
)

// explored are the steps whose orders are counted. In the others something is not
// understood, which TestNotExplored sees.
var explored = []string{"01-original", "02-race-fix", "03-single-goroutine", "04-mailbox", "05-batch"}

// long says that the tests play what takes longer, too: go run -C tools ./check orders
// sets it.
var long = os.Getenv("ORDERS_LONG") != ""

// skipLong skips a test that takes longer.
func skipLong(t *testing.T) {
	if !long {
		t.Skip("takes long; go run -C tools ./check orders plays it")
	}
}

// program plays all explored steps. It is built once, by the first test that asks.
var program = sync.OnceValues(func() (*Program, error) {
	asked = true
	var all []steps.Step
	for _, name := range explored {
		all = append(all, steps.Of(name))
	}
	return Build(context.Background(), nil, all...)
})

var asked bool

func TestMain(m *testing.M) {
	status := m.Run()
	if asked {
		if p, err := program(); err == nil {
			p.Close()
		}
	}
	os.Exit(status)
}

func built(t *testing.T) *Program {
	t.Helper()
	readSources(t, append([]string{"internal/schedule", "internal/judge"}, explored...)...)
	p, err := program()
	require.NoError(t, err)
	return p
}

// readSources has go test see it when these change.
func readSources(t *testing.T, names ...string) {
	t.Helper()
	root, err := steps.Root()
	require.NoError(t, err)
	require.NoError(t, gocmd.ReadSources(root, names...))
}

// counts are those of the distinct orders: all, those that go wrong, and the steps of the
// shortest of these.
var counts = map[string]map[string][3]int{
	"two-join": {
		"01-original": {40, 32, 14}, "02-race-fix": {2}, "03-single-goroutine": {2}, "04-mailbox": {2}, "05-batch": {2},
	},
	"two-join-one-speaks": {
		"01-original": {120, 64, 21}, "02-race-fix": {6}, "03-single-goroutine": {6}, "04-mailbox": {6}, "05-batch": {6},
	},
	"lost-increment": {
		"01-original": {40, 24, 14}, "02-race-fix": {2}, "03-single-goroutine": {2}, "04-mailbox": {2}, "05-batch": {2},
	},
	"join-leave": {
		"01-original": {4, 4, 12}, "02-race-fix": {4, 4, 9}, "03-single-goroutine": {2}, "04-mailbox": {2}, "05-batch": {6},
	},
	"both-stay": {
		"01-original": {4, 2, 12}, "02-race-fix": {4, 2, 9}, "03-single-goroutine": {2}, "04-mailbox": {2}, "05-batch": {6},
	},
	"two-things": {
		"01-original": {8}, "02-race-fix": {8}, "03-single-goroutine": {8, 4, 10}, "04-mailbox": {18}, "05-batch": {18},
	},
	"two-speak": {
		"01-original": {8}, "02-race-fix": {8}, "03-single-goroutine": {8, 4, 10}, "04-mailbox": {18}, "05-batch": {18},
	},
	"buffer-full": {
		"01-original": {6, 4, 15}, "02-race-fix": {6, 4, 15},
	},
	"mailbox-overflow": {
		"04-mailbox": {496}, "05-batch": {237},
	},
	"leave-while-put": {
		"01-original": {140, 140, 19}, "02-race-fix": {140, 140, 19}, "03-single-goroutine": {56}, "04-mailbox": {300}, "05-batch": {306},
	},
}

var distinct = schedule.How{Distinct: true, Preemptions: -1}

// ask asks one question after the other, and returns the answers.
func ask(t *testing.T, p *Program, questions ...room.Question) []room.Answer {
	t.Helper()
	answers := make([]room.Answer, len(questions))
	require.NoError(t, p.Ask(judgetest.Context(t), questions, func(i int, a room.Answer) error {
		answers[i] = a
		if a.Error != "" {
			return fmt.Errorf("%s, %s: %s", questions[i].Server, questions[i].Scenario, a.Error)
		}
		return nil
	}))
	return answers
}

func question(t *testing.T, p *Program, step, scenario string) room.Question {
	t.Helper()
	sc, ok := room.Named(scenario)
	require.True(t, ok)
	server, _ := p.Server(step, sc)
	return room.Question{Server: server, Scenario: scenario, How: distinct}
}

// Each step goes wrong in as many orders of each scenario as it is said to.
func TestCounts(t *testing.T) {
	p := built(t)
	for _, step := range explored {
		for _, sc := range room.Scenarios {
			want, counted := counts[sc.Name][step]
			_, small := p.Server(step, sc)
			assert.Equal(t, counted, sc.Constant == "" || small, "%s, %s: a count, or a constant that is not there", step, sc.Name)
			if !counted {
				continue
			}
			t.Run(step+"/"+sc.Name, func(t *testing.T) {
				t.Parallel()
				if sc.Most && step == "04-mailbox" || step == "05-batch" {
					skipLong(t)
				}
				a := ask(t, p, question(t, p, step, sc.Name))[0]
				got := [3]int{a.Orders, a.Wrong}
				if a.Order != nil {
					got[2] = len(a.Order.Steps)
				}
				assert.Equal(t, want, got, "all distinct orders, those that go wrong, and the steps of the shortest. %s", told(a))
				assert.True(t, a.Whole)
			})
		}
	}
}

// told is an order to read.
func told(a room.Answer) string {
	if a.Order == nil {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "In the order %q, %s:\n", a.Line, a.Order.Wrong)
	for _, s := range a.Order.Steps {
		fmt.Fprintf(&b, "  %s %s %v %v %s\n", s, s.Act, s.At, s.At.Does, s.WithAt)
	}
	return b.String()
}

// All orders of two that join, nothing left out, are binomials: of 14 steps 7 are
// each one's in 01, and of 8 steps 4 in 02.
func TestAll(t *testing.T) {
	p := built(t)
	for _, test := range []struct {
		step, scenario string
		orders, wrong  int
		by             []schedule.Tally // up to so many preemptions
		long           bool
	}{
		{"01-original", "two-join", 3432, 2072, []schedule.Tally{{Orders: 6}, {Orders: 52, Wrong: 12}, {Orders: 250, Wrong: 80}}, true},
		{"02-race-fix", "two-join", 70, 0, []schedule.Tally{{Orders: 10}, {Orders: 30}, {Orders: 56}}, false},
		{"03-single-goroutine", "two-join", 20, 0, []schedule.Tally{{Orders: 10}, {Orders: 18}, {Orders: 20}}, false},
		{"01-original", "join-leave", 28, 28, []schedule.Tally{{Orders: 2, Wrong: 2}, {Orders: 6, Wrong: 6}, {Orders: 18, Wrong: 18}}, false},
		{"03-single-goroutine", "join-leave", 3, 0, []schedule.Tally{{Orders: 1}, {Orders: 2}, {Orders: 3}}, false},
		{"03-single-goroutine", "two-things", 924, 276, []schedule.Tally{{Orders: 24, Wrong: 12}, {Orders: 212, Wrong: 84}, {Orders: 580, Wrong: 189}}, true},
		{"03-single-goroutine", "two-speak", 9072, 4080, []schedule.Tally{{Orders: 760, Wrong: 360}, {Orders: 5144, Wrong: 2400}, {Orders: 9072, Wrong: 4080}}, true},
	} {
		t.Run(test.step+"/"+test.scenario, func(t *testing.T) {
			t.Parallel()
			if test.long {
				skipLong(t)
			}
			q := question(t, p, test.step, test.scenario)
			q.How.Distinct = false
			a := ask(t, p, q)[0]
			assert.Equal(t, schedule.Tally{Orders: test.orders, Wrong: test.wrong}, a.Tally)
			assert.Equal(t, a.Orders, a.Runs)
			for n, by := range test.by {
				assert.Equal(t, by, upTo(a, n), "up to %d preemptions", n)
			}
		})
	}
}

// upTo is how many orders have up to so many preemptions.
func upTo(a room.Answer, preemptions int) (sum schedule.Tally) {
	for _, by := range a.By[:min(len(a.By), preemptions+1)] {
		sum.Orders += by.Orders
		sum.Wrong += by.Wrong
	}
	return sum
}

// The orders up to a bound on preemptions.
func TestBounds(t *testing.T) {
	skipLong(t)
	p := built(t)
	for _, test := range []struct {
		scenario, step string
		by             []schedule.Tally
	}{
		{"two-join-one-speaks", "01-original", []schedule.Tally{{Orders: 312}, {Orders: 5822, Wrong: 18}}},
		{"two-join-one-speaks", "02-race-fix", []schedule.Tally{{Orders: 308}, {Orders: 4045}}},
		{"two-join-one-speaks", "03-single-goroutine", []schedule.Tally{{Orders: 44}, {Orders: 381}}},
		{"join-leave", "02-race-fix", []schedule.Tally{{Orders: 2, Wrong: 2}, {Orders: 6, Wrong: 6}, {Orders: 12, Wrong: 12}}},
		{"two-things", "01-original", []schedule.Tally{{Orders: 68}, {Orders: 1420}, {Orders: 13515}}},
		{"two-things", "02-race-fix", []schedule.Tally{{Orders: 68}, {Orders: 1420}}},
		{"two-speak", "01-original", []schedule.Tally{{Orders: 2168}}},
		{"two-speak", "02-race-fix", []schedule.Tally{{Orders: 2168}}},
		{"buffer-full", "01-original", []schedule.Tally{{Orders: 61, Wrong: 33}, {Orders: 1142, Wrong: 418}, {Orders: 10315, Wrong: 2662}}},
		{"buffer-full", "02-race-fix", []schedule.Tally{{Orders: 61, Wrong: 33}, {Orders: 1142, Wrong: 418}}},
	} {
		t.Run(test.step+"/"+test.scenario, func(t *testing.T) {
			t.Parallel()
			most := len(test.by) - 1
			q := question(t, p, test.step, test.scenario)
			q.How = schedule.How{Preemptions: most}
			a := ask(t, p, q)[0]
			for n, by := range test.by {
				assert.Equal(t, by, upTo(a, n), "up to %d preemptions", n)
			}
			assert.Equal(t, test.by[most], a.Tally)
		})
	}
}

// The same comes out each time, however many processors there are; and what is
// played again by its line goes wrong in the same way.
func TestTheSame(t *testing.T) {
	p := built(t)
	questions := []room.Question{question(t, p, "01-original", "two-join"), question(t, p, "03-single-goroutine", "two-things"), question(t, p, "04-mailbox", "join-leave")}
	if long {
		questions = append(questions, question(t, p, "04-mailbox", "two-things"), question(t, p, "05-batch", "two-speak"))
	}
	first := ask(t, p, questions...)
	for _, procs := range []string{"1", "2", "8"} {
		t.Setenv("GOMAXPROCS", procs)
		for i, a := range ask(t, p, questions...) {
			assert.Equal(t, first[i], a, "GOMAXPROCS=%s", procs)
		}
	}
	for i, q := range questions[:2] {
		q.Line, q.Replay = true, first[i].Line
		again := ask(t, p, q)[0]
		assert.Equal(t, first[i].Order.Wrong, again.Order.Wrong)
		assert.Equal(t, first[i].Order.Steps, again.Order.Steps)
		q.Replay += " a.9"
		err := p.Ask(t.Context(), []room.Question{q}, func(_ int, a room.Answer) error {
			assert.Contains(t, a.Error, "the run diverged: after")
			assert.Contains(t, a.Error, "it was to go on with a.9")
			return nil
		})
		assert.NoError(t, err)
	}
}

// A second write to a client that stalls waits for x/net/websocket's own lock, which
// the bubble does not see: it is not begun before the first has ended.
func TestStalled(t *testing.T) {
	p := built(t)
	a := ask(t, p, question(t, p, "03-single-goroutine", "mailbox-overflow"))[0]
	assert.Equal(t, schedule.Tally{Orders: 90, Wrong: 75}, a.Tally, told(a))
}

// replaced lays a step's file with some of its text replaced.
func replaced(t *testing.T, file string, oldnew ...string) gocmd.Overlay {
	t.Helper()
	root, err := steps.Root()
	require.NoError(t, err)
	readSources(t, "internal/schedule", "internal/judge", path.Dir(file))
	b, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file)))
	require.NoError(t, err)
	text := string(b)
	for i := 0; i < len(oldnew); i += 2 {
		require.Equal(t, 1, strings.Count(text, oldnew[i]), "%q in %s", oldnew[i], file)
		text = strings.Replace(text, oldnew[i], oldnew[i+1], 1)
	}
	return gocmd.Overlay{file: text}
}

// A defect that is mended is not found any more, and one that is put back is found.
func TestChangedSteps(t *testing.T) {
	if testing.Short() {
		t.Skip("-short leaves out the changed steps")
	}
	atomic := []string{
		"\t\"log\"\n", "\t\"log\"\n\t\"sync/atomic\"\n",
		"var maxId int\n", "var maxId int64\n",
	}
	type change struct {
		what, step, scenario, file string
		oldnew                     []string
		wrong                      string // what is found, or ""
	}
	for i, changes := range [][]change{ // each is one program
		{
			{"what Add returns", "01-original", "two-join", "client.go", append(atomic[:4:4],
				"\tmaxId++\n", "\tid := atomic.AddInt64(&maxId, 1)\n", "id: maxId,", "id: int(id),"), ""},
			{"the id behind the map", "02-race-fix", "two-join", "server.go", []string{
				"\t\t\tc.id = s.clientCount + 1 // before any mutex is taken: README.md says why\n", "",
				"\t\t\ts.clients[c.id] = c\n", "\t\t\ts.clients[c.id] = c\n\t\t\tc.id = s.clientCount\n"}, "never hears"},
			{"a step that panics", "03-single-goroutine", "two-things", "client.go", []string{
				"\tlog.Println(\"send:\", msg)\n", "\tif msg.Body == \"2\" {\n\t\tpanic(\"two\")\n\t}\n"}, "panic: two (server.5, after server.go:"},
			{"a goroutine for each message", "04-mailbox", "two-things", "client.go", []string{
				"\tc.mailbox.put(msg)\n", "\tgo c.mailbox.put(msg)\n"}, "in the other order"},
		},
		{
			{"half an atomic", "01-original", "two-join", "client.go", append(atomic[:4:4],
				"\tmaxId++\n", "\tatomic.AddInt64(&maxId, 1)\n", "id: maxId,", "id: int(atomic.LoadInt64(&maxId)),"), "never hears"},
			{"a handler that panics", "03-single-goroutine", "join-leave", "client.go", []string{
				"\t\t\tlog.Println(\"receive:\", err)\n", "\t\t\tpanic(err)\n"}, "panic: EOF (a, after client.go:"},
			{"a write for each that puts", "04-mailbox", "two-things", "mailbox.go", []string{
				"\tif !m.emptying {\n", "\t{\n"}, "in the other order"},
		},
	} {
		t.Run(changes[0].what, func(t *testing.T) {
			t.Parallel()
			if i > 0 {
				skipLong(t)
			}
			overlay := make(gocmd.Overlay)
			var all []steps.Step
			for _, c := range changes {
				maps.Copy(overlay, replaced(t, c.step+"/chat/"+c.file, c.oldnew...))
				all = append(all, steps.Of(c.step))
			}
			p, err := Build(judgetest.Context(t), overlay, all...)
			require.NoError(t, err)
			defer p.Close()
			for _, c := range changes {
				q := question(t, p, c.step, c.scenario)
				q.First = true
				a := ask(t, p, q)[0]
				assert.Equal(t, c.wrong != "", a.Wrong > 0, "%s: %d of %d", c.what, a.Wrong, a.Orders)
				if a.Order != nil {
					assert.Contains(t, a.Order.Wrong, c.wrong, c.what)
				}
			}
		})
	}
}

// A step with what is not understood is not explored, and it is said where that is.
func TestNotExplored(t *testing.T) {
	overlay := replaced(t, "03-single-goroutine/chat/client.go",
		"\t\"log\"\n", "\t\"log\"\n\t\"time\"\n", "\tlog.Println(\"send:\", msg)\n", "\t<-time.After(1)\n")
	_, err := Build(judgetest.Context(t), overlay, steps.Of("03-single-goroutine"))
	var not NotExplored
	require.ErrorAs(t, err, &not)
	assert.Equal(t, "03-single-goroutine", not.Step)
	assert.Regexp(t, `client.go:\d+: a timer is not understood here: time.After`, err.Error())
	overlay = replaced(t, "03-single-goroutine/chat/client.go", "import (\n", "import (\n\t\"context\"\n",
		"\tlog.Println(\"send:\", msg)\n", "\t<-context.Background().Done()\n")
	_, err = Build(judgetest.Context(t), overlay, steps.Of("03-single-goroutine"))
	require.ErrorAs(t, err, &not)
	assert.Regexp(t, `client.go:\d+: a context is not understood here`, err.Error())
	for _, s := range steps.All {
		if _, ok := counts["two-join"][s.Name]; !ok {
			_, err := Build(judgetest.Context(t), nil, s)
			assert.ErrorAs(t, err, &not, s.Name)
		}
	}
}

func TestNumber(t *testing.T) {
	for n, want := range map[int]string{0: "0", 924: "924", 3432: "3,432", 1234567: "1,234,567"} {
		assert.Equal(t, want, Number(n))
	}
}
