package gocmd

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// module writes a module with one package, and returns its directory, links resolved.
func module(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skipf("no go command: %v", err)
	}
	root, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	for name, text := range map[string]string{
		"go.mod":         "module m\n\ngo 1.26.0\n",
		"p/main.go":      "package main\n\nfunc main() { print(word) }\n",
		"p/word.go":      "package main\n\nconst word = \"as it is\"\n",
		"p/word_test.go": "package main\n",
		"q/q.go":         "package q\n",
	} {
		file := filepath.Join(root, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	}
	return root
}

const changed = "package main\n\nconst word = \"changed\"\n"

func TestOverlayIsUsed(t *testing.T) {
	root := module(t)
	o := Overlay{"p/word.go": changed, "p/more.go": "package main\n", "p/more_test.go": "package main\n"}
	flag, err := o.Flag(t.TempDir(), root)
	require.NoError(t, err)
	require.NoError(t, o.Used(t.Context(), root, root, flag, "./p"))
	out, err := Command(t.Context(), root, nil, "go", "run", flag, "./p").CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Equal(t, "changed", string(out))
}

// An overlay that changes nothing is an error: a file of another package, a file with
// another name, and the right file through a link, as the go command takes that for
// another file.
func TestOverlayThatIsNotUsed(t *testing.T) {
	root := module(t)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(root, link); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	for _, test := range []struct {
		name, in, root, file string
	}{
		{"another package", root, root, "q/q.go"},
		{"no package", root, root, "p/testdata/word.go"},
		{"built through a link", link, root, "p/word.go"},
		{"laid through a link", root, link, "p/word.go"},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := Overlay{test.file: changed}
			flag, err := o.Flag(t.TempDir(), test.root)
			require.NoError(t, err)
			err = o.Used(t.Context(), test.in, test.root, flag, "./p")
			assert.ErrorContains(t, err, "the overlay's "+test.file+" is not used by the build of ./p")
		})
	}
}

// ReadSources reads what is there, and returns an error for what isn't.
func TestReadSources(t *testing.T) {
	root := module(t)
	assert.NoError(t, ReadSources(root, "go.mod", "p", "q"))
	assert.ErrorIs(t, ReadSources(root, "go.sum"), os.ErrNotExist)
}
