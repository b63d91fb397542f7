package pages

import (
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/tools/pages/markdown"
)

// TestWorkshop puts one error at a time into the teacher's pages.
func TestWorkshop(t *testing.T) {
	texts := make(map[string]string)
	for _, path := range []string{workshop, markdown.Other(workshop)} {
		text, err := fs.ReadFile(os.DirFS(root(t)), path)
		require.NoError(t, err)
		texts[path] = string(text)
	}
	read := func(old, new string) (pages []*markdown.Page) {
		for path, text := range texts {
			pages = append(pages, markdown.Parse(path, []byte(strings.Replace(text, old, new, 1))))
		}
		return pages
	}
	require.Empty(t, checkWorkshop(read("", "")))
	for _, tt := range []struct{ name, old, new, want string }{
		{"a minute more", "| 3 | [The chat]", "| 4 | [The chat]", "the plan of 45 minutes adds up to 46"},
		{"a block that begins later", "| 6 | 4 | [What the author", "| 7 | 4 | [What the author", `"What the author suspected" begins after 6 minutes, and the row says "7"`},
		{"too much talk", "| 6 | [The detector, in red](#the-detector-in-red) | type |", "| 13 | [The detector, in red](#the-detector-in-red) | talk |",
			`in the plan of 45 minutes the teacher talks for 21 without a pause, up to "Reading a report"`},
		{"another kind", "(#the-chat) | type |", "(#the-chat) | sing |", `no kind "sing"`},
		{"no link", "| [One processor](#one-processor) |", "| One processor |", `"One processor" must be a link`},
		{"another anchor", "(#one-processor)", "(#two-processors)", `leads to #two-processors: write #one-processor`},
		{"another block's anchor", "(#one-processor)", "(#the-chat)", `leads to #the-chat: write #one-processor`},
		{"no section", "### One processor", "### Two processors", `"One processor" has no section`},
		{"a section in no plan", "## The blocks\n", "## The blocks\n\n### Songs\n", `the block "Songs" is in no plan`},
		{"a part is missing", "**Aim.** A data race is", "A data race is", `the block "One processor" has no **Aim.**`},
		{"an empty part", "**When late, cut.** The discussion. But fill in the column of 03.", "**When late, cut.**",
			`in the block "Back to the scoreboard" nothing follows **When late, cut.**`},
		{"no table row", "| 3 | [The chat]", "| three | [The chat]", `the minutes of this are "three"`},
		{"a plan without its heading", "## The plan of 45 minutes", "## A short plan", "there are plans of [90] minutes, and should be of [45 90]"},
		{"no blocks", "## ブロック", "## 塊", "has no section"},
		{"other minutes in Japanese", "| 3 | [チャットを動かす]", "| 4 | [チャットを動かす]", "this row has other minutes, another kind or another block than docs/workshop.md:"},
		{"another kind in Japanese", "| 話す |", "| 操作 |", "this row has other minutes, another kind"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.True(t, strings.Contains(texts[workshop]+texts[markdown.Other(workshop)], tt.old), "the page has other words now: change something else in this test")
			var problems []string
			for _, p := range checkWorkshop(read(tt.old, tt.new)) {
				problems = append(problems, p.Error())
			}
			assert.Contains(t, strings.Join(problems, "\n"), tt.want)
		})
	}
}
