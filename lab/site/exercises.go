package site

import (
	"bufio"
	"context"
	"net/http"
	"os/exec"
	"reflect"
	"slices"
	"strconv"
	"time"

	"websocket-chat-steps/internal/exercises"
	"websocket-chat-steps/internal/gocmd"
)

// listed is an exercise in the list.
type listed struct {
	Number int      `json:"number"`
	Grade  int      `json:"grade"`
	Title  string   `json:"title"`
	Wanted []string `json:"wanted"` // paragraphs of Markdown
	Chat   string   `json:"chat"`   // the directory of what is to be mended
	State  string   `json:"state"`  // "solved"; "tried" where the last check found something; else ""
}

// again is how often the list is looked at.
const again = 300 * time.Millisecond

// exercises writes the list of the exercises, anew each time it changes, until the tab
// goes. It may be solved here or in a terminal.
func (s *Site) exercises(w http.ResponseWriter, r *http.Request) {
	language := r.PathValue("language")
	look := time.NewTicker(again)
	defer look.Stop()
	stream(w, func(line func(any) bool) {
		for before := []listed(nil); r.Context().Err() == nil && s.ctx.Err() == nil; <-look.C {
			now, err := s.listed(language)
			if err != nil {
				line(map[string]string{"error": err.Error()})
				return
			}
			if !reflect.DeepEqual(now, before) && !line(map[string][]listed{"list": now}) {
				return
			}
			before = now
		}
	})
}

func (s *Site) listed(language string) (all []listed, err error) {
	p, err := exercises.ReadProgress(s.root)
	if err != nil {
		return nil, err
	}
	for _, e := range exercises.All {
		l := listed{Number: e.Number(), Grade: e.Grade, Chat: exercises.Dir + "/" + e.Name + "/chat"}
		if l.Title, l.Wanted, err = e.Page(s.root, language); err != nil {
			return nil, err
		}
		if _, failed := p.Failed[e.Name]; failed {
			l.State = "tried"
		}
		if p.Has(e) {
			l.State = "solved"
		}
		all = append(all, l)
	}
	return all, nil
}

// judge judges an exercise now and each time it is saved, and writes what the judge says,
// until the exercise is solved or the tab goes.
func (s *Site) judge(w http.ResponseWriter, r *http.Request) {
	e, err := exercises.Of(r.PathValue("number"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(s.ctx, cancel)()
	cmd := gocmd.Command(ctx, s.root, nil, "go", "run", "./exercises", "-lang", r.PathValue("language"), "watch", strconv.Itoa(e.Number()))
	stream(w, func(line func(any) bool) {
		if err := each(cmd, func(text string) { line(map[string]string{"output": text}) }); err != nil && ctx.Err() == nil {
			line(map[string]string{"error": err.Error()})
		}
	})
}

// each runs a command, and calls line with each line that it prints.
func each(cmd *exec.Cmd, line func(string)) error {
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		return err
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		line(lines.Text() + "\n")
	}
	return cmd.Wait()
}

// inLanguage lets in only requests whose {language} the lab has.
func inLanguage(f http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !slices.Contains([]string{"en", "ja"}, r.PathValue("language")) {
			http.Error(w, "no such language", http.StatusNotFound)
			return
		}
		f(w, r)
	}
}
