package browser

import (
	"fmt"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/steps"
	"websocket-chat-steps/lab/site"
)

// lab is a lab that is served, and what opens it.
type lab struct {
	*httptest.Server
	token string
}

func startLab(t *testing.T) lab {
	t.Helper()
	theBrowser(t) // or skip, before anything is built
	return serveLab(t)
}

func serveLab(t *testing.T) lab {
	t.Helper()
	root, err := steps.Root()
	require.NoError(t, err)
	here := site.New(root)
	token := site.NewToken()
	server := httptest.NewServer(here.Handler(token))
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
		require.NoError(t, here.Close())
	})
	return lab{server, token}
}

// open opens the lab in a tab, and then a room with a step, and waits until the step runs.
func (l lab) open(tb *tab, room, step string) {
	tb.t.Helper()
	tb.navigate(l.URL + "/#token=" + l.token)
	tb.waitFor("the list of steps", `document.getElementById("step").options.length > 0`)
	tb.go_(room, step)
}

// go_ goes to a room and a step, as a link does, and waits until the step runs.
func (tb *tab) go_(room, step string) {
	tb.t.Helper()
	js[bool](tb, fmt.Sprintf(`(location.hash = "%s/%s", true)`, room, step))
	tb.waitFor(step+" to run", fmt.Sprintf(`document.getElementById("step").value === %q && document.getElementById("state").dataset.state === "runs" && document.querySelector("#figure .mark") && document.querySelector("#actions [aria-disabled=false]")`, step))
}
