package room

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whatever is said of a room has its Japanese, with the same arguments.
func TestWords(t *testing.T) {
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	said := make(map[string]bool)
	for _, file := range files {
		b, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`\.say\("([^"]*)"`).FindAllStringSubmatch(string(b), -1) {
			said[m[1]] = true
		}
	}
	verbs := func(format string) []string {
		all := regexp.MustCompile(`%(?:\[\d\])?[a-z]`).FindAllString(format, -1)
		for i := range all {
			all[i] = all[i][len(all[i])-1:]
		}
		slices.Sort(all)
		return all
	}
	assert.Len(t, said, len(words["ja"]))
	for english, japanese := range words["ja"] {
		assert.Contains(t, said, english)
		assert.Equal(t, verbs(english), verbs(japanese), english)
	}
}
