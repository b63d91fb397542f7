package exercises

import (
	"embed"
	"io/fs"
	"path"

	"websocket-chat-steps/internal/gocmd"
)

// start has each exercise as it was in the beginning. So it can be had again without git.
//
//go:embed start
var start embed.FS

// Start returns the files of the exercise as they were in the beginning, as files of a
// directory, given from the repository's root: all that an overlay needs to lay them there.
func (e Exercise) Start(dir string) (gocmd.Overlay, error) {
	files := make(gocmd.Overlay)
	entries, err := fs.ReadDir(start, "start/"+e.Name)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		text, err := fs.ReadFile(start, path.Join("start", e.Name, entry.Name()))
		if err != nil {
			return nil, err
		}
		files[path.Join(dir, "chat", entry.Name())] = string(text)
	}
	return files, nil
}
