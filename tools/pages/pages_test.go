package pages

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/steps"
	"websocket-chat-steps/tools/pages/markdown"
)

// source is a file that the pages of these tests show.
const source = `package chat

// maxId is the last.
var maxId int

const (
	// few is not many.
	few = 1
	many, more = 2, 3
)

// Client is one.
type Client[T any] struct{ id int }

// NewClient makes one.
func NewClient() {
	if true {
		maxId++

		println("a")
	}
}

func (c *Client[T]) Write() {}
`

// repository has page.md, the same in Japanese, and some code.
func repository(page string, more ...string) fstest.MapFS {
	files := fstest.MapFS{
		"page.md":       {Data: []byte(page)},
		"page.ja.md":    {Data: []byte(page)},
		"chat/a.go":     {Data: []byte(source)},
		"chat/b.go":     {Data: []byte(strings.ReplaceAll(source, "maxId++", "maxId += 1"))},
		"chat/note.txt": {Data: []byte("a\nb\n")},
	}
	for i := 0; i < len(more); i += 2 {
		files[more[i]] = &fstest.MapFile{Data: []byte(more[i+1])}
	}
	return files
}

// problemsOf returns the problems of page.md or, if there are none, of page.ja.md.
func problemsOf(t *testing.T, files fstest.MapFS) []string {
	t.Helper()
	tree, err := open(files, nil)
	require.NoError(t, err)
	var here, japanese []string
	for _, p := range tree.check(t.Context()) {
		if p.Path == "page.md" {
			here = append(here, p.Error())
		} else {
			japanese = append(japanese, p.Error())
		}
	}
	if here == nil {
		return japanese
	}
	return here
}

func TestGoodPages(t *testing.T) {
	for name, page := range map[string]string{
		"nothing":                 "# Title\n",
		"an excerpt":              "<!-- excerpt: chat/a.go maxId -->\n```go\n// maxId is the last.\nvar maxId int\n```\n<!-- /excerpt -->\n",
		"lines":                   "<!-- excerpt: chat/a.go NewClient from \"if\" to \"++\" -->\n```go\nif true {\n\tmaxId++\n```\n<!-- /excerpt -->\n",
		"lines with a gap":        "<!-- excerpt: chat/a.go NewClient from \"++\" to \"println(\\\"\" -->\n```go\nmaxId++\n\nprintln(\"a\")\n```\n<!-- /excerpt -->\n",
		"an excerpt in a list":    "1. a\n\n   <!-- excerpt: chat/a.go Client.Write -->\n   ```go\n   func (c *Client[T]) Write() {}\n   ```\n   <!-- /excerpt -->\n2. b\n",
		"an excerpt below text":   "text\n<!-- excerpt: chat/a.go few -->\n```go\n// few is not many.\nfew = 1\n```\n<!-- /excerpt -->\ntext\n",
		"a diff":                  "<!-- diff: chat/a.go chat/b.go NewClient -->\n```diff\n // NewClient makes one.\n func NewClient() {\n \tif true {\n-\t\tmaxId++\n+\t\tmaxId += 1\n\n \t\tprintln(\"a\")\n \t}\n }\n```\n<!-- /diff -->\n",
		"a diff of two names":     "<!-- diff: chat/a.go chat/a.go few many -->\n```diff\n-// few is not many.\n-few = 1\n+many, more = 2, 3\n```\n<!-- /diff -->\n",
		"what bench writes":       "<!-- measured: care forty -->\n```go\n1\n2\n3\n```\n<!-- /measured -->\n",
		"other comments":          "<!-- a word --> <!-- https://example.org/ is a long comment: it is -->\n",
		"marks in code":           "````\n<!-- excerpt: x -->\n<!-- /run -->\n````\n\n`<!-- run: x -->`\n",
		"commands":                "```console\ngo test ./...\ngo run .\n```\n",
		"little code":             "```go\na\nb\n```\n",
		"links":                   "[a](chat/a.go) [b](chat) [c](#some-words) [d](page.ja.md#some-words) [e](https://example.org/x#y) ![f](/chat/a.go) [g](chat/../page.md)\n\n# Some words!\n",
		"links in HTML":           "<a href=\"chat/a.go\">a</a> <a href=\"#here\">b</a>\n\n<p id=\"here\"><img src=\"chat/b.go\"></p>\n",
		"the same heading twice":  "# A\n# A\n[a](#a-1)\n",
		"a link to a declaration": "[`NewClient`](chat/a.go#L15) [`Client`](chat/a.go#L13) [this line](chat/a.go#L17-L18 \"NewClient\") [`Client.Write`](chat/a.go#L24)\n",
	} {
		t.Run(name, func(t *testing.T) {
			assert.Empty(t, problemsOf(t, repository(page)))
		})
	}
}

