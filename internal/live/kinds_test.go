package live

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"websocket-chat-steps/internal/stacks"
)

// Short names for what nearly all cases here are made of.
type (
	Goroutine = stacks.Goroutine
	Frame     = stacks.Frame
)

// The example is not real: a step with a main, one go statement and one handler, which
// is a literal in a function.
var (
	mainKind    = Kind{Name: "main", Want: 1}
	roomKind    = Kind{Name: "Room.run", GoAt: "step/main.go:10", Want: 1}
	outerKind   = Kind{Name: "Room.open", Body: Lines{"step/chat/room.go", 20, 60}}
	handlerKind = Kind{Name: "the handler", Body: Lines{"step/chat/room.go", 30, 40}, Want: 2}

	serve = at("net/http.(*Server).Serve", "/go/src/net/http/server.go", 3581)
	write = at("net.(*conn).Write", "/go/src/net/net.go", 200)
	ours  = at("mod/step/chat.(*Room).open.func1", "step/chat/room.go", 35)

	mainGoroutine = Goroutine{ID: "1", State: "chan receive", Frames: []Frame{at("main.main", "step/main.go", 12)}}
	room          = goneAt("2", at("main.main", "step/main.go", 10), at("mod/step/chat.(*Room).run", "step/chat/room.go", 70))
	handler       = goneAt("3", serve, write, at("mod/step/chat.(*Client).say", "step/chat/client.go", 9), ours, serve)
)

func at(function, file string, line int) Frame {
	return Frame{Function: function, File: file, Line: line}
}

func goneAt(id string, created Frame, frames ...Frame) Goroutine {
	return Goroutine{ID: id, State: "select", Frames: frames, Created: created, CreatedBy: "1"}
}

func TestDifferences(t *testing.T) {
	kinds := []Kind{mainKind, roomKind, outerKind, handlerKind}
	all := []Goroutine{mainGoroutine, room, handler, handler}
	stray := goneAt("7", at("mod/step/chat.f", "step/chat/room.go", 71), write, at("mod/step/chat.g", "step/chat/room.go", 80), ours)

	for _, test := range []struct {
		name  string
		all   []Goroutine
		kinds []Kind
		want  []string
	}{
		{"they agree", all, kinds, nil},
		{"the kinds in another order", all, []Kind{handlerKind, outerKind, roomKind, mainKind}, nil},
		{"others' goroutines too", append([]Goroutine{
			goneAt("8", serve, write),
			goneAt("9", at("mod/steps.f", "steps/main.go", 10), write, at("mod/other.f", "other/step/main.go", 10)),
			{ID: "10", State: "GC worker (idle)", Frames: []Frame{at("runtime.gcBgMarkWorker", "/go/src/runtime/mgc.go", 1)}},
		}, all...), kinds, nil},
		{"no main", all[1:], kinds, []string{
			"main (main): 0 goroutines, want 1",
		}},
		{"too few and too many", []Goroutine{mainGoroutine, room, room, handler}, kinds, []string{
			"Room.run (step/main.go:10): 2 goroutines, want 1",
			"the handler (step/chat/room.go:30-40): 1 goroutine, want 2",
		}},
		{"the function, not the literal in it", []Goroutine{mainGoroutine, room, handler, handler,
			goneAt("5", serve, ours, at("mod/step/chat.(*Room).open", "step/chat/room.go", 41))}, kinds, []string{
			"Room.open (step/chat/room.go:20-60): 1 goroutine, want 0",
		}},
		{"the first and the last line of a body", []Goroutine{mainGoroutine, room,
			goneAt("5", serve, at("h", "step/chat/room.go", 30)),
			goneAt("6", serve, at("h", "step/chat/room.go", 40))}, kinds, nil},
		{"the lines of a body in another file", []Goroutine{mainGoroutine, room, handler, handler,
			goneAt("5", serve, at("mod/step/chat.h", "step/chat/hall.go", 35))}, kinds, []string{
			"1 goroutine of no kind in the list: created by net/http.(*Server).Serve, now in chat.h (step/chat/hall.go:35) [select]",
		}},
		{"strangers from a go statement, in a body all the same", append([]Goroutine{stray, stray, stray}, all...), kinds, []string{
			"3 goroutines of no kind in the list: created at step/chat/room.go:71, now in chat.g (step/chat/room.go:80) [select]",
		}},
		{"a stranger that runs none of the step's code", append([]Goroutine{goneAt("7", at("main.main", "step/main.go", 11), write, serve)}, all...), kinds, []string{
			"1 goroutine of no kind in the list: created at step/main.go:11, now in net.(*conn).Write (/go/src/net/net.go:200) [select]",
		}},
		{"a stranger that shows nothing", append([]Goroutine{goneAt("7", at("main.main", "step/main.go", 11))}, all...), kinds, []string{
			"1 goroutine of no kind in the list: created at step/main.go:11, now in no function [select]",
		}},
		{"nothing is said", []Goroutine{handler, mainGoroutine, room, handler}, nil, []string{
			"1 goroutine of no kind in the list: created at step/main.go:10, now in chat.(*Room).run (step/chat/room.go:70) [select]",
			"1 goroutine of no kind in the list: main's, now in main.main (step/main.go:12) [chan receive]",
			"2 goroutines of no kind in the list: created by net/http.(*Server).Serve, now in chat.(*Client).say (step/chat/client.go:9) [select]",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			assert.Equal(t, test.want, Differences("step", test.all, test.kinds))
		})
	}
}

func TestListens(t *testing.T) {
	inState := func(g Goroutine, state string) Goroutine {
		g.State = state
		return g
	}
	assert.True(t, listens(inState(handler, "IO wait"), "step"))
	assert.False(t, listens(inState(handler, "chan send"), "step"), "before the room's door")
	assert.False(t, listens(inState(goneAt("8", serve, write), "IO wait"), "step"), "in the handshake")
	assert.False(t, listens(inState(room, "IO wait"), "step"), "what a go statement of the step's started")
	assert.False(t, listens(inState(mainGoroutine, "IO wait"), "step"))
}
