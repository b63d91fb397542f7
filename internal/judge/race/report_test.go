package race

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	heading = "WARNING: DATA RACE\n"
	read    = "Read at 0x00c000012345 by goroutine 8:\n"
	write   = "Previous write at 0x00c000012345 by main goroutine:\n"

	inNewClient = "  mod/chat.NewClient()\n      /mod/chat/client.go:35 +0x30\n"
	inListen    = "  mod/chat.(*Server).Listen()\n      /mod/chat/server.go:99 +0x8\n"
	inRuntime   = "  runtime.mapassign_fast64()\n      /go/src/runtime/map.go:10 +0x0\n"
	inNeighbour = "  modest/chat.NewClient()\n      /modest/chat/client.go:35 +0x30\n"
	noFunction  = "      /mod/chat/client.go:35 +0x30\n"
	lost        = "  [failed to restore the stack]\n"

	created = "\nGoroutine 8 (running) created at:\n" + inNewClient
)

func TestParseReports(t *testing.T) {
	atNewClient := Side{Access: "Read", Function: "NewClient", File: "/mod/chat/client.go", Line: 35}
	tests := []struct {
		name  string
		stack string // of the read
		want  Side
	}{
		{"in the module", inNewClient, atNewClient},
		{"the innermost call counts", inListen + inNewClient, Side{"Read", "(*Server).Listen", "/mod/chat/server.go", 99}},
		{"calls outside the module do not", inRuntime + inNewClient, atNewClient},
		{"a directory whose name begins like the module's is outside", inNeighbour, Side{Access: "Read"}},
		{"all outside", inRuntime, Side{Access: "Read"}},
		{"no stack", lost, Side{Access: "Read"}},
		{"nothing at all", "", Side{Access: "Read"}},
		{"no function line", noFunction + inNewClient, Side{Access: "Read"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			report := heading + read + tt.stack + "\n" + write + inListen + created
			races, err := parseReports(bar+report+bar+bar+report+bar+"Found 2 data race(s)\n", "/mod")
			require.NoError(t, err)
			require.Len(t, races, 2)
			assert.Equal(t, report, races[0].Text)
			assert.Equal(t, tt.want, races[0].Sides[0])
			assert.Equal(t, Side{"Previous write", "(*Server).Listen", "/mod/chat/server.go", 99}, races[1].Sides[1])
		})
	}
}

func TestParseReportsRefusesWhatIsNone(t *testing.T) {
	report := heading + read + inNewClient + "\n" + write + inNewClient + created
	for name, text := range map[string]string{
		"cut off":       bar + report,
		"one side":      bar + heading + read + inNewClient + created + bar,
		"no side":       bar + heading + bar,
		"another kind":  bar + "WARNING: DEADLOCK\n" + report[len(heading):] + bar,
		"not a race":    bar + "FATAL: ThreadSanitizer: out of memory\n" + bar,
		"words between": bar + report + bar + "FATAL: ThreadSanitizer: out of memory\n",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseReports(text, "/mod")
			assert.Error(t, err)
		})
	}
}

func TestWithinNeedsBothSides(t *testing.T) {
	place := Place{File: "/mod/chat/client.go", Function: "NewClient", Lines: []int{35, 39}}
	side := Side{Function: "NewClient", File: "/mod/chat/client.go", Line: 39}
	assert.True(t, Race{Sides: [2]Side{side, side}}.Within(place))

	otherLine, otherFile, closure := side, side, side
	otherLine.Line = 36
	otherFile.File = "/mod/chat/server.go"
	closure.Function = "NewClient.func1"
	for _, other := range []Side{otherLine, otherFile, closure, {}} {
		assert.False(t, Race{Sides: [2]Side{side, other}}.Within(place), "%+v", other)
		assert.False(t, Race{Sides: [2]Side{other, side}}.Within(place), "%+v", other)
	}
}

func TestUses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "client.go")
	source := "package chat\n\nvar maxId int\n\nfunc (Client) NewClient() { maxId-- }\n\nfunc NewClient() *Client {\n\tmaxId++\n\treturn &Client{\n\t\tid: maxId,\n\t}\n}\n"
	require.NoError(t, os.WriteFile(file, []byte(source), 0o600))
	place, err := Uses(file, "NewClient", "maxId")
	require.NoError(t, err)
	assert.Equal(t, []int{8, 10}, place.Lines)

	for _, names := range [][2]string{{"OldClient", "maxId"}, {"NewClient", "minId"}} {
		_, err := Uses(file, names[0], names[1])
		assert.ErrorContains(t, err, "no function "+names[0]+" that uses "+names[1])
	}
	_, err = Uses("testdata/nosuchfile.go", "NewClient", "maxId")
	assert.Error(t, err)
}
