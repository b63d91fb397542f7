// Package page is the lab's page: HTML, CSS and modules, as they are. It knows
// nothing of what stands behind the addresses that it asks.
package page

import (
	"embed"
	"net/http"
	"path"
)

//go:embed index.html *.css *.js *.json
var files embed.FS

// policy allows the page its own files, its own server, and to frame the chats,
// which are on other ports of this machine.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; " +
	"frame-src http://127.0.0.1:*; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

var types = map[string]string{
	".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
	".json": "application/json",
}

// Handler serves the page at "/" and its files beside it. It tells nothing of what
// runs, and does nothing.
func Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { serve(w, r, "index.html") })
	mux.HandleFunc("GET /{name}", func(w http.ResponseWriter, r *http.Request) { serve(w, r, r.PathValue("name")) })
	return mux
}

func serve(w http.ResponseWriter, r *http.Request, name string) {
	content, err := files.ReadFile(name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", types[path.Ext(name)])
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-cache") // another version of the lab may serve this port next
	w.Write(content)
}
