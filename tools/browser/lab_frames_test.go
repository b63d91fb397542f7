package browser

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/judge/race"
	"websocket-chat-steps/internal/steps"
)

// The picture follows the program at 5 Hz or more with 200 clients, and costs the
// step less than a tenth of a processor. To see the numbers:
//
//	go test -C tools -v -count=1 -run TestLabFrames ./browser
//
// On a busy machine there are fewer frames, so they are only held to their number
// where a processor was to be had. The cost is held to everywhere.
func TestLabFrames(t *testing.T) {
	if testing.Short() {
		t.Skip("it measures, which needs a machine that does nothing else: go test -C tools -v -run TestLabFrames ./browser")
	}
	if runtime.GOOS != "linux" {
		t.Skip("the step's processor time is read from /proc, which only Linux has")
	}
	for _, step := range []string{steps.All[0].Name, steps.All[len(steps.All)-1].Name} {
		t.Run(step, func(t *testing.T) {
			l := serveLab(t)
			l.see(t, step)
			for range 4 {
				l.post(t, "do/"+step+"/bring50")
			}

			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, l.URL+"/api/watch/"+step, nil)
			require.NoError(t, err)
			request.Header.Set("Lab-Token", l.token)
			response, err := l.Client().Do(request)
			require.NoError(t, err)
			defer response.Body.Close()
			const frames = 50
			var first, last snapshot
			lines := json.NewDecoder(bufio.NewReader(response.Body))
			for first.Heard.Clients < 200 { // the first frame is from before
				require.NoError(t, lines.Decode(&first))
			}
			begun, before := time.Now(), processorTime(t, first.PID)
			stalled := idleTime(t)
			for range frames {
				require.NoError(t, lines.Decode(&last))
			}
			took := time.Since(begun)
			cost := float64(processorTime(t, first.PID)-before) / float64(took)
			hertz := frames / took.Seconds()
			idle := float64(idleTime(t)-stalled) / float64(took)
			t.Logf("%s with 200 clients: %.1f frames a second, at %.3f of a processor for the step (%.2f processors were idle)", step, hertz, cost, idle)
			assert.Less(t, cost, 0.1, "processors, for the step")
			if idle > 0.5 && !race.Enabled {
				assert.GreaterOrEqual(t, hertz, 5.0, "frames a second")
			}
		})
	}
}

// tick is the unit of the times in /proc: USER_HZ, which is 100 for all programs.
const tick = 10 * time.Millisecond

// processorTime is how long a process has run so far.
func processorTime(t *testing.T, pid int) time.Duration {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	require.NoError(t, err)
	_, rest, _ := strings.Cut(string(text), ") ") // the name before may have spaces
	fields := strings.Fields(rest)
	return ticks(t, fields[11]) + ticks(t, fields[12])
}

// idleTime is how long the processors had nothing to do so far, all together.
func idleTime(t *testing.T) time.Duration {
	t.Helper()
	text, err := os.ReadFile("/proc/stat")
	require.NoError(t, err)
	return ticks(t, strings.Fields(string(text))[4])
}

func ticks(t *testing.T, text string) time.Duration {
	t.Helper()
	n, err := strconv.Atoi(text)
	require.NoError(t, err)
	return time.Duration(n) * tick
}
