package runs

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestParse(t *testing.T) {
	c := parse(t, "fails: needs=race: A=b C='d e' go test -run 'TestX/(a|b)' ./x")
	assert.Equal(t, "A=b C='d e' go test -run 'TestX/(a|b)' ./x", c.Text)
	assert.Equal(t, []string{"A=b", "C=d e"}, c.env)
	assert.Equal(t, []string{"go", "test", "-run", "TestX/(a|b)", "./x"}, c.words)
	assert.True(t, c.fails)
	assert.Equal(t, []string{"race"}, c.needs)

	c = parse(t, "go run . -say 'so: this' A=b ''")
	assert.Equal(t, []string{"go", "run", ".", "-say", "so: this", "A=b", ""}, c.words)
	assert.False(t, c.fails)

	for args, want := range map[string]string{
		"":                     "needs a command",
		"fails:":               "needs a command",
		"go test > x":          `'>' in "go test > x" is for a shell`,
		"go test $HOME":        "is for a shell",
		"go test 'x":           "has no end",
		"needs=luck: go test":  `no need "luck"`,
		"fails: A=b":           "needs a command",
		"needs=race: fails: ":  "needs a command",
		"go test -run \"a b\"": "'single quotes'",
	} {
		_, err := Parse(args)
		assert.ErrorContains(t, err, want, args)
	}
}
