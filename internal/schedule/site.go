package schedule

import (
	"fmt"
	"path"
	"runtime"
	"strings"
	"sync"
)

// Site is a place in the program: an operation, or where a goroutine was started.
type Site struct {
	File string
	Line int
	Does string // what is done there, where the line alone doesn't say: "read", or "→ a" to whom
}

// String is as in "client.go:37".
func (s Site) String() string {
	if s.File == "" {
		return "the beginning"
	}
	return fmt.Sprintf("%s:%d", path.Base(s.File), s.Line)
}

// place is a Site that has yet to be found out, which takes a while.
type place struct {
	calls [10]uintptr // that led there, from this package
	line  int         // if it is another one
	does  string
}

// here is the place in the program that called this package.
func here() (p place) {
	runtime.Callers(2, p.calls[:])
	return p
}

// sites remembers what places are.
var sites sync.Map

func (p place) site() Site {
	if s, ok := sites.Load(p); ok || p.calls[0] == 0 {
		s, _ := s.(Site)
		return s
	}
	s := Site{Does: p.does}
	for frames, more := runtime.CallersFrames(p.calls[:]), true; more && s.File == ""; {
		var f runtime.Frame
		if f, more = frames.Next(); path.Dir(f.File) != ownDir && !strings.HasPrefix(f.Function, "reflect.") {
			s.File, s.Line = f.File, f.Line
		}
	}
	if p.line > 0 {
		s.Line = p.line
	}
	sites.Store(p, s)
	return s
}

// ownDir is the directory of this package's files.
var ownDir = func() string {
	_, file, _, _ := runtime.Caller(0)
	return path.Dir(file)
}()
