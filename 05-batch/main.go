// Command 05-batch serves the chat with mailboxes, as 04 does, and saves writes:
// the messages that have gathered for a client go out in one.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"

	"websocket-chat-steps/05-batch/chat"
	"websocket-chat-steps/internal/webpage"
)

const step = "05-batch"

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

	server := chat.NewServer()
	go server.Start()
	http.Handle("/ws", server.WebsocketHandler())
	http.Handle("/", webpage.Handler(step, "/ws"))
	go func() { log.Fatal(http.Serve(listener, nil)) }()

	fmt.Printf("%s serves the chat at %s (Ctrl-C ends it)\n", step, webpage.URLs(listener.Addr()))
	<-interrupt
}
