package figures

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/gocmd"
	"websocket-chat-steps/internal/steps"
	"websocket-chat-steps/tools/chanflow"
)

const root = "../.."

// loaded is loaded once for all tests, which don't change it.
var loaded = sync.OnceValues(func() ([]stepSource, error) {
	read := gocmd.ReadSources(root, append(steps.Names(), dir)...) // for go test to see when they change
	sources, wrong := load(root, steps.All)
	return sources, errors.Join(append(wrong, read)...)
})

// sources returns the source of every step, by name.
func sources(t *testing.T) map[string]*chanflow.Source {
	t.Helper()
	loadedSteps, err := loaded()
	require.NoError(t, err)
	all := make(map[string]*chanflow.Source)
	for _, step := range loadedSteps {
		all[step.name] = step.source
	}
	return all
}

func analyze(t *testing.T, source *chanflow.Source) *chanflow.Model {
	t.Helper()
	model, err := source.Analyze()
	require.NoError(t, err)
	return model
}

// TestByHand holds what is found in each step to the table in byhand, which was
// written from reading the code.
func TestByHand(t *testing.T) {
	for name, source := range sources(t) {
		t.Run(name, func(t *testing.T) {
			table, err := os.ReadFile(filepath.Join("byhand", name+".txt"))
			require.NoError(t, err, "every step has a table that is written by hand")
			assert.Equal(t, chanflow.ReadTable(string(table)), analyze(t, source).Table())
		})
	}
}

// TestThesis is the post's: in the original some goroutines listen to each other,
// in the rewrite none do; and where two goroutines served a client, one does. What
// is built on the rewrite keeps to it.
func TestThesis(t *testing.T) {
	want := map[string]struct {
		mutual bool
		each   int
	}{
		"01-original":         {true, 2},
		"02-race-fix":         {true, 2},
		"03-single-goroutine": {false, 1},
		"04-mailbox":          {false, 1},
		"05-batch":            {false, 1},
		"06-hardened":         {false, 1},
	}
	all := sources(t)
	for name, want := range want {
		model := analyze(t, all[name])
		// From the arrows themselves, beside what the findings say of them.
		listens := make(map[[2]string]bool)
		for _, l := range model.Listens {
			listens[[2]string{l.Who, l.Whom}] = true
		}
		mutual := false
		for _, a := range model.Goroutines {
			for _, b := range model.Goroutines {
				mutual = mutual || a.Name != b.Name && listens[[2]string{a.Name, b.Name}] && listens[[2]string{b.Name, a.Name}]
			}
		}
		assert.Equal(t, want.mutual, mutual, name)
		assert.Equal(t, want.mutual, has(model, chanflow.Mutual), name)
	}
	// The number is on the scoreboard too, where the judge counts it from outside.
	for name, source := range all {
		each := 0
		for _, g := range analyze(t, source).Goroutines {
			if g.Stays && len(g.Count.Each) > 0 {
				assert.Equal(t, []string{"client"}, g.Count.Each, "%s: %s", name, g.Name)
				each += g.Count.N
			}
		}
		assert.Equal(t, steps.Of(name).GoroutinesPerClient, each, name)
		t.Logf("%s: %d goroutines that stay for each client; listen to each other: %v", name, each, has(analyze(t, source), chanflow.Mutual))
		if want, ok := want[name]; ok {
			assert.Equal(t, want.each, each, name)
		}
	}
}

func has(m *chanflow.Model, kind chanflow.FindingKind) bool {
	for _, f := range m.Findings {
		if f.Kind == kind {
			return true
		}
	}
	return false
}

// change is a change to a file of a step.
type change struct{ step, file, old, new string }

func (c change) apply(t *testing.T, all map[string]*chanflow.Source) *chanflow.Source {
	t.Helper()
	file := c.step + "/" + c.file
	content, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file)))
	require.NoError(t, err)
	require.Contains(t, string(content), c.old, "%s has changed: find the place anew", file)
	source, err := all[c.step].With(file, []byte(strings.ReplaceAll(string(content), c.old, c.new)))
	require.NoError(t, err)
	return source
}

