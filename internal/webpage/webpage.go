// Package webpage is the one page that every step serves. It knows nothing of
// how a step works inside: only the step's name, and the path of its WebSocket.
package webpage

import (
	_ "embed"
	"html/template"
	"net/http"
)

//go:embed page.html
var page string

var pageTemplate = template.Must(template.New("page").Parse(page))

// Handler serves the page at "/". The page shows step as the name of what it
// talks to, and connects to the WebSocket at path on the host it came from.
// Any other path is not found.
func Handler(step, path string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		pageTemplate.Execute(w, struct{ Step, Path string }{step, path})
	})
}
