package site

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/live"
	"websocket-chat-steps/internal/steps"
	"websocket-chat-steps/lab/byhand"
	"websocket-chat-steps/lab/scenarios"
)

func TestMain(m *testing.M) { live.Main(m) }

func serve(t *testing.T) *httptest.Server {
	t.Helper()
	root, err := steps.Root()
	require.NoError(t, err)
	site := New(root)
	server := httptest.NewServer(site.Handler("secret"))
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
		site.Close()
	})
	return server
}

// ask sends a request, with headers, each as "Name: value", and returns what came.
func ask(t *testing.T, server *httptest.Server, method, path string, headers ...string) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(judgetest.Context(t), method, server.URL+path, nil)
	require.NoError(t, err)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Host" {
			request.Host = value
		}
		request.Header.Set(name, value)
	}
	response, err := server.Client().Do(request)
	require.NoError(t, err)
	t.Cleanup(func() { response.Body.Close() })
	return response
}

func TestGuard(t *testing.T) {
	server := serve(t)
	const token = "Lab-Token: secret"
	here := "Origin: " + server.URL
	port := server.URL[strings.LastIndexByte(server.URL, ':'):]
	for _, test := range []struct {
		what, method, path string
		headers            []string
		want               int
	}{
		{"the shell, for anybody", "GET", "/", nil, 200},
		{"a module of it", "GET", "/app.js", nil, 200},
		{"the shell, by a rebound name", "GET", "/", []string{"Host: rebound.example" + port}, 403},
		{"the shell can't be posted to", "POST", "/", nil, 405},
		{"no such file", "GET", "/page.go", nil, 404},

		{"with the token", "GET", "/api/steps", []string{token}, 200},
		{"with the token, as localhost, by a forwarded port", "GET", "/api/steps", []string{token, "Host: localhost:9"}, 200},
		{"with the token, from here", "GET", "/api/steps", []string{token, here}, 200},
		{"without the token", "GET", "/api/steps", nil, 403},
		{"with another token", "GET", "/api/steps", []string{"Lab-Token: Secret"}, 403},
		{"with the token in a cookie", "GET", "/api/steps", []string{"Cookie: Lab-Token=secret"}, 403},
		{"with the token in the address", "GET", "/api/steps?Lab-Token=secret", nil, 403},
		{"from another origin", "GET", "/api/steps", []string{token, "Origin: http://evil.example"}, 403},
		{"from another port", "GET", "/api/steps", []string{token, "Origin: http://127.0.0.1:1"}, 403},
		{"from a file", "GET", "/api/steps", []string{token, "Origin: null"}, 403},
		{"by a rebound name", "GET", "/api/steps", []string{token, "Host: rebound.example" + port, "Origin: http://rebound.example" + port}, 403},
		{"by a name that begins well", "GET", "/api/steps", []string{token, "Host: localhost.example"}, 403},
		{"watch without the token", "GET", "/api/watch/01-original", nil, 403},
		{"watch from another origin", "GET", "/api/watch/01-original", []string{token, "Origin: http://evil.example"}, 403},
		{"act without the token", "POST", "/api/do/01-original/bring2", []string{here}, 403},
		{"another origin's preflight", "OPTIONS", "/api/do/01-original/bring2", []string{"Origin: http://evil.example"}, 403},

		{"acting is not reading", "GET", "/api/do/01-original/bring2", []string{token}, 405},
		{"no such step", "POST", "/api/do/99-far/bring2", []string{token}, 404},
		{"a step from elsewhere", "POST", "/api/restart/..%2f01-original", []string{token}, 404},
		{"no such action", "POST", "/api/do/01-original/rm", []string{token}, 404},
		{"no such property", "POST", "/api/do/01-original/UniqueIDs", []string{token}, 404},
		{"a figure", "GET", "/api/figure/01-original/ja", []string{token}, 200},
		{"a level without the token", "GET", "/api/level/one-id/01-original", []string{here}, 403},
		{"a pick without the token", "POST", "/api/level/one-id/01-original/play", []string{here}, 403},
		{"a pick from another origin", "POST", "/api/level/one-id/01-original/play", []string{token, "Origin: http://evil.example"}, 403},
		{"a race by a rebound name", "GET", "/api/race/01-original/en", []string{token, "Host: rebound.example" + port}, 403},
		{"a race without the token", "GET", "/api/race/01-original/en", nil, 403},
		{"picking is not reading", "GET", "/api/level/one-id/01-original/play", []string{token}, 405},
		{"no such level", "GET", "/api/level/two-join/01-original", []string{token}, 404},
		{"a level that is not in that step", "POST", "/api/level/one-id/05-batch/play", []string{token}, 404},
		{"no such question", "POST", "/api/level/one-id/01-original/build", []string{token}, 404},
		{"no such language", "GET", "/api/race/01-original/..%2fen", []string{token}, 404},
		{"an exercise without the token", "GET", "/api/exercise/1/en", nil, 403},
		{"an exercise by a rebound name", "GET", "/api/exercise/1/en", []string{token, "Host: rebound.example" + port}, 403},
		{"no such exercise", "GET", "/api/exercise/..%2f1/en", []string{token}, 404},
		{"an exercise in no such language", "GET", "/api/exercise/1/-h", []string{token}, 404},
		{"no such figure", "GET", "/api/figure/01-original/..%2f..%2fgo", []string{token}, 404},
	} {
		response := ask(t, server, test.method, test.path, test.headers...)
		assert.Equal(t, test.want, response.StatusCode, test.what)
		assert.Empty(t, response.Header.Get("Access-Control-Allow-Origin"), test.what)
		if test.path == "/" && test.want == 200 {
			assert.Contains(t, response.Header.Get("Content-Security-Policy"), "default-src 'none'")
		}
	}
}

