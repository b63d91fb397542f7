// Package webpage is the one page that every step serves, and where it is. It
// knows nothing of how a step works inside: only the step's name, and the path of
// its WebSocket.
package webpage

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"net"
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
// WebSocket at path, which begins with "/". All addresses are relative to the
// page's own, so a proxy may serve it below a prefix, as at http://host/prefix/.
// Any other path is not found, any method but GET and HEAD is not allowed.
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

// URLs says where the page is that a listener at addr serves. Where that is every
// address of the machine, it names two: one for this machine, and one that
// another machine or a phone in the same network can open.
func URLs(addr net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return fmt.Sprintf("http://%v/", addr)
	}
	interfaces, err := net.InterfaceAddrs()
	if err != nil {
		interfaces = nil // then this machine's own is all that can be said
	}
	return everywhere(interfaces, tcp.Port)
}

// everywhere is the page's address for this machine, and the first of the others that
// fits in an address bar.
func everywhere(interfaces []net.Addr, port int) string {
	url := fmt.Sprintf("http://localhost:%d/", port)
	for _, a := range interfaces {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && n.IP.IsGlobalUnicast() {
			return fmt.Sprintf("%s and http://%s:%d/", url, n.IP, port)
		}
	}
	return url
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
