// Command 06-hardened serves the chat of 05-batch to strangers: it may stand behind a
// name, and a reverse proxy that speaks TLS.
package main

import (
	"expvar"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"websocket-chat-steps/06-hardened/chat"
	"websocket-chat-steps/internal/webpage"
)

const (
	step      = "06-hardened"
	maxHeader = 16 << 10        // bytes of a request's header
	slowest   = 5 * time.Second // that a header may take to come
)

func main() {
	config := chat.Defaults
	flags := flag.NewFlagSet(step, flag.ExitOnError)
	addr := flags.String("addr", "localhost:8080", "serve the chat on this `host:port`")
	debugAddr := flags.String("debug-addr", "", "serve the counters at /debug/vars on this `host:port`, of loopback; none if empty")
	proxy := flags.String("proxy", "", "the `IP` address of a reverse proxy whose X-Forwarded-For is to be believed")
	flags.Func("origin", "let pages of this `origin` join, too, as https://chat.example; may be repeated", func(s string) error {
		origin, err := originOf(s)
		config.Origins = append(config.Origins, origin)
		return err
	})
	flags.DurationVar(&config.Idle, "idle", config.Idle, "let a client go that has answered nothing for this `time`")
	flags.IntVar(&config.MaxMessage, "max-message", config.MaxMessage, "refuse messages whose JSON has more `bytes`")
	flags.IntVar(&config.MaxClients, "max-clients", config.MaxClients, "let at most this `number` of clients in")
	flags.Parse(os.Args[1:])
	switch {
	case flags.NArg() > 0:
		fail(2, "unexpected argument %q; use -addr to give an address", flags.Arg(0))
	case config.Idle < time.Second:
		fail(2, "-idle %v is too short for an answer to come; give at least 1s", config.Idle)
	case config.MaxMessage < 1 || config.MaxMessage > chat.LongestMessage:
		fail(2, "-max-message %d: give a number from 1 to %d", config.MaxMessage, chat.LongestMessage)
	case config.MaxClients < 1:
		fail(2, "-max-clients %d: give at least 1", config.MaxClients)
	}
	config.Origins = append(config.Origins, "http://"+strings.TrimSuffix(strings.ToLower(*addr), ":80"))
	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		fail(1, "%v; give another address, as in -addr localhost:8081", err)
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, nil)))
	server := chat.NewServer(config)
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM) // Ctrl-C, and what kill sends

	go server.Start()
	room, page := server.Guard(server.WebsocketHandler()), server.Guard(webpage.Handler(step, "/ws"))
	web := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			protect(w, r, *proxy)
			switch r.URL.Path {
			default:
				page.ServeHTTP(w, r)
				return
			case "/healthz": // whoever asks may know the server by its address alone
				fmt.Fprintln(w, "ok")
				return
			case "/ws":
			}
			room.ServeHTTP(w, r)
		}),
		ReadHeaderTimeout: slowest,
		ReadTimeout:       slowest,
		WriteTimeout:      2 * slowest, // of a page; a WebSocket has deadlines of its own
		IdleTimeout:       6 * slowest,
		MaxHeaderBytes:    maxHeader - 4<<10, // net/http adds 4 KiB
		ErrorLog:          slog.NewLogLogger(slog.Default().Handler(), slog.LevelWarn),
	}
	go func() { slog.Info("no more connections are accepted", "why", web.Serve(listener)) }()
	if *debugAddr != "" {
		debug, err := listenOnLoopback(*debugAddr)
		if err != nil {
			fail(1, "-debug-addr: %v; give another address, as in -debug-addr localhost:8081", err)
		}
		expvar.Publish("chat", chat.Counts)
		counters := server.Guard(expvar.Handler())
		go http.Serve(debug, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			protect(w, r, *proxy)
			counters.ServeHTTP(w, r)
		}))
	}

	fmt.Printf("%s serves the chat at %s as process %d (Ctrl-C ends it)\n", step, webpage.URLs(listener.Addr()), os.Getpid())
	<-stop
	signal.Stop(stop) // the next one ends the process at once
	listener.Close()
	server.Shutdown()
}

// protect adds to the answer what the browser may do with it: run no code but the page's
// own files, show it in no other page's frame, and tell no other site its address. The
// address of a request that the proxy sends on is the one that the proxy wrote.
func protect(w http.ResponseWriter, r *http.Request, proxy string) {
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'") // package webpage allows its files
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	if host, _, _ := net.SplitHostPort(r.RemoteAddr); proxy != "" && host == proxy {
		forwarded := strings.Join(r.Header.Values("X-Forwarded-For"), ",")
		r.RemoteAddr = strings.TrimSpace(forwarded[strings.LastIndexByte(forwarded, ',')+1:])
	}
}

// originOf returns an origin as a browser sends it: without a path, in small letters.
func originOf(s string) (string, error) {
	u, err := url.Parse(strings.ToLower(s))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" {
		return "", fmt.Errorf("give a scheme and a host, as in https://chat.example")
	}
	origin := u.Scheme + "://" + u.Host
	return strings.TrimSuffix(origin, map[string]string{"http": ":80", "https": ":443"}[u.Scheme]), nil
}

// listenOnLoopback listens on an address that only this machine can reach.
func listenOnLoopback(addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	if at, err := netip.ParseAddrPort(l.Addr().String()); err != nil || !at.Addr().IsLoopback() {
		l.Close()
		return nil, fmt.Errorf("%v is not of loopback, and the counters are for nobody else", l.Addr())
	}
	return l, nil
}

func fail(status int, format string, args ...any) {
	fmt.Fprintf(os.Stderr, step+": "+format+"\n", args...)
	os.Exit(status)
}
