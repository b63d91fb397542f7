package figures

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/gocmd"
	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/live"
	"websocket-chat-steps/internal/stacks"
	"websocket-chat-steps/internal/steps"
	"websocket-chat-steps/tools/chanflow"
)

func TestMain(m *testing.M) { live.Main(m) }

// running is a step that runs, with the test that watches it: what goes wrong ends
// the test.
type running struct {
	*live.Program
	t *testing.T
}

func watch(t *testing.T, step string) running {
	t.Helper()
	return watchWith(t, step, nil)
}

func watchWith(t *testing.T, step string, overlay gocmd.Overlay) running {
	t.Helper()
	p, err := live.Watch(judgetest.Context(t), steps.Of(step), overlay)
	require.NoError(t, err)
	t.Cleanup(p.Kill)
	return running{p, t}
}

func (p running) connect(n int) []*judge.Client {
	p.t.Helper()
	clients, err := p.Connect(judgetest.Context(p.t), n)
	require.NoError(p.t, err)
	return clients
}

func (p running) await(what string, kinds []live.Kind) []stacks.Goroutine {
	p.t.Helper()
	all, err := p.Await(judgetest.Context(p.t), what, kinds)
	require.NoError(p.t, err)
	return all
}

func (p running) goroutines() []stacks.Goroutine {
	p.t.Helper()
	all, err := p.Goroutines(judgetest.Context(p.t))
	require.NoError(p.t, err)
	return all
}

// say says a message, and hear hears it.
func say(t *testing.T, c *judge.Client, body string) {
	t.Helper()
	require.NoError(t, c.Say(body), "%s says %.30q", c.Name, body)
}

func hear(t *testing.T, c *judge.Client, body string) {
	t.Helper()
	require.NoError(t, c.HearUntil(body))
}

// kinds are the goroutines that a program has while so many clients are
// connected, as the model has it: those that stay. Of those that end at once there
// are so many as ending says, by name.
func kinds(m *chanflow.Model, clients int, ending map[string]int) []live.Kind {
	var all []live.Kind
	for _, g := range m.Goroutines {
		k := live.Kind{Name: g.Name, Want: ending[g.Name]}
		switch {
		case g.Handler:
			k.Body = live.Lines(g.Body)
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
			program := watch(t, step)
			program.await("the room to be open", kinds(model, 0, nil))
			clients := program.connect(5)
			now := program.await("5 clients", kinds(model, 5, nil))
			for lie, kinds := range lies(kinds(model, 5, nil)) {
				assert.NotEmpty(t, live.Differences(step, now, kinds), "not seen: %s", lie)
			}
			clients = append(clients, program.connect(95)...)
			program.await("100 clients", kinds(model, 100, nil))
			say(t, clients[0], "hello")
			for _, c := range clients {
				hear(t, c, "hello")
			}
			program.await("a message to have come and gone", kinds(model, 100, nil))
		})
	}
}

// lies are figures that are not of this program, and so must be seen to differ.
func lies(truth []live.Kind) map[string][]live.Kind {
	change := func(f func(k []live.Kind) []live.Kind) []live.Kind { return f(slices.Clone(truth)) }
	return map[string][]live.Kind{
		"a goroutine is missing": change(func(k []live.Kind) []live.Kind { return k[1:] }),
		"one more": change(func(k []live.Kind) []live.Kind {
			return append(k, live.Kind{Name: "more", GoAt: "more.go:1", Want: 1})
		}),
		"started elsewhere": change(func(k []live.Kind) []live.Kind { k[1].GoAt += "0"; return k }),
		"one too few":       change(func(k []live.Kind) []live.Kind { k[len(k)-1].Want--; return k }),
	}
}

