// Package programs has small programs, and how many orders each has, which can be
// counted by hand.
package programs

import (
	"fmt"
	"sync"
	"sync/atomic"
)

// Program is one: Main starts its goroutines, and returns what judges it.
type Program struct {
	Name     string
	Orders   int // every single one
	Distinct int // those that don't only swap independent steps
	Wrong    int // of the distinct ones
	Left     int // goroutines that never end, at most
	Main     func() func() string
}

func fine() string { return "" }

func unless(ok bool, format string, args ...any) string {
	if ok {
		return ""
	}
	return fmt.Sprintf(format, args...)
}

type locked struct {
	sync.Mutex
	n int
}

var (
	counter int
	total   int64
	table   = map[string]int{"a": 1}
	state   struct{ n, m int }
	once    sync.Once
	rw      sync.RWMutex
)

// All are the programs.
func All() []Program {
	return []Program{
		// Three steps each, of two that have nothing to do with each other: C(6,3).
		{"own locks", 20, 1, 0, 0, func() func() string {
			for range 2 {
				l := &locked{}
				go func() {
					for range 3 {
						l.Lock()
						l.n++
						l.Unlock()
					}
				}()
			}
			return fine
		}},
		// x++ is a read and a write: C(4,2), of which two are in turn.
		{"increment", 6, 6, 4, 0, func() func() string {
			for range 2 {
				go func() { counter++ }()
			}
			return func() string { return unless(counter == 2, "%d", counter) }
		}},
		{"assign with an operator", 6, 6, 4, 0, func() func() string {
			for i := range 2 {
				go func() { counter += 2 - i }()
			}
			return func() string { return unless(counter == 3, "%d", counter) }
		}},
		// A field of a package variable, assigned from another: C(4,2).
		{"fields", 6, 6, 0, 0, func() func() string {
			go func() { state.n = state.m }()
			go func() { state.m = state.n }()
			return fine
		}},
		{"a table", 2, 2, 1, 0, func() func() string {
			seen := 0
			go func() { table["b"] = 2 }()
			go func() { seen = len(table) }()
			return func() string { return unless(seen == 2, "%d", seen) }
		}},
		{"delete", 2, 2, 1, 0, func() func() string {
			seen := 0
			go func() { delete(table, "a") }()
			go func() { seen = len(table) }()
			return func() string { return unless(seen == 1, "%d", seen) }
		}},
		{"two things in turn", 1, 1, 0, 0, func() func() string {
			c, got := make(chan int), 0
			go func() { c <- 1; c <- 2; close(c) }()
			go func() {
				for v := range c {
					got = 10*got + v
				}
			}()
			return func() string { return unless(got == 12, "%d", got) }
		}},
		{"two senders", 2, 2, 1, 0, func() func() string {
			c, got := make(chan int), 0
			go func() { c <- 1 }()
			go func() { c <- 2 }()
			go func() { got = 10*<-c + <-c }()
			return func() string { return unless(got == 12, "%d", got) }
		}},
		// Paths of three sends and three receives, never more than two apart.
		{"a buffer of two", 4, 4, 0, 0, func() func() string {
			c := make(chan int, 2)
			go func() {
				for i := range 3 {
					c <- i
				}
			}()
			go func() {
				for range 3 {
					<-c
				}
			}()
			return fine
		}},
		// Catalan's number.
		{"a buffer of three", 5, 5, 0, 0, func() func() string {
			c := make(chan int, 3)
			go func() {
				for i := range 3 {
					c <- i
				}
			}()
			go func() {
				for range 3 {
					<-c
				}
			}()
			return fine
		}},
		// The value is received before or after the close, the end only after it.
		{"close a buffered channel", 2, 2, 0, 0, func() func() string {
			c, got := make(chan int, 1), ""
			go func() {
				c <- 7
				close(c)
			}()
			go func() {
				v, ok := <-c
				w, more := <-c
				got = fmt.Sprint(v, ok, w, more)
			}()
			return func() string { return unless(got == "7 true 0 false", "%s", got) }
		}},
		{"send on a closed channel", 2, 2, 1, 0, func() func() string {
			c := make(chan int, 1)
			go func() { c <- 1 }()
			go func() { close(c) }()
			return fine
		}},
		{"select one of two", 2, 2, 1, 1, func() func() string {
			a, b, got := make(chan string), make(chan string), ""
			go func() { a <- "a" }()
			go func() { b <- "b" }()
			go func() {
				select {
				case got = <-a:
				case v, ok := <-b:
					got = fmt.Sprint(v, ok)
				}
			}()
			return func() string { return unless(got == "a", "%s", got) }
		}},
		// The one that receives is the same: what it receives first and then are two orders.
		{"a select in a loop", 2, 2, 1, 0, func() func() string {
			a, b, got := make(chan string), make(chan string), ""
			go func() { a <- "a" }()
			go func() { b <- "b" }()
			go func() {
				for range 2 {
					select {
					case v := <-a:
						got += v
					case v := <-b:
						got += v
					}
				}
			}()
			return func() string { return unless(got == "ab", "%s", got) }
		}},
		// The sender may always be late.
		{"a default", 2, 2, 1, 1, func() func() string {
			c, got := make(chan int), 0
			go func() { c <- 1 }()
			go func() {
				select {
				case got = <-c:
				default:
				}
			}()
			return func() string { return unless(got == 1, "%d", got) }
		}},
		// So may the receiver.
		{"a default beside a send", 2, 2, 1, 1, func() func() string {
			c, got := make(chan int), 0
			go func() { got = <-c }()
			go func() {
				select {
				case c <- 1:
				default:
				}
			}()
			return func() string { return unless(got == 1, "%d", got) }
		}},
		// Of two that don't wait, neither finds the other: each takes its default.
		{"two defaults", 2, 2, 0, 0, func() func() string {
			c := make(chan int)
			go func() {
				select {
				case c <- 1:
					panic("sent")
				default:
				}
			}()
			go func() {
				select {
				case <-c:
					panic("received")
				default:
				}
			}()
			return fine
		}},
		// A buffer that has room is no reason for a default.
		{"no default", 2, 2, 1, 0, func() func() string {
			c, got := make(chan int, 1), 0
			go func() {
				select {
				case c <- 1:
				default:
					panic("default")
				}
			}()
			go func() {
				select {
				case got = <-c:
				default:
				}
			}()
			return func() string { return unless(got == 1, "%d", got) }
		}},
		{"two selects", 2, 2, 0, 0, func() func() string {
			a, b, got := make(chan int), make(chan int), 0
			go func() {
				select {
				case a <- 1:
				case got = <-b:
				}
			}()
			go func() {
				select {
				case b <- 2:
				case got = <-a:
				}
			}()
			return func() string { return unless(got > 0, "nothing") }
		}},
		{"a nil channel", 1, 1, 0, 1, func() func() string {
			var never chan int
			c := make(chan int)
			go func() {
				select {
				case <-never:
				case never <- 1:
				case <-c:
				}
				<-never
			}()
			go func() { c <- 1 }()
			return fine
		}},
		// Behind the receive, a write. The other one's read is before or behind it.
		{"a select that assigns", 2, 2, 1, 0, func() func() string {
			c, seen := make(chan int), 0
			go func() {
				select {
				case counter = <-c:
				}
			}()
			go func() { c <- 1; seen = counter }()
			return func() string { return unless(seen == 1, "%d", seen) }
		}},
		{"a loop that assigns", 3, 3, 2, 0, func() func() string {
			seen := 0
			go func() {
				for counter = range 2 {
				}
			}()
			go func() { seen = counter }()
			return func() string { return unless(seen == 1, "%d", seen) }
		}},
		{"labels", 1, 1, 0, 0, func() func() string {
			c, got := make(chan int), 0
			go func() {
			loop:
				for {
					select {
					case v := <-c:
						switch v {
						case 1:
							continue loop
						case 2:
							break
						default:
							break loop
						}
						got += v
						if got > 0 {
							break
						}
						got = 100
					}
				}
			}()
			go func() { c <- 1; c <- 2; c <- 3 }()
			return func() string { return unless(got == 2, "%d", got) }
		}},
		// A select in a select, and one that returns in each case.
		{"nested", 2, 2, 0, 0, func() func() string {
			a, b, got := make(chan int), make(chan int), 0
			first := func() int {
				select {
				case v := <-a:
					select {
					case w := <-b:
						return 10*v + w
					}
				case w := <-b:
					return 10*<-a + w
				}
			}
			go func() { got = first() }()
			go func() { a <- 1 }()
			go func() { b <- 2 }()
			return func() string { return unless(got == 12, "%d", got) }
		}},
		{"operands once", 1, 1, 0, 0, func() func() string {
			c, calls := make(chan int), 0
			of := func() chan int { calls++; return c }
			go func() {
				select {
				case of() <- calls + 1:
				}
			}()
			go func() { <-c }()
			return func() string { return unless(calls == 1, "%d", calls) }
		}},
		// A go statement finds out its arguments at once: 3! orders to send them in.
		{"arguments", 6, 6, 0, 0, func() func() string {
			c, sum := make(chan int), 0
			for i := 0; i < 3; i++ {
				go send[chan int](c, i+1)
			}
			go func() {
				for range 3 {
					sum += <-c
				}
			}()
			return func() string { return unless(sum == 6, "%d", sum) }
		}},
		{"a method, and many arguments", 1, 1, 0, 0, func() func() string {
			c, got := make(chan int), 0
			l := &locked{n: 3}
			go l.sum(c, []int{1, 2}...)
			l = nil
			go func() { got = <-c }()
			return func() string { return unless(got == 6, "%d", got) }
		}},
		{"generics", 1, 1, 0, 0, func() func() string {
			c, got := make(words), ""
			go func() { send(c, "a") }()
			go func() { got = receive(c) }()
			return func() string { return unless(got == "a", "%s", got) }
		}},
		{"a value of another type", 2, 2, 0, 0, func() func() string {
			c := make(chan error, 2)
			var got error
			go func() {
				c <- problem("a")
				c <- nil
			}()
			go func() {
				defer func() { got = <-c }()
				got = <-c
			}()
			return func() string { return unless(got == nil, "%v", got) }
		}},
		{"a mutex", 2, 2, 0, 0, func() func() string {
			l := &locked{}
			for range 2 {
				go func() {
					l.Lock()
					defer l.Unlock()
					l.n++
				}()
			}
			return func() string { return unless(l.n == 2, "%d", l.n) }
		}},
		// Each waits for the other's lock, if both have taken their first: in either order.
		{"two locks crossed", 4, 3, 1, 2, func() func() string {
			a, b, n := &locked{}, new(locked), 0
			both := func(x, y *locked) {
				x.Lock()
				y.Lock()
				n++
				y.Unlock()
				x.Unlock()
			}
			go both(a, b)
			go both(b, a)
			return func() string { return unless(n == 2, "deadlock") }
		}},
		// The lock is set free in the step of the read.
		{"unlock in a later step", 2, 2, 0, 1, func() func() string {
			l := &locked{}
			go func() {
				l.Lock()
				l.n = counter
				l.Unlock()
			}()
			go func() { l.Lock() }()
			go func() {
				if false {
					counter = 1
				}
			}()
			return fine
		}},
		// To write is to ask and to get. Who asks lets no more readers in.
		{"readers and a writer", 2, 2, 0, 0, func() func() string {
			go func() {
				rw.Lock()
				defer rw.Unlock()
			}()
			go func() {
				rw.RLock()
				defer rw.RUnlock()
			}()
			return fine
		}},
		// ask can be before, between or behind the two; between, nothing goes on.
		{"read twice beside a writer", 3, 3, 1, 2, func() func() string {
			done := false
			go func() {
				rw.Lock()
				defer rw.Unlock()
			}()
			go func() {
				rw.RLock()
				rw.RLock()
				rw.RUnlock()
				rw.RUnlock()
				done = true
			}()
			return func() string { return unless(done, "deadlock") }
		}},
		// Whoever is first runs the function, with one step in it.
		{"once", 2, 2, 0, 0, func() func() string {
			n := 0
			for range 2 {
				go once.Do(func() { counter = 1; n++ })
			}
			return func() string { return unless(n == 1, "%d", n) }
		}},
		{"a wait group", 2, 2, 0, 0, func() func() string {
			g, done := &sync.WaitGroup{}, false
			go func() {
				g.Add(2)
				for range 2 {
					go g.Done()
				}
				g.Wait()
				done = true
			}()
			return func() string { return unless(done, "not done") }
		}},
		// Add, then read: C(4,2), and both read 2 if both have added before: 2 times 2.
		{"half an atomic", 6, 6, 4, 0, func() func() string {
			var ids [2]int64
			for i := range ids {
				go func() {
					atomic.AddInt64(&total, 1)
					ids[i] = total
				}()
			}
			return func() string { return unless(ids[0] != ids[1], "%v", ids) }
		}},
		{"a whole atomic", 2, 2, 0, 0, func() func() string {
			var ids [2]int64
			n := &struct{ atomic.Int64 }{}
			for i := range ids {
				go func() { ids[i] = n.Add(1) }()
			}
			return func() string { return unless(ids[0] != ids[1], "%v", ids) }
		}},
		{"a map in order", 1, 1, 0, 0, func() func() string {
			c, got := make(chan int), ""
			go func() {
				for k, v := range map[int]string{3: "c", 1: "a", 2: "b"} {
					c <- k
					got += v
				}
				close(c)
			}()
			go func() {
				for k := range c {
					got += fmt.Sprint(k)
				}
			}()
			return func() string { return unless(got[0] == 'a' || got[0] == '1', "%s", got) }
		}},
		{"a map in the order in which its keys were made", 1, 1, 0, 0, func() func() string {
			set, got := make(map[*locked]bool), 0
			go func() {
				for n := range 9 {
					set[&locked{n: n + 1}] = true
				}
				for l := range set {
					got = 10*got + l.n
				}
			}()
			return func() string { return unless(got == 123456789, "%d", got) }
		}},
		{"a panic", 2, 2, 1, 0, func() func() string {
			l := &locked{}
			go func() {
				l.Lock()
				l.n++
				l.Unlock()
			}()
			go func() {
				l.Lock()
				defer l.Unlock()
				_ = 1 / l.n
			}()
			return fine
		}},
	}
}

type words chan string

type problem string

func (p problem) Error() string { return string(p) }

func send[C ~chan T, T any](c C, v T) { c <- v }

func receive[T any](c <-chan T) T { return <-c }

func (l *locked) sum(c chan<- int, all ...int) {
	n := l.n
	for _, v := range all {
		n += v
	}
	c <- n
}