// Each thing that is wrong with a page is found, with its line and what to do.
func TestBrokenPages(t *testing.T) {
	const write = "run go run -C tools ./check -write pages"
	tests := []struct {
		name, page string
		want       []string // the first of them from the beginning
	}{
		{"an excerpt that has changed", "a\n\n<!-- excerpt: chat/a.go maxId -->\n```go\n// maxId is the last.\nvar maxId string\n```\n<!-- /excerpt -->\n",
			[]string{"page.md:3: <!-- excerpt: chat/a.go maxId --> does not agree with the code", `the page has "var maxId string", and should have "var maxId int"`, write}},
		{"an excerpt that is not written yet", "<!-- excerpt: chat/a.go maxId -->\n<!-- /excerpt -->\n", []string{"page.md:1: <!-- excerpt", write}},
		{"no such file", "<!-- excerpt: chat/c.go maxId -->\n<!-- /excerpt -->\n", []string{"page.md:1: can't read the file", "chat/c.go", "from the repository's root"}},
		{"a file outside", "<!-- excerpt: ../c.go maxId -->\n<!-- /excerpt -->\n", []string{"page.md:1: ../c.go is not below the repository's root"}},
		{"no such declaration", "<!-- excerpt: chat/a.go NewClent -->\n<!-- /excerpt -->\n", []string{"page.md:1: chat/a.go does not declare NewClent: write one of NewClient\n"}},
		{"a method without its type", "<!-- excerpt: chat/a.go Write -->\n<!-- /excerpt -->\n", []string{"page.md:1: ", "write one of Client.Write\n"}},
		{"nothing like it", "<!-- excerpt: chat/a.go Xyzzy -->\n<!-- /excerpt -->\n", []string{"page.md:1: ", "write one of maxId, few, many, more, Client, NewClient, Client.Write"}},
		{"no Go", "<!-- excerpt: chat/note.txt a -->\n<!-- /excerpt -->\n", []string{"page.md:1: chat/note.txt declares nothing"}},
		{"no file", "<!-- excerpt: -->\n<!-- /excerpt -->\n", []string{"page.md:1: an excerpt needs a file", "write <!-- excerpt: FILE"}},
		{"no such first line", `<!-- excerpt: chat/a.go NewClient from "xyz" to "}" -->` + "\n<!-- /excerpt -->\n", []string{`page.md:1: no line of chat/a.go NewClient contains "xyz"`}},
		{"no such last line", `<!-- excerpt: chat/a.go NewClient from "maxId" to "if true" -->` + "\n<!-- /excerpt -->\n", []string{`page.md:1: in chat/a.go NewClient, no line below the one with "maxId" contains "if true"`}},
		{"half a range", `<!-- excerpt: chat/a.go NewClient from "if" -->` + "\n<!-- /excerpt -->\n", []string{"page.md:1: can't read", `from "TEXT" to "TEXT"`}},
		{"more than a range", `<!-- excerpt: chat/a.go NewClient from "if" to "}" or so -->` + "\n<!-- /excerpt -->\n", []string{`page.md:1: can't read "from \"if\" to \"}\" or so": write <!-- excerpt: FILE -->, <!-- excerpt: FILE NAME`}},

		{"a diff that has changed", "<!-- diff: chat/a.go chat/b.go NewClient -->\n```diff\n+a\n```\n<!-- /diff -->\n", []string{"page.md:1: <!-- diff: chat/a.go chat/b.go NewClient --> does not agree with the code", write}},
		{"no difference", "<!-- diff: chat/a.go chat/b.go few -->\n<!-- /diff -->\n", []string{"page.md:1: there is no difference to show", "delete this diff"}},
		{"a diff of one file", "<!-- diff: chat/a.go -->\n<!-- /diff -->\n", []string{"page.md:1: a diff needs two files", "FILE FILE"}},
		{"a diff of what is not there", "<!-- diff: chat/a.go chat/c.go -->\n<!-- /diff -->\n", []string{"page.md:1: can't read the file", "chat/c.go"}},

		{"a run that is not written yet", "<!-- run: go version -->\n```console\n$ go version\n…\n```\n<!-- /run -->\n", []string{"page.md:1: this run doesn't say yet what the command prints", write}},
		{"a run that shows another command", "<!-- run: go version -->\n```console\n$ go vet\ngo\n```\n(run with go1.26)\n<!-- /run -->\n", []string{"page.md:1: this run is not as it is written", `the page has "$ go vet", and should have "$ go version"`, write}},
		{"a run that doesn't say what … is", "<!-- run: go version -->\n```console\n$ go version\ngo…\n```\n(run with go1.26)\n<!-- /run -->\n", []string{"page.md:1: this run is not as it is written", "“…” varies", write}},
		{"a run of nothing", "<!-- run: A=b -->\n<!-- /run -->\n", []string{"page.md:1: a run needs a command"}},
		{"a run that needs the unknown", "<!-- run: needs=luck: go version -->\n<!-- /run -->\n", []string{`page.md:1: there is no need "luck"`, "needs=race"}},
		{"a run that needs a shell", "<!-- run: go version | cat -->\n<!-- /run -->\n", []string{`page.md:1: '|' in "go version | cat" is for a shell`}},

		{"a step's table that is no more", "<!-- bad clients: 99-far -->\n<!-- /bad clients -->\n", []string{`page.md:1: there is no step "99-far" in internal/steps/steps.go`}},

		{"a typing error", "\n<!-- exerpt: chat/a.go maxId -->\n", []string{`page.md:2: there is no mark "exerpt"`, "write one of excerpt, diff, run, scoreboard, strangers, bad clients"}},
		{"no colon", "<!-- excerpt chat/a.go maxId -->\n", []string{"page.md:1: the mark", "needs a colon"}},
		{"no end", "a\n\n<!-- excerpt: chat/a.go maxId -->\n\nb\n", []string{"page.md:3: this excerpt has no end: put <!-- /excerpt -->"}},
		{"an end within code", "<!-- excerpt: chat/a.go maxId -->\n```go\n<!-- /excerpt -->\n", []string{"page.md:1: this excerpt has no end"}},
		{"another end", "<!-- excerpt: chat/a.go maxId -->\n<!-- /diff -->\n", []string{"page.md:1: this excerpt has no end", "page.md:2: <!-- /diff --> closes nothing"}},
		{"an end alone", "<!-- /excerpt -->\n", []string{"page.md:1: <!-- /excerpt --> closes nothing"}},
		{"one within another", "<!-- diff: chat/a.go chat/b.go -->\n<!-- run: go version -->\n<!-- /run -->\n<!-- /diff -->\n", []string{"page.md:1: ", "page.md:2: this run is within the diff of line 1: put <!-- /diff --> above it"}},
		{"within a line", "text <!-- run: go version --> text\n", []string{"page.md:1: the mark <!-- run: go version --> must be alone on its line"}},
		{"with text behind", "<!-- run: go version --> text\n", []string{"page.md:1: the mark <!-- run: go version --> must be alone"}},
		{"in a quotation", "> <!-- run: go version -->\n", []string{"page.md:1: the mark <!-- run: go version --> must be alone"}},
		{"behind a bullet", "- <!-- run: go version -->\n", []string{"page.md:1: the mark <!-- run: go version --> must be alone"}},
		{"over two lines", "<!-- run:\ngo version -->\n", []string{"page.md:1: the mark"}},
		{"right below HTML", "</details>\n<!-- run: go version -->\n", []string{"page.md:2: the mark <!-- run: go version --> must be alone", "an empty line above it"}},

		{"pasted output", "a\n\n```console\n$ go test\nPASS\n```\n", []string{"page.md:3: a console block with a prompt shows output", "<!-- run: COMMAND -->"}},
		{"a pasted race", "```\nWARNING: DATA RACE\n```\n", []string{`page.md:1: "WARNING: DATA RACE" is a program's output`, "<!-- run: COMMAND -->"}},
		{"a pasted failure", "```text\n    --- FAIL: TestX\n```\n", []string{`page.md:1: "--- FAIL" is`}},
		{"a pasted stack", "```go\ngoroutine 7 [select]:\n```\n", []string{`page.md:1: "goroutine 7 [" is`}},
		{"a pasted result", "```console\nok  \tchat\t0.1s\n```\n", []string{`page.md:1: "ok  \t" is`}},
		{"pasted code", "1. a\n\n   ```go\n   a\n   b\n   c\n   ```\n", []string{"page.md:3: nothing keeps this code true", "<!-- excerpt: FILE NAME -->"}},

		{"a link to nowhere", "a\n[b](chat/c.go)\n", []string{"page.md:2: the link to chat/c.go leads nowhere"}},
		{"an image of nothing", "![b](c.svg)\n", []string{"page.md:1: the link to c.svg leads nowhere"}},
		{"a link in HTML to nowhere", "<p>\n<img src=\"c.svg\">\n</p>\n", []string{"page.md:2: the link to c.svg leads nowhere"}},
		{"a picture for phones of nothing", "[<picture><source srcset=\"c.svg\"><img src=\"chat/b.go\"></picture>](chat/b.go)\n", []string{"page.md:1: the link to c.svg leads nowhere"}},
		{"a link out of the repository", "[b](../c.md)\n", []string{"page.md:1: the link to ../c.md leads out of the repository"}},
		{"no such heading", "# Some words\n[b](#some-word)\n", []string{"page.md:2: the link to #some-word leads to no heading: write one of #some-words"}},
		{"no such heading elsewhere", "# Some words\n[b](page.ja.md#words)\n", []string{"page.md:2: the link to page.ja.md#words leads to no heading"}},
		{"a line of a text", "[b](chat/note.txt#L1)\n", []string{"page.md:1: the link to chat/note.txt#L1 names a place that nothing can keep true"}},
		{"a line that has moved", "[`NewClient`](chat/a.go#L24)\n", []string{"page.md:1: the link to chat/a.go#L24", "leads into Client.Write", "NewClient is at #L15-L22"}},
		{"lines of two declarations", "[`NewClient`](chat/a.go#L18-L24)\n", []string{"page.md:1: the link to chat/a.go#L18-L24 leads into no declaration", "NewClient is at #L15-L22"}},
		{"a line without a name", "[this](chat/a.go#L4)\n", []string{"page.md:1: the link to chat/a.go#L4", "call it `maxId`"}},
		{"a line behind the end", "[`maxId`](chat/a.go#L99)\n", []string{"page.md:1: the link to chat/a.go#L99 leads into no declaration of chat/a.go, which has 24 lines"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			problems := strings.Join(problemsOf(t, repository(tt.page)), "\n") + "\n"
			assert.True(t, strings.HasPrefix(problems, tt.want[0]), "%q\nfor\n%q", tt.want[0], problems)
			for _, want := range tt.want[1:] {
				assert.Contains(t, problems, want)
			}
		})
	}
}

