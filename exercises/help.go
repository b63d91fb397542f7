package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"websocket-chat-steps/internal/exercises"
)

// hint shows the next hint for what the last check found.
func (c *command) hint(p *exercises.Progress, e exercises.Exercise) error {
	cause, failed := p.Failed[e.Name]
	if cause == exercises.CauseOrders { // there is no order to read
		fmt.Fprintln(c.out, c.words.unseen)
		return nil
	}
	cause, hints := e.Hints(c.lang, cause)
	switch {
	case failed:
	case p.Has(e):
		fmt.Fprintf(c.out, c.words.isSolved+"\n", e.Name, e.Number())
		return nil
	default:
		fmt.Fprintf(c.out, c.words.noCheck+"\n", e.Number())
	}
	if p.Shown(e, cause) == len(hints) {
		fmt.Fprintf(c.out, c.words.noMoreHints+"\n", e.Number())
	}
	shown := min(p.Shown(e, cause)+1, len(hints))
	fmt.Fprintf(c.out, "%d/%d: %s\n", shown, len(hints), hints[shown-1])
	return p.NoteHints(e, cause, shown)
}

// reset makes the exercise as it was in the beginning. What was there is kept.
func (c *command) reset(p *exercises.Progress, e exercises.Exercise) error {
	files, err := e.Start(exercises.Dir + "/" + e.Name)
	if err != nil {
		return err
	}
	chat := filepath.Join(c.root, exercises.Dir, e.Name, "chat")
	same := true
	entries, err := os.ReadDir(chat)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, entry := range entries {
		text, err := os.ReadFile(filepath.Join(chat, entry.Name()))
		want, ok := files[exercises.Dir+"/"+e.Name+"/chat/"+entry.Name()]
		same = same && err == nil && ok && string(text) == want
	}
	if !same {
		kept, err := c.keep(e, chat)
		if err != nil {
			return err
		}
		fmt.Fprintf(c.out, c.words.kept+"\n", kept)
	}
	if err := os.MkdirAll(chat, 0o755); err != nil {
		return err
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(c.root, filepath.FromSlash(name)), []byte(text), 0o644); err != nil {
			return err
		}
	}
	fmt.Fprintf(c.out, c.words.reset+"\n", e.Name)
	return p.Forget(e)
}

// keep moves a directory to where nothing is yet, and returns that path from the root.
func (c *command) keep(e exercises.Exercise, dir string) (string, error) {
	for n := 1; ; n++ {
		kept := fmt.Sprintf("%s/.kept/%s-%d", exercises.Dir, e.Name, n)
		to := filepath.Join(c.root, filepath.FromSlash(kept))
		if _, err := os.Lstat(to); err == nil {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return "", err
		}
		return kept, os.Rename(dir, to)
	}
}

// solution shows a right solution, if the reader wants it.
func (c *command) solution(e exercises.Exercise) error {
	all, err := e.Solutions(os.DirFS(c.root))
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(s exercises.Solution) bool { return !s.Right })
	if !c.ask(fmt.Sprintf(c.words.askSolution, e.Number())) {
		return nil
	}
	s := all[0]
	fmt.Fprintf(c.out, "%s\n", s.Why[c.lang])
	for _, edit := range s.Edits {
		fmt.Fprintf(c.out, "\n--- %s/%s/chat/%s\n", exercises.Dir, e.Name, edit.File)
		for _, side := range []struct{ sign, text string }{{"-", edit.Old}, {"+", edit.New}} {
			for line := range strings.Lines(strings.TrimRight(side.text, "\n")) {
				fmt.Fprintf(c.out, "%s %s\n", side.sign, strings.TrimSuffix(line, "\n"))
			}
		}
	}
	fmt.Fprintln(c.out)
	for _, s := range all[1:] {
		fmt.Fprintf(c.out, c.words.other+"\n", s.Why[c.lang])
	}
	return nil
}

// sayMissing says which files of the beginning are not there any more: perhaps nobody wanted
// that.
func (c *command) sayMissing(e exercises.Exercise) {
	files, err := e.Start(exercises.Dir + "/" + e.Name)
	if err != nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if _, err := os.Stat(filepath.Join(c.root, filepath.FromSlash(name))); errors.Is(err, fs.ErrNotExist) {
			fmt.Fprintf(c.out, c.words.missing+"\n", name, e.Number())
		}
	}
}

// open opens the exercise's files in the reader's editor.
func (c *command) open(ctx context.Context, e exercises.Exercise) error {
	dir := filepath.Join(c.root, exercises.Dir, e.Name)
	files, err := filepath.Glob(filepath.Join(dir, "chat", "*.go"))
	if err != nil {
		return err
	}
	words := strings.Fields(os.Getenv("EDITOR"))
	if len(words) == 0 {
		if _, err := exec.LookPath("code"); err != nil {
			return errors.New(c.words.noEditor)
		}
		words = []string{"code"}
	}
	cmd := exec.CommandContext(ctx, words[0], slices.Concat(words[1:], []string{filepath.Join(c.root, filepath.FromSlash(e.Readme(c.lang)))}, files)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	return cmd.Run()
}

// again is how often watch looks whether a file was saved.
const again = 200 * time.Millisecond

// watch judges the exercise now and after each change of its files, until it is solved or
// the reader stops it.
func (c *command) watch(ctx context.Context, p *exercises.Progress, e exercises.Exercise) error {
	look := time.NewTicker(again)
	defer look.Stop()
	judged, seen := "", ""
	for first := true; ; first = false {
		now, err := c.content(e)
		if err != nil {
			return err
		}
		settled := first || now == seen // an editor may not have written all of it yet
		seen = now
		if now == judged || !settled {
			select {
			case <-look.C:
			case <-ctx.Done():
				return nil
			}
			continue
		}
		judged = now
		fmt.Fprintf(c.out, "\n== %s\n", time.Now().Format(time.TimeOnly))
		solved, err := c.check(ctx, p, e, true)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil || solved {
			return err
		}
		if c.progress != nil { // else nobody is there to end it
			fmt.Fprintln(c.out, c.words.watching)
		}
	}
}

// content is the text of all files of the exercise.
func (c *command) content(e exercises.Exercise) (string, error) {
	var b strings.Builder
	files := os.DirFS(filepath.Join(c.root, exercises.Dir, e.Name))
	err := fs.WalkDir(files, "chat", func(name string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // an editor's, which is gone again, or chat itself, of which check says more
		}
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // an editor's, which is gone again
		}
		fmt.Fprintf(&b, "%s\n%s\n", name, text)
		return err
	})
	return b.String(), err
}