// TestChangesShow changes the code, and looks for the change in the figure.
func TestChangesShow(t *testing.T) {
	const one, three, four = "01-original", "03-single-goroutine", "05-batch"
	all := sources(t)
	for name, tc := range map[string]struct {
		change
		gone, come []string // lines of the table
	}{
		"no go in sendMessage": {
			change{three, "chat/server.go", "go c.Send(msg)", "c.Send(msg)"},
			[]string{"goroutine  Client.Send  1 for each message and client  ends", "starts  Server.Start  Client.Send  Server.sendMessage", "listens  browser  Client.Send  ws"},
			[]string{"sends  Server.Start  browser  Client.Send", "listens  browser  Server.Start  ws"},
		},
		"no go before listenWrite": {
			change{one, "chat/client.go", "go c.listenWrite()", "c.listenWrite()"},
			[]string{"goroutine  Client.listenRead  1 for each client  stays", "starts  Client.listenRead  Client.listenWrite  Client.Listen", "finding  mutual  Client.listenRead  Client.listenWrite"},
			[]string{"starts  http.Serve  Client.listenWrite  Server.Listen"}, // the handler comes no further than that loop
		},
		"one more goroutine": {
			change{three, "chat/server.go", "go c.Send(msg)", "go c.Send(msg)\n\t\tgo func() { s.messageCh <- msg }()"},
			nil,
			[]string{"goroutine  Server.sendMessage.func1  1 for each message and client  ends", "starts  Server.Start  Server.sendMessage.func1  Server.sendMessage", "listens  Server.Start  Server.sendMessage.func1  Server.messageCh"},
		},
		"one more in main": {
			change{one, "main.go", "go server.Listen()", "go server.Listen()\n\tgo server.Done()"},
			[]string{"finding  silent  Server.Listen  Server.doneCh  Server.Listen"},
			[]string{"goroutine  Server.Done  1  ends", "listens  Server.Listen  Server.Done  Server.doneCh"},
		},
		"two channels swapped in a call": {
			change{three, "chat/server.go", "NewClient(ws, s.removeClientCh,", "NewClient(ws, s.addClientCh,"},
			[]string{"sends  Client.Start  Server.removeClientCh  Client.Start", "listens  Server.Start  Client.Start  Server.removeClientCh"},
			[]string{"sends  Client.Start  Server.addClientCh  Client.Start", "finding  silent  Server.Start  Server.removeClientCh  Server.Start"},
		},
		"two channels swapped in two sends": {
			change{one, "chat/server.go", "s.addCh <- c\n}\n\n// Del takes a client out of the room.\nfunc (s *Server) Del(c *Client) {\n\ts.delCh <- c", "s.delCh <- c\n}\n\n// Del takes a client out of the room.\nfunc (s *Server) Del(c *Client) {\n\ts.addCh <- c"},
			[]string{"sends  Client.listenRead  Server.addCh  Server.Add", "finding  self  Server.Listen  Server.delCh  Server.Del"},
			[]string{"sends  Client.listenRead  Server.delCh  Server.Add", "finding  self  Server.Listen  Server.addCh  Server.Del"},
		},
		"a receive dropped": {
			change{one, "chat/server.go", "case err := <-s.errCh:\n\t\t\tlog.Println(\"error:\", err)\n\n\t\t", ""},
			[]string{"receives  Server.Listen  Server.errCh  Server.Listen", "listens  Server.Listen  Client.listenRead  Server.errCh", "finding  self  Server.Listen  Server.errCh  Server.Err"},
			nil,
		},
		"a send dropped": {
			change{three, "chat/client.go", "c.removeClientCh <- c\n", ""},
			[]string{"listens  Server.Start  Client.Start  Server.removeClientCh"},
			[]string{"finding  silent  Server.Start  Server.removeClientCh  Server.Start"},
		},
		"the handler returns at once": {
			change{three, "chat/server.go", "client.Start()", "go client.Start()"},
			[]string{"starts  http.Serve  Client.Start  main"},
			[]string{"goroutine  Server.WebsocketHandler.func1  1 for each client  ends", "starts  Server.WebsocketHandler.func1  Client.Start  Server.WebsocketHandler.func1"},
		},
		"no go before empty": {
			change{four, "chat/mailbox.go", "go m.empty()", "m.empty()"},
			[]string{"goroutine  mailbox.empty  for each client, under a condition  ends", "starts  Server.Start  mailbox.empty  mailbox.put", "listens  browser  mailbox.empty  ws"},
			[]string{"sends  Server.Start  browser  mailbox.empty", "listens  browser  Server.Start  ws"},
		},
		"no condition before empty": {
			change{four, "chat/mailbox.go", "if !m.emptying {", "{"},
			[]string{"goroutine  mailbox.empty  for each client, under a condition  ends"},
			[]string{"goroutine  mailbox.empty  some for each client  ends"},
		},
		"no goodbye": {
			change{four, "chat/client.go", "c.mailbox.put(goodbye)", ""},
			[]string{"starts  Client.Start  mailbox.empty  mailbox.put"},
			nil,
		},
		"another channel dropped": {
			change{four, "chat/client.go", "c.removeClientCh <- c\n", ""},
			[]string{"sends  Client.Start  Server.removeClientCh  Client.Start", "listens  Server.Start  Client.Start  Server.removeClientCh"},
			[]string{"finding  silent  Server.Start  Server.removeClientCh  Server.Start"},
		},
		"a write of the client's own": {
			change{four, "chat/client.go", "c.messageCh <- &msg", "c.messageCh <- &msg\n\t\twebsocket.JSON.Send(c.ws, msg)"},
			nil,
			[]string{"sends  Client.Start  browser  Client.Start"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			before, after := analyze(t, all[tc.step]), analyze(t, tc.apply(t, all))
			count := func(m *chanflow.Model, line string) (n int) {
				for _, l := range m.Table() {
					if l == line {
						n++
					}
				}
				return n
			}
			for _, line := range tc.gone {
				assert.Positive(t, count(before, line), "should be there before: %s", line)
			}
			for _, line := range tc.gone {
				assert.Zero(t, count(after, line), "should be gone: %s", line)
			}
			for _, line := range tc.come {
				assert.Zero(t, count(before, line), "should not be there before: %s", line)
				assert.Positive(t, count(after, line), "should have come: %s", line)
			}
			// And in the pictures, which must still be ones.
			for _, l := range languages {
				was, err := figure(tc.step, before, l).SVG()
				require.NoError(t, err)
				is, err := figure(tc.step, after, l).SVG()
				require.NoError(t, err)
				assert.NotEqual(t, was, is)
				sameIDs(t, edges(tc.step, after), is)
			}
			was, is := edges(tc.step, before), edges(tc.step, after)
			assert.NotEqual(t, was, is)
			ids := idsByRow(is)
			for row, id := range idsByRow(was) {
				if _, stays := ids[row]; stays {
					assert.Equal(t, id, ids[row], "an id that another change has renamed: %s", row)
				}
			}
		})
	}
}

