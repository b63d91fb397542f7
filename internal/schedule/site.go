package schedule

import (
	"fmt"
	"path"
	"runtime"
	"sync"
)

// Site is a place in the program: an operation, or where a goroutine was started.
type Site struct {
	Func string // as in "chat.(*Client).Listen"
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
	calls [6]uintptr // that led there, from this package
	line  int        // if it is another one
	does  string
}

var nocalls [6]uintptr

// here is the place in the program that called the function of this package that
// calls here.
func here() (p place) {
	runtime.Callers(3, p.calls[:])
	return p
}

// in is the same place, in another line of it.
func (p place) in(line int) place {
	p.line = line
	return p
}

// sites remembers what places are.
var sites struct {
	sync.Mutex
	m map[place]Site
}

func (p place) site() Site {
	sites.Lock()
	defer sites.Unlock()
	if s, ok := sites.m[p]; ok || p.calls == nocalls {
		return s
	}
	s := Site{Does: p.does}
	for frames, more := runtime.CallersFrames(p.calls[:]), true; more && s.File == ""; {
		var f runtime.Frame
		if f, more = frames.Next(); path.Dir(f.File) != ownDir {
			s.Func, s.File, s.Line = path.Base(f.Function), f.File, f.Line
		}
	}
	if p.line > 0 {
		s.Line = p.line
	}
	if sites.m == nil {
		sites.m = make(map[place]Site)
	}
	sites.m[p] = s
	return s
}

// ownDir is the directory of this package's files.
var ownDir = func() string {
	_, file, _, _ := runtime.Caller(0)
	return path.Dir(file)
}()
