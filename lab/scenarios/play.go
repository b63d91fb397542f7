package scenarios

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/stacks"
)

// play is an action that is carried out. As in the judge, what ends it early is a
// panic, with stopped, so that an action reads as what is done.
type play struct {
	*Room
	ctx context.Context
}

// stopped ends an action that can't be carried out.
type stopped struct{ error }

// errFrozen ends an action: the server's goroutine waits in a channel send, and
// nobody hears anything.
var errFrozen = errors.New("the room is frozen")

func check(err error) {
	if err != nil {
		panic(stopped{err})
	}
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

// look returns what the program has inside now.
func (p *play) look() judge.Inside { return must(p.program.Look(p.ctx, false)) }

// join brings in n clients, one after the other, and waits until the room has let
// them in. They say nothing: a hundred that do are enough to freeze 01-original.
func (p *play) join(n int) []*member {
	ctx, cancel := context.WithCancel(p.ctx)
	var joined []*member
	var err error
	in := make(chan struct{})
	go func() {
		defer close(in)
		var clients []*judge.Client
		clients, err = p.program.Connect(ctx, n)
		for _, c := range clients { // those too that stand before the door of a frozen room
			joined = append(joined, p.add(c, true))
		}
	}()
	defer func() {
		cancel()
		<-in
	}()
	p.until(in, func() bool {
		select {
		case <-in:
			return true
		default:
			return false
		}
	})
	check(err)
	return joined
}

// readers returns clients that read, and brings in as many as it takes to have n.
func (p *play) readers(n int) []*member {
	there := p.present()
	if len(there) < n {
		there = append(there, p.join(n-len(there))...)
	}
	return there
}

// say has a client say something, behind a number, and waits until all of those have
// heard it.
func (p *play) say(m *member, text string, all ...*member) {
	p.sayAll(m, p.bodies(1, text), all...)
}

// sayAll has a client say all bodies in one write, and waits until all of those have
// heard them.
func (p *play) sayAll(m *member, bodies []string, all ...*member) {
	check(m.Say(bodies...))
	for _, listener := range all {
		p.until(listener.News, func() bool {
			heard, ended := listener.SoFar()
			found := 0
			for i := len(heard) - 1; i >= 0 && found < len(bodies); i-- { // they are among the latest
				if heard[i].Author == m.Name && slices.Contains(bodies, heard[i].Body) {
					found++
				}
			}
			if found < len(bodies) && ended != nil {
				check(fmt.Errorf("the connection of %s has ended: %w", listener.Name, ended))
			}
			return found == len(bodies)
		})
	}
}

// poll is how often is looked at what tells nobody that it changed.
const poll = 250 * time.Millisecond

// until waits until something is so. News say when to look again. A room that is
// frozen ends the action.
func (p *play) until(news <-chan struct{}, so func() bool) {
	again := time.NewTicker(poll)
	defer again.Stop()
	for stuck := 0; !so(); {
		select {
		case <-news:
			stuck = 0
		case <-again.C:
			if stuck++; !p.stuck() {
				stuck = 0
			}
			if stuck >= 4 { // in a row, with no news between: that is a second
				check(errFrozen)
			}
		case <-p.ctx.Done():
			check(context.Cause(p.ctx))
		}
	}
}

// stuck tells whether the server's goroutine waits in a channel send now. In no step
// does it do so when all is well: it waits at a select.
func (p *play) stuck() bool {
	return slices.ContainsFunc(p.look().Goroutines, func(g stacks.Goroutine) bool {
		return g.State == "chan send" && g.Runs(p.step.Loop)
	})
}

// settle waits until the program has clients more than before, by its goroutines and
// its sockets, and says what more it has: by then, or when nothing has changed in ten
// looks.
func (p *play) settle(before judge.Inside, clients int) (goroutines, open int) {
	const still = 10
	last := ""
	for same := 0; same < still; same++ {
		inside := p.look()
		goroutines, open = len(inside.Goroutines)-len(before.Goroutines), inside.Sockets-before.Sockets
		if goroutines == clients*p.step.GoroutinesPerClient && open == clients {
			break
		}
		var ids []string
		for _, g := range inside.Goroutines {
			ids = append(ids, g.ID)
		}
		slices.Sort(ids)
		if now := fmt.Sprint(open, ids); now != last {
			last, same = now, 0
		}
		p.wait(poll)
	}
	return goroutines, open
}

func (p *play) wait(d time.Duration) {
	select {
	case <-time.After(d):
	case <-p.ctx.Done():
		check(context.Cause(p.ctx))
	}
}
