package chanflow

import (
	"slices"
	"strconv"
	"strings"
)

// Model is what a program is found to be: its goroutines, and what is between
// them. Everything in it is in the order of its place in the source, so the same source gives
// the same model.
type Model struct {
	Goroutines []Goroutine
	Starts     []Start
	Ops        []Op
	Listens    []Listen
	Findings   []Finding
	Objects    []Object
}

// Object is a struct of the program's own, and how many are made of it.
type Object struct {
	Name  string
	Count Count
}

// Goroutine is what one place in the code starts, and main.
type Goroutine struct {
	Name    string // the function whose loop it runs, as "Client.listenRead"
	Count   Count
	Stays   bool   // it listens to somebody, waits in a loop, or never returns; else it ends when its own work is done
	Of      string // the struct that this function is a method of, or is given first; or ""
	Handler bool   // net/http starts it, for each request
	Place   Place  // of that function; zero if it is outside
	Body    Body   // of the function that it begins with
	GoAt    Place  // of the go statement, of the call that has it start, or that gives the handler; zero for main
}

// Body is where a function stands.
type Body struct {
	File        string
	First, Last int // lines
}

// Count is how many there are: N for each of what the words say.
type Count struct {
	N    int      // 0 when it can't be told
	Each []string // as "message", "client"; nil when there are N in all
	If   bool     // they are started under a condition; N is 0
}

func (c Count) String() string {
	each := ""
	if len(c.Each) > 0 {
		each = "for each " + strings.Join(c.Each, " and ")
	}
	switch {
	case c.If && each != "":
		return each + ", under a condition"
	case c.If:
		return "under a condition"
	case c.N == 0:
		return strings.TrimSpace("some " + each)
	}
	return strings.TrimSpace(strconv.Itoa(c.N) + " " + each)
}

// Start says who starts whom. Who may be somebody outside: Timer.
type Start struct {
	Who, Whom string
	In        string // the function in which the go statement stands
	Place     Place
}

// OpKind is what is done with a channel.
type OpKind string

// The kinds.
const (
	Sends    OpKind = "sends"
	Receives OpKind = "receives"
	Closes   OpKind = "closes"
)

// Op is one statement that sends, receives or closes, by one goroutine. Who may be somebody
// outside; so may Channel, which then is who is at the other end: Browser, Timer, Context.
type Op struct {
	Kind    OpKind
	Who     string
	Channel string
	In      string // the function in which it stands
	Place   Place
	Via     []Place // the calls that lead to it, the innermost first; of one way, a shortest
	Waits   bool    // it may wait for the other end: no select with a default, no buffer
}

// Listen says who listens to whom: Who receives on Channel, on which Whom sends.
type Listen struct {
	Who, Whom, Channel string
	Receive, Send      Op // the first of each; none by somebody outside
}

// FindingKind is what is to be said of a program.
type FindingKind string

// The kinds.
const (
	// Self is a goroutine that sends on a channel which only it receives on.
	Self FindingKind = "self"
	// Silent is a channel that is received on, and that nobody sends on.
	Silent FindingKind = "silent"
	// Mutual is two goroutines that listen to each other.
	Mutual FindingKind = "mutual"
)

// Finding is something that a figure says in words.
type Finding struct {
	Kind  FindingKind
	Who   string
	Other string // of Mutual, the other one
	// Of Self, the send; of Silent, the receive. Of Mutual, what each receives.
	Ops []Op
}

// Analyze finds the model of the program. What can't be told is an error, never a
// guess.
func (s *Source) Analyze() (*Model, error) {
	p, err := s.build()
	if err != nil {
		return nil, err
	}
	a, err := analyze(p)
	if err != nil {
		return nil, err
	}
	return a.model()
}

// Goroutine returns the goroutine of that name, and nil if there is none.
func (m *Model) Goroutine(name string) *Goroutine {
	for i := range m.Goroutines {
		if m.Goroutines[i].Name == name {
			return &m.Goroutines[i]
		}
	}
	return nil
}

