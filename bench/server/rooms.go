package server

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"websocket-chat-steps/internal/gocmd"
	"websocket-chat-steps/internal/steps"
)

const many = "07-many-servers"

// room says how many servers of 07-many-servers are one room. They have a broker of their own, a
// process that does nothing else.
type room struct {
	servers int
	sync    bool // the broker has each message on the disk before it acknowledges it
}

// Rooms returns what the scenario many compares: 06-hardened, and rooms of 07-many-servers.
func Rooms() []Server {
	all := []Server{step(steps.Of("06-hardened"))}
	for _, r := range []room{{1, true}, {2, true}, {4, true}, {2, false}} {
		s := step(steps.Of(many))
		s.room = r
		s.Name = fmt.Sprint(many, " × ", r.servers)
		if !r.sync {
			s.Name += ", no sync"
		}
		all = append(all, s)
	}
	return all
}

// buildBroker builds a NATS server into dir, of the version that 07-many-servers has.
func buildBroker(ctx context.Context, root, dir string) error {
	cmd := gocmd.Command(ctx, filepath.Join(root, many), nil, "go", "build", "-buildvcs=false", "-o", filepath.Join(dir, "nats-server"), "github.com/nats-io/nats-server/v2")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("the broker can't be built: %w\n%s", err, out)
	}
	return nil
}

var listens = regexp.MustCompile(`Listening for client connections on (\S+)`)

// startRoom starts a broker, and then the room's servers. The process that it returns is the first
// of these, and stands for all.
func (s Server) startRoom(ctx context.Context, dir string) (p *Process, err error) {
	data, err := os.MkdirTemp(dir, "broker-")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(data)
		}
	}()
	interval := "2m" // as it is by default
	if s.room.sync {
		interval = "always"
	}
	config := filepath.Join(data, "config")
	text := fmt.Sprintf("listen: 127.0.0.1:-1\nlog_file: /dev/stdout\njetstream { store_dir: %q, sync_interval: %s }\n", data, interval)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return nil, err
	}
	broker := Server{Name: "the broker", Command: "nats-server -c " + config, at: "nats-server"}
	b, err := broker.start(ctx, dir, []string{"-c", config}, listens)
	if err != nil {
		return nil, err
	}
	b.data = data
	args := append([]string{"-nats", "nats://" + b.Addr, "-addr", "127.0.0.1:0"}, s.lifted.args...)
	for range s.room.servers {
		one, err := s.start(ctx, dir, args, served)
		if err != nil {
			if p == nil {
				p = b
			}
			p.Stop()
			return nil, err
		}
		if p == nil {
			p, one.broker = one, b
		} else {
			p.others = append(p.others, one)
		}
	}
	return p, nil
}

// all are the processes of the room, or the one.
func (p *Process) all() []*Process {
	all := append([]*Process{p}, p.others...)
	if p.broker != nil {
		all = append(all, p.broker)
	}
	return all
}

// BrokerUsed returns which part of Used was the broker's, from 0 to 1. Call it only after Stop.
func (p *Process) BrokerUsed() float64 {
	if p.broker == nil {
		return 0
	}
	return float64(p.broker.Used()) / float64(p.Used())
}

// sum adds up what f returns for each process.
func sum[T int | time.Duration](p *Process, f func(pid int) (T, error)) (all T, err error) {
	for _, one := range p.all() {
		n, err := f(one.cmd.Process.Pid)
		if err != nil {
			return 0, one.because(err)
		}
		all += n
	}
	return all, nil
}

// firstMatch reads lines until one matches, and returns that one, or else the first.
func firstMatch(says *regexp.Regexp, next func() (string, error)) string {
	first, err := next()
	for line := first; err == nil && says != served; line, err = next() {
		if says.MatchString(line) {
			return line
		}
	}
	return strings.TrimSpace(first)
}