func TestLanguagesDiffer(t *testing.T) {
	const english = "# A\n\n## B\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n<!-- measured: y -->\n<!-- /measured -->\n"
	for name, tt := range map[string]struct{ from, to, want string }{
		"a heading's level":       {"## B", "### B", "page.ja.md:3: heading 2 differs between the languages: here one of level 3, in page.md:3 one of level 2; make both"},
		"a heading is missing":    {"## B", "B", "page.ja.md:1: heading 2 differs between the languages: here none, in page.md:3 one of level 2"},
		"a table's row":           {"| 1 | 2 |\n", "| 1 | 2 |\n| 3 | 4 |\n", "page.ja.md:5: table 1 differs between the languages: here 3 rows and 2 columns, in page.md:5 2 rows"},
		"a table's columns":       {"| a | b |\n| - | - |", "| a |\n| - |", "page.ja.md:5: table 1 differs between the languages: here 2 rows and 1 columns"},
		"another mark":            {"measured: y", "measured: z", "page.ja.md:9: mark 1 differs between the languages"},
		"a mark more":             {"/measured -->\n", "/measured -->\n\n<!-- measured: z -->\n<!-- /measured -->\n", "page.ja.md:12: mark 2 differs between the languages: here <!-- measured: z -->, in page.md:1 none"},
		"nothing but the wording": {"# A", "# あ", ""},
	} {
		t.Run(name, func(t *testing.T) {
			files := repository(english)
			require.Contains(t, english, tt.from)
			files["page.ja.md"] = &fstest.MapFile{Data: []byte(strings.Replace(english, tt.from, tt.to, 1))}
			problems := strings.Join(problemsOf(t, files), "\n")
			if tt.want == "" {
				assert.Empty(t, problems)
			} else {
				assert.True(t, strings.HasPrefix(problems, tt.want), problems)
			}
		})
	}
	for path, want := range map[string]string{
		"more.md":         "more.md:1: there is no more.ja.md: write it",
		"dir/extra.ja.md": "dir/extra.ja.md:1: there is no dir/extra.md: write it",
	} {
		problems := problemsOf(t, repository("", path, "# A\n"))
		require.Len(t, problems, 1)
		assert.Contains(t, problems[0], want)
	}
	assert.Empty(t, problemsOf(t, repository("", "testdata/a.md", "[a](b)", ".git/a.md", "[a](b)", "x/vendor/a.md", "[a](b)")))
}

