// Package orders builds a program that plays the orders of steps' chat rooms, and
// asks it questions. The steps' own files stay as they are: the rewritten ones are laid over
// directories that don't exist.
package orders

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"websocket-chat-steps/internal/gocmd"
	"websocket-chat-steps/internal/judge/race"
	"websocket-chat-steps/internal/schedule/rewrite"
	"websocket-chat-steps/internal/schedule/room"
	"websocket-chat-steps/internal/steps"
)

// Program plays the orders of some steps of one module.
type Program struct {
	root, dir, file string
	has             map[string]bool // servers, by name
}

// NotExplored is the error of a step that can't be explored: what in its code is not
// understood.
type NotExplored struct {
	Step string
	Why  error
}

func (e NotExplored) Error() string { return e.Step + " can't be explored:\n" + e.Why.Error() }

// Build builds a program for steps of one module, with an overlay or nil. Close removes it. If the
// error is a NotExplored, or several joined, the others can still be built.
func Build(ctx context.Context, overlay gocmd.Overlay, all ...steps.Step) (_ *Program, err error) {
	root, err := steps.Root()
	if err != nil {
		return nil, err
	}
	p := &Program{root: root, has: make(map[string]bool)}
	module := all[0].ModuleDir(root)
	var packages []string
	for _, s := range all {
		packages = append(packages, s.Package()+"/chat")
	}
	sources, err := rewrite.Load(ctx, root, module, overlay, packages...)
	if err != nil {
		return nil, err
	}
	laid := make(gocmd.Overlay)
	var imports, servers strings.Builder
	var refused []error
	n := 0
	for i, source := range sources {
		s := all[i]
		constants := []string{""}
		for _, sc := range slices.Concat(room.Scenarios, room.More) {
			if _, ok := source.Types.Scope().Lookup(sc.Constant).(*types.Const); ok {
				constants = append(constants, sc.Constant+" "+sc.Small)
			}
		}
		for _, c := range constants {
			set := make(map[string]string)
			if name, value, ok := strings.Cut(c, " "); ok {
				set[name] = value
			}
			files, err := source.Rewrite(set)
			if err != nil {
				refused = append(refused, NotExplored{s.Name, err})
				break
			}
			start, err := starts(source.Types, s)
			if err != nil {
				refused = append(refused, NotExplored{s.Name, err})
				break
			}
			n++
			dir := fmt.Sprintf("%s/chat/orders%d", s.Name, n)
			for name, text := range files {
				laid[dir+"/"+name] = fmt.Sprintf("//line %s:1\n", filepath.Join(source.Dir, name)) + text
			}
			fmt.Fprintf(&imports, "\tp%d %q\n", n, fmt.Sprintf("%s/orders%d", source.Types.Path(), n))
			fmt.Fprintf(&servers, "\t\t%q: {Path: %q, New: func() (func(), http.Handler) {\n\t\t\t%s\n\t\t}},\n", serverName(s.Name, set), s.Path, fmt.Sprintf(start, n))
			p.has[serverName(s.Name, set)] = true
		}
	}
	if len(refused) > 0 {
		return nil, errors.Join(refused...)
	}
	laid[all[0].Name+"/chat/orders/orders_test.go"] = fmt.Sprintf(`package orders

import (
	"net/http"
	"testing"

	"websocket-chat-steps/internal/schedule/room"
%s)

func TestOrders(t *testing.T) {
	room.Main(t, map[string]room.Server{
%s	})
}
`, imports.String(), servers.String())

	if p.dir, err = os.MkdirTemp("", "orders"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			p.Close()
		}
	}()
	flag, err := laid.Flag(p.dir, root)
	if err != nil {
		return nil, err
	}
	p.file = filepath.Join(p.dir, "orders.test.exe")
	args := []string{"test", "-c", "-vet=off", "-ldflags=-s -w", "-o", p.file, flag}
	if race.Enabled {
		args = append(args, "-race")
	}
	out, err := gocmd.Command(ctx, module, nil, "go", append(args, packages[0]+"/orders")...).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("go test -c: %w\n%s", err, out)
	}
	return p, nil
}

// Close removes the program.
func (p *Program) Close() error { return os.RemoveAll(p.dir) }

