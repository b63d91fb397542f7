package exercises

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"websocket-chat-steps/internal/gocmd"
	"websocket-chat-steps/internal/judge/race"
)

// AnswerFile is the file of an exercise with a race report, in its package, that the reader
// fills in. All else is taken from the start: then the report's lines are those of the start.
const AnswerFile = "answer.go"

// Reply is one constant of the answer file that is not as the report says.
type Reply struct {
	Name  string // of the constant
	Given string
	Kind  string // in what it is wrong: a key of the words for it
}

// In what a Reply is wrong.
const (
	ReplyEmpty    = "empty"
	ReplyOther    = "other side"  // the report names the line, and it has the other access
	ReplyNotNamed = "not named"   // no line of the two accesses
	ReplyOneLine  = "one line"    // the name is on one of the two lines only
	ReplyNowhere  = "nowhere"     // the name is on neither line
	ReplyOrdered  = "not ordered" // something that orders other accesses
)

// tries is how often the race detector is run until it reports something. Once is enough,
// unless a machine is so busy that the goroutines come one after the other.
const tries = 5

// Report makes a race report of the exercise, and compares the reader's answers with it.
func (j *Judges) Report(ctx context.Context, r Room) (v Verdict, err error) {
	v.Exercise = r.Exercise
	for range tries {
		if v.Race, err = j.Race(ctx, r); err != nil {
			return v, err
		}
		if v.Race.Outcome == race.NoRaceDetector {
			return v, fmt.Errorf("this exercise needs the race detector: %s", v.Race.Reason)
		}
		if len(v.Race.Races) > 0 {
			v.Replies, err = j.replies(r, v.Race.Races[0])
			return v, err
		}
	}
	return v, fmt.Errorf("the race detector has reported nothing in %d runs; run it again when the machine is less busy: %s", tries, v.Race.Reason)
}

// replies are the reader's answers that are wrong.
func (j *Judges) replies(r Room, report race.Race) (wrong []Reply, err error) {
	given, err := j.given(r)
	if err != nil {
		return nil, err
	}
	at := make(map[string]string) // by access, "Read" or "Write": file and line
	var fields []map[string]bool  // on the line of each side
	for _, s := range report.Sides {
		access := strings.TrimPrefix(s.Access, "Previous ")
		access = strings.ToUpper(access[:1]) + access[1:]
		at[access] = fmt.Sprintf("%s:%d", filepath.Base(s.File), s.Line)
		on, err := j.fieldsOn(r, s)
		if err != nil {
			return nil, err
		}
		fields = append(fields, on)
	}
	if len(at) != 2 {
		return nil, fmt.Errorf("the report has no read and write: %s", report.Text)
	}
	for _, q := range []struct{ name, right, other string }{
		{"Variable", "", ""}, {"WriteAt", at["Write"], at["Read"]}, {"ReadAt", at["Read"], at["Write"]}, {"OrderedBy", "nothing", ""},
	} {
		answer := strings.TrimSpace(given[q.name])
		kind := ""
		switch q.name {
		case "Variable":
			field := answer[strings.LastIndex(answer, ".")+1:]
			switch {
			case fields[0][field] && fields[1][field]:
			case fields[0][field] || fields[1][field]:
				kind = ReplyOneLine
			default:
				kind = ReplyNowhere
			}
		case "OrderedBy":
			if word := strings.ToLower(answer); word != q.right && word != "なし" {
				kind = ReplyOrdered // else there would be no report
			}
		default:
			switch path.Base(answer) {
			case q.right:
			case q.other:
				kind = ReplyOther
			default:
				kind = ReplyNotNamed
			}
		}
		if answer == "" {
			kind = ReplyEmpty
		}
		if kind != "" {
			wrong = append(wrong, Reply{q.name, answer, kind})
		}
	}
	return wrong, nil
}

// given are the constants of the reader's answer file that are plain strings. It compiles.
func (j *Judges) given(r Room) (map[string]string, error) {
	file, err := j.parse(r, AnswerFile, token.NewFileSet())
	if err != nil {
		return nil, err
	}
	given := make(map[string]string)
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		for i, name := range spec.Names {
			if i < len(spec.Values) {
				if text, ok := spec.Values[i].(*ast.BasicLit); ok && text.Kind == token.STRING {
					given[name.Name], err = strconv.Unquote(text.Value)
				}
			}
		}
		return true
	})
	return given, err
}

// fieldsOn are the names behind a dot on the line of one side of a race. Those of functions of
// other packages are among them, and do no harm: the other line does not have them.
func (j *Judges) fieldsOn(r Room, s race.Side) (map[string]bool, error) {
	files := token.NewFileSet()
	file, err := j.parse(r, filepath.Base(s.File), files)
	if err != nil {
		return nil, err
	}
	on := make(map[string]bool)
	ast.Inspect(file, func(n ast.Node) bool {
		if x, ok := n.(*ast.SelectorExpr); ok && files.Position(x.Sel.Pos()).Line == s.Line {
			on[x.Sel.Name] = true
		}
		return true
	})
	return on, nil
}

// withStarts is the overlay with the starts of rooms that are judged by a report.
func withStarts(overlay gocmd.Overlay, rooms []Room) (gocmd.Overlay, error) {
	all := maps.Clone(overlay)
	for _, r := range rooms {
		if !r.Report {
			continue
		}
		files, err := r.Start(r.At)
		if err != nil {
			return nil, err
		}
		delete(files, path.Join(r.At, "chat", AnswerFile))
		if all == nil {
			all = make(gocmd.Overlay)
		}
		maps.Copy(all, files)
	}
	return all, nil
}

// parse reads a file of the room, as it is built.
func (j *Judges) parse(r Room, name string, files *token.FileSet) (*ast.File, error) {
	name = path.Join(r.At, "chat", name)
	var text any = j.overlay[name]
	if text == "" {
		b, err := os.ReadFile(filepath.Join(j.root, filepath.FromSlash(name)))
		if err != nil {
			return nil, errors.Join(err, errors.New("reset gives it back"))
		}
		text = b
	}
	return parser.ParseFile(files, name, text, parser.ParseComments)
}
