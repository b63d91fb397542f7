package experiments

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/live"
	"websocket-chat-steps/internal/steps"
)

var (
	original = steps.Of("01-original")
	raceFix  = steps.Of("02-race-fix")
	single   = steps.Of("03-single-goroutine")
)

// notShort skips the test with -short, as it takes long.
func notShort(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("-short leaves out the experiments")
	}
}

func TestMain(m *testing.M) { live.Main(m) }

// untilFound calls found again and again until it returns true. If that takes too long,
// the test fails.
func untilFound(t *testing.T, what string, found func() bool) {
	t.Helper()
	tries := 1
	for deadline := time.Now().Add(judgetest.Patience()); !found(); tries++ {
		if time.Now().After(deadline) {
			t.Fatalf("looked for %s, %d times in %v, and found none: either somebody repaired it, or the experiment no longer sees it", what, tries, judgetest.Patience())
		}
	}
}

// setProcs sets GOMAXPROCS, to 2 or more, until the test is over. It skips the
// test as needTwoProcessors does.
func setProcs(t *testing.T, n int) {
	t.Helper()
	notShort(t)
	needTwoProcessors(t)
	before := runtime.GOMAXPROCS(n)
	t.Cleanup(func() { runtime.GOMAXPROCS(before) })
}

// needTwoProcessors skips the test if only one processor runs this process: the test may
// wait for something that never comes.
func needTwoProcessors(t *testing.T) {
	t.Helper()
	if runtime.NumCPU() < 2 {
		t.Skip("needs two processors: on one, goroutines only take turns, whatever GOMAXPROCS says")
	}
}

// table is what a test prints with -v. Columns are as wide as their headings, so the
// tables of two runs look the same. The first column, which has names, may be wider.
type table struct {
	heads []string
	rows  [][]any
}

func newTable(heads ...string) *table { return &table{heads: heads} }

func (tb *table) row(cells ...any) { tb.rows = append(tb.rows, cells) }

// print prints the title and the table: names on the left, numbers on the right.
func (tb *table) print(title string) {
	if !testing.Verbose() {
		return
	}
	first := len(tb.heads[0])
	for _, row := range tb.rows {
		first = max(first, len(fmt.Sprint(row[0])))
	}
	fmt.Printf("%s\n  %-*s", title, first, tb.heads[0])
	for _, head := range tb.heads[1:] {
		fmt.Printf("   %s", head)
	}
	fmt.Println()
	for _, row := range tb.rows {
		fmt.Printf("  %-*v", first, row[0])
		for i, cell := range row[1:] {
			if number, ok := cell.(float64); ok {
				cell = fmt.Sprintf("%.2f", number)
			}
			fmt.Printf("   %*v", len(tb.heads[i+1]), cell)
		}
		fmt.Println()
	}
}
