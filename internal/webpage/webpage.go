// Package webpage has the page that every step serves, and finds its address. It knows
// nothing about the inside of a step, only the step's name and the path of its
// WebSocket.
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

// contentSecurityPolicy allows the page what it needs and nothing else. So the browser
// would never run a script in a message, even if page.js had a mistake.
const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; " +
	"connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Handler serves the page at "/", with its script and its style. The page shows step as
// the name of the server, and connects to the WebSocket at path, which begins with "/".
// All addresses are relative to the page's own. So a proxy may serve the page below a
// prefix, such as http://host/prefix/. All other paths are not found. Only GET and HEAD
// are allowed.
func Handler(step, path string) http.Handler {
	var page bytes.Buffer
	if err := pageTemplate.Execute(&page, struct{ Step, Path string }{step, path}); err != nil {
		panic(err) // only a broken page.html can be the cause
	}

	mux := http.NewServeMux()
	mux.Handle("GET /{$}", file("text/html; charset=utf-8", page.Bytes()))
	mux.Handle("GET /page.css", file("text/css; charset=utf-8", pageCSS))
	mux.Handle("GET /page.js", file("text/javascript; charset=utf-8", pageJS))
	return mux
}

// URLs returns the address of the page that a listener at addr serves. If the listener
// has every address of the machine, URLs returns two: one for this machine, and one for
// another machine or a phone in the same network.
func URLs(addr net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return fmt.Sprintf("http://%v/", addr)
	}
	interfaces, err := net.InterfaceAddrs()
	if err != nil {
		interfaces = nil // then only this machine's own address is known
	}
	return everywhere(interfaces, tcp.Port)
}

// everywhere returns the page's address for this machine, and the first other IPv4
// address, which is short enough to type.
func everywhere(interfaces []net.Addr, port int) string {
	url := fmt.Sprintf("http://localhost:%d/", port)
	for _, a := range interfaces {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && n.IP.IsGlobalUnicast() {
			return fmt.Sprintf("%s and http://%s:%d/", url, n.IP, port)
		}
	}
	return url
}

// file serves content as the given type. Without it, some systems would send a wrong
// type for .js, and nosniff makes the browser believe what is sent.
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
