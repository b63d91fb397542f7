package experiments

import (
	"flag"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// joiner is a client of this experiment, with only an id.
type joiner struct{ id int }

// way makes two functions. join gives a client its id, and any goroutine may call it.
// end ends what join needs. enter is what the room does next with a client that has its
// id: it puts the client into its map.
type way func(enter func(*joiner)) (join func(*joiner), end func())

func byMutex(enter func(*joiner)) (join func(*joiner), end func()) {
	var mu sync.Mutex
	last := 0
	return func(c *joiner) {
		mu.Lock()
		defer mu.Unlock()
		last++
		c.id = last
		enter(c)
	}, func() {}
}

func byAtomic(enter func(*joiner)) (join func(*joiner), end func()) {
	var last atomic.Int64
	return func(c *joiner) {
		c.id = int(last.Add(1))
		enter(c) // another client may enter in between
	}, func() {}
}

// byChannel is the post's way: one goroutine owns the counter.
func byChannel(enter func(*joiner)) (join func(*joiner), end func()) {
	addClientCh := make(chan *joiner)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		last := 0
		for c := range addClientCh {
			last++
			c.id = last
			enter(c)
		}
	}()
	return func(c *joiner) { addClientCh <- c }, func() { close(addClientCh); <-ended }
}

var ways = []struct {
	name string
	way  way
}{
	{"mutex", byMutex},
	{"atomic", byAtomic},
	{"channel", byChannel},
}

// TestThreeWays asks what the choice between a mutex, an atomic and the post's
// channel means: what does an id cost, and what does it guarantee?
//
// For each way, testing.Benchmark measures the time that an id takes while GOMAXPROCS
// goroutines, 4 here, ask for ids. Then 8 goroutines let 1,000 clients each join a room,
// in 20 rooms. The test looks at the ids, and at the order in which the clients have
// entered the room.
//
// This is always so: ids are unique and without gaps in all three ways. With the mutex
// and the channel, clients enter in the order of their ids, as giving the id and entering
// are one step. With the atomic, sooner or later a client enters before one with a lower
// id (the table shows the first 20 rooms in which that happened).
func TestThreeWays(t *testing.T) {
	setProcs(t, 4)
	benchtime := flag.Lookup("test.benchtime").Value
	before := benchtime.String()
	require.NoError(t, benchtime.Set("50ms"))
	t.Cleanup(func() { benchtime.Set(before) })

	const rooms, goroutines, each = 20, 8, 1000
	tb := newTable("way", "ns per id", "duplicate ids", "missing ids", "out of order")
	for _, w := range ways {
		t.Run(w.name, func(t *testing.T) {
			result := testing.Benchmark(func(b *testing.B) { benchmarkWay(b, w.way) })
			require.NotZero(t, result.N, "the benchmark has failed")

			var duplicates, missing, outOfOrder int
			round := func() bool {
				duplicates, missing, outOfOrder = 0, 0, 0
				for range rooms {
					ids := fillRoom(w.way, goroutines, each)
					for i := range ids[1:] {
						if ids[i+1] < ids[i] {
							outOfOrder++
						}
					}
					slices.Sort(ids)
					different := slices.Compact(slices.Clone(ids))
					duplicates += len(ids) - len(different)
					missing += different[len(different)-1] - len(different)
				}
				return outOfOrder > 0
			}
			if w.name == "atomic" {
				untilFound(t, "a client that entered before one with a lower id", round)
			} else {
				round()
				assert.Zero(t, outOfOrder, "clients that entered before one with a lower id")
			}
			assert.Zero(t, duplicates, "duplicate ids")
			assert.Zero(t, missing, "missing ids")
			tb.row(w.name, int(result.NsPerOp()), duplicates, missing, outOfOrder)
		})
	}
	tb.print("20 rooms of 8000 clients that 8 goroutines bring, with GOMAXPROCS=4:")
}

// fillRoom lets clients join a room, in many goroutines, and returns their ids in the
// order in which they have entered.
func fillRoom(w way, goroutines, each int) []int {
	var mu sync.Mutex // with the atomic, several enter at the same time
	var entered []*joiner
	join, end := w(func(c *joiner) {
		mu.Lock()
		entered = append(entered, c)
		mu.Unlock()
	})
	var all sync.WaitGroup
	for range goroutines {
		all.Go(func() {
			for range each {
				join(new(joiner))
			}
		})
	}
	all.Wait()
	end()

	var ids []int
	for _, c := range entered {
		ids = append(ids, c.id)
	}
	return ids
}

// BenchmarkThreeWays measures what an id costs while GOMAXPROCS goroutines ask for ids.
// TestThreeWays says what each way guarantees.
func BenchmarkThreeWays(b *testing.B) {
	for _, w := range ways {
		b.Run(w.name, func(b *testing.B) { benchmarkWay(b, w.way) })
	}
}

func benchmarkWay(b *testing.B, w way) {
	join, end := w(func(*joiner) {})
	defer end()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			join(new(joiner))
		}
	})
}
