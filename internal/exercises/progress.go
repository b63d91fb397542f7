package exercises

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Progress is how far somebody has come. It is kept in a file that git ignores. Only one
// goroutine may use it; other processes may change the file meanwhile.
type Progress struct {
	Solved []string          // names of exercises
	Failed map[string]string // by name: what the last check found, as Verdict.Cause
	Hints  map[string]int    // by name and cause: how many were shown

	file string
}

// ReadProgress reads how far somebody has come in the repository at root.
func ReadProgress(root string) (*Progress, error) {
	p := &Progress{file: filepath.Join(root, Dir, ".progress.json")}
	return p, p.read()
}

func (p *Progress) read() error {
	now := Progress{Failed: make(map[string]string), Hints: make(map[string]int), file: p.file}
	b, err := os.ReadFile(p.file)
	if err == nil {
		if err = json.Unmarshal(b, &now); err != nil {
			return fmt.Errorf("%s can't be read (%w): delete it; then nothing counts as solved", p.file, err)
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	*p = now
	return nil
}

// Has tells whether an exercise is solved. One that was solved once stays so until it is
// forgotten.
func (p *Progress) Has(e Exercise) bool { return slices.Contains(p.Solved, e.Name) }

// Next is the first exercise that is not solved, if there is one.
func (p *Progress) Next() (Exercise, bool) {
	for _, e := range All {
		if !p.Has(e) {
			return e, true
		}
	}
	return Exercise{}, false
}

// Note keeps what a check has found.
func (p *Progress) Note(v Verdict) error { return p.note(v.Exercise, v.Solved(), v.Cause()) }

// NoteNotBuilt keeps that a check could not build an exercise.
func (p *Progress) NoteNotBuilt(e Exercise) error { return p.note(e, false, CauseBuild) }

func (p *Progress) note(e Exercise, solved bool, cause string) error {
	return p.change(func() {
		if p.Failed[e.Name] = cause; cause == "" {
			delete(p.Failed, e.Name)
		}
		if solved && !p.Has(e) {
			p.Solved = append(p.Solved, e.Name)
		}
	})
}

// Forget forgets all about an exercise.
func (p *Progress) Forget(e Exercise) error {
	return p.change(func() {
		p.Solved = slices.DeleteFunc(p.Solved, func(name string) bool { return name == e.Name })
		delete(p.Failed, e.Name)
		for _, cause := range e.Causes() {
			delete(p.Hints, e.Name+" "+cause)
		}
	})
}

// NoteHints keeps how many of the hints for a cause were shown.
func (p *Progress) NoteHints(e Exercise, cause string, shown int) error {
	return p.change(func() { p.Hints[e.Name+" "+cause] = shown })
}

// Shown is how many of the hints for a cause were shown.
func (p *Progress) Shown(e Exercise, cause string) int { return p.Hints[e.Name+" "+cause] }

// change changes what the file has now, since another command may have changed it. The file
// is replaced as a whole: nobody reads the half of it.
func (p *Progress) change(do func()) error {
	if err := p.read(); err != nil {
		return err
	}
	do()
	b, err := json.MarshalIndent(p, "", "\t")
	if err != nil {
		return err
	}
	temp := p.file + ".new"
	if err := os.WriteFile(temp, append(b, '\n'), 0o644); err != nil {
		return err
	}
	return os.Rename(temp, p.file)
}
