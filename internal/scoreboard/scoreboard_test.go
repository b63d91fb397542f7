package scoreboard

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/steps"
)

// The tables in the READMEs are those that are written from what the steps'
// tests prove.
func TestPagesAreUpToDate(t *testing.T) {
	for _, p := range Pages() {
		now, err := os.ReadFile(filepath.Join("..", "..", p.Path))
		require.NoError(t, err)
		written, err := p.Written(string(now))
		require.NoError(t, err, p.Path)
		assert.Equal(t, written, string(now), "%s is not up to date: run go generate ./internal/scoreboard", p.Path)
	}
}

// A table that was changed by hand, or has lost its marks, is seen.
func TestBetween(t *testing.T) {
	page := "# Title\n<!-- scoreboard: written by go generate ./internal/scoreboard -->\n| by hand |\n<!-- /scoreboard -->\nmore\n"
	written, err := between(page, "scoreboard", "| table |\n")
	require.NoError(t, err)
	assert.NotContains(t, written, "by hand")
	assert.True(t, strings.HasPrefix(written, "# Title\n<!--") && strings.HasSuffix(written, "-->\nmore\n"), written)
	again, err := between(written, "scoreboard", "| table |\n")
	require.NoError(t, err)
	assert.Equal(t, written, again)

	_, err = between(strings.ReplaceAll(page, "<!-- /", "<!-- "), "scoreboard", "")
	assert.ErrorContains(t, err, "needs a line")
}

// There are words for all that the tables can say, in both languages.
func TestWordsAreComplete(t *testing.T) {
	for _, w := range []words{english, japanese} {
		for _, p := range steps.Properties {
			assert.NotEmpty(t, w.rows[p], p)
		}
		for _, b := range steps.BadClients {
			assert.NotEmpty(t, w.bad[b], b)
			for _, s := range steps.All {
				assert.NotEmpty(t, w.reactions[s.Reactions[b]], "%s: %s", s.Name, b)
			}
		}
		assert.Equal(t, len(english.reactions), len(w.reactions))
	}
}
