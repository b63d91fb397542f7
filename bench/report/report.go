// Package report writes what a run of the benchmark measured as pages: medians,
// ratios, tables and plots, in English and Japanese. It knows nothing of how it
// was measured. The sentences are in the two templates, page.*.tmpl; every figure
// that was measured comes into them from the result file.
package report

import (
	"bytes"
	_ "embed"
	"os"
	"path/filepath"
	"slices"
	"text/template"

	"websocket-chat-steps/bench/result"
)

// Command writes the pages anew from the result file that is kept, at the
// repository's root.
const Command = "go run -C bench ./report/write"

// Kept is the result file that the pages are written from, from the repository's
// root.
const Kept = "docs/measurements.json"

//go:embed page.en.tmpl
var englishPage string

//go:embed page.ja.tmpl
var japanesePage string

var templates = [languages]*template.Template{
	english:  parse("page.en.tmpl", englishPage),
	japanese: parse("page.ja.tmpl", japanesePage),
}

func parse(name, text string) *template.Template {
	functions := template.FuncMap{"n": whole}
	return template.Must(template.New(name).Option("missingkey=error").Funcs(functions).Parse(text))
}

// Write writes docs/measurements.md, docs/measurements.ja.md and the plots in
// docs/measurements below root, the repository's directory. The same f makes the
// same bytes. It writes nothing if Check refuses f.
func Write(root string, f *result.File) error {
	if err := Check(f); err != nil {
		return err
	}
	files := make(map[string][]byte)
	all := sections(f)
	for in, name := range [languages]string{"measurements.md", "measurements.ja.md"} {
		p := page{f, language(in), all}
		var b bytes.Buffer
		if err := templates[in].Execute(&b, p); err != nil {
			return err
		}
		files[name] = b.Bytes()
		for _, plot := range plots {
			svg, err := p.draw(plot)
			if err != nil {
				return err
			}
			files[filepath.Join("measurements", p.file(plot.name))] = svg
		}
	}
	docs := filepath.Join(root, "docs")
	if err := os.MkdirAll(filepath.Join(docs, "measurements"), 0o777); err != nil {
		return err
	}
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(docs, name), b, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// known returns what is said of a server. Check has seen to it that there is
// something.
func known(name string) server {
	return servers[slices.IndexFunc(servers, func(s server) bool { return s.name == name })]
}
