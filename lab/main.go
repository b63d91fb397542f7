// Command lab shows the steps while they run, in the browser: the goroutines of a
// step in its figure, and buttons that disturb it; picks by hand; and go test -race. It
// is on loopback only, and serves who has the token of the address that it prints.
//
// All that it has started ends with it. Where the lab is killed, the steps and what plays
// their orders end on every system, as their standard input ends. A go test -race ends
// then on Linux alone; elsewhere it goes on until it is through.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"websocket-chat-steps/internal/live"
	"websocket-chat-steps/internal/steps"
	"websocket-chat-steps/lab/site"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run serves the lab until ctx ends, and returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("lab", flag.ContinueOnError)
	flags.SetOutput(stderr)
	addr := flags.String("addr", "localhost:8090", "serve the lab on this `host:port` of loopback")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case flags.NArg() > 0:
		fmt.Fprintf(stderr, "lab: unexpected argument %q; use -addr to give an address\n", flags.Arg(0))
		return 2
	}
	root, err := steps.Root()
	if err != nil {
		fmt.Fprintf(stderr, "lab: %v\n", err)
		return 1
	}
	listener, err := listen(*addr)
	if err != nil {
		fmt.Fprintf(stderr, "lab: %v; give another address, as in -addr localhost:8091\n", err)
		return 1
	}
	here := site.New(root)
	token := site.NewToken()
	server := &http.Server{Handler: here.Handler(token), ReadHeaderTimeout: 10 * time.Second}
	go server.Serve(listener) // ends with Close
	port := listener.Addr().(*net.TCPAddr).Port
	fmt.Fprintf(stdout, "The lab is at http://localhost:%d/#token=%s\n"+
		"Open that address in a browser of this machine. It lets in only who has it. (Ctrl-C ends the lab and all that it has started)\n", port, token)
	<-ctx.Done()
	server.Close()
	here.Close()
	if err := live.Clean(); err != nil {
		fmt.Fprintf(stderr, "lab: %v\n", err)
		return 1
	}
	return 0
}

// listen opens a port of loopback, and nothing else: the lab runs commands.
func listen(addr string) (net.Listener, error) {
	tcp, err := net.ResolveTCPAddr("tcp", addr)
	if err != nil {
		return nil, err
	}
	if !tcp.IP.IsLoopback() {
		return nil, fmt.Errorf("%s is not on loopback, and the lab is for this machine alone", addr)
	}
	return net.ListenTCP("tcp", tcp)
}
