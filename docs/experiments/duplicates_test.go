package experiments

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestDuplicates asks whether clients of 01-original get the same id, and about
// the post's guess that it takes a GOMAXPROCS other than 1.
//
// In a program, internal/newclients, 8 goroutines call NewClient of 01-original, 500
// times each. The program counts the clients whose id another client had before. It
// runs with GOMAXPROCS of 1, 2, 4 and 8: without the race detector, and 3 times with
// it.
//
// This is always so: with 2 or more there are duplicates sooner or later (the table
// shows the first run that had some). With 1 they are rare, so they are only printed.
// The race detector reports the race in every run, also with 1. It checks whether
// something orders the two accesses, not whether they went wrong.
func TestDuplicates(t *testing.T) {
	plain := buildNewClients(t, false, "")
	allProcs := []int{1, 2, 4, 8}
	duplicates, reported := make(map[int]any), make(map[int]any)

	t.Run("WithoutTheDetector", func(t *testing.T) {
		for _, procs := range allProcs {
			n := 0
			run := func() bool {
				n, _ = plain.run(t, procs)
				return n > 0
			}
			if procs == 1 {
				run() // it may find none
			} else {
				needTwoProcessors(t)
				untilFound(t, fmt.Sprintf("a duplicate with GOMAXPROCS=%d", procs), run)
			}
			duplicates[procs] = n
		}
	})

	t.Run("WithTheDetector", func(t *testing.T) {
		const runs = 3
		detector := buildNewClients(t, true, "")
		for _, procs := range allProcs {
			n := 0
			for range runs {
				if _, race := detector.run(t, procs); race {
					n++
				}
			}
			assert.Equal(t, runs, n, "runs with GOMAXPROCS=%d that the race detector reported", procs)
			reported[procs] = fmt.Sprintf("%d of %d", n, runs)
		}
	})

	tb := newTable("GOMAXPROCS", "duplicate ids", "runs with a race reported")
	for _, procs := range allProcs {
		tb.row(procs, orDash(duplicates[procs]), orDash(reported[procs]))
	}
	tb.print("01-original, 4000 clients made by 8 goroutines:")
}

// orDash returns a dash if a test was skipped, so nothing was measured.
func orDash(cell any) any {
	if cell == nil {
		return "-"
	}
	return cell
}
