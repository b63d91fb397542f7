package stacks

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	all, err := Parse(`goroutine 27 [running]:
runtime/pprof.writeGoroutineStacks({0x7a2c60, 0x11b2dc0f0240})
	/usr/local/go/src/runtime/pprof/pprof.go:819 +0x6b
net/http/pprof.handler.ServeHTTP({0x11b2dbd9a0c1, 0x9}, {0x7a4878, 0x11b2dbd2a0f0}, 0x11b2dbd2a0f0?)
	/usr/local/go/src/net/http/pprof/pprof.go:272 +0x54a
created by net/http.(*Server).Serve in goroutine 20
	/usr/local/go/src/net/http/server.go:3581 +0x489

goroutine 1 [chan receive, 12 minutes]:
main.main()
	/home/a b/chat/01-original/main.go:43 +0x405

goroutine 21 [chan send, 2 minutes]:
websocket-chat-steps/01-original/chat.(*Server).Del(...)
	/home/a b/chat/01-original/chat/server.go:52
websocket-chat-steps/01-original/chat.(*Client).listenWrite(0x11b2dbd1c000)
	/home/a b/chat/01-original/chat/client.go:81 +0x1d
...2 frames elided...
websocket-chat-steps/01-original/chat.(*Server).Listen.func1.2()
	/home/a b/chat/01-original/chat/server.go:95
created by websocket-chat-steps/01-original/chat.(*Client).Listen in goroutine 27
	/home/a b/chat/01-original/chat/client.go:69 +0x5d

goroutine 5 gp=0x11b2dbc021c0 m=3 mp=0x11b2dbc80008 [syscall, locked to thread]:
os/signal.signal_recv()
	/usr/local/go/src/runtime/sigqueue.go:152 +0x29 fp=0x11b2dbc70fa8 sp=0x11b2dbc70f68 pc=0x48c8c9
created by os/signal.Notify.func1.1
	/usr/local/go/src/os/signal/signal.go:152 +0x1f

`, "/home/a b/chat")
	require.NoError(t, err)

	const chat = "websocket-chat-steps/01-original/chat."
	assert.Equal(t, []Goroutine{
		{
			ID: "27", State: "running",
			Frames: []Frame{
				{"runtime/pprof.writeGoroutineStacks", "/usr/local/go/src/runtime/pprof/pprof.go", 819},
				{"net/http/pprof.handler.ServeHTTP", "/usr/local/go/src/net/http/pprof/pprof.go", 272},
			},
			Created:   Frame{"net/http.(*Server).Serve", "/usr/local/go/src/net/http/server.go", 3581},
			CreatedBy: "20",
		},
		{
			ID: "1", State: "chan receive",
			Frames: []Frame{{"main.main", "01-original/main.go", 43}},
		},
		{
			ID: "21", State: "chan send",
			Frames: []Frame{
				{chat + "(*Server).Del", "01-original/chat/server.go", 52},
				{chat + "(*Client).listenWrite", "01-original/chat/client.go", 81},
				{chat + "(*Server).Listen.func1.2", "01-original/chat/server.go", 95},
			},
			Created:   Frame{chat + "(*Client).Listen", "01-original/chat/client.go", 69},
			CreatedBy: "27",
		},
		{
			ID: "5", State: "syscall",
			Frames:  []Frame{{"os/signal.signal_recv", "/usr/local/go/src/runtime/sigqueue.go", 152}},
			Created: Frame{"os/signal.Notify.func1.1", "/usr/local/go/src/os/signal/signal.go", 152},
		},
	}, all)
}

