package markdown

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAnchor(t *testing.T) {
	for heading, want := range map[string]string{
		"Scoreboard":            "scoreboard",
		"What is wrong with it": "what-is-wrong-with-it",
		"Is ++ atomic?":         "is--atomic",
		"maxId の競合":             "maxid-の競合",
		"クライアントが切断する":           "クライアントが切断する",
		"「まず」、二つ・三つ（コマンド）": "まず二つ三つコマンド",
		"サーバー":                      "サーバー",
		"01-original: the sample_1": "01-original-the-sample_1",
		"a & b — c":                 "a--b--c",
		"É":                         "é",
	} {
		assert.Equal(t, want, anchor(heading), heading)
	}
	p := Parse("a.md", []byte("# `maxId` & [a *link*](x) \\* &amp;\n"))
	assert.Equal(t, []string{"maxid--a-link--"}, p.Anchors)
}
