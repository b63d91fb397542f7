package chanflow

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const root = ".." // the module's, where the cases are; the steps are in the one above

// TestCases holds what is found in each small program of testdata/cases to the
// table beside it, which was written by hand.
func TestCases(t *testing.T) {
	dirs, err := filepath.Glob("testdata/cases/*")
	require.NoError(t, err)
	require.Greater(t, len(dirs), 12)
	all, err := Load(root, ".", "./chanflow/testdata/cases/...")
	require.NoError(t, err)
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			source, err := all.Under("chanflow/" + filepath.ToSlash(dir))
			require.NoError(t, err)
			table, err := os.ReadFile(filepath.Join(dir, "want.txt"))
			require.NoError(t, err)
			want := ReadTable(string(table))
			require.NotEmpty(t, want)
			model, err := source.Analyze()
			if strings.HasPrefix(want[0], "error") {
				require.Error(t, err)
				assert.LessOrEqual(t, strings.Count(err.Error(), "\n")+1, len(want), "more is wrong: %v", err)
				for _, line := range want {
					assert.ErrorContains(t, err, strings.TrimPrefix(line, "error  "))
				}
				return
			}
			require.NoError(t, err)
			got := model.Table()
			if strings.Contains(string(table), "\nobject ") {
				for _, o := range model.Objects {
					got = append(got, "object  "+o.Name+"  "+o.Count.String())
				}
				slices.Sort(got)
			}
			assert.Equal(t, want, got)
		})
	}
}

// TestOutsideFunction: a goroutine that begins outside has no place there, which is on
// this machine, and is of no struct of the program's.
func TestOutsideFunction(t *testing.T) {
	source, err := Load(root, ".", "./chanflow/testdata/cases/gosend")
	require.NoError(t, err)
	model, err := source.Analyze()
	require.NoError(t, err)
	send := model.Goroutine("Codec.Send")
	require.NotNil(t, send)
	assert.Empty(t, send.Of)
	assert.Equal(t, Place{}, send.Place)
	for _, fact := range model.Facts() {
		assert.Regexp(t, "^chanflow/testdata/", fact.Place, fact.Words)
	}
}

// TestSameTwice shows that nothing depends on the order of a map.
func TestSameTwice(t *testing.T) {
	source, err := Load("../..", ".", "./01-original/...")
	require.NoError(t, err)
	first, err := source.Analyze()
	require.NoError(t, err)
	for range 20 {
		again, err := source.Analyze()
		require.NoError(t, err)
		require.Equal(t, first, again)
	}
}

func TestAccesses(t *testing.T) {
	source, err := Load("../..", ".", "./01-original/...")
	require.NoError(t, err)
	accesses, err := source.Accesses("NewClient", "maxId")
	require.NoError(t, err)
	const file = "01-original/chat/client.go"
	assert.Equal(t, []Access{
		{Loads, Place{file, 35}}, {Adds, Place{file, 35}}, {Stores, Place{file, 35}}, {Loads, Place{file, 39}},
	}, accesses)
	_, err = source.Accesses("NewClient", "minId")
	assert.ErrorContains(t, err, "minId")
}

func TestLoadSaysWhatIsWrong(t *testing.T) {
	_, err := Load(root, ".", "./nowhere")
	assert.ErrorContains(t, err, "nowhere")
	source, err := Load("../..", ".", "./03-single-goroutine/...")
	require.NoError(t, err)
	_, err = source.Under("nowhere")
	assert.ErrorContains(t, err, "nowhere")
	_, err = source.With("nowhere.go", nil)
	assert.ErrorContains(t, err, "nowhere.go")
	broken, err := source.With("03-single-goroutine/chat/message.go", []byte("package chat\nvar Message struct\n"))
	require.NoError(t, err)
	_, err = broken.Analyze()
	assert.ErrorContains(t, err, "message.go:2")
	chat, err := source.Under("03-single-goroutine/chat")
	require.NoError(t, err)
	_, err = chat.Analyze()
	assert.ErrorContains(t, err, "func main")
}

