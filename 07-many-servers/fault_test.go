package main

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/live"
	"websocket-chat-steps/internal/steps"
)

// What is configured wrongly is said at the start, in one line, and the status is not 0.
func TestBadConfiguration(t *testing.T) {
	t.Parallel()
	broker := startBrokerIn(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	closed, guarded := freeAddr(t), startGuarded(t)
	for _, test := range []struct {
		name   string
		args   []string
		status int
		says   string
	}{
		{"the broker's port is taken", []string{"-broker-addr", taken.Addr().String()}, 1, "bind: address already in use"},
		{"the page's port is taken", []string{"-addr", taken.Addr().String()}, 1, "bind: address already in use"},
		{"no address", []string{"-broker-addr", "4222"}, 1, `-broker-addr "4222": give a host and a number`},
		{"the directory is a file", []string{"-data", file}, 1, "-data " + file + ": mkdir " + file + ": not a directory; give a directory that can be written"},
		{"the directory has a broker", []string{"-data", broker.data}, 1, "-data " + broker.data + ": another broker uses it; give each broker a directory of its own"},
		{"nobody listens", []string{"-nats", "nats://me:secret@" + closed}, 1, "-nats nats://me:xxxxx@" + closed + ": nats: no servers available for connection"},
		{"it is no broker", []string{"-nats", "nats://" + broker.Addr}, 1, "-nats nats://" + broker.Addr + ": "},
		{"another password", []string{"-nats", "nats://me:wrong@" + guarded}, 1, "-nats nats://me:xxxxx@" + guarded + ": nats: Authorization Violation"},
		{"no file with credentials", []string{"-nats", broker.url(), "-creds", file + "x"}, 1, file + "x: no such file or directory"},
		{"more replicas than brokers", []string{"-replicas", "3"}, 1, "replicas > 1 not supported in non-clustered mode"},
		{"other replicas than the stream has", []string{"-nats", broker.url(), "-replicas", "3"}, 1, `the stream "chat" was made with 1 replicas, not with 3`},
		{"-data and -nats", []string{"-nats", broker.url(), "-data", "x"}, 2, "-data is for the broker that starts without -nats"},
		{"-creds alone", []string{"-creds", "x"}, 2, "-creds and -ca are for the brokers of -nats"},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, stdout, stderr, err := live.Run(judgetest.Context(t), steps.Of(step), append([]string{"-addr", "127.0.0.1:0", "-broker-addr", "localhost:0"}, test.args...)...)
			require.NoError(t, err)
			assert.Equal(t, test.status, status)
			assert.Empty(t, stdout)
			assert.Regexp(t, `\A`+step+`: [^\n]+\n\z`, stderr)
			assert.Contains(t, stderr, test.says)
		})
	}
}

// A broker has forgotten what it had acknowledged: its directory is gone. The other server does not
// go on, as new messages would have the ids of old ones. It says so, and ends.
func TestBrokerForgets(t *testing.T) {
	t.Parallel()
	broker := startBrokerIn(t)
	server := start(t, "-nats", broker.url())
	c, err := judge.Dial("client", server.Addr, "/ws", judgetest.Patience())
	require.NoError(t, err)
	t.Cleanup(c.Drop)
	require.NoError(t, c.Say("one", "two"))
	require.NoError(t, c.HearNext("client", "one", "two"))

	broker.Kill()
	broker.data = t.TempDir()
	broker.again(t)
	status, err := server.Wait(judgetest.Context(t))
	require.NoError(t, err)
	assert.Equal(t, 1, status)
	_, stderr := server.Output()
	assert.Contains(t, stderr, step+": the broker has lost messages that it had acknowledged (message 2 was heard, and ")
}
