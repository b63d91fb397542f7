package exercises

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"strings"

	"websocket-chat-steps/internal/gocmd"
	"websocket-chat-steps/internal/judge/race"
)

// rooms has right and wrong rooms for the exercises in which the reader writes a test. They
// are in the form of Solutions. What a wrong one is caught by is the promise that it breaks.
//
//go:embed rooms
var rooms embed.FS

// Trial is what a reader's test did with one room.
type Trial struct {
	Solution // the room
	race.Result
}

// Crash is what the test said when it crashed or did not end, which shows nothing; else "".
func (t Trial) Crash() string {
	if t.Outcome == race.TooSlow {
		return t.Reason
	}
	return crashed.FindString(t.Output)
}

// OK tells whether the test said of the room what it should.
func (t Trial) OK() bool {
	if t.Right {
		return t.Outcome == race.Passed
	}
	return len(t.Races) > 0 || t.Outcome == race.Failed && t.Crash() == ""
}

// cause is that of a trial that is not as it should be.
func (t Trial) cause() string {
	switch {
	case t.Right:
		return CauseTest + " right"
	case t.Crash() != "":
		return CauseTest + " crash"
	}
	return CauseTest + " " + t.What
}

// Try runs the test that is in r with each room that the exercise is tried with, under the
// race detector. It stops at a right room that the test does not pass. All are built in one
// place, so that a test can't tell them apart by where they are.
func (j *Judges) Try(ctx context.Context, r Room) (v Verdict, err error) {
	v.Exercise = r.Exercise
	all, err := readSolutions(r.Exercise, rooms, "rooms/"+r.Name+".txt")
	if err != nil {
		return v, err
	}
	mine := make(gocmd.Overlay)
	for name, text := range j.overlay {
		if strings.HasPrefix(name, r.At+"/") {
			mine[name] = text
		}
	}
	for _, s := range all {
		_, files, err := s.Room()
		if err != nil {
			return v, err
		}
		laid := maps.Clone(mine)
		laid[path.Join(r.At, "chat", RoomFile)] = files[path.Join(Dir, s.Name, s.Title, "chat", RoomFile)]
		dir, err := os.MkdirTemp(j.temp, "tried")
		if err != nil {
			return v, err
		}
		flag, err := laid.Flag(dir, j.root)
		if err != nil {
			return v, err
		}
		file := filepath.Join(dir, "tried.test.exe")
		out, err := gocmd.Command(ctx, j.root, nil, "go", "test", "-c", "-race", "-vet=off", "-ldflags=-s -w", "-o", file, flag, "./"+r.At+"/chat").CombinedOutput()
		if err != nil {
			if ctx.Err() != nil {
				return v, context.Cause(ctx)
			}
			if missing := race.Missing(ctx); missing != "" {
				return v, fmt.Errorf("this exercise needs the race detector: %s", missing)
			}
			return v, NotBuilt(bytes.TrimSpace(out))
		}
		limited, stop := context.WithTimeout(ctx, limit)
		t := Trial{s, race.RunBuilt(limited, j.root, file, nil)}
		stop()
		if ctx.Err() != nil {
			return v, context.Cause(ctx)
		}
		v.Trials = append(v.Trials, t)
		if t.Right && !t.OK() {
			return v, nil
		}
	}
	return v, nil
}

// RoomFile is the file that the rooms stand in for.
const RoomFile = "room.go"

// Missed are the trials that are not as they should be.
func (v Verdict) Missed() (all []Trial) {
	for _, t := range v.Trials {
		if !t.OK() {
			all = append(all, t)
		}
	}
	return all
}
