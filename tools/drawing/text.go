package drawing

import (
	"strings"
	"unicode"
)

// style is how a text is set. Its name is the class in the SVG.
type style struct {
	name string
	size int
	font int
}

const (
	sans = iota
	bold
	mono
)

var (
	titleStyle  = style{"title", 23, bold}
	panelStyle  = style{"panel", 18, bold}
	codeStyle   = style{"code", 16, mono}
	objectStyle = style{"object", 17, bold}
	wordStyle   = style{"word", 14, sans}
	labelStyle  = style{"label", 15, mono}
	laneStyle   = style{"lane-name", 16, bold}
	valueStyle  = style{"value", 15, mono}
	noteStyle   = style{"note", 16, sans}
	stepStyle   = style{"step", 15, sans}
	placeStyle  = style{"place", 13, mono}
	resultStyle = style{"result", 16, sans}
)

func (s style) height() int { return s.size * 5 / 4 }

// width is an estimate, rather too much than too little: which font the reader
// has is not known here.
func (s style) width(words string) int {
	hundredths, code := 0, s.font == mono
	for _, r := range words {
		switch {
		case r == '`':
			code = !code
		case wide(r):
			hundredths += 100
		case code:
			hundredths += 62
		default:
			hundredths += 60 + 8*s.font
			if unicode.IsUpper(r) || r == 'm' || r == 'w' {
				hundredths += 15
			}
		}
	}
	return (hundredths*s.size + 99) / 100
}

func wide(r rune) bool { return r >= 0x1100 }

const (
	notFirst = "、。，．・：；？！）」』】〕〉》ー々…ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ"
	notLast  = "（「『【〔〈《"
)

// pieces cuts words where a line may end: after spaces, and beside Japanese,
// which has none, but so that nothing of notFirst comes to begin a line. Unless
// it must be anywhere, no word of Japanese is cut, nor what hangs on one, as far
// as that shows: by a change of script, and to another than hiragana.
func pieces(words string, anywhere bool) (cut []string) {
	var before rune
	code, start := false, 0
	for i, r := range words {
		may := before == ' ' || wide(before) || wide(r)
		if code || r == ' ' || strings.ContainsRune(notFirst, r) || strings.ContainsRune(notLast, before) {
			may = false
		}
		if !anywhere && !unicode.IsPunct(before) && (unicode.Is(unicode.Hiragana, r) || wide(r) && script(before) == script(r)) {
			may = false
		}
		if may && i > 0 {
			cut = append(cut, words[start:i])
			start = i
		}
		code = code != (r == '`')
		before = r
	}
	return append(cut, words[start:])
}

func script(r rune) *unicode.RangeTable {
	for _, s := range []*unicode.RangeTable{unicode.Hiragana, unicode.Katakana, unicode.Han} {
		if unicode.Is(s, r) || s == unicode.Katakana && r == 'ー' {
			return s
		}
	}
	return nil
}

// wrap breaks words into lines of at most width. Only code and Latin words that
// are wider alone stick out: who lays out a box asks for widest first.
func (s style) wrap(words string, width int) (lines []string) {
	var fine []string
	for _, piece := range pieces(words, false) {
		if s.width(piece) > width {
			fine = append(fine, pieces(piece, true)...)
		} else {
			fine = append(fine, piece)
		}
	}
	line := ""
	for _, piece := range fine {
		if line != "" && s.width(strings.TrimRight(line+piece, " ")) > width {
			lines = append(lines, strings.TrimRight(line, " "))
			line = ""
		}
		line += piece
	}
	return append(lines, strings.TrimRight(line, " "))
}

// balanced is as many lines as wrap makes, about as long as one another. It cuts no
// word that wrap doesn't.
func (s style) balanced(words string, width int) []string {
	lines := s.wrap(words, width)
	least := s.longest(pieces(words, false))
	if least > width {
		least = s.widest(words)
	}
	for len(lines) > 1 {
		width -= s.size / 2
		narrower := s.wrap(words, width)
		if len(narrower) > len(lines) || least > width {
			break
		}
		lines = narrower
	}
	return lines
}

// widest is the width of the widest piece, which a box must have room for.
func (s style) widest(words string) int { return s.longest(pieces(words, true)) }

// longest is the width of the longest piece.
func (s style) longest(pieces []string) (most int) {
	for _, piece := range pieces {
		most = max(most, s.width(strings.TrimRight(piece, " ")))
	}
	return most
}
