// Package webpage is the one page that every step serves. It knows nothing of
// how a step works inside: only the step's name, and the path of its WebSocket.
package webpage

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
)

var (
	//go:embed page.html
	pageHTML string
	//go:embed page.css
	pageCSS []byte
	//go:embed page.js
	pageJS []byte
)

var pageTemplate = template.Must(template.New("page.html").Parse(pageHTML))

// contentSecurityPolicy allows the page what it needs and nothing else, so that
// even a mistake in page.js could not run what somebody sends as a message.
const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; " +
	"connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Handler serves the page at "/", and its script and its style beside it. The
// page shows step as the name of what it talks to, and connects to the
// WebSocket at path on the host it came from. Any other path is not found, any
// method but GET and HEAD is not allowed.
func Handler(step, path string) http.Handler {
	var page bytes.Buffer
	if err := pageTemplate.Execute(&page, struct{ Step, Path string }{step, path}); err != nil {
		panic(err) // two strings go into a buffer: only a broken page.html gets here
	}

	mux := http.NewServeMux()
	mux.Handle("GET /{$}", file("text/html; charset=utf-8", page.Bytes()))
	mux.Handle("GET /page.css", file("text/css; charset=utf-8", pageCSS))
	mux.Handle("GET /page.js", file("text/javascript; charset=utf-8", pageJS))
	return mux
}

// file serves content. The type is given, not guessed: some systems have their
// own idea of what a .js is, and nosniff makes the browser believe them.
func file(contentType string, content []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Type", contentType)
		h.Set("Content-Security-Policy", contentSecurityPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-cache") // another step may serve this port next
		w.Write(content)
	}
}
