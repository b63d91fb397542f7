package race

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Race is one report of the race detector.
type Race struct {
	Sides [2]Side
	Text  string // the report itself
}

// Side is one of the two accesses of a race. Its place is the innermost call that is in
// the module's own source. The place is empty if the detector has lost the stack, or if
// no call is in the module.
type Side struct {
	Access   string // "Read", "Write", "Previous read", "Previous write"
	Function string // without the package: "NewClient", "(*Server).Listen"
	File     string
	Line     int
}

// Place is some lines of one function.
type Place struct {
	File     string
	Function string
	Lines    []int
}

// Within tells whether both sides of the race are at the place.
func (r Race) Within(p Place) bool { return r.Between(p, p) }

// Between tells whether one side of the race is at p and the other at q.
func (r Race) Between(p, q Place) bool {
	one, other := r.Sides[0], r.Sides[1]
	return one.at(p) && other.at(q) || one.at(q) && other.at(p)
}

func (s Side) at(p Place) bool {
	return s.File == p.File && s.Function == p.Function && slices.Contains(p.Lines, s.Line)
}

// Uses returns the place of each use of the variable in the function, in the order of
// the source. The function is declared in the file, and is no method.
func Uses(file, function, variable string) (Place, error) {
	place := Place{File: file, Function: function}
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, file, nil, parser.SkipObjectResolution)
	if err != nil {
		return place, err
	}
	for _, decl := range tree.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || fn.Recv != nil || fn.Name.Name != function || fn.Body == nil {
			continue
		}
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && id.Name == variable {
				place.Lines = append(place.Lines, fset.Position(id.Pos()).Line)
			}
			return true
		})
	}
	if len(place.Lines) == 0 {
		return place, fmt.Errorf("%s: there is no function %s that uses %s; was one of them renamed?", file, function, variable)
	}
	return place, nil
}

const bar = "==================\n"

var (
	found  = regexp.MustCompile(`(?m)^Found \d+ data race\(s\)\n`)
	access = regexp.MustCompile(`^(Read|Write|Previous read|Previous write) at 0x[0-9a-f]+ by .*:\n`)
	frame  = regexp.MustCompile(`^  (\S.*)\(\)\n      (.+):(\d+) \+0x[0-9a-f]+\n`)
)

// parseReports reads what the detector wrote. All of it must be reports, except for the
// lines that count them.
func parseReports(text, root string) ([]Race, error) {
	var races []Race
	text = found.ReplaceAllString(text, "")
	for text != "" {
		body, ok := strings.CutPrefix(text, bar)
		body, rest, closed := strings.Cut(body, bar)
		if !ok || !closed {
			return races, fmt.Errorf("the race detector wrote something that is no report: %q", text)
		}
		race, err := parseReport(body, root)
		if err != nil {
			return races, err
		}
		races, text = append(races, race), rest
	}
	return races, nil
}

func parseReport(body, root string) (Race, error) {
	race := Race{Text: body}
	sides := strings.TrimPrefix(body, "WARNING: DATA RACE\n")
	// After the sides the report says where their goroutines were created.
	sections := strings.Split(sides, "\n\n")
	if len(sections) < 2 {
		return race, fmt.Errorf("the race detector's report is no race between two sides: %q", body)
	}
	for i := range race.Sides {
		section := sections[i] + "\n"
		head := access.FindStringSubmatch(section)
		if head == nil {
			return race, fmt.Errorf("the race detector's report has no side %d: %q", i+1, body)
		}
		race.Sides[i] = parseSide(head[1], section[len(head[0]):], root)
	}
	return race, nil
}

// parseSide looks for the innermost call in the module. It stops at a line that it
// can't read.
func parseSide(access, stack, root string) Side {
	for {
		call := frame.FindStringSubmatch(stack)
		if call == nil {
			return Side{Access: access}
		}
		if file := filepath.Clean(call[2]); strings.HasPrefix(file, root+string(filepath.Separator)) {
			line, _ := strconv.Atoi(call[3]) // digits: the pattern says so
			name := call[1][strings.LastIndex(call[1], "/")+1:]
			_, function, _ := strings.Cut(name, ".")
			return Side{Access: access, Function: function, File: file, Line: line}
		}
		stack = stack[len(call[0]):]
	}
}
