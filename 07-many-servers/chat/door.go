package chat

import (
	"expvar"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// Config is what an operator decides.
type Config struct {
	Origins    []string      // of pages that may join besides the server's own, as "https://chat.example"
	Idle       time.Duration // how long a client may send nothing, not even an answer to a ping
	MaxMessage int           // bytes of a message's JSON, at most: LongestMessage or less
	MaxClients int           // in the room at the same time
	Rate       rate.Limit    // bytes that a client may send in a second, and twice as many at once
}

// LongestMessage still fits into an empty mailbox when it is sent. A frame may be six times as
// long as what was read (see Message.frame).
const LongestMessage = (mailboxBytes - 10) / 6

// Defaults suit a room of people who type: each may send 50 short messages in a second.
var Defaults = Config{Idle: time.Minute, MaxMessage: 64 << 10, MaxClients: 1000, Rate: 256 << 10}

// Counts are of all rooms of the process: clients that are there, messages so far, clients
// that were dropped because they read too slowly, and requests that were refused, by the
// reason. Any goroutine may read them.
var Counts = new(expvar.Map)

// Guard serves next to strangers who name this server. A page whose own name was made to
// lead here ("DNS rebinding") sends that name as its Host and as its Origin, so it is not
// enough to compare these two. A request without an Origin may pass. It is no browser's,
// and whoever writes a program can write any Origin, too.
func (s *Server) Guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origins := s.origins(r)
		if !slices.ContainsFunc(origins, func(o string) bool { return strings.HasSuffix(o, "://"+strings.ToLower(r.Host)) }) {
			s.refuse(w, r, "host", http.StatusMisdirectedRequest, fmt.Sprintf("this server is not called %q; tell it its name by -origin", r.Host))
			return
		}
		if from := r.Header.Values("Origin"); slices.ContainsFunc(from, func(o string) bool { return !slices.Contains(origins, strings.ToLower(o)) }) {
			s.refuse(w, r, "origin", http.StatusForbidden, fmt.Sprintf("pages of %q may not join; let them by -origin", from))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// origins are those of the pages that may join: the server's own, by the address that the
// request came to or by a name of this machine, and those of the Config.
func (s *Server) origins(r *http.Request) []string {
	all := slices.Clone(s.config.Origins)
	if at, err := netip.ParseAddrPort(fmt.Sprint(r.Context().Value(http.LocalAddrContextKey))); err == nil {
		for _, name := range []string{"localhost", "127.0.0.1", "::1", at.Addr().Unmap().String()} {
			own := "http://" + net.JoinHostPort(name, fmt.Sprint(at.Port()))
			all = append(all, strings.TrimSuffix(own, ":80")) // browsers leave it out, too
		}
	}
	return all
}

// resumes reads what a client that comes back says in its request: "after", the id of the
// last message that it has heard, and "room", where it has heard it. If it is no number, or
// of another room, resumes refuses the request, and ok is false.
func (s *Server) resumes(w http.ResponseWriter, r *http.Request) (comesBack bool, after uint64, ok bool) {
	query := r.URL.Query()
	if room := query.Get("room"); room != "" && room != s.stream.Room {
		s.refuse(w, r, "room", http.StatusGone, "that room is gone; begin anew, without after and room")
		return false, 0, false
	}
	if !query.Has("after") {
		return false, 0, true
	}
	after, err := strconv.ParseUint(query.Get("after"), 10, 63)
	if err != nil {
		s.refuse(w, r, "after", http.StatusBadRequest, fmt.Sprintf("after is the id of a message, as in ?after=57, and not %q", query.Get("after")))
		return false, 0, false
	}
	return true, after, true
}

// refuse answers with the status and the text.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, why string, status int, text string) {
	Counts.Add("refused "+why, 1)
	if why != "full" || !s.full.Swap(true) { // that the room is full is said once, not to each
		s.some.Do(func() { slog.Warn("refused", "why", why, "address", r.RemoteAddr) })
	}
	http.Error(w, text, status)
}

// Shutdown tells every client 1001, behind all that waits for it, and returns when all have
// left or their time to leave is over. (One that was dropped before may still be there.) Then it ends Start. From now on nobody comes in. Any
// goroutine but the server's own may call it, once.
func (s *Server) Shutdown() {
	s.leave()
	s.inside.Add(math.MaxInt32) // so there is no place for one more
	s.doneCh <- true
	for end := time.Now().Add(hurry + hurry/8); s.inside.Load() > math.MaxInt32 && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond) // only now does anybody wait for them, so nobody tells
	}
	s.doneCh <- true
}
