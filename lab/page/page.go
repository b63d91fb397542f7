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
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := path.Base(path.Clean("/" + r.URL.Path))
		if r.URL.Path == "/" {
			name = "index.html"
		}
		content, err := files.ReadFile(name)
		if err != nil || r.URL.Path != "/" && r.URL.Path != "/"+name {
			http.NotFound(w, r)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "read only", http.StatusMethodNotAllowed)
			return
		}
		h := w.Header()
		h.Set("Content-Type", types[path.Ext(name)])
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-cache") // another version of the lab may serve this port next
		w.Write(content)
	})
}
