package tables

import (
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
	step := func(name string, lacks ...steps.Property) steps.Step {
		s := steps.Step{Name: name, Lacks: make(map[steps.Property]string), GoroutinesPerClient: 7, Reactions: make(map[steps.BadClient]steps.Reaction)}
		for _, p := range lacks {
			s.Lacks[p] = "a defect"
		}
		for _, b := range steps.BadClients {
			s.Reactions[b] = steps.NoTrace
		}
		return s
	}
	frozen, far := step("98-frozen", steps.StalledRoom), step("99-far", steps.StalledCost)
	lines, err := Scoreboard([]steps.Step{frozen, far}, false)
	require.NoError(t, err)
	table := strings.Join(lines, "\n")
	assert.True(t, strings.HasPrefix(table, "\n| property | [98-frozen](98-frozen) | [99-far](99-far) |\n| --- | --- | --- |\n"), table)
	assert.Contains(t, table, "| a client that stops reading does not freeze the room | **no** | yes |\n")
	assert.Contains(t, table, "| a client that stops reading costs bounded memory and goroutines | (frozen) | **no** |\n")
	assert.True(t, strings.HasSuffix(table, "| 7 | 7 |\n"), table)

	lines, err = BadClients(far, true)
	require.NoError(t, err)
	assert.Contains(t, lines, "| 読むのをやめる | goroutine もソケットも残らない |")
	assert.Len(t, lines, len(steps.BadClients)+4)

	delete(far.Reactions, steps.Resets)
	_, err = BadClients(far, false)
	assert.EqualError(t, err, "the row of 99-far has no reaction to Resets: write it in internal/steps/steps.go")
	far.Reactions[steps.Resets] = "sings"
	_, err = BadClients(far, false)
	assert.ErrorContains(t, err, `there are no words for "sings": write them in tools/pages/tables/tables.go`)
}
