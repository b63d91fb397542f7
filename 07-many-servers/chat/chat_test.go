package chat

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/steps"
)

var step = steps.Of("07-many-servers")

// TestMain discards the log. The log is long, and its mutex orders goroutines,
// which hides races from the detector.
func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	if os.Getenv(isBroker) != "" {
		if err := serveBroker(); err != nil {
			fmt.Fprintln(os.Stderr, "the broker of the tests:", err)
			os.Exit(1)
		}
		return
	}
	stop, err := startBroker()
	if err != nil {
		fmt.Fprintln(os.Stderr, "the broker of the tests:", err)
		os.Exit(1)
	}
	status := m.Run()
	stop()
	os.Exit(status)
}

// unhurried are the Defaults for clients that send much, for a quick test: there is no limit of
// what they send.
var unhurried = func() Config {
	c := Defaults
	c.Origins = []string{"http://localhost"} // what clients say whose connections have no port
	c.Rate = 1 << 40
	return c
}()

// start opens a new room on two servers, so the judge's clients are on different ones.
func start() (judge.Server, error) {
	room := judge.Server{Path: step.Path, Loop: step.Loop}
	name := fmt.Sprint("room-", rooms.Add(1))
	var stops []func()
	for range 2 {
		server, stop, err := startServer(name)
		if err != nil {
			return room, err
		}
		mux := http.NewServeMux()
		mux.Handle(step.Path, server.Guard(server.WebsocketHandler()))
		room.Handlers = append(room.Handlers, mux)
		stops = append(stops, stop)
	}
	room.Stop = func() {
		for _, stop := range stops {
			stop()
		}
	}
	return room, nil
}

// startServer starts one more server of the room whose stream has this name.
func startServer(name string) (*Server, func(), error) {
	nc, err := nats.Connect(brokerURL, nats.MaxReconnects(-1), nats.ReconnectBufSize(-1))
	if err != nil {
		return nil, nil, err
	}
	stream, err := OpenStream(nc, name, 1, nil)
	if err != nil {
		return nil, nil, err
	}
	server := NewServer(unhurried, stream)
	go server.Start()
	if err := server.Follow(); err != nil {
		return nil, nil, err
	}
	return server, func() { server.Shutdown(); nc.Close() }, nil
}

// brokerURL is a broker in this process. Each room of a test has a stream of its own, whose
// name begins with "room-".
var (
	brokerURL string
	rooms     atomic.Int64
)

// startBroker starts it, in a process of its own, as the judge counts the goroutines of this
// one. It needs not survive a power cut.
func startBroker() (stop func(), err error) {
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), isBroker+"=1")
	child.Stderr = os.Stderr
	stdin, err := child.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := child.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := child.Start(); err != nil {
		return nil, err
	}
	brokerURL, err = bufio.NewReader(stdout).ReadString('\n')
	brokerURL = strings.TrimSpace(brokerURL)
	return func() { stdin.Close(); child.Wait() }, err
}

// isBroker is the variable that says that this process is the broker.
const isBroker = "CHAT_TEST_BROKER"

// serveBroker is the broker's process. It ends when its stdin does, also when the test was killed.
func serveBroker() error {
	dir, err := os.MkdirTemp("", "broker-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	broker, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true, JetStream: true, StoreDir: dir, JetStreamMaxStore: 1 << 40})
	if err != nil {
		return err
	}
	broker.Start()
	fmt.Println(broker.ClientURL())
	io.Copy(io.Discard, os.Stdin)
	broker.Shutdown()
	broker.WaitForShutdown()
	return nil
}

// TestProperties checks each cell of the step's column of the scoreboard, the "no"
// cells too, and what its README says about bad clients.
func TestProperties(t *testing.T) {
	judgetest.Test(t, step, start)
}
