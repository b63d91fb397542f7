package browser

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/steps"
	"websocket-chat-steps/lab/scenarios"
)

// These need no browser. They are here, and not in lab, for the time they take.

// Each button comes to what internal/steps says, in each step: what it lacks is seen.
func TestLabActions(t *testing.T) {
	t.Parallel()
	for i, step := range steps.All {
		t.Run(step.Name, func(t *testing.T) {
			t.Parallel()
			if testing.Short() && i != 0 && i != 2 {
				t.Skip("-short leaves out all but 01 and 03")
			}
			l := serveLab(t)
			l.see(t, step.Name)
			for _, action := range scenarios.Actions {
				got := l.post(t, "do/"+step.Name+"/"+action.Name)
				t.Logf("%s: %+v", action.Name, got)
				assert.Equal(t, got.Expected, got.Seen, action.Name)
				assert.Contains(t, action.Choices, got.Seen, action.Name)
				if got.Seen == scenarios.Freezes { // and then all comes to that
					after := l.post(t, "do/"+step.Name+"/line")
					assert.Equal(t, scenarios.Freezes, after.Expected, "after %s", action.Name)
					assert.Equal(t, scenarios.Freezes, after.Seen, "after %s", action.Name)
					l.post(t, "restart/"+step.Name)
				}
			}
		})
	}
}

// Each scenario of the scoreboard comes to what internal/steps says, in each step.
func TestLabScoreboard(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("-short leaves out the scenarios of the scoreboard in each step")
	}
	for _, step := range steps.All {
		t.Run(step.Name, func(t *testing.T) {
			t.Parallel()
			l := serveLab(t)
			l.see(t, step.Name)
			for _, p := range scenarios.Properties() {
				got := l.post(t, "do/"+step.Name+"/"+string(p))
				t.Logf("%s: %+v", p, got)
				assert.Equal(t, got.Expected, got.Seen, p)
				assert.NotEmpty(t, got.Sentence, p)
			}
		})
	}
}

// snapshot is what these tests read of a snapshot.
type snapshot struct {
	State, Why string
	PID        int
	Heard      struct{ Clients int }
}

// see waits until a step runs, and says what is seen of it.
func (l lab) see(t *testing.T, step string) snapshot {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, l.URL+"/api/watch/"+step, nil)
	require.NoError(t, err)
	request.Header.Set("Lab-Token", l.token)
	response, err := l.Client().Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	for lines := json.NewDecoder(response.Body); ; {
		var s snapshot
		require.NoError(t, lines.Decode(&s))
		require.NotEqual(t, "broken", s.State, s.Why)
		if s.State == "runs" {
			return s
		}
	}
}

func (l lab) post(t *testing.T, path string) scenarios.Result {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, l.URL+"/api/"+path, nil)
	require.NoError(t, err)
	request.Header.Set("Lab-Token", l.token)
	response, err := l.Client().Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode, "%s: %s", path, text)
	var answer struct {
		scenarios.Result
		Error string
	}
	require.NoError(t, json.Unmarshal(text, &answer), "%s", text)
	require.Empty(t, strings.TrimSpace(answer.Error), path)
	return answer.Result
}
