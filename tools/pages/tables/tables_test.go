package tables

import (
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/schedule"
	"websocket-chat-steps/internal/schedule/room"
	"websocket-chat-steps/internal/steps"
	"websocket-chat-steps/tools/pages/counts"
)

// There are words for everything in the tables, in both languages.
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
	for _, s := range steps.Strangers {
		assert.Contains(t, words, s)
	}
}

// The second table has the steps that are in it, and says what each lacks.
func TestStrangers(t *testing.T) {
	out, lacks, has := steps.Of("04-mailbox"), steps.Of("05-batch"), steps.Of("06-hardened")
	lines, err := Strangers([]steps.Step{out, lacks, has}, false)
	require.NoError(t, err)
	assert.Len(t, lines, 2+2+len(steps.Strangers))
	assert.Equal(t, "| property | [05-batch](../05-batch) | [06-hardened](../06-hardened) |", lines[1])
	assert.Contains(t, lines, "| who is let go is told why (`ToldWhy`) | **no** | yes |")
	has.Internet = map[steps.Stranger]string{steps.Flood: "a defect"}
	lines, err = Strangers([]steps.Step{has}, true)
	require.NoError(t, err)
	assert.Contains(t, lines, "| 切断されるクライアントに、理由が伝わる (`ToldWhy`) | ○ |")
	assert.Contains(t, strings.Join(lines, "\n"), "(`Flood`) | **×** |")
}

// The table of the scenarios has a row for each, and one more for those of which every
// order is counted. A count that is not there is an error.
func TestScenarios(t *testing.T) {
	one, two := steps.Of("01-original"), steps.Of("02-race-fix")
	answers := make(map[counts.Question]counts.Answer)
	for _, sc := range room.Scenarios {
		for _, every := range []bool{true, false} {
			answers[counts.Question{Step: one.Name, Scenario: sc.Name, Every: every}] = counts.Answer{Tally: schedule.Tally{Orders: 3432, Wrong: 2072}}
			answers[counts.Question{Step: two.Name, Scenario: sc.Name, Every: every}] = counts.Answer{Missing: counts.NotExplored}
		}
	}
	answers[counts.Question{Step: two.Name, Scenario: "two-join"}] = counts.Answer{Tally: schedule.Tally{Orders: 2}}
	answers[counts.Question{Step: two.Name, Scenario: "buffer-full"}] = counts.Answer{Missing: counts.NoLimit}
	lines, err := Scenarios([]steps.Step{one, two}, answers, false)
	require.NoError(t, err)
	assert.Len(t, lines, 2+2+len(room.Scenarios)+len(counts.EveryOrder))
	assert.Equal(t, []string{
		"| scenario | [01-original](../01-original) | [02-race-fix](../02-race-fix) |",
		"| --- | --- | --- |",
		"| `-all` `two-join` | **2,072** / 3,432 | [not explored](#what-it-does-not-see) |",
		"| `two-join` | **2,072** / 3,432 | 0 / 2 |",
	}, lines[1:5])
	assert.Contains(t, lines, "| `buffer-full` | **2,072** / 3,432 | – |")

	delete(answers, counts.Question{Step: two.Name, Scenario: "two-join"})
	_, err = Scenarios([]steps.Step{one, two}, answers, true)
	assert.ErrorContains(t, err, "`two-join` | **2,072** / 3,432 |")
}

// A row says what the step lacks, and what it does with a client.
func TestTables(t *testing.T) {
	frozen, far := steps.Of("02-race-fix"), steps.Of("03-single-goroutine")
	far.Reactions = maps.Clone(far.Reactions)
	lines, err := Scoreboard([]steps.Step{frozen, far}, false)
	require.NoError(t, err)
	table := strings.Join(lines, "\n")
	assert.True(t, strings.HasPrefix(table, "\n| property | [02-race-fix](02-race-fix) | [03-single-goroutine](03-single-goroutine) | [every order](docs/orders.md) |\n| --- | --- | --- | --- |\n"), table)
	assert.Contains(t, table, "| a client that stops reading does not freeze the room (`StalledRoom`) | **no** | yes | `buffer-full`, `mailbox-overflow` |\n")
	assert.Contains(t, table, "| a client that stops reading costs bounded memory and goroutines (`StalledCost`) | (frozen) | **no** | `mailbox-overflow` |\n")
	assert.True(t, strings.HasSuffix(table, "| 2 | 1 | – |\n"), table)

	lines, err = BadClients(steps.All[0], true)
	require.NoError(t, err)
	assert.Len(t, lines, len(steps.BadClients)+4, "all rows of the first step")
	lines, err = BadClients(far, true)
	require.NoError(t, err)
	assert.Contains(t, lines, "| 読むのをやめる | **部屋全体が永久に止まる** | **そのクライアント宛てのメッセージごとに goroutine が残る**。ほかの人の会話は続く |")
	assert.NotContains(t, strings.Join(lines, "\n"), "64 KiB", "a row that is the same in the step before")
	same := frozen
	same.Reactions = steps.All[0].Reactions
	lines, err = BadClients(same, false)
	require.NoError(t, err)
	assert.Equal(t, []string{"", "All as in 01-original.", ""}, lines)

	for _, reaction := range []steps.Reaction{"", "sings"} {
		far.Reactions[steps.Resets] = reaction
		_, err = BadClients(far, false)
		assert.ErrorContains(t, err, `there are no words for a cell of "| resets the connection | **its goroutines`)
	}
}
