package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/07-many-servers/chat"
	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/live"
)

// brokerConfig is the variable that makes the test's own program a broker, as nats-server is one: it
// has the path of the configuration.
const brokerConfig = "MANY_TEST_BROKER"

// serveBroker runs until it is killed, or its stdin ends.
func serveBroker(config string) error {
	options, err := server.ProcessConfigFile(config)
	if err != nil {
		return err
	}
	broker, err := server.NewServer(options)
	if err != nil {
		return err
	}
	broker.Start()
	os.Stdin.Read(make([]byte, 1))
	broker.Shutdown()
	return nil
}

// cluster are three brokers that somebody else runs.
type cluster struct {
	t       *testing.T
	urls    string
	configs map[string]string    // by the broker's name
	brokers map[string]*exec.Cmd // those that run
	js      jetstream.JetStream
}

func startCluster(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{t: t, configs: make(map[string]string), brokers: make(map[string]*exec.Cmd)}
	names := []string{"one", "two", "three"}
	dir := t.TempDir()
	var urls, clients, routes []string
	for range names {
		clients, routes = append(clients, judgetest.FreeAddr(t)), append(routes, judgetest.FreeAddr(t))
	}
	for i, name := range names {
		urls = append(urls, "nats://"+clients[i])
		c.configs[name] = filepath.Join(dir, name+".conf")
		require.NoError(t, os.WriteFile(c.configs[name], fmt.Appendf(nil, `
			server_name: %s
			listen: %s
			jetstream { store_dir: %q, sync_interval: always }
			cluster { name: three, listen: %s, routes: ["nats-route://%s"] }
			`, name, clients[i], filepath.Join(dir, name), routes[i], strings.Join(routes, `", "nats-route://`)), 0o600))
		c.start(name)
	}
	t.Cleanup(func() {
		for name := range c.brokers {
			c.kill(name)
		}
	})
	c.urls = strings.Join(urls, ",")
	nc, err := nats.Connect(c.urls, nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1))
	require.NoError(t, err)
	t.Cleanup(nc.Close)
	c.js, err = jetstream.New(nc)
	require.NoError(t, err)
	judgetest.Await(t, "the three brokers to find each other", func() bool {
		_, err := chat.OpenStream(nc, "chat", len(names), nil)
		return err == nil
	})
	return c
}

func (c *cluster) start(name string) {
	c.t.Helper()
	broker := exec.Command(os.Args[0])
	broker.Env = append(os.Environ(), brokerConfig+"="+c.configs[name])
	_, err := broker.StdinPipe() // ends with this process, however that ends
	require.NoError(c.t, err)
	require.NoError(c.t, broker.Start())
	c.brokers[name] = broker
}

func (c *cluster) kill(name string) {
	c.brokers[name].Process.Kill()
	c.brokers[name].Wait()
	delete(c.brokers, name)
}

// leader returns the name of the broker that orders the messages now.
func (c *cluster) leader() string {
	c.t.Helper()
	var leader string
	judgetest.Await(c.t, "a leader that runs, and two that have all", func() bool {
		stream, err := c.js.Stream(context.Background(), "chat")
		if err != nil || stream.CachedInfo().Cluster == nil {
			return false
		}
		leader = stream.CachedInfo().Cluster.Leader
		for _, r := range stream.CachedInfo().Cluster.Replicas {
			if !r.Current || r.Offline {
				return false
			}
		}
		return c.brokers[leader] != nil
	})
	return leader
}

// Of three brokers that have each message, the one that orders them is killed under load.
func TestLeaderKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("-short leaves out the cluster")
	}
	t.Parallel()
	c := startCluster(t)
	servers := []*live.Program{start(t, "-nats", c.urls, "-replicas", "3"), start(t, "-nats", c.urls, "-replicas", "3")}
	p := begin(t, servers, size(4, 20), 2, size(150, 1000))
	kills := size(1, 3)
	for i := range kills {
		p.await(p.total * (i + 1) / (kills + 1))
		leader := c.leader()
		c.kill(leader)
		p.await(p.total*(i+1)/(kills+1) + p.total/10) // two can go on
		c.start(leader)
	}
	silence := p.end()
	if long {
		assert.Less(t, silence, 2*15*time.Second, "a quiet machine is back within 15 s")
	}
	for _, m := range p.members {
		assert.Zero(t, m.refused.Load(), "how often %s was told that a message is not accepted", m.name)
	}
}
