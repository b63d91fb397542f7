package exercises

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/steps"
)

// Whatever the judges can say of a room is there in Japanese, too.
func TestSay(t *testing.T) {
	root, err := steps.Root()
	require.NoError(t, err)
	said := make(map[string]bool)
	for _, name := range []string{"judge/properties.go", "judge/room.go", "judge/more.go", "schedule/rewrite/rewrite.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, "internal", filepath.FromSlash(name)), nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			f, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			format, ok := map[string]int{"fail": 0, "breakOff": 0, "refuse": 1}[f.Sel.Name]
			if !ok {
				return true
			}
			if text, ok := call.Args[format].(*ast.BasicLit); ok {
				format, err := strconv.Unquote(text.Value)
				require.NoError(t, err)
				said[format] = true
			}
			return true
		})
	}
	require.Greater(t, len(said), 8, "formats that were found")
	for format := range said {
		switch format {
		case "declared %d for each of %d clients; there %s", // exercises don't ask this
			"the server is another process, so its goroutines and sockets can't be counted from here":
			continue
		}
		assert.Contains(t, japanese, format)
	}

	for english, want := range map[string]string{
		`waited for client 1 to hear all of 5 messages, until nothing moved any more; it heard 1 message, and there are 6 goroutines: 5 IO wait, in Client.Start; 1 select, in Server.Start; it did not hear client 2 say "round 0"`: `client 1 に 5 件 がすべて届くのを、何も動かなくなるまで待った。届いたのは 1 件。goroutine が 6 個ある: 5 IO wait, in Client.Start; 1 select, in Server.Start。client 2 の発言 "round 0" が届いていない`,
		"after 15 clients have gone, 0 sockets are still open, and there is 1 goroutine: select, in Client.write":                                                                                                                    "15 のクライアントが切断した後に、開いたソケットは 0 個のまま。goroutine が 1 個ある: select, in Client.write",
		"nobody has words for this": "nobody has words for this",
	} {
		assert.Equal(t, want, Say("ja", english))
		assert.Equal(t, english, Say("en", english))
	}
}

// A Japanese sentence has each part of the English one.
func TestJapanese(t *testing.T) {
	for english, ja := range japanese {
		n := len(verb.FindAllString(english, -1))
		got := strings.Count(ja, "%")
		assert.Equal(t, n, got, english)
	}
}

// The exercises are numbered from 1 on, without a gap, from easy to hard, and can be named
// in several ways.
func TestNumbers(t *testing.T) {
	grade := 1
	for i, e := range All {
		assert.Equal(t, i+1, e.Number(), e.Name)
		assert.GreaterOrEqual(t, e.Grade, grade, e.Name)
		grade = e.Grade
		for _, word := range []string{e.Name, strconv.Itoa(i + 1), "exercises/" + e.Name} {
			got, err := Of(word)
			assert.NoError(t, err)
			assert.Equal(t, e.Name, got.Name)
		}
	}
	_, err := Of("99")
	assert.ErrorContains(t, err, `no exercise "99"; there are 1 to `)
}

// Each exercise has hints, and as many in both languages, three at the most.
func TestHints(t *testing.T) {
	for _, e := range All {
		require.NotEmpty(t, hints[e.Name][""], e.Name)
		for cause, texts := range hints[e.Name] {
			assert.Len(t, texts["ja"], len(texts["en"]), "%s %s", e.Name, cause)
			assert.LessOrEqual(t, len(texts["en"]), 3)
			assert.NotEmpty(t, texts["en"])
		}
	}
	cause, texts := All[0].Hints("en", "orders two-join")
	assert.Equal(t, CauseOrders, cause)
	assert.Len(t, texts, 3)
	cause, _ = All[0].Hints("en", "race")
	assert.Empty(t, cause)
	cause, _ = All[4].Hints("en", "property StalledRoom lock")
	assert.Equal(t, "property StalledRoom lock", cause)
	cause, _ = All[8].Hints("en", "property StalledRoom lock")
	assert.Equal(t, "property StalledRoom", cause)
}
