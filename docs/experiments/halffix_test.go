package experiments

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestHalfFix asks whether it is enough to make the increment atomic, and the
// read of the new id as well.
//
// The test changes NewClient of 01-original in two ways. The half fix replaces maxId++
// by atomic.AddInt64, and the second read of maxId, which becomes the client's id, by
// atomic.LoadInt64. The whole fix uses the value that AddInt64 returns. The test builds
// internal/newclients with each, and with the race detector, and runs it with
// GOMAXPROCS of 2, 4 and 8, 3 times each. (The table shows the first three runs that
// gave a duplicate.)
//
// This is always so: the detector reports nothing. The half fix still gives duplicates,
// sooner or later, and the whole fix gives none. Each access is atomic, so there is no
// data race. But the two accesses together are not atomic.
func TestHalfFix(t *testing.T) {
	needTwoProcessors(t)
	common := []string{
		"\t\"log\"\n", "\t\"log\"\n\t\"sync/atomic\"\n",
		"var maxId int\n", "var maxId int64\n",
	}
	half := buildNewClients(t, true, changed(t, clientFile, append(common,
		"\tmaxId++\n", "\tatomic.AddInt64(&maxId, 1)\n",
		"id: maxId,", "id: int(atomic.LoadInt64(&maxId)),")...))
	whole := buildNewClients(t, true, changed(t, clientFile, append(common,
		"\tmaxId++\n", "\tid := int(atomic.AddInt64(&maxId, 1))\n",
		"id: maxId,", "id: id,")...))

	const runs = 3
	tb := newTable("NewClient", "GOMAXPROCS", "duplicate ids", "races reported")
	for _, fix := range []struct {
		name    string
		program newClients
		whole   bool
	}{
		{"Add, then Load", half, false},
		{"what Add returns", whole, true},
	} {
		for _, procs := range []int{2, 4, 8} {
			sum, reports := 0, 0
			round := func() bool {
				sum = 0
				for range runs {
					duplicates, race := fix.program.run(t, procs)
					sum += duplicates
					if race {
						reports++
					}
				}
				return sum > 0
			}
			if fix.whole {
				round()
				assert.Zero(t, sum, "duplicates by %s with GOMAXPROCS=%d", fix.name, procs)
			} else {
				untilFound(t, fmt.Sprintf("a duplicate by %s with GOMAXPROCS=%d", fix.name, procs), round)
			}
			assert.Zero(t, reports, "runs of %s with GOMAXPROCS=%d that the race detector reported", fix.name, procs)
			tb.row(fix.name, procs, sum, reports)
		}
	}
	tb.print("01-original with an atomic maxId, 3 times 4000 clients made by 8 goroutines:")
}
