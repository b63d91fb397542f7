package page

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/lab/census"
	"websocket-chat-steps/lab/scenarios"
)

func texts(t *testing.T, language string) map[string]any {
	t.Helper()
	content, err := files.ReadFile(language + ".json")
	require.NoError(t, err)
	var all map[string]any
	require.NoError(t, json.Unmarshal(content, &all))
	return all
}

// Both languages have words for the same things.
func TestLanguages(t *testing.T) {
	en, ja := texts(t, "en"), texts(t, "ja")
	assert.Equal(t, paths(en, ""), paths(ja, ""))
}

func paths(all map[string]any, prefix string) []string {
	var names []string
	for _, key := range slices.Sorted(maps.Keys(all)) {
		names = append(names, prefix+key)
		if below, ok := all[key].(map[string]any); ok {
			names = append(names, paths(below, prefix+key+".")...)
		}
	}
	return names
}

// There are words for all that the server may name.
func TestWords(t *testing.T) {
	en := texts(t, "en")
	of := func(name string) []string { return slices.Collect(maps.Keys(en[name].(map[string]any))) }
	for _, a := range scenarios.Actions {
		assert.Contains(t, of("action"), a.Name)
		for _, c := range a.Choices {
			assert.Contains(t, of("outcomes"), string(c))
		}
	}
	for _, p := range scenarios.Properties() {
		assert.Contains(t, of("properties"), string(p))
	}
	for _, k := range []census.Kind{census.Runs, census.Outside, census.Selects, census.Sends, census.Receives, census.Locks} {
		assert.Contains(t, of("kinds"), string(k))
	}
}
