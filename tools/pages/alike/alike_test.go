package alike

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNear(t *testing.T) {
	names := []string{"NewClient", "Client.Write", "Client.Listen", "Server.Listen", "maxId"}
	for name, want := range map[string]string{
		"NewClent":      "NewClient",
		"newclient":     "NewClient",
		"Listen":        "Client.Listen, Server.Listen",
		"maxID":         "maxId",
		"Client.Wirte":  "Client.Write, Client.Listen",
		"nothing of it": strings.Join(names, ", "),
	} {
		assert.Equal(t, want, Near(name, names), name)
	}
}
