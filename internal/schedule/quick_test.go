package schedule_test

import (
	"fmt"
	"testing"

	"websocket-chat-steps/internal/schedule"
)

func count(t *testing.T, p schedule.Program, how schedule.How) schedule.Count {
	c, err := schedule.Explore(t, p, how, func(schedule.Count, *schedule.Outcome) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestQuick(t *testing.T) {
	x := 0
	schedule.Name("x", &x)
	inc := func(r *schedule.Run) func() string {
		x = 0
		for _, n := range []string{"a", "b"} {
			r.Go(n, func() {
				schedule.Var(&x).Set(*schedule.Read(&x) + 1)
				schedule.Var(&x).Set(*schedule.Read(&x) + 1)
			})
		}
		return func() string {
			if x != 4 {
				return fmt.Sprint(x)
			}
			return ""
		}
	}
	for _, how := range []schedule.How{{false, -1}, {true, -1}, {false, 0}, {false, 1}} {
		c := count(t, inc, how)
		fmt.Println(how, c.Tally, c.Runs, c.By)
		if c.Shortest != nil {
			fmt.Println(c.Shortest.Line())
			s, err := schedule.Shorten(t, inc, c.Shortest)
			fmt.Println(s.Line(), s.Wrong, err)
			o, err := schedule.Replay(t, inc, s.Line())
			fmt.Println(o.Wrong, err)
			for _, s := range o.Steps {
				fmt.Println(s, s.At, s.At.Does, s.Touched)
			}
		}
	}
	ch := func(r *schedule.Run) func() string {
		c := schedule.Made(make(chan int))
		got := 0
		r.Go("s", func() { schedule.To(c).Send(1); schedule.To(c).Send(2); schedule.Close(c) })
		r.Go("r", func() {
			for v := range schedule.Range(c) {
				got = got*10 + v
			}
		})
		r.Go("q", func() { got = got*10 + schedule.Recv(c) })
		return func() string {
			if got != 12 {
				return fmt.Sprint(got)
			}
			return ""
		}
	}
	for _, how := range []schedule.How{{false, -1}, {true, -1}} {
		c := count(t, ch, how)
		fmt.Println(how, c.Tally, c.Runs, c.By)
	}
}