// If both languages show one command, they must show the same of its output.
func TestLanguagesShowTheSameOutput(t *testing.T) {
	files := repository("<!-- run: go version -->\n```console\n$ go version\ngo …\n```\n(run with go1.26; “…” varies or is left out)\n<!-- /run -->\n")
	japanese := "<!-- run: go version -->\n```console\n$ go version\ngo v…\n```\n（go1.26 で実行。「…」は実行のたびに変わる部分か、省いた部分）\n<!-- /run -->\n"
	files["page.ja.md"] = &fstest.MapFile{Data: []byte(japanese)}
	problems := problemsOf(t, files)
	require.Len(t, problems, 1)
	assert.Contains(t, problems[0], "page.ja.md:1: mark 1 differs between the languages")
	assert.Contains(t, problems[0], "in page.md:1 <!-- run: go version -->, which shows something else")
	files["page.ja.md"] = &fstest.MapFile{Data: []byte(strings.Replace(japanese, "go v…", "go …", 1))}
	assert.Empty(t, problemsOf(t, files))
}

// Write makes pages true. It does not change a true page.
func TestWrite(t *testing.T) {
	root := t.TempDir()
	page := "# A\n\n<!-- excerpt: chat/a.go NewClient -->\n<!-- /excerpt -->\n\n1. b\n\n   <!-- excerpt: chat/a.go Client -->\n   by hand\n   <!-- /excerpt -->\n\n<!-- diff: chat/a.go chat/b.go -->\n<!-- /diff -->\n\nend\n"
	for path, file := range repository(page) {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(root, path)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(root, path), file.Data, 0o600))
	}
	problems := func() []Problem {
		tree, err := open(os.DirFS(root), nil)
		require.NoError(t, err)
		return tree.check(t.Context())
	}
	read := func(path string) string {
		text, err := os.ReadFile(filepath.Join(root, path))
		require.NoError(t, err)
		return string(text)
	}
	require.Len(t, problems(), 6)
	var log strings.Builder
	require.NoError(t, Write(t.Context(), root, &log, "page.md"))
	assert.Equal(t, "page.md is changed\n", log.String())
	assert.Equal(t, page, read("page.ja.md"))
	require.NoError(t, Write(t.Context(), root, io.Discard))
	assert.Empty(t, problems())
	written := read("page.md")
	assert.Contains(t, written, "   ```go\n   // Client is one.\n   type Client[T any] struct{ id int }\n   ```\n   <!-- /excerpt -->\n\n<!-- diff")
	assert.Contains(t, written, "-\t\tmaxId++\n+\t\tmaxId += 1\n")
	assert.NotContains(t, written, "by hand")
	assert.True(t, strings.HasSuffix(written, "<!-- /diff -->\n\nend\n"), written)

	log.Reset()
	require.NoError(t, Write(t.Context(), root, &log))
	assert.Empty(t, log.String(), "a true page is not written again")

	// Text that can't be written stays as it is, and the rest is written.
	broken := written + "\n<!-- excerpt: chat/a.go Xyzzy -->\nhere\n<!-- /excerpt -->\n\n<!-- excerpt: chat/a.go maxId -->\n<!-- /excerpt -->\n"
	require.NoError(t, os.WriteFile(filepath.Join(root, "page.md"), []byte(broken), 0o600))
	err := Write(t.Context(), root, io.Discard)
	assert.ErrorContains(t, err, "chat/a.go does not declare Xyzzy")
	assert.Contains(t, read("page.md"), "Xyzzy -->\nhere\n")
	assert.Contains(t, read("page.md"), "var maxId int\n```\n<!-- /excerpt -->\n")
}

