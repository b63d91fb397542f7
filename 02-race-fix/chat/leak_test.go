package chat

import (
	"net/http/httptest"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/judge/judgetest"
)

// TestLeakProfile connects a browser, which then leaves. The test asks the runtime
// which goroutines can never go on, as no running goroutine can reach the channel that
// they wait on. Go 1.27 has this profile, and Go 1.26 has it as an experiment.
// TestProperties shows the same leak without the profile, as NothingLeft.
func TestLeakProfile(t *testing.T) {
	profile := pprof.Lookup("goroutineleak")
	if profile == nil {
		t.Skipf("%s has the leak profile as an experiment only: GOEXPERIMENT=goroutineleakprofile go test -run Leak -v ./%s/...; Go 1.27 runs this as it is", runtime.Version(), step.Name)
	}
	room, err := start()
	require.NoError(t, err)
	defer func() {
		assert.NoError(t, judge.Within(judgetest.Context(t), room.Stop), "waited for the server to stop")
	}()
	web := httptest.NewServer(room.Handlers[0])
	defer web.Close()

	browser, err := judge.Dial("a browser", web.Listener.Addr().String(), room.Path, judgetest.Patience())
	require.NoError(t, err)
	require.NoError(t, browser.Say("hello"))
	_, err = browser.Hear()
	require.NoError(t, err)
	browser.Drop()

	// listenRead always stays. It runs in the handler's goroutine.
	var leaks strings.Builder
	require.Eventually(t, func() bool {
		leaks.Reset()
		profile.WriteTo(&leaks, 1)
		return strings.Contains(leaks.String(), "chat.(*Client).listenRead")
	}, judgetest.Patience(), 10*time.Millisecond, "waited for the leak profile to have listenRead")
	t.Logf("the goroutines that can never go on:\n%s", leaks.String())
	assert.Contains(t, leaks.String(), step.Name+"/chat/client.go")
}
