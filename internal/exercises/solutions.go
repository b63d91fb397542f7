package exercises

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"

	"websocket-chat-steps/internal/gocmd"
)

// Solution is a right or a wrong solution of an exercise: changes of its start.
type Solution struct {
	Exercise
	Title string // as in "mutex"
	Right bool

	// Of a wrong one: which judge must catch it, and what of that judge. With Clean the race
	// detector must report nothing.
	By, What string
	Bad, All int // of orders: so many of so many
	Clean    bool

	Why   map[string]string // by language: what kind it is, or why it is wrong
	Edits []Edit
}

// The judges that catch a wrong solution, as By.
const (
	ByOrders   = CauseOrders // What is the scenario
	ByRace     = CauseRace
	ByProperty = CauseProperty // What is its name
	ByTest     = CauseTest     // What is as in Verdict.Cause
	ByAnswer   = CauseAnswer   // What is the name of the first answer that is wrong
	ByCrash    = CauseCrash    // the program crashes, or a request panics
	ByAsks     = CauseAsks     // the room asks who runs it; What is not used
)

// Edit puts New in the place of Old, which is once in the file. Without Old, New is a whole
// file. The last newline of both does not count.
type Edit struct{ File, Old, New string }

// SolutionsDir is where the solutions stand, from the repository's root.
const SolutionsDir = "tools/exercises/solutions"

var heading = regexp.MustCompile(`^# (?:(right) ([\w-]+)|(wrong) ([\w-]+) by (orders|race|property|crash|asks|answer|test)(?: ([\w-]+))?(?: (\d+)/(\d+))?(, clean)?)$`)

// Solutions reads those of the exercise. They are in a text file. A line such as
//
//	# right mutex
//	# wrong unlocked by race
//	# wrong add-load by orders two-join 8/12, clean
//
// begins one. The next line says in English what kind it is, or why it is wrong, and the one
// behind it in Japanese. Behind "@ FILE" is text of a file, behind "=" what comes in its
// place, and behind "+ FILE" a whole new file.
func (e Exercise) Solutions(repository fs.FS) ([]Solution, error) {
	return readSolutions(e, repository, SolutionsDir+"/"+e.Name+".txt")
}

func readSolutions(e Exercise, repository fs.FS, name string) ([]Solution, error) {
	b, err := fs.ReadFile(repository, name)
	if err != nil {
		return nil, err
	}
	var all []Solution
	var text *string // where the next line goes
	said := 0        // lines of Why
	for i, line := range strings.SplitAfter(strings.ReplaceAll(string(b), "\r\n", "\n"), "\n") {
		bare := strings.TrimSuffix(line, "\n")
		file := strings.TrimLeft(bare, "@+ ")
		last := len(all) - 1
		switch {
		case strings.HasPrefix(line, "# "):
			m := heading.FindStringSubmatch(bare)
			if m == nil {
				return nil, fmt.Errorf("%s:%d: %q begins no solution", name, i+1, bare)
			}
			all = append(all, Solution{Exercise: e, Title: m[2] + m[4], Right: m[1] != "", By: m[5], What: m[6], Clean: m[9] != "", Why: make(map[string]string)})
			all[len(all)-1].Bad, _ = strconv.Atoi(m[7]) // digits, or nothing
			all[len(all)-1].All, _ = strconv.Atoi(m[8])
			text, said = nil, 0
		case last >= 0 && said < 2:
			all[last].Why[[]string{"en", "ja"}[said]] = bare
			said++
		case last >= 0 && strings.HasPrefix(line, "@ "):
			all[last].Edits = append(all[last].Edits, Edit{File: file})
			text = &all[last].Edits[len(all[last].Edits)-1].Old
		case last >= 0 && strings.HasPrefix(line, "+ "):
			all[last].Edits = append(all[last].Edits, Edit{File: file})
			text = &all[last].Edits[len(all[last].Edits)-1].New
		case text != nil && bare == "=":
			text = &all[last].Edits[len(all[last].Edits)-1].New
		case text != nil:
			*text += line
		case strings.TrimSpace(line) != "":
			return nil, fmt.Errorf("%s:%d: %q belongs to nothing", name, i+1, bare)
		}
	}
	return all, nil
}

// Room is the solution as a room, with the files that make it one. They are only in the
// overlay.
func (s Solution) Room() (Room, gocmd.Overlay, error) {
	r := Room{s.Exercise, path.Join(Dir, s.Name, s.Title)}
	files, err := s.Start(r.At)
	if err != nil {
		return r, nil, err
	}
	for _, edit := range s.Edits {
		name := path.Join(r.At, "chat", edit.File)
		if edit.Old == "" {
			files[name] = edit.New
			continue
		}
		old, text := strings.TrimSuffix(edit.Old, "\n"), strings.TrimRight(edit.New, "\n")
		if n := strings.Count(files[name], old); n != 1 {
			return r, nil, fmt.Errorf("%s, %s: this is %d times in %s:\n%s", s.Name, s.Title, n, edit.File, old)
		}
		files[name] = strings.Replace(files[name], old, text, 1)
	}
	return r, files, nil
}
