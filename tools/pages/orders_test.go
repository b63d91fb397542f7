package pages

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/schedule"
	"websocket-chat-steps/internal/steps"
	"websocket-chat-steps/tools/pages/counts"
)

// TestOrders holds pages to counts that nobody played.
func TestOrders(t *testing.T) {
	played := &counts.Played{
		Answers: map[counts.Question]counts.Answer{
			{Step: "01-original", Scenario: "two-join"}:              {Tally: schedule.Tally{Orders: 40, Wrong: 32}},
			{Step: "01-original", Scenario: "two-join", Every: true}: {Tally: schedule.Tally{Orders: 3432, Wrong: 2072}},
			{Step: "02-race-fix", Scenario: "two-join"}:              {Tally: schedule.Tally{Orders: 2}},
			{Step: "01-original", Scenario: "join-leave"}:            {Tally: schedule.Tally{Orders: 4, Wrong: 4}},
			{Step: "03-single-goroutine", Scenario: "buffer-full"}:   {Missing: counts.NoLimit},
		},
		Printed: map[counts.Command][]string{
			{Words: "-list", Lang: "en"}: {"two-join  join?"},
			{Words: "-list", Lang: "ja"}: {"two-join  入る"},
		},
	}
	const write = "run go run -C tools ./check -write pages"
	link := func(text, title string) string { return `It is [` + text + `](docs/orders.md "` + title + `").` }
	for _, tt := range []struct {
		name, english, japanese, want string // "" is no problem
	}{
		{"a count", link("32 of 40", "01-original two-join"), link("40 通りのうち 32 通り", "01-original two-join"), ""},
		{"every order", link("2,072 of 3,432", "-all 01-original two-join"), "", ""},
		{"none, and all", link("0 of 2", "02-race-fix two-join") + link("4 of 4", "01-original join-leave"), "", ""},
		{"another count", link("2,071 of 3,432", "-all 01-original two-join"), "", "page.md:1: \"2,071 of 3,432\" is no longer so: of 3,432 orders 2,072 go wrong in -all 01-original two-join, write that"},
		{"in Japanese", "", link("40 通りのうち 31 通り", "01-original two-join"), "page.ja.md:1: "},
		{"one number", link("in 32", "01-original two-join"), "", "is no longer so"},
		{"three", link("32 of 40 of 50", "01-original two-join"), "", "is no longer so"},
		{"no such scenario", link("32 of 40", "01-original two-joins"), "", "page.md:1: the title of the link \"32 of 40\": there is no scenario \"two-joins\""},
		{"no such limit", link("32 of 40", "03-single-goroutine buffer-full"), "", "has none: no limit"},
		{"a link without a title", "[three](docs/orders.md)", "", ""},
		{"a title of another page", "[three](page.md \"three\")", "", ""},
		{"what is printed", "<!-- orders: -list -->\n```console\n$ go run ./docs/orders -list\ntwo-join  join?\n```\n<!-- /orders -->",
			"<!-- orders: -list -->\n```console\n$ go run ./docs/orders -list\ntwo-join  入る\n```\n<!-- /orders -->", ""},
		{"what is printed otherwise", "<!-- orders: -list -->\n```console\n$ go run ./docs/orders -list\ntwo-join  leave?\n```\n<!-- /orders -->", "<!-- orders: -list -->\n<!-- /orders -->",
			`the page has "two-join  leave?", and should have "two-join  join?"): ` + write},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tree, err := open(fstest.MapFS{
				"page.md": {Data: []byte(tt.english)}, "page.ja.md": {Data: []byte(tt.japanese)},
				"docs/orders.md": {}, "docs/orders.ja.md": {},
			}, steps.All[:2])
			require.NoError(t, err)
			tree.played = played
			var problems []string
			for _, p := range tree.check(t.Context()) {
				if !strings.Contains(p.Text, "differs between the languages") {
					problems = append(problems, p.Error())
				}
			}
			if all := strings.Join(problems, "\n"); tt.want == "" {
				assert.Empty(t, all)
			} else {
				assert.Contains(t, all, tt.want)
			}
		})
	}
}