// On Windows Go prints stacks with slashes, but the root with backslashes.
func TestParseOfWindows(t *testing.T) {
	for _, root := range []string{`C:\chat`, `C:\chat\`, "C:/chat"} {
		all, err := Parse("goroutine 1 [select]:\n"+
			"main.main()\n\tC:\\chat\\01-original\\main.go:12 +0x1d\n"+
			"created by x.y\n\tC:/chat/internal/y.go:7 +0x1d\n", root)
		require.NoError(t, err)
		assert.Equal(t, []Goroutine{{
			ID: "1", State: "select",
			Frames:  []Frame{{"main.main", "01-original/main.go", 12}},
			Created: Frame{"x.y", "internal/y.go", 7},
		}}, all)
	}
}

// A directory is not inside the root if its name only begins like the root's name.
func TestParseBesideTheRoot(t *testing.T) {
	all, err := Parse("goroutine 1 [select]:\nmain.main()\n\t/chat2/main.go:12 +0x1d\n", "/chat")
	require.NoError(t, err)
	assert.Equal(t, "/chat2/main.go", all[0].Frames[0].File)
}

func TestParseOfWhatIsNoStack(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":        "",
		"a page":         "<!doctype html>\n<title>chat</title>",
		"no state":       "goroutine 1:\nmain.main()\n\t/main.go:12 +0x1d",
		"no end":         "goroutine 1 [select:\nmain.main()\n\t/main.go:12 +0x1d",
		"cut off":        "goroutine 1 [select]:\nmain.main()",
		"elided at last": "goroutine 1 [select]:\n...2 frames elided...",
		"no function":    "goroutine 1 [select]:\nmain\n\t/main.go:12 +0x1d",
		"no tab":         "goroutine 1 [select]:\nmain.main()\n/main.go:12 +0x1d",
		"no line":        "goroutine 1 [select]:\nmain.main()\n\t/main.go +0x1d",
		"no number":      "goroutine 1 [select]:\nmain.main()\n\t/main.go:x +0x1d",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse(text, "/")
			assert.ErrorContains(t, err, "not what runtime.Stack writes")
		})
	}
}

func TestName(t *testing.T) {
	for function, want := range map[string]string{
		"websocket-chat-steps/01-original/chat.(*Client).Listen":       "Client.Listen",
		"websocket-chat-steps/01-original/chat.NewClient":              "NewClient",
		"websocket-chat-steps/01-original/chat.(*Server).Listen.func1": "Server.Listen.func1",
		"main.main":             "main",
		"golang.org/x/net.Dial": "Dial",
	} {
		assert.Equal(t, want, Frame{Function: function}.Name())
	}
}

func TestRuns(t *testing.T) {
	g := Goroutine{Frames: []Frame{{Function: "net.Read"}, {Function: "websocket-chat-steps/01-original/chat.(*Server).Listen"}}}
	assert.True(t, g.Runs("chat.(*Server).Listen"))
	assert.True(t, g.Runs("net.Read"))
	assert.False(t, g.Runs("(*Server).Listen"), "without its package it can be any package's")
	assert.False(t, g.Runs("chat.(*Server).Lis"))
}

// This test's own goroutine is there, and runs.
func TestNow(t *testing.T) {
	var here []Goroutine
	for _, g := range Now() {
		if g.Runs("stacks.TestNow") {
			here = append(here, g)
		}
	}
	require.Len(t, here, 1)
	assert.True(t, here[0].Moves())
	assert.False(t, here[0].Waits())
}

func TestCount(t *testing.T) {
	at := func(g Goroutine) Frame { return g.Frames[0] }
	f := []Frame{{Function: "m/chat.(*Client).Start"}}
	assert.Equal(t, "no goroutine", Count(nil, at))
	assert.Equal(t, "1 goroutine: select, in Client.Start", Count([]Goroutine{{State: "select", Frames: f}}, at))
	assert.Equal(t, "2 goroutines: select, in Client.Start", Count([]Goroutine{{State: "select", Frames: f}, {State: "select", Frames: f}}, at))
	assert.Equal(t, "3 goroutines: 2 IO wait, in Client.Start; 1 select, in Client.Start",
		Count([]Goroutine{{State: "select", Frames: f}, {State: "IO wait", Frames: f}, {State: "IO wait", Frames: f}}, at))
}