// TestOtherChangesDont: what is no matter of goroutines and channels changes
// nothing.
func TestOtherChangesDont(t *testing.T) {
	const one, three, four = "01-original", "03-single-goroutine", "05-batch"
	all := sources(t)
	for name, c := range map[string]change{
		"a local's name":     {three, "chat/server.go", "msg", "message"},
		"a parameter's name": {three, "chat/client.go", "removeClientCh chan<- *Client, messageCh chan<- *Message) *Client {\n\treturn &Client{\n\t\tws:             ws,\n\t\tremoveClientCh: removeClientCh,", "gone chan<- *Client, messageCh chan<- *Message) *Client {\n\treturn &Client{\n\t\tws:             ws,\n\t\tremoveClientCh: gone,"},
		"a buffer's size":    {one, "chat/client.go", "channelBufSize = 100", "channelBufSize = 1000"},
		"a buffer at all":    {one, "chat/client.go", "doneCh := make(chan bool)", "doneCh := make(chan bool, 1)"},
		"what is logged":     {one, "chat/server.go", `"a client joins"`, `"somebody joins"`},
		"a mailbox's size":   {four, "chat/mailbox.go", "= 1 << 20", "= 1 << 21"},
		"a deadline":         {four, "chat/mailbox.go", "m.conn.SetWriteDeadline(m.deadline)\n", "\n"},
		"what is in between": {three, "chat/client.go", "websocket.JSON.Send(c.ws, msg)", "websocket.Message.Send(c.ws, msg.Body)"},
	} {
		t.Run(name, func(t *testing.T) {
			before, after := analyze(t, all[c.step]), analyze(t, c.apply(t, all))
			assert.Equal(t, edges(c.step, before), edges(c.step, after))
			for _, l := range languages {
				assert.Equal(t, figure(c.step, before, l), figure(c.step, after, l))
			}
		})
	}
}

// TestOtherNames: what participants call a client and a room is what the coloured
// boxes are called, and each goroutine stays in its column.
func TestOtherNames(t *testing.T) {
	all := sources(t)
	names := strings.NewReplacer("http.Server", "http.Server", "Server", "Room", "Client", "Member")
	for _, step := range []string{"01-original", "03-single-goroutine", "05-batch"} {
		source := all[step]
		for _, pattern := range []string{"main.go", "chat/*.go"} {
			files, err := filepath.Glob(filepath.Join(root, step, pattern))
			require.NoError(t, err)
			for _, file := range files {
				if strings.HasSuffix(file, "_test.go") {
					continue
				}
				content, err := os.ReadFile(file)
				require.NoError(t, err)
				file, err := filepath.Rel(root, file)
				require.NoError(t, err)
				source, err = source.With(filepath.ToSlash(file), []byte(names.Replace(string(content))))
				require.NoError(t, err)
			}
		}
		before, after := analyze(t, all[step]), analyze(t, source)
		var groups []string
		for _, g := range figure(step, after, english).Groups {
			groups = append(groups, g.Name+": "+g.Words)
		}
		assert.Equal(t, []string{"Member: 1 for each client", "Room: 1"}, groups, step)
		for i, g := range before.Goroutines {
			assert.Equal(t, column(before, g), column(after, after.Goroutines[i]), "%s: %s", step, g.Name)
		}
	}
	alone, log := analyze(t, all["03-single-goroutine"]), chanflow.Goroutine{Name: "Log.run", Of: "Log"}
	alone.Goroutines = append(alone.Goroutines, log)
	assert.Equal(t, mainColumn, column(alone, log), "of no client, and not of the room")
	alone.Objects = []chanflow.Object{{Name: "Log", Count: chanflow.Count{Each: []string{"client"}, If: true}}}
	assert.Equal(t, mainColumn, column(alone, log), "made for a client under a condition")
	client, _ := parts(alone)
	assert.Empty(t, client)
}
