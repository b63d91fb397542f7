// Package markdown reads pages: their headings, tables, links, comments and code
// blocks, each with its line. It knows nothing about marks, or about the pages'
// subject.
package markdown

import (
	"fmt"
	"html"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	table "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Page is one Markdown file. Lines are counted from 1.
type Page struct {
	Path     string   // from the root, with slashes
	Text     string   // as it was read
	Lines    []string // of Text, without line ends
	Headings []Heading
	Tables   []Table
	Links    []Link    // and images
	Comments []Comment // not those in code
	Code     []Code    // the fenced blocks that aren't empty
	Anchors  []string  // what may follow # in a link: headings, and ids in the HTML
}

// Heading is a heading, with the text that follows # in a link to it.
type Heading struct {
	Line, Level  int
	Text, Anchor string
}

// Table is a table. Its first row is its header; a line of hyphens is below it.
type Table struct {
	Line, Columns int
	Rows          [][]Cell
}

// Cell is a cell of a table. To is where it leads, if it is only a link.
type Cell struct{ Text, To string }

// Link is a link or an image.
type Link struct {
	Line            int
	To, Text, Title string
}

// Comment is an HTML comment, with <!-- and -->. It is alone if its line and its block of
// HTML have nothing else.
type Comment struct {
	Line  int
	Text  string
	Alone bool
}

// Code is a code block. Its line is that of the fence.
type Code struct {
	Line           int
	Language, Text string
}

// Problem is something in a page that isn't true or can't be read, with what to do
// about it.
type Problem struct {
	Path string // from the root
	Line int    // 0 if it is in no line
	Text string
}

// Error returns FILE:LINE: what is wrong.
func (p Problem) Error() string {
	if p.Line == 0 {
		return p.Path + ": " + p.Text
	}
	return fmt.Sprintf("%s:%d: %s", p.Path, p.Line, p.Text)
}

// Problem returns a problem in a line of the page.
func (p *Page) Problem(line int, format string, args ...any) Problem {
	return Problem{p.Path, line, fmt.Sprintf(format, args...)}
}

const japaneseEnd = ".ja.md"

// Japanese tells whether the page is in Japanese, by its name.
func (p *Page) Japanese() bool { return strings.HasSuffix(p.Path, japaneseEnd) }

// Other returns the path of the same page in the other language.
func Other(path string) string {
	if english, ok := strings.CutSuffix(path, japaneseEnd); ok {
		return english + ".md"
	}
	return strings.TrimSuffix(path, ".md") + japaneseEnd
}

// Find returns the page of that path, or nil.
func Find(pages []*Page, path string) *Page {
	if i := slices.IndexFunc(pages, func(p *Page) bool { return p.Path == path }); i >= 0 {
		return pages[i]
	}
	return nil
}

// Read reads all pages in the order of their paths. It leaves out vendor, testdata, and
// directories whose names begin with a dot.
func Read(files fs.FS) (pages []*Page, err error) {
	err = fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		name := entry.Name()
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != "." && (name == "testdata" || name == "vendor" || name[0] == '.'):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(name, ".md"):
			return nil
		}
		markdown, err := fs.ReadFile(files, path)
		pages = append(pages, Parse(path, markdown))
		return err
	})
	return pages, err
}

// reader reads a page.
type reader struct {
	*Page
	text []byte
	seen map[string]int // how often each anchor was used
}

// Parse reads a page.
func Parse(path string, markdown []byte) *Page {
	page := &Page{Path: path, Text: string(markdown), Lines: strings.Split(string(markdown), "\n")}
	r := reader{page, markdown, make(map[string]int)}
	doc := goldmark.New(goldmark.WithExtensions(extension.Table)).Parser().Parse(text.NewReader(markdown))
	ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			r.node(n)
		}
		return ast.WalkContinue, nil
	})
	return page
}