// For a new step, each missing thing is a problem, with what to do.
func TestNewStep(t *testing.T) {
	files := make(fstest.MapFS)
	for path, text := range map[string]string{"README.md": "<!-- scoreboard -->\n<!-- /scoreboard -->\n", "98-bare/README.md": "# 98\n"} {
		files[path] = &fstest.MapFile{Data: []byte(text)}
		files[markdown.Other(path)] = files[path]
	}
	tree, err := open(files, []steps.Step{{Name: "98-bare"}, {Name: "99-made-up"}})
	require.NoError(t, err)
	var problems []string
	for _, p := range append(tree.check(t.Context()), tree.missing()...) {
		problems = append(problems, p.Error())
	}
	assert.Equal(t, []string{
		`README.ja.md:1: <!-- scoreboard --> does not agree with the code (the page has nothing more, and should have ""): ` + remedy,
		`README.md:1: <!-- scoreboard --> does not agree with the code (the page has nothing more, and should have ""): ` + remedy,
		"docs/workshop.md: there is no such page: write it",
		"docs/workshop.ja.md: there is no such page: write it",
		"docs/orders.md: there is no such page: write it",
		"docs/orders.ja.md: there is no such page: write it",
		"98-bare/README.md:1: there is no <!-- bad clients: 98-bare -->: write it and its closing mark, then " + remedy,
		"98-bare/README.ja.md:1: there is no <!-- bad clients: 98-bare -->: write it and its closing mark, then " + remedy,
		"99-made-up/README.md: there is no such page: write it",
		"99-made-up/README.ja.md: there is no such page: write it",
	}, problems)
}