// TestBroadcastLive shows those that end at once. They are too fast to be seen
// while clients read, so they stop, and a message is sent that no buffer holds: there is
// one Client.Send for each of them. They read again, and all are gone. A newcomer
// that doesn't read shows sendPastMessages in the same way.
func TestBroadcastLive(t *testing.T) {
	const step, clients = "03-single-goroutine", 20
	model := analyze(t, sources(t)[step])
	program := watch(t, step)
	room := program.connect(clients)
	program.await("the clients", kinds(model, clients, nil))

	long := strings.Repeat("long ", 200_000)
	say(t, room[0], long)
	program.await("a Client.Send for each client", kinds(model, clients, map[string]int{"Client.Send": clients}))
	for _, c := range room {
		hear(t, c, long)
	}
	program.await("every Client.Send to have ended", kinds(model, clients, nil))

	late := program.connect(1)[0]
	program.await("the newcomer's past messages", kinds(model, clients+1, map[string]int{"sendPastMessages": 1}))
	hear(t, late, long)
	program.await("sendPastMessages to have ended", kinds(model, clients+1, nil))
}

// TestMailboxLive shows what the figure can't: of mailbox.empty there is one at
// most for each client at a time. Clients stop reading, long messages wait for
// them, and there is one for each client, not for each message. They read again,
// and all are gone. A newcomer's past messages are written by one, too.
func TestMailboxLive(t *testing.T) {
	for _, step := range []string{"04-mailbox", "05-batch"} {
		t.Run(step, func(t *testing.T) { mailboxLive(t, step) })
	}
}

func mailboxLive(t *testing.T, step string) {
	const clients = 20
	const messages, length = 8, 100_000 // more than the network holds for a client, less than a mailbox does
	model := analyze(t, sources(t)[step])
	// Who doesn't read for 10 s is let go, and on a busy machine this takes longer.
	const limit = "= 10 * time.Second"
	file := step + "/chat/mailbox.go"
	text, err := os.ReadFile(filepath.Join(root, file))
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(string(text), limit), "how often %q is in %s", limit, file)
	program := watchWith(t, step, gocmd.Overlay{file: strings.Replace(string(text), limit, "= 10 * time.Hour", 1)})
	stalled := program.connect(clients)
	speaker := program.connect(1)[0]
	program.await("the clients", kinds(model, clients+1, nil))

	for n := range messages {
		say(t, speaker, strings.Repeat(fmt.Sprint(n), length))
	}
	say(t, speaker, "that was all")
	hear(t, speaker, "that was all") // so the server has put all that came before into all mailboxes
	there, at := 0, model.Goroutine("mailbox.empty").GoAt.String()
	for _, g := range program.goroutines() {
		if fmt.Sprintf("%s:%d", g.Created.File, g.Created.Line) == at {
			there++
		}
	}
	require.Less(t, there, 2*clients, "mailbox.empty is there so often while %d messages wait for %d clients", messages, clients)
	emptying := map[string]int{"mailbox.empty": clients}
	now := program.await("a mailbox.empty for each client that doesn't read", kinds(model, clients+1, emptying))
	emptying["mailbox.empty"]++
	assert.NotEmpty(t, live.Differences(step, now, kinds(model, clients+1, emptying)), "one more isn't seen")
	for _, c := range stalled {
		hear(t, c, "that was all")
	}
	program.await("every mailbox.empty to have ended", kinds(model, clients+1, nil))

	late := program.connect(1)[0]
	program.await("the newcomer's past messages", kinds(model, clients+2, map[string]int{"mailbox.empty": 1}))
	hear(t, late, "that was all")
	program.await("its mailbox.empty to have ended", kinds(model, clients+2, nil))
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
			program := watch(t, step)
			room := program.connect(clients)
			program.await("the clients", kinds(model, clients, nil))
			for _, c := range room {
				c.Leave()
			}
			inTime := judgetest.Context(t)
			for {
				sending := make(map[int]int) // how many, by the line in client.go
				for _, g := range program.goroutines() {
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

// lineIn is the line of a file at which a goroutine is, or 0.
func lineIn(g stacks.Goroutine, file string) int {
	for _, f := range g.Frames {
		if f.File == file {
			return f.Line
		}
	}
	return 0
}
