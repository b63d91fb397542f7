package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"websocket-chat-steps/internal/exercises"
)

// progress is how far somebody has come. It is kept in a file that git ignores.
type progress struct {
	Solved []string          // names of exercises
	Failed map[string]string // by name: what the last check found, as Verdict.Cause
	Hints  map[string]int    // by name and cause: how many were shown

	file string
}

func (c *command) readProgress() (*progress, error) {
	p := &progress{file: filepath.Join(c.root, exercises.Dir, ".progress.json")}
	b, err := os.ReadFile(p.file)
	if err == nil {
		if err = json.Unmarshal(b, p); err != nil {
			return nil, fmt.Errorf("%s can't be read (%w): delete it; then nothing counts as solved", p.file, err)
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if p.Failed == nil {
		p.Failed = make(map[string]string)
	}
	if p.Hints == nil {
		p.Hints = make(map[string]int)
	}
	return p, nil
}

func (p *progress) solved(e exercises.Exercise) bool { return slices.Contains(p.Solved, e.Name) }

// next is the first exercise that is not solved.
func (p *progress) next() (exercises.Exercise, bool) {
	for _, e := range exercises.All {
		if !p.solved(e) {
			return e, true
		}
	}
	return exercises.Exercise{}, false
}

// write keeps what a check has found. An exercise that was solved once stays so until it
// is reset.
func (p *progress) write(e exercises.Exercise, solved bool, cause string) error {
	if p.Failed[e.Name] = cause; cause == "" {
		delete(p.Failed, e.Name)
	}
	if solved && !p.solved(e) {
		p.Solved = append(p.Solved, e.Name)
	}
	return p.save()
}

// forget forgets all about an exercise.
func (p *progress) forget(e exercises.Exercise) error {
	p.Solved = slices.DeleteFunc(p.Solved, func(name string) bool { return name == e.Name })
	delete(p.Failed, e.Name)
	for _, cause := range e.Causes() {
		delete(p.Hints, e.Name+" "+cause)
	}
	return p.save()
}

func (p *progress) save() error {
	b, err := json.MarshalIndent(p, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(p.file, append(b, '\n'), 0o644)
}
