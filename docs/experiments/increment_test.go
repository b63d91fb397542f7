package experiments

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"

	"websocket-chat-steps/internal/judge/race"
)

// TestIncrement asks what the post is not sure of: is ++ atomic?
//
// Four goroutines add one to the same variable, 500,000 times each. The test counts how
// many increments are lost: with n++ on an int, with atomic.Int64.Add, and with n++
// under a mutex. It does this with GOMAXPROCS of 1, 2, 4 and 8.
//
// This is always so: with 2 or more, n++ loses some sooner or later (the table shows the
// first round that did). Atomics and the mutex never lose any. With 1 it depends on how
// the compiler writes ++, so the number is only printed: on amd64 it is one instruction,
// which can't be interrupted in the middle. For another processor this one instruction
// is still a read and a write.
func TestIncrement(t *testing.T) {
	notShort(t)
	if race.Enabled {
		t.Skip("it races on purpose, which the race detector would report; run it without -race (TestDuplicates has the detector)")
	}
	const goroutines, each = 4, 500_000

	// lost returns how many increments of a counter are lost. The counter begins at 0.
	lost := func(increment func(), value func() int) int {
		begin := make(chan struct{})
		var all sync.WaitGroup
		for range goroutines {
			all.Go(func() {
				<-begin
				for range each {
					increment()
				}
			})
		}
		close(begin)
		all.Wait()
		return goroutines*each - value()
	}

	tb := newTable("GOMAXPROCS", "n++ on an int", "atomic.Int64", "sync.Mutex")
	for _, procs := range []int{1, 2, 4, 8} {
		t.Run(fmt.Sprintf("GOMAXPROCS=%d", procs), func(t *testing.T) {
			if procs > 1 {
				setProcs(t, procs)
			} else {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
			}

			var plain int
			round := func() bool {
				n := 0
				plain = lost(func() { n++ }, func() int { return n })
				return plain > 0
			}
			if procs == 1 {
				round()
			} else {
				untilFound(t, "a lost increment", round)
			}

			var a atomic.Int64
			atomics := lost(func() { a.Add(1) }, func() int { return int(a.Load()) })
			assert.Zero(t, atomics, "increments that atomic.Int64 lost")

			var mu sync.Mutex
			n := 0
			locked := lost(func() { mu.Lock(); n++; mu.Unlock() }, func() int { return n })
			assert.Zero(t, locked, "increments lost under the mutex")

			tb.row(procs, plain, atomics, locked)
		})
	}
	tb.print(fmt.Sprintf("increments lost, of %d by %d goroutines:", goroutines*each, goroutines))
}
