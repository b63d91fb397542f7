package exercises

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"websocket-chat-steps/internal/exercises"
	"websocket-chat-steps/internal/steps"
)

// list is the file with the exercises, for programs.
const list = exercises.Dir + "/exercises.json"

// listed is an exercise in it. Paths are from the repository's root.
type listed struct {
	Number     int               `json:"number"`
	Name       string            `json:"name"`
	Grade      int               `json:"grade"`
	Title      map[string]string `json:"title"`  // by language
	Readme     map[string]string `json:"readme"` // by language
	Files      []string          `json:"files"`  // to change; more may be added beside them
	Properties []steps.Property  `json:"properties,omitempty"`
	Scenarios  []string          `json:"scenarios,omitempty"`
	Check      string            `json:"check"`
	Hint       string            `json:"hint"`
	Reset      string            `json:"reset"`
}

// generated are the files that follow from the starts and the table, by their paths.
func generated(repository fs.FS) (map[string]string, error) {
	files := make(map[string]string)
	var all []listed
	for _, e := range exercises.All {
		dir := exercises.Dir + "/" + e.Name
		start, err := e.Start(dir)
		if err != nil {
			return nil, err
		}
		l := listed{
			Number: e.Number(), Name: e.Name, Grade: e.Grade,
			Title: make(map[string]string), Readme: map[string]string{"en": dir + "/README.md", "ja": dir + "/README.ja.md"},
			Properties: e.Properties, Scenarios: e.Scenarios,
			Check: fmt.Sprintf("go run ./exercises check %d", e.Number()),
			Hint:  fmt.Sprintf("go run ./exercises hint %d", e.Number()),
			Reset: fmt.Sprintf("go run ./exercises reset %d", e.Number()),
		}
		for name, text := range start {
			files[name] = text
			l.Files = append(l.Files, name)
		}
		slices.Sort(l.Files)
		for lang, readme := range l.Readme {
			text, err := fs.ReadFile(repository, readme)
			if err != nil {
				return nil, fmt.Errorf("%w: write it like that of another exercise", err)
			}
			line, _, _ := strings.Cut(string(text), "\n")
			l.Title[lang] = strings.TrimPrefix(line, "# ")
		}
		all = append(all, l)
	}
	b, err := json.MarshalIndent(all, "", "  ")
	files[list] = string(b) + "\n"
	return files, err
}

// Check returns an error if an exercise is not as in the beginning, if there is a file too
// many, or if the list is not that of the table.
func Check(root string) error {
	want, err := generated(os.DirFS(root))
	if err != nil {
		return err
	}
	var problems []error
	for name, text := range want {
		got, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil || !bytes.Equal(got, []byte(text)) {
			problems = append(problems, fmt.Errorf("%s is not what is generated", name))
		}
	}
	there, err := filepath.Glob(filepath.Join(root, exercises.Dir, "*", "chat", "*"))
	if err != nil {
		return err
	}
	for _, file := range there {
		rel, err := filepath.Rel(root, file)
		if name := filepath.ToSlash(rel); err != nil || want[name] == "" {
			problems = append(problems, fmt.Errorf("%s belongs to no exercise in its beginning: delete it", name))
		}
	}
	for _, name := range []string{"AGENTS.md", list} {
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil || bytes.Contains(text, []byte(path.Base(exercises.SolutionsDir))) {
			problems = append(problems, fmt.Errorf("%s is not there, or names the place where solutions stand", name))
		}
	}
	return errors.Join(problems...)
}

// Write writes what is generated.
func Write(_ context.Context, root string, log io.Writer) error {
	files, err := generated(os.DirFS(root))
	if err != nil {
		return err
	}
	for name, text := range files {
		file := filepath.Join(root, filepath.FromSlash(name))
		if got, err := os.ReadFile(file); err == nil && string(got) == text {
			continue
		}
		fmt.Fprintln(log, name, "is changed")
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