// A place tells itself from the root, wherever the test runs.
func TestPlaces(t *testing.T) {
	source, err := Load("../..", ".", "./03-single-goroutine/...")
	require.NoError(t, err)
	model, err := source.Analyze()
	require.NoError(t, err)
	for _, op := range model.Ops {
		line := sourceLine(t, op.Place)
		switch {
		case op.Who == OSSignal, op.Channel == Browser:
			continue // a call
		case op.Kind == Closes:
			assert.Contains(t, line, "close(")
		default:
			assert.Contains(t, line, "<-", "%v", op)
			assert.Contains(t, line, op.Channel[strings.LastIndex(op.Channel, ".")+1:], "%v", op)
		}
	}
	var starts []string
	for _, g := range model.Goroutines {
		if !g.Handler && g.Name != "main" {
			starts = append(starts, sourceLine(t, g.GoAt))
		}
	}
	assert.False(t, slices.ContainsFunc(starts, func(line string) bool { return !strings.Contains(line, "go ") }), fmt.Sprint(starts))
}

func sourceLine(t *testing.T, at Place) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, "..", filepath.FromSlash(at.File)))
	require.NoError(t, err)
	lines := strings.Split(string(content), "\n")
	require.LessOrEqual(t, at.Line, len(lines))
	return lines[at.Line-1]
}

// TestOrderedAccesses: what may order the steps is not drawn as if it didn't.
func TestOrderedAccesses(t *testing.T) {
	source, err := Load("../..", ".", "./01-original/...")
	require.NoError(t, err)
	const file = "01-original/chat/client.go"
	content, err := os.ReadFile(filepath.Join(root, "..", file))
	require.NoError(t, err)
	for replacement, want := range map[string]string{
		"maxId++":                         "",
		"maxId += 1":                      "",
		"mu.Lock(); maxId++; mu.Unlock()": "client.go:36",
		"fmt.Println(); maxId++":          "client.go:36",
		"if server.messages == nil { maxId++ } else { maxId = 7 }": "another branch",
	} {
		text := strings.Replace(string(content), "maxId++", replacement, 1)
		text = strings.Replace(text, "var maxId int", "var maxId int\nvar mu sync.Mutex", 1)
		text = strings.Replace(text, "\"log\"\n", "\"log\"; \"sync\"\n", 1)
		changed, err := source.With(file, []byte(text))
		require.NoError(t, err)
		accesses, err := changed.Accesses("NewClient", "maxId")
		if want == "" {
			assert.NoError(t, err, replacement)
			assert.Len(t, accesses, 4)
		} else {
			assert.ErrorContains(t, err, want, replacement)
		}
	}
	text := strings.Replace(string(content), "maxId++", "id := atomic.AddInt64(&maxId, 1)", 1)
	text = strings.Replace(text, "id: maxId,", "id: int(id),", 1)
	text = strings.Replace(text, "var maxId int", "var maxId int64", 1)
	text = strings.Replace(text, "\"log\"\n", "\"log\"; \"sync/atomic\"\n", 1)
	changed, err := source.With(file, []byte(text))
	require.NoError(t, err)
	_, err = changed.Accesses("NewClient", "maxId")
	assert.ErrorContains(t, err, "neither reads nor writes maxId")
}

// TestNext goes through listenRead as its reader does.
func TestNext(t *testing.T) {
	source, err := Load("../..", ".", "./01-original/...")
	require.NoError(t, err)
	at := func(line int) Place { return Place{"01-original/chat/client.go", line} }
	for _, tc := range []struct {
		from, to int
		want     bool
	}{
		{98, 103, true},  // EOF, and tells
		{103, 98, true},  // comes round, and reads again
		{92, 94, true},   // is told, and tells back
		{92, 103, false}, // reads in between
		{94, 98, false},  // returns
	} {
		next, err := source.Next("Client.listenRead", at(tc.from), at(tc.to))
		require.NoError(t, err)
		assert.Equal(t, tc.want, next, "%d to %d", tc.from, tc.to)
	}
	ends, err := source.Next("Client.listenRead", at(94), Place{})
	require.NoError(t, err)
	assert.True(t, ends)
	ends, err = source.Next("Client.listenRead", at(103), Place{})
	require.NoError(t, err)
	assert.False(t, ends)
	_, err = source.Next("Client.read", at(1), at(2))
	assert.ErrorContains(t, err, "Client.read")

	// A method of an interface may wait, too.
	source, err = Load(root, ".", "./chanflow/testdata/cases/hijackraw")
	require.NoError(t, err)
	at = func(line int) Place { return Place{"chanflow/testdata/cases/hijackraw/hijackraw.go", line} }
	for to, want := range map[int]bool{29: true, 25: false} { // writes; reads again
		next, err := source.Next("echo", at(25), at(to))
		require.NoError(t, err)
		assert.Equal(t, want, next, "25 to %d", to)
	}
}
