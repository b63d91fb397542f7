package browser

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/steps"
)

// A reader has an exercise judged, reads what is wrong, and solves it: the judge sees the
// save, and the list says that it is solved. The repository is a copy, as what was solved is
// kept in it.
func TestLabExercises(t *testing.T) {
	t.Parallel()
	theBrowser(t) // or skip, before anything is built
	root, err := steps.Root()
	require.NoError(t, err)
	reader, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	for _, dir := range []string{"internal", "exercises", "lab", "diagrams", first} {
		require.NoError(t, os.CopyFS(filepath.Join(reader, dir), os.DirFS(filepath.Join(root, dir))))
	}
	for _, file := range []string{"go.mod", "go.sum"} {
		text, err := os.ReadFile(filepath.Join(root, file))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(reader, file), text, 0o600))
	}
	_ = os.Remove(filepath.Join(reader, "exercises", ".progress.json")) // of who runs this test

	tb := openLab(t, serveLabOf(t, reader), "watch", first, "en", 1280, 720)
	js[bool](tb, `(location.hash = "exercises/1", true)`)
	tb.waitFor("the exercise", `document.querySelector("#exercise-title")?.textContent === "1 An id by mutex"`)
	state := `document.querySelector('#exercise-list [data-exercise="1"] .sign').className`
	assert.Equal(t, "sign ", js[string](tb, state))
	tb.click("#exercise-judge")
	tb.patient("that it is not solved", state+` === "sign tried"`)
	tb.patient("the judge's words", `document.querySelector("#exercise-output").textContent.includes("A hint: go run ./exercises hint 1")`)
	assert.Contains(t, tb.text("exercise-output"), "two-join: goes wrong in 32 of 40 orders")

	file := filepath.Join(reader, "exercises", "01-ids-mutex", "chat", "client.go")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	mended := strings.Replace(string(text), "var maxId int", "var (\n\tmu    sync.Mutex\n\tmaxId int\n)", 1)
	mended = strings.Replace(mended, "\tmaxId++\n", "\tmu.Lock()\n\tdefer mu.Unlock()\n\tmaxId++\n", 1)
	mended = strings.Replace(mended, "import (", "import (\n\t\"sync\"\n", 1)
	require.NoError(t, os.WriteFile(file, []byte(mended), 0o600))
	tb.patient("that it is solved", state+` === "sign solved"`)
	tb.patient("the judge's words", `document.querySelector("#exercise-output").textContent.includes("01-ids-mutex is solved.")`)

	tb.click(`#exercise-list [data-exercise="5"]`)
	tb.waitFor("another exercise", `document.querySelector("#exercise-title").textContent.startsWith("5 ") && !document.querySelector("#exercise-output").checkVisibility()`)
	tb.click("#language")
	tb.waitFor("Japanese", `document.querySelector("#exercise-list").textContent.includes("ミューテックスで id を付ける")`)
	tb.viewport(360, 740)
	assert.LessOrEqual(t, js[int](tb, `document.documentElement.scrollWidth`), 360)
}
