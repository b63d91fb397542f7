package steps

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// ModulePath is the path of the module at the repository's root. The names of
// its functions, and those of the modules beside it, begin with it.
const ModulePath = "websocket-chat-steps"

// Root returns the repository's directory: the working directory, or the nearest one
// above it that has the repository's go.mod. It resolves symbolic links, as the go
// command, the race detector and stacks name files by their real paths. An overlay must
// have the same paths.
func Root() (string, error) {
	at, err := os.Getwd()
	if err != nil {
		return "", err
	}
	if at, err = filepath.EvalSymlinks(at); err != nil {
		return "", err
	}
	for {
		if isRoot(filepath.Join(at, "go.mod")) {
			return at, nil
		}
		up := filepath.Dir(at)
		if up == at {
			return "", errors.New("this is not the repository: there is no go.mod of " + ModulePath + " here or above; go to its directory and run this again")
		}
		at = up
	}
}

func isRoot(file string) bool {
	content, err := os.ReadFile(file)
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(content)) { // they may end with CRLF
		if fields := strings.Fields(line); len(fields) >= 2 && fields[0] == "module" {
			return fields[1] == ModulePath
		}
	}
	return false
}
