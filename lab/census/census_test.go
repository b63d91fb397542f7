package census

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/stacks"
	"websocket-chat-steps/internal/steps"
)

func read(t *testing.T, step string) *Table {
	t.Helper()
	root, err := steps.Root()
	require.NoError(t, err)
	table, err := Read(root, step)
	require.NoError(t, err)
	return table
}

// Every id of a table is in both figures, and the table fits the source as it is.
func TestTables(t *testing.T) {
	root, err := steps.Root()
	require.NoError(t, err)
	for _, step := range steps.All {
		table := read(t, step.Name)
		for _, language := range []string{"en", "ja"} {
			picture, err := os.ReadFile(filepath.Join(root, "diagrams", step.Name+"."+language+".svg"))
			require.NoError(t, err)
			for id := range table.Names() {
				assert.Contains(t, string(picture), `id="`+id+`"`)
			}
			for _, a := range table.arrows {
				assert.Contains(t, string(picture), `id="`+a.id+`"`)
			}
		}
		shift := 0
		line := func(file string, number int) string {
			text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file)))
			require.NoError(t, err)
			lines := strings.Split(string(text), "\n")
			return lines[number-1+shift]
		}
		assert.True(t, table.Fits(line), step.Name)
		shift = 1
		assert.False(t, table.Fits(line), "%s, with every line one further down", step.Name)
	}
}

func TestReadRefuses(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(root, "diagrams"), 0o755))
	for text, want := range map[string]string{
		"":                          "names no goroutine",
		"goroutine  main  1  stays": "too few columns",
		"hears  a  b  c  d  e":      "no line that is known",
		"goroutine  m  1  stays  main.go:x  box-m": "no place",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(root, "diagrams", "s.edges"), []byte(text), 0o644))
		_, err := Read(root, "s")
		assert.ErrorContains(t, err, want, text)
	}
}

// place finds the line of the table with these words, and makes a frame of its place.
func place(t *testing.T, step string, words ...string) stacks.Frame {
	t.Helper()
	root, err := steps.Root()
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(root, "diagrams", step+".edges"))
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		f := columns.Split(strings.TrimSpace(line), -1)
		if len(f) >= 5 && len(f) >= len(words) && strings.Join(f[:len(words)], " ") == strings.Join(words, " ") {
			file, number, _ := strings.Cut(f[4], ":")
			n, err := strconv.Atoi(number)
			require.NoError(t, err)
			return stacks.Frame{Function: "f", File: file, Line: n}
		}
	}
	require.Fail(t, "no such line", "%s: %q", step, words)
	return stacks.Frame{}
}

var (
	elsewhere = stacks.Frame{Function: "net/http.(*Server).Serve", File: "/go/net/http/server.go", Line: 1}
	network   = stacks.Frame{Function: "internal/poll.(*FD).Read", File: "/go/internal/poll/fd.go", Line: 1}
)

const first, third = "01-original", "03-single-goroutine"

