// Package room plays a step's chat room in package schedule: over x/net/websocket and
// net/http as they are, on connections in memory, with browsers that act as a
// scenario says. It looks at the room from outside.
package room

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"strings"

	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/schedule"
)

// Server is how a step's server is started.
type Server struct {
	Path string // of its WebSocket

	// New makes a server. It returns the function of its goroutine, and what serves
	// the WebSocket; nil if that is on the default mux when the goroutine runs.
	New func() (loop func(), handler http.Handler)
}

// Room is one room in one run.
type Room struct {
	run      *schedule.Run
	words    map[string]string
	path     string
	conns    chan net.Conn
	browsers []*browser
	home     schedule.Site // where the server's goroutine waits for something to do
}

// ServerGoroutine is the name of the server's goroutine.
const ServerGoroutine = "server"

// program plays a scenario in a room of the server. It calls seen with the room of each run.
func program(s Server, scenario Scenario, words map[string]string, seen func(*Room)) schedule.Program {
	return func(run *schedule.Run) func() string {
		r := &Room{run: run, words: words, path: s.Path, conns: make(chan net.Conn)}
		seen(r)
		log.SetOutput(io.Discard)
		http.DefaultServeMux = http.NewServeMux() // 01-original registers there
		loop, handler := s.New()
		if handler != nil {
			http.Handle(s.Path, handler)
		}
		run.Go(ServerGoroutine, loop)
		web := &http.Server{
			ErrorLog: log.New(io.Discard, "", 0),
			Handler: http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
				run.Adopt(request.RemoteAddr, func() { http.DefaultServeMux.ServeHTTP(w, request) })
			}),
		}
		go web.Serve(listener{r.conns})
		run.AtEnd(func() {
			close(r.conns)
			for _, b := range r.browsers {
				b.conn.Close()
			}
		})
		run.Quiet()
		r.home, _ = r.at(ServerGoroutine)
		judge := scenario.play(r)
		return func() string {
			if at, there := r.at(ServerGoroutine); !there {
				return r.say("the server's goroutine has ended")
			} else if at != r.home {
				return r.say("the room is frozen: its goroutine waits at %v", at)
			}
			return judge()
		}
	}
}

// say says what is wrong, in the language that was asked for.
func (r *Room) say(format string, args ...any) string {
	return fmt.Sprintf(cmp.Or(r.words[format], format), args...)
}

// at is where a goroutine waits.
func (r *Room) at(name string) (schedule.Site, bool) {
	for _, w := range r.run.Waiting() {
		if w.Name == name {
			return w.At, true
		}
	}
	return schedule.Site{}, false
}

// browser is one client, outside.
type browser struct {
	room *Room
	name string
	conn *conn
}

// browser brings in a browser that has yet to connect.
func (r *Room) browser(name string) *browser {
	b := &browser{r, name, newConn(r, name)}
	r.browsers = append(r.browsers, b)
	return b
}

// joined brings in a browser that is in the room before the order begins.
func (r *Room) joined(name string) *browser {
	b := r.browser(name)
	b.now(b.connects())
	return b
}

// acts has the browser do this, one after the other, each at any time.
func (b *browser) acts(acts ...schedule.Act) { b.room.run.Actor(b.name, acts...) }

// now has the browser do this before or after the order that is played.
func (b *browser) now(act schedule.Act) {
	act.Do()
	b.room.run.Quiet()
}

func (b *browser) connects() schedule.Act {
	return schedule.Act{Does: "connects", Do: func() {
		b.conn.in = []byte("GET " + b.room.path + " HTTP/1.1\r\nHost: room\r\nOrigin: http://" + b.name + "\r\nUpgrade: websocket\r\n" +
			"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: bm90IHJhbmRvbSBhdCBhbA==\r\n\r\n")
		b.room.conns <- b.conn
	}}
}

func (b *browser) says(body string) schedule.Act {
	return schedule.Act{Does: fmt.Sprintf("says %q", body), Do: func() {
		b.conn.touchIn()
		b.conn.change(func() { b.conn.in = judge.AppendMessage(b.conn.in, judge.Message{Author: b.name, Body: body}) })
	}}
}

func (b *browser) sends(text string) schedule.Act {
	return schedule.Act{Does: fmt.Sprintf("sends %q", text), Do: func() {
		b.conn.touchIn()
		b.conn.change(func() { b.conn.in = judge.AppendFrame(b.conn.in, judge.Text, []byte(text)) })
	}}
}

func (b *browser) leaves() schedule.Act { return schedule.Act{Does: "leaves", Do: b.conn.leave} }

// goodbye is what is heard last where the server says so.
const goodbye = "goodbye"

// heard is what the browser heard from all, itself too, as in "a:1".
func (b *browser) heard() []string {
	var all []string
	r := bufio.NewReader(bytes.NewReader(b.conn.out))
	if response, err := http.ReadResponse(r, nil); err != nil || response.StatusCode != http.StatusSwitchingProtocols {
		return []string{fmt.Sprintf("no handshake (%v)", err)}
	}
	for {
		f, err := judge.ReadFrame(r)
		if err == io.EOF {
			return all
		}
		if err != nil {
			return append(all, err.Error())
		}
		switch f.Opcode {
		case judge.Closing:
			if all = append(all, goodbye); r.Buffered() == 0 {
				return all
			}
		case judge.Text:
			var m judge.Message
			if err := json.Unmarshal(f.Payload, &m); err != nil {
				return append(all, err.Error())
			}
			all = append(all, m.Author+":"+m.Body)
		}
	}
}

// hear wants the browsers to hear each of the messages once, in any order.
func hear(messages []string, browsers ...*browser) string {
	for _, b := range browsers {
		heard := b.heard()
		for _, m := range messages {
			n := 0
			for _, h := range heard {
				if h == m {
					n++
				}
			}
			author, body, _ := strings.Cut(m, ":")
			switch {
			case n == 0:
				return b.room.say("%s never hears what %s says: %q", b.name, author, body)
			case n > 1:
				return b.room.say("%s hears %d times what %s says: %q", b.name, n, author, body)
			}
		}
		if len(heard) != len(messages) {
			return b.room.say("%s hears %q, and was to hear %q", b.name, heard, messages)
		}
	}
	return ""
}

// left tells what is left behind of browsers that have gone: goroutines that are neither
// the server's own, nor older than all browsers, nor one of those that serve who stays.
func (r *Room) left(stays ...*browser) string {
	var all []string
	for _, w := range r.run.Waiting() {
		family, _, _ := strings.Cut(w.Name, ".")
		if w.Name == ServerGoroutine || family == schedule.Beginning || slices.ContainsFunc(stays, func(b *browser) bool { return b.name == family }) {
			continue
		}
		all = append(all, r.say("%s, which waits at %v", w.Name, w.At))
	}
	if len(all) > 0 {
		return r.say("goroutines are left: %s", strings.Join(all, r.say("; ")))
	}
	for _, b := range r.browsers {
		if !b.conn.closed && !slices.Contains(stays, b) {
			return r.say("the socket of %s is left open", b.name)
		}
	}
	return ""
}
