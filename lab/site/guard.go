package site

import (
	"crypto/rand"
	"crypto/subtle"
	"net"
	"net/http"
)

// TokenHeader is the request's header that has the token.
const TokenHeader = "Lab-Token"

// NewToken returns a token that nobody can guess.
func NewToken() string { return rand.Text() }

// atHome lets through what comes for a name of this machine's loopback, as a page of
// the lab sends it. A name of the Internet that somebody has pointed at loopback
// ("rebound") is refused, and so is what a page of another origin sends. The port is
// free: it may have been forwarded.
func atHome(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isLoopback(r.Host) {
			http.Error(w, "the lab is on loopback alone, as localhost", http.StatusForbidden)
			return
		}
		if origin := r.Header.Get("Origin"); origin != "" && origin != "http://"+r.Host {
			http.Error(w, "this is not for pages of another origin", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func isLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return host == "localhost" || host == "127.0.0.1" || host == "::1" || host == "[::1]"
}

// withToken lets through who has the token.
func withToken(token string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if subtle.ConstantTimeCompare([]byte(r.Header.Get(TokenHeader)), []byte(token)) != 1 {
			http.Error(w, "the token is missing or wrong: open the address that the lab has printed", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}
