package tables

import (
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/steps"
)

// There are words for all that the tables can say, in both languages.
func TestWordsAreComplete(t *testing.T) {
	for key, both := range words {
		assert.NotContains(t, both, "", "%q", key)
	}
	for _, p := range steps.Properties {
		assert.Contains(t, words, p)
	}
	for _, b := range steps.BadClients {
		assert.Contains(t, words, b)
	}
	for _, r := range steps.Reactions {
		assert.Contains(t, words, r)
	}
}

// A row says how the step is: that it lacks something, and what comes of a client.
func TestTables(t *testing.T) {
	frozen, far := steps.Of("02-race-fix"), steps.Of("03-single-goroutine")
	far.Reactions = maps.Clone(far.Reactions)
	lines, err := Scoreboard([]steps.Step{frozen, far}, false)
	require.NoError(t, err)
	table := strings.Join(lines, "\n")
	assert.True(t, strings.HasPrefix(table, "\n| property | [02-race-fix](02-race-fix) | [03-single-goroutine](03-single-goroutine) |\n| --- | --- | --- |\n"), table)
	assert.Contains(t, table, "| a client that stops reading does not freeze the room (`StalledRoom`) | **no** | yes |\n")
	assert.Contains(t, table, "| a client that stops reading costs bounded memory and goroutines (`StalledCost`) | (frozen) | **no** |\n")
	assert.True(t, strings.HasSuffix(table, "| 2 | 1 |\n"), table)

	lines, err = BadClients(steps.All[0], true)
	require.NoError(t, err)
	assert.Len(t, lines, len(steps.BadClients)+4, "all of the first step")
	lines, err = BadClients(far, true)
	require.NoError(t, err)
	assert.Contains(t, lines, "| 読むのをやめる | **部屋全体が永久に止まる** | **そのクライアント宛てのメッセージごとに goroutine が残る**。ほかの人の会話は続く |")
	assert.NotContains(t, strings.Join(lines, "\n"), "64 KiB", "a row that is as in the step before")
	same := frozen
	same.Reactions = steps.All[0].Reactions
	lines, err = BadClients(same, false)
	require.NoError(t, err)
	assert.Equal(t, []string{"", "All as in 01-original.", ""}, lines)

	for _, reaction := range []steps.Reaction{"", "sings"} {
		far.Reactions[steps.Resets] = reaction
		_, err = BadClients(far, false)
		assert.ErrorContains(t, err, `there is nothing to say in a cell of "| resets the connection | **its goroutines`)
	}
}
