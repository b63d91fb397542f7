package result

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// Read returns the result file called name. If there is none, or if it has another shape
// than this package's, the error says what to do.
func Read(name string) (*File, error) {
	b, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w; go run -C bench . measures, and writes docs/measurements.json", err)
	}
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields() // a file of another shape must not seem half empty
	f := new(File)
	if err := d.Decode(f); err != nil {
		return nil, fmt.Errorf("%s is not what this benchmark writes: %w; measure anew, or take back the file that belongs to this code", name, err)
	}
	return f, nil
}

// Write writes the file to name, with one line for each measurement. So a diff of two files
// shows whole measurements.
func (f *File) Write(name string) error {
	b, err := json.Marshal(f)
	if err != nil {
		return err
	}
	// In a string each quote would have a backslash before it: this one is JSON's own.
	lines := strings.NewReplacer(`[{"name":`, "[\n"+`{"name":`, `,{"name":`, ",\n"+`{"name":`,
		`[{"server":`, "[\n"+`{"server":`, `,{"server":`, ",\n"+`{"server":`,
		`,"loads":`, ",\n"+`"loads":`, `,"idles":`, ",\n"+`"idles":`, `,"stalled":`, ",\n"+`"stalled":`)
	return os.WriteFile(name, []byte(lines.Replace(string(b))+"\n"), 0o666)
}
