package rewrite

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/gocmd"
	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/judge/race"
	"websocket-chat-steps/internal/steps"
)

const testdata = "internal/schedule/rewrite/testdata"

func load(t *testing.T, name string) (*Source, string) {
	t.Helper()
	root, err := steps.Root()
	require.NoError(t, err)
	require.NoError(t, gocmd.ReadSources(root, "internal/schedule"))
	all, err := Load(judgetest.Context(t), root, root, nil, "./"+testdata+"/"+name)
	require.NoError(t, err)
	require.Len(t, all, 1)
	return all[0], root
}

// driver plays each program in all orders and in the distinct ones, and compares the
// counts with those that were found by hand; and, for each order, it compares the class
// to which it belongs.
const driver = `package programs_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"websocket-chat-steps/internal/schedule"
	programs "websocket-chat-steps/` + testdata + `/programs/rewritten"
)

func TestPrograms(t *testing.T) {
	for _, p := range programs.All() {
		t.Run(p.Name, func(t *testing.T) {
			program := func(r *schedule.Run) func() string {
				judge := p.Main()
				return func() string {
					if left := r.Waiting(); len(left) > p.Left {
						t.Errorf("left: %v", left)
					}
					return judge()
				}
			}
			all, classes := explore(t, program, schedule.How{Preemptions: -1})
			distinct, each := explore(t, program, schedule.How{Distinct: true, Preemptions: -1})
			if all.Orders != p.Orders || all.Runs != p.Orders {
				t.Errorf("%d orders in %d runs, and by hand %d", all.Orders, all.Runs, p.Orders)
			}
			if distinct.Orders != p.Distinct || distinct.Wrong != p.Wrong {
				t.Errorf("%d of %d distinct orders go wrong, and by hand %d of %d", distinct.Wrong, distinct.Orders, p.Wrong, p.Distinct)
			}
			if fmt.Sprint(classes) != fmt.Sprint(each) {
				t.Errorf("all orders are of the classes\n%v\nand the distinct ones of\n%v", classes, each)
			}
		})
	}
}

// A goroutine that code outside of the program has started is an error, whichever of the two comes first.
func TestStranger(t *testing.T) {
	_, err := schedule.Explore(t, func(r *schedule.Run) func() string {
		r.Go("a", func() {
			c := schedule.Made(make(chan int))
			go func() { schedule.Recv(c) }()
			schedule.Send(c)(1)
		})
		return func() string { return "" }
	}, schedule.How{Preemptions: -1}, func(schedule.Count, *schedule.Outcome) bool { return true })
	if err == nil || !strings.Contains(err.Error(), "a goroutine comes here that code outside of the program has started") {
		t.Error(err)
	}
}

func explore(t *testing.T, program schedule.Program, how schedule.How) (schedule.Count, map[string]string) {
	classes := make(map[string]string)
	c, err := schedule.Explore(t, program, how, func(_ schedule.Count, out *schedule.Outcome) bool {
		if out == nil {
			return true
		}
		class := classOf(out)
		if wrong, ok := classes[class]; ok && (wrong != out.Wrong || how.Distinct) {
			t.Errorf("two orders of the class %s: %q and %q", class, wrong, out.Wrong)
		}
		classes[class] = out.Wrong
		again, err := schedule.Replay(t, program, out.Line())
		if err != nil {
			t.Fatal(err)
		}
		if again.Wrong != out.Wrong || fmt.Sprint(again.Steps) != fmt.Sprint(out.Steps) {
			t.Errorf("%s played again: %q and %q", out.Line(), again.Wrong, out.Wrong)
		}
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	return c, classes
}

// classOf is the order's normal form (Foata's): each step as early as its dependencies let it.
func classOf(out *schedule.Outcome) string {
	levels := make([]int, len(out.Steps))
	var words []string
	for i, s := range out.Steps {
		for j, earlier := range out.Steps[:i] {
			if slices.ContainsFunc(s.Touched, func(x schedule.Touch) bool {
				return slices.ContainsFunc(earlier.Touched, func(y schedule.Touch) bool { return x.What == y.What })
			}) {
				levels[i] = max(levels[i], levels[j]+1)
			}
		}
		words = append(words, fmt.Sprintf("%03d %s", levels[i], s))
	}
	slices.Sort(words)
	return strings.Join(words, ", ")
}
`

// The small programs have as many orders as were counted by hand. Each order that is left out
// is of the class of one that is played, and comes out as that one does.
func TestPrograms(t *testing.T) {
	source, root := load(t, "programs")
	files, err := source.Rewrite(nil)
	require.NoError(t, err)
	laid := gocmd.Overlay{testdata + "/programs/driver_test.go": driver}
	for name, text := range files {
		laid[testdata+"/programs/rewritten/"+name] = text
	}
	flag, err := laid.Flag(t.TempDir(), root)
	require.NoError(t, err)
	args := []string{"test", "-vet=off", "-count=1", flag}
	if race.Enabled {
		args = append(args, "-race", "-skip=TestStranger") // the stranger is itself a race
	}
	out, err := gocmd.Command(judgetest.Context(t), root, nil, "go", append(args, "./"+testdata+"/programs")...).CombinedOutput()
	assert.NoError(t, err, "%s", out)
}

// No line moves: what is behind a line in the text is behind it in what is made of it.
func TestLinesStay(t *testing.T) {
	source, _ := load(t, "programs")
	files, err := source.Rewrite(nil)
	require.NoError(t, err)
	for file, text := range source.text {
		made := strings.Split(files[filepath.Base(file)], "\n")
		for i, line := range strings.Split(string(text), "\n") {
			if strings.Contains(line, "func() func() string {") || strings.HasPrefix(line, "func") {
				assert.Contains(t, made[i], strings.Fields(line)[0], "line %d", i+1)
			}
		}
	}
}

var want = regexp.MustCompile("// want (.*)")

// What can't take part is refused in its line, and nothing else is.
func TestRefused(t *testing.T) {
	source, _ := load(t, "refused")
	_, err := source.Rewrite(map[string]string{"size": "1"})
	require.Error(t, err)
	file := filepath.Join(source.Dir, "refused.go")
	text, readErr := os.ReadFile(file)
	require.NoError(t, readErr)
	got := make(map[int]string)
	for line := range strings.Lines(err.Error()) {
		var n int
		if rest, ok := strings.CutPrefix(line, file+":"); ok {
			fmt.Sscanf(rest, "%d", &n)
			got[n] += rest
		} else {
			assert.Contains(t, line, "there is no constant size")
		}
	}
	for i, line := range strings.Split(string(text), "\n") {
		m := want.FindStringSubmatch(line)
		switch {
		case m == nil:
			assert.NotContains(t, got, i+1, line)
		case m[1] != "nothing":
			assert.Contains(t, got[i+1], m[1], line)
		}
	}
}
