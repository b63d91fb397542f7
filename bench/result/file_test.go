package result_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/bench/result"
)

func file() *result.File {
	return &result.File{
		Command:  `go run -C bench . -only "o,{[ne\"`,
		Date:     "2006-01-02",
		Machine:  result.Machine{OS: "linux", Cores: 2},
		Versions: map[string]string{"example.com/a": "v1.0.0", "example.com/b": "v2.0.0"},
		Rounds:   2,
		Servers:  []string{"a", "b"},
		Loads: []result.Load{
			{Scenario: result.Scenario{Name: "one", Clients: 100, All: true}, Server: "a", Round: 1, CPU: 0.25},
			{Server: "b", Round: 2, Frozen: true},
		},
		Stalled: []result.Stalled{{Server: "a", LetGo: -1, Samples: []result.Sample{{Seconds: 0.5}, {RSS: 3}}}},
	}
}

func TestReadReturnsWhatWasWritten(t *testing.T) {
	name := filepath.Join(t.TempDir(), "measurements.json")
	require.NoError(t, file().Write(name))
	read, err := result.Read(name)
	require.NoError(t, err)
	assert.Equal(t, file(), read)
}

// A diff of two files must show measurements, not numbers.
func TestEachMeasurementHasOneLine(t *testing.T) {
	name := filepath.Join(t.TempDir(), "measurements.json")
	require.NoError(t, file().Write(name))
	b, err := os.ReadFile(name)
	require.NoError(t, err)
	lines := strings.Split(string(b), "\n")
	for _, server := range []string{`"server":"a","round":1`, `"server":"b","round":2`, `"letGo":-1`} {
		var with []string
		for _, line := range lines {
			if strings.Contains(line, server) {
				with = append(with, line)
			}
		}
		if assert.Len(t, with, 1, "lines with %s", server) {
			assert.Regexp(t, `^\{.*\}[]},]+$`, with[0])
		}
	}
	assert.Contains(t, lines, `"idles":null,`, "what was not measured")
	assert.Equal(t, "", lines[len(lines)-1], "the last line ends")
}

func TestReadSaysWhatIsWrong(t *testing.T) {
	_, err := result.Read(filepath.Join(t.TempDir(), "none.json"))
	assert.ErrorIs(t, err, os.ErrNotExist)
	assert.ErrorContains(t, err, "go run -C bench .")

	for _, text := range []string{`{"loads": 3}`, `{"lods": []}`, `{"loads": [`, ``} {
		name := filepath.Join(t.TempDir(), "measurements.json")
		require.NoError(t, os.WriteFile(name, []byte(text), 0o666))
		_, err := result.Read(name)
		assert.ErrorContains(t, err, name+" is not what this benchmark writes", "%q", text)
	}
}