// A step that nobody watches doesn't run, and then nothing can be done to it.
func TestNothingRunsUnasked(t *testing.T) {
	server := serve(t)
	response := ask(t, server, "POST", "/api/do/01-original/bring2", "Lab-Token: secret")
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	assert.JSONEq(t, `{"error":"the step does not run","busy":false}`, string(text))
}

// Watched, it runs; its goroutines stand in its boxes, and one can be asked. A crash
// is told, with what was printed, and it can be started anew.
func TestWatch(t *testing.T) {
	if testing.Short() {
		t.Skip("-short leaves out what builds a step")
	}
	root, err := steps.Root()
	require.NoError(t, err)
	site := New(root)
	defer site.Close()
	st := site.stages["03-single-goroutine"]
	st.start(judgetest.Context(t))
	see := func(want string) Snapshot {
		t.Helper()
		for {
			s, err := st.look(judgetest.Context(t))
			require.NoError(t, err)
			if s.State == want && (s.Frame != nil || want != "runs") {
				return s
			}
			require.NotEqual(t, "broken", s.State, s.Why)
		}
	}
	s := see("runs")
	loop := s.Frame.Boxes["box-server-start"]
	require.NotNil(t, loop)
	assert.Equal(t, 1, loop.N)
	assert.Equal(t, 3, s.Frame.Goroutines)
	assert.Empty(t, s.Frame.Tray)
	assert.Equal(t, "Server.Start", s.Names["box-server-start"])

	stack := st.stack(loop.Dots[0].ID)
	assert.Equal(t, "select", stack.State)
	assert.Equal(t, "chat.(*Server).Start", stack.Frames[0].Function)
	assert.Equal(t, "select {", stack.Frames[0].Source)
	assert.Equal(t, "go server.Start()", stack.Created.Source)
	assert.Equal(t, Stack{}, st.stack("no such goroutine"))

	_, err = st.act("one", func() (r scenarios.Result, err error) {
		_, err = st.act("two", nil)
		return r, err
	})
	assert.ErrorIs(t, err, errBusy)

	st.child.Kill() // it crashes
	s = see("ended")
	assert.NotZero(t, s.Status)
	st.restart(judgetest.Context(t))
	s = see("runs")
	assert.Equal(t, 2, s.Generation)
	_, err = json.Marshal(s)
	require.NoError(t, err)
}

// A level is opened, played, and explored from there; what can't be played is said.
func TestLevel(t *testing.T) {
	if testing.Short() {
		t.Skip("-short leaves out what builds a step")
	}
	server := serve(t)
	ask := func(method, path string) *json.Decoder {
		return json.NewDecoder(ask(t, server, method, "/api/level/one-id/02-race-fix"+path, "Lab-Token: secret").Body)
	}
	for lines := ask("GET", ""); ; {
		var progress struct{ State, Why string }
		require.NoError(t, lines.Decode(&progress))
		if progress.State == "ready" {
			break
		}
		require.Equal(t, "building", progress.State, progress.Why)
	}
	var v byhand.View
	require.NoError(t, ask("POST", "/play?line=a!+b!").Decode(&v))
	assert.Equal(t, []string{"a!", "b!"}, v.Picks)
	assert.False(t, v.Over)
	require.NoError(t, ask("POST", "/finish?line=b!").Decode(&v))
	assert.True(t, v.Over)
	assert.Equal(t, `go run ./docs/orders -replay "b!" 02-race-fix two-join`, v.Command)
	var c byhand.Possible
	require.NoError(t, ask("POST", "/explore?line=").Decode(&c))
	assert.Equal(t, byhand.Possible{Orders: 2, Shortest: []string{}}, c)
	var failed struct{ Error string }
	require.NoError(t, ask("POST", "/play?line=rm").Decode(&failed))
	assert.Contains(t, failed.Error, "it was to go on with rm")
}
