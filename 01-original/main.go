// Command 01-original serves the chat of the post's first half. That is
// golang-samples/websocket of 2014, with its defects, in today's Go.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"

	"websocket-chat-steps/01-original/chat"
	"websocket-chat-steps/internal/webpage"
)

const step = "01-original"

func main() {
	log.SetFlags(log.Lshortfile)
	flags := flag.NewFlagSet(step, flag.ExitOnError)
	addr := flags.String("addr", "localhost:8080", "serve the chat on this `host:port`")
	flags.Parse(os.Args[1:])
	if flags.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "%s: unexpected argument %q; use -addr to give an address\n", step, flags.Arg(0))
		os.Exit(2)
	}

	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v; give another address, as in -addr localhost:8081\n", step, err)
		os.Exit(1)
	}
	interrupt := make(chan os.Signal, 1)
	signal.Notify(interrupt, os.Interrupt) // Ctrl-C

	server := chat.NewServer("/entry")
	go server.Listen()
	http.Handle("/", webpage.Handler(step, "/entry"))
	go func() { log.Fatal(http.Serve(listener, nil)) }()

	fmt.Printf("%s serves the chat at %s (Ctrl-C ends it)\n", step, webpage.URLs(listener.Addr()))
	<-interrupt
}