func (r *reader) node(n ast.Node) {
	switch n := n.(type) {
	case *ast.Heading:
		h := Heading{r.line(n.Pos()), n.Level, r.plain(n), anchor(r.plain(n))}
		r.seen[h.Anchor]++
		if times := r.seen[h.Anchor]; times > 1 {
			h.Anchor += "-" + strconv.Itoa(times-1)
		}
		r.Headings, r.Anchors = append(r.Headings, h), append(r.Anchors, h.Anchor)
	case *table.Table:
		t := Table{Line: r.line(n.Pos()), Columns: len(n.Alignments)}
		for row := n.FirstChild(); row != nil; row = row.NextSibling() {
			var cells []Cell
			for c := row.FirstChild(); c != nil; c = c.NextSibling() {
				cell := Cell{Text: r.plain(c)}
				if link, ok := c.FirstChild().(*ast.Link); ok && c.ChildCount() == 1 {
					cell.To = string(link.Destination)
				}
				cells = append(cells, cell)
			}
			t.Rows = append(t.Rows, cells)
		}
		r.Tables = append(r.Tables, t)
	case *ast.Link:
		r.Links = append(r.Links, Link{r.line(n.Pos()), string(n.Destination), r.plain(n), string(n.Title)})
	case *ast.Image:
		r.Links = append(r.Links, Link{r.line(n.Pos()), string(n.Destination), r.plain(n), string(n.Title)})
	case *ast.RawHTML:
		r.html(r.line(n.Segments.At(0).Start), string(n.Segments.Value(r.text)), false)
	case *ast.HTMLBlock:
		block := n.Lines().Value(r.text)
		if n.HasClosure() {
			block = append(block, n.ClosureLine.Value(r.text)...)
		}
		r.html(r.line(n.Lines().At(0).Start), string(block), true)
	case *ast.FencedCodeBlock:
		if n.Lines().Len() > 0 {
			r.Code = append(r.Code, Code{r.line(n.Lines().At(0).Start) - 1, string(n.Language(r.text)), string(n.Lines().Value(r.text))})
		}
	}
}

// line returns the number of the line that holds the byte at offset.
func (r *reader) line(offset int) int {
	return 1 + strings.Count(string(r.text[:max(offset, 0)]), "\n")
}

// anchor returns the anchor that GitHub makes of a heading: in lower case, with hyphens
// for spaces. Else it has only letters, their marks, digits, hyphens and connectors.
func anchor(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || unicode.In(r, unicode.L, unicode.M, unicode.Nd, unicode.Pc):
			return unicode.ToLower(r)
		}
		return -1
	}, strings.TrimSpace(heading))
}

var (
	htmlComment = regexp.MustCompile(`(?s)<!--.*?(-->|$)`)
	htmlLink    = regexp.MustCompile(`\b(?:src|srcset|href)="([^"]*)"`)
	htmlAnchor  = regexp.MustCompile(`\b(?:id|name)="([^"]*)"`)
)

// html reads a block or a tag of HTML that begins in this line.
func (r *reader) html(line int, text string, block bool) {
	for _, at := range htmlComment.FindAllStringIndex(text, -1) {
		comment, line := text[at[0]:at[1]], line+strings.Count(text[:at[0]], "\n")
		alone := block && strings.TrimSpace(text) == comment && strings.TrimSpace(r.Lines[line-1]) == comment
		r.Comments = append(r.Comments, Comment{line, comment, alone})
	}
	for _, at := range htmlLink.FindAllStringSubmatchIndex(text, -1) {
		r.Links = append(r.Links, Link{Line: line + strings.Count(text[:at[0]], "\n"), To: html.UnescapeString(text[at[2]:at[3]])})
	}
	for _, name := range htmlAnchor.FindAllStringSubmatch(text, -1) {
		r.Anchors = append(r.Anchors, name[1])
	}
}

// plain returns the text of a node, without its markup.
func (r *reader) plain(n ast.Node) string {
	var b strings.Builder
	ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		text, ok := n.(*ast.Text)
		if !entering || !ok {
			return ast.WalkContinue, nil
		}
		value := text.Value(r.text)
		if _, code := n.Parent().(*ast.CodeSpan); !code {
			value = []byte(html.UnescapeString(string(util.UnescapePunctuations(value))))
		}
		b.Write(value)
		if text.SoftLineBreak() || text.HardLineBreak() {
			b.WriteByte(' ')
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// Fenced puts lines into a code block.
func Fenced(language string, lines []string) []string {
	fence := "```"
	for strings.Contains(strings.Join(lines, "\n"), fence) {
		fence += "`"
	}
	return slices.Concat([]string{fence + language}, lines, []string{fence})
}
