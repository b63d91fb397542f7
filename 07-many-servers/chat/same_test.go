package chat

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/steps"
)

// What a client sends and gets is as in 06: these files are the same, and their tests are there.
func TestSameAs06(t *testing.T) {
	root, err := steps.Root()
	require.NoError(t, err)
	for _, name := range []string{"frame.go", "mailbox.go", "reader.go"} {
		theirs, err := os.ReadFile(filepath.Join(root, "06-hardened", "chat", name))
		require.NoError(t, err)
		ours, err := os.ReadFile(name)
		require.NoError(t, err)
		assert.Equal(t, string(theirs), string(ours), "%s: change it in 06-hardened, and copy it", name)
	}
}
