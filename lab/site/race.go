package site

import (
	"context"
	"net/http"
	"time"

	"websocket-chat-steps/lab/racing"
)

// raceLimit is how long go test -race may take. The first time it builds much.
const raceLimit = 15 * time.Minute

// race runs the step's tests with the race detector, and writes what they print, and then the
// result. It ends when the tab goes.
func (s *Site) race(w http.ResponseWriter, r *http.Request, st *stage) {
	ctx, cancel := context.WithTimeout(r.Context(), raceLimit)
	defer cancel()
	defer context.AfterFunc(s.ctx, cancel)()
	stream(w, func(line func(any) bool) {
		if !s.racing.TryLock() {
			line(map[string]bool{"busy": true})
			return
		}
		defer s.racing.Unlock()
		line(map[string]string{"command": st.step.Test("-race")})
		result := racing.Run(ctx, s.root, st.step, r.PathValue("language"), func(text string) { line(map[string]string{"output": text}) })
		line(map[string]racing.Result{"result": result})
	})
}