func serverName(step string, constants map[string]string) string {
	for name, value := range constants {
		return step + " " + name + " " + value
	}
	return step
}

// Server is the name of the step's server for a scenario, and whether a constant of
// the step is made small in it.
func (p *Program) Server(step string, sc room.Scenario) (name string, small bool) {
	if name = serverName(step, map[string]string{sc.Constant: sc.Small}); p.has[name] {
		return name, true
	}
	return step, false
}

// starts is the Go text that makes a server of a chat package, as room.Server.New.
func starts(chat *types.Package, s steps.Step) (string, error) {
	f, ok := chat.Scope().Lookup("NewServer").(*types.Func)
	if !ok {
		return "", fmt.Errorf("package %s has no function NewServer", chat.Path())
	}
	var args string
	signature := f.Signature()
	switch {
	case signature.Params().Len() == 0:
	case signature.Params().Len() == 1 && types.Identical(signature.Params().At(0).Type(), types.Typ[types.String]):
		args = fmt.Sprintf("%q", s.Path)
	default:
		return "", fmt.Errorf("package %s: what %s needs is not known here", chat.Path(), f)
	}
	if signature.Results().Len() != 1 {
		return "", fmt.Errorf("package %s: what %s returns is not known here", chat.Path(), f)
	}
	loop := s.Loop[strings.LastIndexByte(s.Loop, '.')+1:]
	handler := "nil"
	if o, _, _ := types.LookupFieldOrMethod(signature.Results().At(0).Type(), true, chat, "WebsocketHandler"); o != nil {
		handler = "s.WebsocketHandler()"
	}
	return fmt.Sprintf("s := p%%d.NewServer(%s)\n\t\t\treturn s.%s, %s", args, loop, handler), nil
}

// Number writes 3432 as 3,432.
func Number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Ask asks the program questions, one after the other, and calls each with the answers to
// them: how far it came, every second, and then the last one. It returns early when each
// does with an error, or ctx ends.
func (p *Program) Ask(ctx context.Context, questions []room.Question, each func(i int, a room.Answer) error) error {
	s, err := p.Start(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	for i, q := range questions {
		if err := s.Ask(q, func(a room.Answer) error { return each(i, a) }); err != nil {
			return err
		}
	}
	return nil
}

// Session is the program while it runs. One goroutine at a time may ask it.
type Session struct {
	ctx    context.Context
	stop   context.CancelFunc
	cmd    *exec.Cmd
	in     *json.Encoder
	lines  *bufio.Scanner
	rest   []string // lines that are no answers
	errOut bytes.Buffer
}

// Start starts the program. It ends with Close, with ctx, or when this process ends.
func (p *Program) Start(ctx context.Context) (*Session, error) {
	s := new(Session)
	s.ctx, s.stop = context.WithCancel(ctx)
	s.cmd = gocmd.Command(s.ctx, p.dir, nil, p.file, "-test.timeout=0", "-test.count=1")
	s.cmd.Stderr = &s.errOut
	in, err := s.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.in, s.lines = json.NewEncoder(in), bufio.NewScanner(out)
	s.lines.Buffer(nil, 64<<20)
	return s, s.cmd.Start()
}

// Close ends the program.
func (s *Session) Close() {
	s.stop()
	s.cmd.Wait()
}

// Ask asks one question, and calls each with the answers to it. After an error of Ask the
// program can be asked no more.
func (s *Session) Ask(q room.Question, each func(room.Answer) error) error {
	// Where the program has ended, that fails, and the end says more.
	s.in.Encode(q)
	for s.lines.Scan() {
		text, ok := strings.CutPrefix(s.lines.Text(), room.Mark)
		if !ok {
			s.rest = append(s.rest, s.lines.Text())
			continue
		}
		var a room.Answer
		if err := json.Unmarshal([]byte(text), &a); err != nil {
			return err
		}
		if err := each(a); err != nil || a.Last {
			return err
		}
	}
	err := s.cmd.Wait()
	if s.ctx.Err() != nil {
		return context.Cause(s.ctx)
	}
	return fmt.Errorf("the program that plays the orders ended early (%v):\n%s\n%s", err, strings.Join(s.rest, "\n"), &s.errOut)
}