// In 01 the server's goroutine waits for itself, and a reader for the server.
func TestFrozen(t *testing.T) {
	loop := stacks.Goroutine{ID: "6", State: "chan send", Created: place(t, first, "starts", "main", "Server.Listen"),
		Frames: []stacks.Frame{place(t, first, "sends", "Server.Listen", "Server.delCh"), place(t, first, "sends", "Server.Listen", "Client.ch")}}
	reader := stacks.Goroutine{ID: "20", State: "chan send", Created: elsewhere,
		Frames: []stacks.Frame{place(t, first, "sends", "Client.listenRead", "Server.sendAllCh")}}
	idle := stacks.Goroutine{ID: "21", State: "IO wait", Created: elsewhere,
		Frames: []stacks.Frame{network, place(t, first, "receives", "Client.listenRead", "browser")}}
	stalled := stacks.Goroutine{ID: "22", State: "IO wait", Created: place(t, first, "starts", "Client.listenRead", "Client.listenWrite"),
		Frames: []stacks.Frame{network, place(t, first, "sends", "Client.listenWrite", "browser")}}
	main := stacks.Goroutine{ID: "1", State: "chan receive", Frames: []stacks.Frame{place(t, first, "receives", "main", "main.interrupt")}}
	page := stacks.Goroutine{ID: "30", State: "IO wait", Created: elsewhere, Frames: []stacks.Frame{network}}
	all := []stacks.Goroutine{page, reader, idle, loop, stalled, main}

	c, now := New(read(t, first)), time.Now()
	frame := c.Count(all, now)
	assert.Equal(t, 5, frame.Goroutines, "net/http's own is not the step's")
	assert.Empty(t, frame.Tray)
	assert.Equal(t, []Dot{{ID: "6", Kind: Sends}}, frame.Boxes["box-server-listen"].Dots)
	assert.Equal(t, []Dot{{ID: "20", Kind: Sends}, {ID: "21", Kind: Outside}}, frame.Boxes["box-client-listenread"].Dots)
	assert.Equal(t, []Dot{{ID: "1", Kind: Outside}}, frame.Boxes["box-main"].Dots, "a signal comes from outside")
	lit := map[string]bool{
		"listens-server-listen--server-listen--server-delch":         false,
		"listens-server-listen--client-listenread--server-sendallch": false,
		"listens-browser--client-listenwrite--ws":                    false,
	}
	assert.Equal(t, lit, frame.Arrows)

	// A second later they stand where they stood; but the reader's neighbour moved.
	idle.State = "runnable"
	frame = c.Count([]stacks.Goroutine{reader, idle, loop, stalled, main}, now.Add(time.Second))
	for id := range lit {
		lit[id] = true
	}
	assert.Equal(t, lit, frame.Arrows)
	assert.Equal(t, []Dot{{ID: "20", Kind: Sends, Long: true}, {ID: "21", Kind: Runs}}, frame.Boxes["box-client-listenread"].Dots)
	assert.Equal(t, []Dot{{ID: "1", Kind: Outside}}, frame.Boxes["box-main"].Dots, "who waits for what comes from outside is not stuck")
	assert.Equal(t, map[Kind]int{Outside: 1}, frame.Boxes["box-client-listenwrite"].Long)

	// In the same state at another place: that is not long either.
	reader.Frames = []stacks.Frame{place(t, first, "sends", "Client.listenRead", "Server.errCh")}
	frame = c.Count([]stacks.Goroutine{reader, loop}, now.Add(time.Second))
	assert.False(t, frame.Boxes["box-client-listenread"].Dots[0].Long)
	assert.True(t, frame.Boxes["box-server-listen"].Dots[0].Long)

	// It moved on, and came back to the same place: that is not long.
	loop.State = "running"
	c.Count([]stacks.Goroutine{loop}, now.Add(2*time.Second))
	loop.State = "chan send"
	frame = c.Count([]stacks.Goroutine{loop}, now.Add(3*time.Second))
	assert.False(t, frame.Boxes["box-server-listen"].Dots[0].Long)
}

// Of more than fifty there are numbers, and one of each kind, a stuck one first.
func TestMany(t *testing.T) {
	sends := place(t, third, "starts", "Server.Start", "Client.Send")
	at := place(t, third, "sends", "Client.Send", "browser")
	var all []stacks.Goroutine
	for i := range MaxDots {
		all = append(all, stacks.Goroutine{ID: strconv.Itoa(i + 2), State: "sync.Mutex.Lock", Created: sends, Frames: []stacks.Frame{at}})
	}
	c, now := New(read(t, third)), time.Now()
	assert.Len(t, c.Count(all, now).Boxes["box-client-send"].Dots, MaxDots)

	all = append(all, stacks.Goroutine{ID: "1000", State: "IO wait", Created: sends, Frames: []stacks.Frame{network, at}})
	all[0].ID = "999" // a new one
	frame := c.Count(all, now.Add(time.Second))
	box := frame.Boxes["box-client-send"]
	assert.Equal(t, MaxDots+1, box.N)
	assert.Equal(t, map[Kind]int{Locks: MaxDots, Outside: 1}, box.Kinds)
	assert.Equal(t, map[Kind]int{Locks: MaxDots - 1}, box.Long)
	assert.Equal(t, []Dot{{ID: "1000", Kind: Outside}, {ID: "3", Kind: Locks, Long: true}}, box.Dots)
	assert.Equal(t, map[string]bool{"listens-browser--client-send--ws": true}, frame.Arrows)
}

func TestTray(t *testing.T) {
	created := stacks.Frame{Function: "mod/03-single-goroutine/chat.(*Server).Start", File: third + "/chat/server.go", Line: 9999}
	stranger := stacks.Goroutine{ID: "7", State: "sleep", Created: created,
		Frames: []stacks.Frame{{Function: "time.Sleep", File: "/go/time/sleep.go", Line: 1}, {Function: "mod/03-single-goroutine/chat.(*Server).tick", File: third + "/chat/server.go", Line: 10}}}
	empty := stacks.Goroutine{ID: "8", State: "runnable", Created: created}
	frame := New(read(t, third)).Count([]stacks.Goroutine{empty, stranger}, time.Now())
	assert.Empty(t, frame.Boxes)
	assert.Equal(t, []Dot{
		{ID: "7", Kind: Outside, Where: "Server.tick, 03-single-goroutine/chat/server.go:10"},
		{ID: "8", Kind: Runs, Where: "Server.Start, 03-single-goroutine/chat/server.go:9999"},
	}, frame.Tray)
}
