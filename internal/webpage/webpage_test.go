package webpage_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"

	"websocket-chat-steps/internal/webpage"
)

func get(method, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	webpage.Handler("03-step", "/ws").ServeHTTP(w, httptest.NewRequest(method, path, nil))
	return w
}

func TestFiles(t *testing.T) {
	for path, contentType := range map[string]string{
		"/":         "text/html; charset=utf-8",
		"/page.js":  "text/javascript; charset=utf-8",
		"/page.css": "text/css; charset=utf-8",
	} {
		t.Run(path, func(t *testing.T) {
			w := get("GET", path)
			assert.Equal(t, http.StatusOK, w.Code)
			assert.NotEmpty(t, w.Body.String())
			assert.Equal(t, contentType, w.Header().Get("Content-Type"))
			assert.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
			assert.Equal(t, "no-cache", w.Header().Get("Cache-Control"))
			for _, directive := range []string{
				"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "img-src data:",
				"base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
			} {
				assert.Contains(t, w.Header().Get("Content-Security-Policy"), directive)
			}
			assert.NotContains(t, w.Header().Get("Content-Security-Policy"), "unsafe")
		})
	}
}

func TestNamesStepAndPath(t *testing.T) {
	body := get("GET", "/").Body.String()
	assert.Contains(t, body, `data-step="03-step"`)
	assert.Contains(t, body, `data-path="/ws"`)
	assert.Contains(t, body, "<title>03-step</title>")
}

// A headless browser never asks for an icon, so this test reads the page itself.
func TestNoBrowserAsksForAnIcon(t *testing.T) {
	assert.Contains(t, get("GET", "/").Body.String(), `<link rel="icon" href="data:,">`)
}

func TestStepAndPathAreEscaped(t *testing.T) {
	w := httptest.NewRecorder()
	const nasty = `"><script>alert(1)</script>`
	webpage.Handler(nasty, "/"+nasty).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	assert.NotContains(t, w.Body.String(), "<script>alert")
	assert.NotContains(t, w.Body.String(), `">&lt;`)
	assert.Contains(t, w.Body.String(), `data-path="/&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"`)
}

func TestNotFound(t *testing.T) {
	for _, path := range []string{"/favicon.ico", "/page.html", "/index.html", "/entry", "/a/page.js"} {
		assert.Equal(t, http.StatusNotFound, get("GET", path).Code, path)
	}
}

func TestMethods(t *testing.T) {
	for _, path := range []string{"/", "/page.js", "/page.css"} {
		assert.Equal(t, http.StatusOK, get("HEAD", path).Code, path)
		for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS"} {
			w := get(method, path)
			assert.Equal(t, http.StatusMethodNotAllowed, w.Code, "%s %s", method, path)
			assert.Equal(t, "GET, HEAD", w.Header().Get("Allow"), "%s %s", method, path)
		}
	}
}

// A browser can open the address that a step prints, also one on a phone.
func TestURLs(t *testing.T) {
	tcp := func(ip string) net.Addr { return &net.TCPAddr{IP: net.ParseIP(ip), Port: 8096} }
	assert.Equal(t, "http://127.0.0.1:8096/", webpage.URLs(tcp("127.0.0.1")))
	assert.Equal(t, "http://[::1]:8096/", webpage.URLs(tcp("::1")))
	for _, all := range []string{"::", "0.0.0.0"} {
		assert.Regexp(t, `^http://localhost:8096/( and http://[\d.]+:8096/)?$`, webpage.URLs(tcp(all)))
	}
}
