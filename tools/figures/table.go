package figures

import (
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode"

	"websocket-chat-steps/tools/chanflow"
)

// id is what a box or an arrow is called in a figure and in its table. It is made
// of names alone, so that no change to anything else renames it; and of letters,
// digits and hyphens, so that it needs no escaping in CSS.
func id(kind string, names ...string) string {
	var parts []string
	for _, name := range names {
		words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		parts = append(parts, strings.Join(words, "-"))
	}
	return kind + "-" + strings.Join(parts, "--")
}

// idOf is what the figure calls the box or the arrow that a line of the table is
// about; "" if it draws none.
func idOf(words []string) string {
	switch words[0] {
	case "goroutine", "object":
		return id("box", words[1])
	case "starts":
		return id("starts", words[1:3]...)
	case "listens":
		return id("listens", words[1:4]...)
	}
	return ""
}

// edges is the text form of a step's figure: a fact a line, in columns, with its
// place in the code and what the figure calls it.
func edges(step string, m *chanflow.Model) string {
	facts := m.Facts()
	first := slices.IndexFunc(facts, func(f chanflow.Fact) bool { return f.Words[0] != "goroutine" })
	if first < 0 {
		first = len(facts)
	}
	facts = slices.Insert(facts, first, objects(m)...)

	var text strings.Builder
	columns := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	last := ""
	for _, f := range facts {
		section := f.Words[0]
		switch chanflow.OpKind(section) {
		case chanflow.Sends, chanflow.Receives, chanflow.Closes: // one section, in the order of the source
			section = "ops"
		}
		if section != last && last != "" {
			columns.Write([]byte("\t\t\t\t\t\t\n"))
		}
		last = section
		row := make([]string, 5, 7) // no fact has more words
		copy(row, f.Words)
		columns.Write([]byte(strings.Join(append(row, f.Place, idOf(f.Words)), "\t") + "\n"))
	}
	columns.Flush() // into memory: it can't fail
	return "# What " + step + ".*.svg are drawn from: written by go run -C tools ./check -write figures\n" +
		"# from the code of " + step + ". README.md says what the words mean.\n\n" +
		trailing.ReplaceAllString(text.String(), "")
}

var (
	padding  = regexp.MustCompile(" {2,}")
	trailing = regexp.MustCompile("(?m) +$")
)

// objects are the coloured boxes, as facts.
func objects(m *chanflow.Model) []chanflow.Fact {
	all := [][]string{{"object", chanflow.Browser, english.forEachClient}}
	client, server := parts(m)
	for _, name := range []string{client, server} {
		if name != "" {
			all = append(all, []string{"object", name, howMany(m, name, english)})
		}
	}
	for _, who := range outside(m) {
		all = append(all, []string{"object", who})
	}
	var facts []chanflow.Fact
	for _, words := range all {
		facts = append(facts, chanflow.Fact{Words: words})
	}
	return facts
}
