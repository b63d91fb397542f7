package result

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Read returns the result file called name. The error says what to do where
// there is none, or where its shape is another than this package's.
func Read(name string) (*File, error) {
	b, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w; go run -C bench . measures, and writes docs/measurements.json", err)
	}
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields() // a file of another shape is not to be read as half empty
	f := new(File)
	if err := d.Decode(f); err != nil {
		return nil, fmt.Errorf("%s is not what this benchmark writes: %w; measure anew, or take back the file that belongs to this code", name, err)
	}
	return f, nil
}

// Write writes the file to name, one line for each measurement.
func (f *File) Write(name string) error {
	b, err := json.Marshal(f)
	if err != nil {
		return err
	}
	return os.WriteFile(name, lines(b), 0o666)
}

// lines breaks compact JSON into lines: one for each field of the object, and
// one for each element of a field that is an array. What is deeper stays in its
// line, so that a difference between two files shows whole measurements.
func lines(compact []byte) []byte {
	var out bytes.Buffer
	var open []byte // the brackets around what is being copied
	quoted := false
	for i, c := range compact {
		if quoted {
			out.WriteByte(c)
			quoted = c != '"' || backslashes(compact[:i])%2 == 1
			continue
		}
		switch c {
		case '"':
			quoted = true
		case '{', '[':
			open = append(open, c)
		case '}', ']':
			if broken(open) && compact[i-1] != '{' && compact[i-1] != '[' {
				indent(&out, len(open)-1)
			}
			open = open[:len(open)-1]
		}
		out.WriteByte(c)
		switch c {
		case '{', '[':
			if next := compact[i+1]; broken(open) && next != '}' && next != ']' {
				indent(&out, len(open))
			}
		case ',':
			if broken(open) {
				indent(&out, len(open))
			} else {
				out.WriteByte(' ')
			}
		case ':':
			out.WriteByte(' ')
		}
	}
	out.WriteByte('\n')
	return out.Bytes()
}

// broken tells whether what stands directly in these brackets gets lines.
func broken(open []byte) bool {
	return string(open) == "{" || string(open) == "{["
}

func indent(out *bytes.Buffer, depth int) {
	out.WriteByte('\n')
	for range depth {
		out.WriteByte('\t')
	}
}

// backslashes counts those at the end of b.
func backslashes(b []byte) int {
	return len(b) - len(bytes.TrimRight(b, `\`))
}
