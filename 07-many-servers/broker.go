package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// readyWithin is how long a broker may take to start. It reads what is in its directory.
const readyWithin = 30 * time.Second

// broker is a NATS server in this process. It has the messages of all servers.
type broker struct {
	url  string // for clients
	nats *server.Server
	lock *flock.Flock // of the directory
}

// startBroker starts a broker that listens on addr and stores its messages in dir, which it
// makes. Two brokers in one directory would destroy each other's messages, so the second one
// gets an error, also while the first is another process. fail is called when the broker can't
// store anything any more, also if there is room again.
func startBroker(addr, dir string, fail context.CancelCauseFunc) (*broker, error) {
	host, portText, err := net.SplitHostPort(addr)
	port, err2 := strconv.Atoi(portText)
	if err != nil || err2 != nil {
		return nil, fmt.Errorf("-broker-addr %q: give a host and a number, as in localhost:4222", addr)
	}
	if port == 0 {
		port = server.RANDOM_PORT
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("-data %s: %v; give a directory that can be written", dir, err)
	}
	b := &broker{lock: flock.New(filepath.Join(dir, "lock"))}
	if free, err := b.lock.TryLock(); err != nil {
		return nil, fmt.Errorf("-data %s: %v; give a directory that can be written", dir, err)
	} else if !free {
		return nil, fmt.Errorf("-data %s: another broker uses it; give each broker a directory of its own", dir)
	}
	b.nats, err = server.NewServer(&server.Options{
		ServerName: step, Host: host, Port: port, NoSigs: true,
		JetStream: true, StoreDir: dir,
		SyncAlways: true, // an acknowledged message is on the disk. Else a power cut takes the last two minutes of messages, or the whole stream
	})
	if err != nil {
		b.lock.Close()
		return nil, fmt.Errorf("the broker: %v", err)
	}
	log := &natsLog{fail: fail}
	b.nats.SetLoggerV2(log, false, false, false)
	b.nats.Start()
	if why := log.fatal.Load(); why != nil {
		err = fmt.Errorf("the broker, at %s in %s: %s; give another -broker-addr or -data, or use a broker that is there by -nats", addr, dir, *why)
	} else if !b.nats.ReadyForConnections(readyWithin) {
		err = fmt.Errorf("the broker, at %s in %s, has not started within %v", addr, dir, readyWithin)
	}
	if err != nil {
		b.stop()
		return nil, err
	}
	b.url = b.nats.ClientURL()
	return b, nil
}

// stop ends the broker. What it has acknowledged is stored.
func (b *broker) stop() {
	b.nats.Shutdown()
	b.nats.WaitForShutdown()
	b.lock.Close()
}

// natsLog gives the broker's words to our log. Why it could not start, and that it can't write
// any more, the broker says only here.
type natsLog struct {
	fatal atomic.Pointer[string]
	fail  context.CancelCauseFunc
}

func (l *natsLog) Fatalf(format string, v ...any) {
	why := fmt.Sprintf(format, v...)
	l.fatal.Store(&why)
}
func (l *natsLog) Errorf(format string, v ...any) {
	text := fmt.Sprintf(format, v...)
	slog.Error("broker: " + text)
	if strings.Contains(text, "Critical write error") {
		l.fail(fmt.Errorf("the broker can't write: %s; make room on its disk, and start this server again on the same -data", text))
	}
}
func (l *natsLog) Warnf(format string, v ...any)   { slog.Warn("broker: " + fmt.Sprintf(format, v...)) }
func (l *natsLog) Noticef(format string, v ...any) {}
func (l *natsLog) Debugf(format string, v ...any)  {}
func (l *natsLog) Tracef(format string, v ...any)  {}

// connect connects to the first of the brokers that answers. Later it connects again, for
// ever, to any of them.
func connect(urls, creds, ca string) (*nats.Conn, error) {
	options := []nats.Option{
		nats.Name(step), nats.MaxReconnects(-1), nats.ReconnectWait(250 * time.Millisecond),
		nats.ReconnectBufSize(-1), // what could not be sent is tried again by who knows whether it is still wanted
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { slog.Warn("broker", "error", err) }),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil { // else this server has closed the connection
				slog.Warn("the broker is away", "why", err)
			}
		}),
		nats.PingInterval(5 * time.Second), // a machine that has gone says nothing
	}
	if creds != "" {
		options = append(options, nats.UserCredentials(creds))
	}
	if ca != "" {
		options = append(options, nats.RootCAs(ca))
	}
	nc, err := nats.Connect(urls, options...)
	if err != nil {
		return nil, fmt.Errorf("-nats %s: %v; is a broker there, and does it know you?", redacted(urls), err)
	}
	return nc, nil
}

// redacted returns URLs without their passwords.
func redacted(urls string) string {
	all := strings.Split(urls, ",")
	for i, s := range all {
		u, err := url.Parse(strings.TrimSpace(s))
		if err != nil {
			all[i] = "(an address that is no URL)"
			continue
		}
		all[i] = u.Redacted()
	}
	return strings.Join(all, ",")
}
