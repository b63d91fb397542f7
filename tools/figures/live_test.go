package figures

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/livecheck"
	"websocket-chat-steps/internal/stacks"
	"websocket-chat-steps/internal/stepcmd"
	"websocket-chat-steps/internal/steps"
	"websocket-chat-steps/tools/chanflow"
)

func TestMain(m *testing.M) {
	status := m.Run()
	if err := stepcmd.Clean(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	os.Exit(status)
}

// kinds are the goroutines that a program has while so many clients are
// connected, as the model has it: those that stay. Of those that end at once there
// are so many as ending says, by name.
func kinds(m *chanflow.Model, clients int, ending map[string]int) []livecheck.Kind {
	var all []livecheck.Kind
	for _, g := range m.Goroutines {
		k := livecheck.Kind{Name: g.Name, Want: ending[g.Name]}
		switch {
		case g.Handler:
			k.Body = livecheck.Lines(g.Body)
		case g.GoAt != chanflow.Place{}:
			k.GoAt = g.GoAt.String()
		}
		if g.Stays {
			k.Want = g.Count.N
			if len(g.Count.Each) > 0 {
				k.Want *= clients
			}
		}
		all = append(all, k)
	}
	return all
}

// TestLive holds each figure against the program as it runs: with no client, with
// 5 and with 100, it has the goroutines of the figure, all of them, and no other.
func TestLive(t *testing.T) {
	all := sources(t)
	for _, step := range steps.Names() {
		t.Run(step, func(t *testing.T) {
			model := analyze(t, all[step])
			program := livecheck.Start(t, step)
			program.Await("the room to be open", kinds(model, 0, nil))
			clients := program.Connect(5, steps.Of(step).Path)
			now := program.Await("5 clients", kinds(model, 5, nil))
			for lie, kinds := range lies(kinds(model, 5, nil)) {
				assert.NotEmpty(t, livecheck.Differences(step, now, kinds), "not seen: %s", lie)
			}
			clients = append(clients, program.Connect(95, steps.Of(step).Path)...)
			program.Await("100 clients", kinds(model, 100, nil))
			clients[0].Send("hello")
			for _, c := range clients {
				c.Hear("hello")
			}
			program.Await("a message to have come and gone", kinds(model, 100, nil))
		})
	}
}

// lies are figures that are not of this program, and so must be seen to differ.
func lies(truth []livecheck.Kind) map[string][]livecheck.Kind {
	change := func(f func(k []livecheck.Kind) []livecheck.Kind) []livecheck.Kind { return f(slices.Clone(truth)) }
	return map[string][]livecheck.Kind{
		"a goroutine is missing": change(func(k []livecheck.Kind) []livecheck.Kind { return k[1:] }),
		"one more": change(func(k []livecheck.Kind) []livecheck.Kind {
			return append(k, livecheck.Kind{Name: "more", GoAt: "more.go:1", Want: 1})
		}),
		"started elsewhere": change(func(k []livecheck.Kind) []livecheck.Kind { k[1].GoAt += "0"; return k }),
		"one too few":       change(func(k []livecheck.Kind) []livecheck.Kind { k[len(k)-1].Want--; return k }),
	}
}

// TestBroadcastLive shows those that end at once. They are too fast to be seen
// while clients read, so they stop, and a message is sent that no buffer holds: there is
// one Client.Send for each of them. They read again, and all are gone. A newcomer
// that doesn't read shows sendPastMessages in the same way.
func TestBroadcastLive(t *testing.T) {
	const step, clients = "03-single-goroutine", 20
	model := analyze(t, sources(t)[step])
	program := livecheck.Start(t, step)
	room := program.Connect(clients, steps.Of(step).Path)
	program.Await("the clients", kinds(model, clients, nil))

	long := strings.Repeat("long ", 200_000)
	room[0].Send(long)
	program.Await("a Client.Send for each client", kinds(model, clients, map[string]int{"Client.Send": clients}))
	for _, c := range room {
		c.Hear(long)
	}
	program.Await("every Client.Send to have ended", kinds(model, clients, nil))

	late := program.Connect(1, steps.Of(step).Path)[0]
	program.Await("the newcomer's past messages", kinds(model, clients+1, map[string]int{"sendPastMessages": 1}))
	late.Hear(long)
	program.Await("sendPastMessages to have ended", kinds(model, clients+1, nil))
}

// TestMailboxLive shows what the figure can't: of mailbox.empty there is one at
// most for each client at a time. Clients stop reading, long messages wait for
// them, and there is one for each client, not for each message. They read again,
// and all are gone. A newcomer's past messages are written by one, too.
func TestMailboxLive(t *testing.T) {
	const step, clients = "04-mailbox", 20
	const messages, length = 8, 100_000 // more than the network holds for a client, less than a mailbox does
	model := analyze(t, sources(t)[step])
	program := livecheck.Start(t, step)
	stalled := program.Connect(clients, steps.Of(step).Path)
	speaker := program.Connect(1, steps.Of(step).Path)[0]
	program.Await("the clients", kinds(model, clients+1, nil))

	for n := range messages {
		speaker.Send(strings.Repeat(fmt.Sprint(n), length))
	}
	speaker.Send("that was all")
	speaker.Hear("that was all") // so the server has put all that came before into all mailboxes
	there, at := 0, model.Goroutine("mailbox.empty").GoAt.String()
	for _, g := range program.Goroutines() {
		if fmt.Sprintf("%s:%d", g.Created.File, g.Created.Line) == at {
			there++
		}
	}
	require.Less(t, there, 2*clients, "mailbox.empty is there so often while %d messages wait for %d clients", messages, clients)
	emptying := map[string]int{"mailbox.empty": clients}
	now := program.Await("a mailbox.empty for each client that doesn't read", kinds(model, clients+1, emptying))
	emptying["mailbox.empty"]++
	assert.NotEmpty(t, livecheck.Differences(step, now, kinds(model, clients+1, emptying)), "one more isn't seen")
	for _, c := range stalled {
		c.Hear("that was all")
	}
	program.Await("every mailbox.empty to have ended", kinds(model, clients+1, nil))

	late := program.Connect(1, steps.Of(step).Path)[0]
	program.Await("the newcomer's past messages", kinds(model, clients+2, map[string]int{"mailbox.empty": 1}))
	late.Hear("that was all")
	program.Await("its mailbox.empty to have ended", kinds(model, clients+2, nil))
}

// TestLeavingLive holds the figure of the leaving client against clients that
// leave: each leaves its two goroutines where one of the panels ends.
func TestLeavingLive(t *testing.T) {
	const clients = 20
	for _, step := range []string{"01-original", "02-race-fix"} {
		t.Run(step, func(t *testing.T) {
			model := analyze(t, sources(t)[step])
			h, err := findHandOver(sources(t)[step], model)
			require.NoError(t, err)
			program := livecheck.Start(t, step)
			room := program.Connect(clients, steps.Of(step).Path)
			program.Await("the clients", kinds(model, clients, nil))
			for _, c := range room {
				c.Leave()
			}
			inTime := untilDeadline(t)
			for {
				sending := make(map[int]int) // how many, by the line in client.go
				for _, g := range program.Goroutines() {
					if line := lineIn(g, step+"/chat/client.go"); line > 0 && g.State == "chan send" {
						sending[line]++
					}
				}
				// listenWrite sends only when it has been told, so who still sends at tell
				// beside it does so for the second time.
				both, back, alone := sending[h.tell.Place.Line], sending[h.writeBack.Place.Line], sending[h.readBack.Place.Line]
				if both == back && both+alone == clients {
					break
				}
				require.NoError(t, inTime.Err(), "waited for the goroutines of %d clients to stand where the figure ends; now they send at these lines of client.go, so many each: %v", clients, sending)
			}
		})
	}
}

// untilDeadline ends shortly before the test's own time is up: go test would end
// the test without a word of what it waits for.
func untilDeadline(t *testing.T) context.Context {
	end, ok := t.Deadline()
	if !ok {
		return t.Context()
	}
	ctx, cancel := context.WithDeadline(t.Context(), end.Add(-time.Until(end)/20))
	t.Cleanup(cancel)
	return ctx
}

// lineIn is the line of a file at which a goroutine is, or 0.
func lineIn(g stacks.Goroutine, file string) int {
	for _, f := range g.Frames {
		if f.File == file {
			return f.Line
		}
	}
	return 0
}
