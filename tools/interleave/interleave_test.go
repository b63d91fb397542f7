package interleave

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// increment is maxId++ and the second read.
var increment = []Step{Load, Add, Store, Load}

func TestEveryOrderOnce(t *testing.T) {
	runs := All(increment)
	seen := make(map[string]bool)
	for _, run := range runs {
		order := ""
		for _, move := range run.Moves {
			order += fmt.Sprint(move.Who)
		}
		assert.False(t, seen[order], "%s twice", order)
		seen[order] = true
		assert.Len(t, order, 8)
	}
	assert.Len(t, runs, 70, "8!/(4!4!)")
}

// The results of one goroutine after the other, and of two orders, found by hand.
func TestByHand(t *testing.T) {
	outcome := func(order string) (r Run) {
		for _, run := range All(increment) {
			taken := ""
			for _, move := range run.Moves {
				taken += fmt.Sprint(move.Who)
			}
			if taken == order {
				return run
			}
		}
		require.Fail(t, "no such order", order)
		return
	}
	one := outcome("00001111")
	assert.Equal(t, [2]int{1, 2}, one.Last)
	assert.False(t, one.Lost())
	assert.Equal(t, 1, one.Switches())

	lost := outcome("01010101")
	assert.Equal(t, [2]int{1, 1}, lost.Last)
	assert.Equal(t, 1, lost.Variable())
	assert.True(t, lost.Lost())

	both := outcome("00011110")
	assert.Equal(t, [2]int{2, 2}, both.Last)
	assert.Equal(t, 2, both.Variable())
	assert.True(t, both.Same() && !both.Lost())
}

// Here a lost increment always gives both the same id. The same id can also come without one.
func TestLostIsSame(t *testing.T) {
	for _, run := range All(increment) {
		assert.True(t, !run.Lost() || run.Same(), "%v", run)
	}
	_, found := Fewest(All(increment), func(r Run) bool { return r.Same() && !r.Lost() })
	assert.True(t, found)
}

// The half fix: an increment that is one step, and then a separate load. No increment is
// lost, but two goroutines can still get one id.
func TestHalfFix(t *testing.T) {
	same := 0
	for _, run := range All(increment) {
		whole := true
		for i := 1; i < len(run.Moves); i++ {
			if m := run.Moves[i]; m.Step == 1 || m.Step == 2 {
				whole = whole && run.Moves[i-1].Who == m.Who
			}
		}
		if whole {
			assert.False(t, run.Lost(), "%v", run)
			if run.Same() {
				same++
			}
		}
	}
	assert.Positive(t, same)
}

func TestFewest(t *testing.T) {
	run, found := Fewest(All(increment), Run.Lost)
	require.True(t, found)
	assert.Equal(t, 2, run.Switches())
	_, found = Fewest(All(increment), func(r Run) bool { return r.Variable() > 2 })
	assert.False(t, found)
}
