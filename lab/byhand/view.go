package byhand

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"websocket-chat-steps/internal/schedule"
	"websocket-chat-steps/internal/schedule/room"
	"websocket-chat-steps/internal/steps"
)

// View is how a level stands after some picks.
type View struct {
	Picks   []string `json:"picks"` // their labels
	Done    []Done   `json:"done"`
	Columns []Column `json:"columns"` // the goroutines, in the order in which they came

	Browsers  []Browser         `json:"browsers"`
	IDs       []ID              `json:"ids"`
	Variables map[string]string `json:"variables"`

	Over    bool   `json:"over"`              // no step is possible any more
	Wrong   string `json:"wrong"`             // the scenario's verdict: the goal is reached
	Command string `json:"command,omitempty"` // plays the order again
}

// Line is a line of the step's source.
type Line struct {
	Place  string `json:"place"` // as in "client.go:37"
	Source string `json:"source"`
	Does   string `json:"does,omitempty"` // what the line alone doesn't say: "read", "write", "← a"
}

// Done is a step that was taken: by a browser, by a goroutine, or by two that met.
type Done struct {
	Who  string `json:"who"`
	Act  string `json:"act,omitempty"` // of a browser
	Line Line   `json:"line,omitzero"`

	With     string `json:"with,omitempty"` // who received
	WithLine *Line  `json:"withLine,omitempty"`
}

// Column is a goroutine.
type Column struct {
	Name    string `json:"name"`            // as lines of picks name it
	Title   string `json:"title,omitempty"` // from the code: "Client.listenWrite"
	Started string `json:"started,omitempty"`
	State   string `json:"state"` // of schedule.StandState
	Next    []Next `json:"next"`  // what it stands before: several at a select
}

// Next is a line that a goroutine stands before.
type Next struct {
	Line
	Kind    string `json:"kind"`              // of schedule.WayKind
	Channel string `json:"channel,omitempty"` // as the line names it
	Picks   []Pick `json:"picks"`             // none: it can't go on so now
}

// Pick is a step that is possible.
type Pick struct {
	Label string `json:"label"`
	With  string `json:"with,omitempty"` // who is met: the one that is not in whose column it stands
	Other *Line  `json:"other,omitempty"`
}

// Browser is a client, outside.
type Browser struct {
	Name  string   `json:"name"`
	Heard []string `json:"heard"`
	Act   string   `json:"act,omitempty"`   // what it may do next
	Label string   `json:"label,omitempty"` // that picks it
}

// ID is an id that was given to a client.
type ID struct {
	Client string `json:"client"` // the browser
	ID     int    `json:"id"`     // 0: not yet
}

// view tells of a run in lines of the source.
func (p *Player) view(g *program, level Level, step string, a room.Answer) *View {
	v := &View{Picks: []string{}, Done: []Done{}, Columns: []Column{}, IDs: []ID{}, Variables: make(map[string]string), Over: a.Order != nil}
	acts := make(map[string]bool)
	for _, s := range a.State.Taken {
		v.Picks = append(v.Picks, s.Label)
		d := Done{Who: s.Who, Act: s.Act, With: s.With}
		if s.Act == "" {
			d.Line = g.line(s.At)
		}
		if s.With != "" {
			with := g.line(s.WithAt)
			d.WithLine = &with
		}
		acts[s.Who], acts[s.With] = acts[s.Who] || s.Act == "", true
		v.Done = append(v.Done, d)
	}
	for _, stand := range a.State.Stands {
		if stand.State == schedule.Ended && !acts[stand.Name] {
			continue // it was there before the order began
		}
		c := Column{Name: stand.Name, Title: p.title(g, step, stand), State: string(stand.State), Next: []Next{}}
		if stand.Started.File != "" {
			c.Started = stand.Started.String()
		}
		for _, w := range stand.Ways {
			next := Next{Line: g.line(w.At), Kind: string(w.Does), Picks: []Pick{}}
			next.Channel = channel(next.Source, w.Does)
			for _, s := range a.State.Possible {
				if pick, ok := g.pick(s, stand.Name, w.At); ok {
					next.Picks = append(next.Picks, pick)
				}
			}
			c.Next = append(c.Next, next)
		}
		v.Columns = append(v.Columns, c)
	}
	for _, h := range a.State.Heard {
		b := Browser{Name: h.Name, Heard: append([]string{}, h.All...)}
		for _, s := range a.State.Possible {
			if s.Act != "" && s.Who == h.Name {
				b.Act, b.Label = s.Act, s.Label
			}
		}
		v.Browsers = append(v.Browsers, b)
	}
	for _, id := range a.State.IDs {
		v.IDs = append(v.IDs, ID{id.By, id.ID})
	}
	for name, value := range a.State.Variables {
		v.Variables[name[strings.LastIndexByte(name, '.')+1:]] = value
	}
	if v.Over {
		v.Wrong = a.Order.Wrong
		v.Command = fmt.Sprintf("go run ./docs/orders -replay %q %s %s", a.Line, step, level.Scenario)
	}
	return v
}

func (g *program) line(at schedule.Site) Line {
	return Line{at.String(), g.lines.Statement(at), at.Does}
}

// pick is a step as somebody picks it in the column of a goroutine that stands there.
func (g *program) pick(s schedule.Step, name string, at schedule.Site) (Pick, bool) {
	pick := Pick{Label: s.Label}
	other := schedule.Site{}
	switch {
	case s.Act != "":
		return pick, false
	case s.Who == name && s.At == at:
		pick.With, other = s.With, s.WithAt
	case s.With == name && s.WithAt == at:
		pick.With, other = s.Who, s.At
	default:
		return pick, false
	}
	if pick.With != "" {
		line := g.line(other)
		pick.Other = &line
	}
	return pick, true
}

// title is the name of a goroutine in the code, "" where it can't be told.
func (p *Player) title(g *program, step string, stand schedule.Stand) string {
	if stand.Name == room.ServerGoroutine {
		return strings.NewReplacer("chat.", "", "(*", "", ")", "").Replace(steps.Of(step).Loop)
	}
	if g.table == nil {
		return ""
	}
	file, err := filepath.Rel(p.root, stand.Started.File)
	if err != nil || stand.Started.File == "" {
		return g.table.Goroutine("")
	}
	return g.table.Goroutine(fmt.Sprintf("%s:%d", filepath.ToSlash(file), stand.Started.Line))
}

var channels = map[schedule.WayKind]*regexp.Regexp{
	schedule.Sends:    regexp.MustCompile(`([\w.]+) <- `),
	schedule.Receives: regexp.MustCompile(`<-([\w.]+)`),
}

// channel is the channel that a line sends to or receives from, as the line names it.
func channel(source string, kind schedule.WayKind) string {
	pattern, ok := channels[kind]
	if !ok {
		return ""
	}
	if m := pattern.FindStringSubmatch(source); m != nil {
		return m[1]
	}
	return source
}