// A command that several pages show runs only once. Each page that shows something else
// than was printed is a problem. A command that fails is one problem.
func TestCheckRuns(t *testing.T) {
	run := func(command, shown string) string {
		return "<!-- run: " + command + " -->\n```console\n$ " + command + "\n" + shown + "\n```\n(run with go1.26.8; “…” varies or is left out)\n<!-- /run -->\n\n"
	}
	page := run("go env GOOS", runtime.GOOS) + run("go version", "go1…") + run("go nosuchcommand", "…") + "<!-- run: A=b -->\n<!-- /run -->\n"
	tree, err := open(fstest.MapFS{"a.md": {Data: []byte(page)}, "a.ja.md": {Data: []byte(page)}}, nil)
	require.NoError(t, err)
	var log strings.Builder
	problems := tree.checkRuns(t.Context(), t.TempDir(), &log)
	assert.Equal(t, 3, strings.Count(log.String(), "$ go "), log.String())
	if runtime.GOOS == "windows" {
		t.Skip("on Windows all runs are left out")
	}
	require.Len(t, problems, 3)
	assert.Contains(t, problems[0].Error(), "a.ja.md:9: go version prints something else, or nothing, where the page has \"go1…\": "+remedy+", or repair the command. It printed:\ngo version go")
	assert.Contains(t, problems[1].Error(), "a.ja.md:17: go nosuchcommand ends with exit status 2: write fails: before it")
	assert.Contains(t, problems[2].Error(), "a.md:9: go version prints something else")
}

// When the time is over, Check and Write say so, and nothing is written.
func TestStopped(t *testing.T) {
	tree, err := open(repository("<!-- excerpt: chat/a.go maxId -->\n<!-- /excerpt -->\n"), nil)
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	problems := tree.check(ctx)
	require.Len(t, problems, 1)
	assert.EqualError(t, problems[0], "page.ja.md:1: the check ended here: context canceled")
	assert.ErrorContains(t, tree.write(ctx, t.TempDir(), io.Discard), "stopped, and nothing is written: context canceled")
}

// A word that the table of CONTRIBUTING.ja.md forbids is found in a Japanese page, but
// not in code or in the table itself. If there is no table, that is a problem.
func TestSpelling(t *testing.T) {
	const table = "| 使う | 使わない |\n| --- | --- |\n| メモリ | メモリー、めもり |\n"
	files := repository("# A page\n", "CONTRIBUTING.ja.md", table)
	files["page.ja.md"].Data = []byte("# ページ\n\n```go\n// メモリー\n```\n\nめもりは\n")
	pages, err := markdown.Read(files)
	require.NoError(t, err)
	problems := checkSpelling(pages)
	require.Len(t, problems, 1)
	assert.EqualError(t, problems[0], `page.ja.md:7: "めもり" is not used: write "メモリ" (CONTRIBUTING.ja.md has the list)`)

	files["CONTRIBUTING.ja.md"].Data = []byte("# no table\n")
	pages, err = markdown.Read(files)
	require.NoError(t, err)
	require.Len(t, checkSpelling(pages), 1)
	assert.ErrorContains(t, checkSpelling(pages)[0], "CONTRIBUTING.ja.md:1: there is no table with the columns 使う and 使わない")
}