// listen finds who listens to whom, from the operations and how many there are of
// each goroutine and channel.
func (m *Model) listen(ops []*op) {
	type between struct{ who, whom, channel string }
	seen := make(map[between]bool)
	add := func(l Listen) {
		if key := (between{l.Who, l.Whom, l.Channel}); !seen[key] {
			seen[key] = true
			m.Listens = append(m.Listens, l)
		}
	}
	for _, r := range ops {
		if r.Kind != Receives {
			continue
		}
		if r.channel.from != "" {
			add(Listen{Who: r.Who, Whom: r.channel.from, Channel: r.channel.label, Receive: r.Op})
			continue
		}
		for _, s := range ops {
			if s.Kind != Receives && s.channel == r.channel && (s.Who != r.Who || hearsItself(r, ops)) {
				add(Listen{Who: r.Who, Whom: s.Who, Channel: r.Channel, Receive: r.Op, Send: s.Op})
			}
		}
	}
	for _, s := range ops {
		if s.Kind == Sends && s.channel.hears != "" {
			add(Listen{Who: s.channel.hears, Whom: s.Who, Channel: s.channel.label, Send: s.Op})
		}
	}
}

// alone tells whether the goroutine that does o is the only one that receives on
// its channel: no other, and none of its own kind.
func alone(o *op, ops []*op) bool {
	for _, r := range ops {
		if r.Kind == Receives && r.channel == o.channel && r.Who != o.Who {
			return false
		}
	}
	return !oneForMany(o)
}

// oneForMany tells whether o's channel is one and o's goroutines are many.
func oneForMany(o *op) bool {
	return len(o.each) > len(o.channel.each)
}

// hearsItself tells whether a goroutine that sends on a channel can be said to
// listen to itself: it alone receives, or it is another of its kind that does.
func hearsItself(r *op, ops []*op) bool {
	return alone(r, ops) || oneForMany(r)
}

// find draws the conclusions.
func (m *Model) find(ops []*op) {
	receivers := func(channel *end) (all []*op) {
		for _, o := range ops {
			if o.Kind == Receives && o.channel == channel {
				all = append(all, o)
			}
		}
		return all
	}
	one := func(who string) bool { // of many, each may send to another
		r := m.Goroutine(who)
		return r != nil && r.Count.N == 1 && len(r.Count.Each) == 0
	}
	for _, o := range ops {
		if o.Kind == Sends && o.blocks && one(o.Who) && alone(o, ops) && slices.ContainsFunc(receivers(o.channel), func(r *op) bool { return r.Who == o.Who }) {
			m.Findings = append(m.Findings, Finding{Kind: Self, Who: o.Who, Ops: []Op{o.Op}})
		}
	}
	for i, x := range m.Listens {
		for _, y := range m.Listens[i+1:] {
			if x.Who == y.Whom && x.Whom == y.Who && x.Who != x.Whom && m.Goroutine(x.Who) != nil && m.Goroutine(y.Who) != nil {
				if x.Who > y.Who {
					x, y = y, x
				}
				m.mutual(x, y)
			}
		}
	}
	for _, o := range ops {
		if o.Kind != Receives || o.channel.from != "" {
			continue
		}
		// Of two channels of one name, the one that is heard has an arrow of that name.
		heard := slices.ContainsFunc(ops, func(s *op) bool {
			return s.Kind != Receives && (s.channel == o.channel || s.channel.name == o.channel.name &&
				slices.ContainsFunc(receivers(s.channel), func(r *op) bool { return r.Who == o.Who }))
		})
		if !heard {
			m.Findings = append(m.Findings, Finding{Kind: Silent, Who: o.Who, Ops: []Op{o.Op}})
		}
	}
}

// mutual adds to what is said of x.Who and y.Who, who listen to each other.
func (m *Model) mutual(x, y Listen) {
	for i, f := range m.Findings {
		if f.Kind == Mutual && f.Who == x.Who && f.Other == y.Who {
			for _, o := range []Op{x.Receive, y.Receive} {
				if !slices.ContainsFunc(f.Ops, func(known Op) bool { return known.Place == o.Place && known.Who == o.Who }) {
					m.Findings[i].Ops = append(m.Findings[i].Ops, o)
				}
			}
			return
		}
	}
	m.Findings = append(m.Findings, Finding{Kind: Mutual, Who: x.Who, Other: y.Who, Ops: []Op{x.Receive, y.Receive}})
}
