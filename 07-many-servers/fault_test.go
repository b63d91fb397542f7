package main

import (
	"crypto/tls"
	"encoding/pem"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"
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
	closed, secured := judgetest.FreeAddr(t), startSecured(t)
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
		{"a stranger's credentials", []string{"-nats", secured.url, "-ca", secured.ca, "-creds", secured.strangers}, 1, "-nats " + secured.url + ": nats: Authorization Violation"},
		{"no credentials", []string{"-nats", secured.url, "-ca", secured.ca}, 1, "-nats " + secured.url + ": nats: Authorization Violation"},
		{"an unknown certificate", []string{"-nats", secured.url, "-creds", secured.creds}, 1, "-nats " + secured.url + ": nats: tls error: tls: failed to verify certificate: x509: certificate signed by unknown authority"},
		{"a file without certificates", []string{"-nats", secured.url, "-ca", file}, 1, `failed to parse root certificate from "` + file + `"`},
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

// The broker has forgotten what it had acknowledged: its directory is gone, or an older copy of it
// was put back. The other server does not go on, as new messages would have the ids of old ones. It
// says so, and ends.
func TestBrokerForgets(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		older bool     // a copy is put back
		said  []string // after that, on the broker's own server
		by    string   // on the other server
		says  string
	}{
		{"the directory is gone", false, nil, "", `message 4 was heard, and the newest that it has is 0`},
		{"an older copy", true, nil, "", `message 4 was heard, and the newest that it has is 2`},
		{"an older copy, and somebody speaks", true, nil, "five", `message 4 was heard, and now a new one gets the id 3`},
		{"an older copy that has grown", true, []string{"three", "four", "five"}, "", `message 4 is not the one that was heard`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			broker := startBrokerIn(t)
			relay := startRelay(t, broker.addr)
			server := start(t, "-nats", "nats://"+relay.Addr().String())
			dial := func(addr string) *judge.Client {
				c, err := judge.Dial("client", addr, "/ws?after=0", judgetest.Patience())
				require.NoError(t, err)
				t.Cleanup(c.Drop)
				return c
			}
			c := dial(server.Addr)
			talk := func(c *judge.Client, bodies ...string) {
				t.Helper()
				require.NoError(t, c.Say(bodies...))
				require.NoError(t, c.HearNext("client", bodies...))
			}
			talk(c, "one", "two")
			broker.Kill()
			older := filepath.Join(t.TempDir(), "data")
			if test.older {
				require.NoError(t, os.CopyFS(older, os.DirFS(broker.data)))
			}
			broker.again(t)
			talk(c, "three", "four")

			broker.Kill()
			relay.set(func() { relay.shut = true })
			broker.data = older
			broker.again(t)
			if test.said != nil {
				own := dial(broker.Addr)
				require.NoError(t, own.HearNext("client", "one", "two"))
				talk(own, test.said...)
			}
			relay.set(func() { relay.shut = false })
			if test.by != "" {
				require.NoError(t, c.Say(test.by))
			}
			status, err := server.Wait(judgetest.Context(t))
			require.NoError(t, err)
			assert.Equal(t, 1, status)
			_, stderr := server.Output()
			assert.Contains(t, stderr, step+": the broker has lost messages that it had acknowledged ("+test.says+")")
		})
	}
}

// The broker in the process asks the disk to keep each message before it acknowledges it.
func TestSyncAlways(t *testing.T) {
	b, err := startBroker("localhost:0", t.TempDir(), nil)
	require.NoError(t, err)
	defer b.stop()
	assert.True(t, b.nats.JetStreamConfig().SyncAlways)
}

// secured is a broker that somebody else runs: it speaks TLS with a certificate of its own, and
// lets in who has credentials of its operator.
type secured struct{ url, ca, creds, strangers string }

func startSecured(t *testing.T) secured {
	t.Helper()
	dir := t.TempDir()
	operator, strange := newKey(t, nkeys.CreateOperator), newKey(t, nkeys.CreateAccount)
	account, system := newKey(t, nkeys.CreateAccount), newKey(t, nkeys.CreateAccount)
	resolver := new(server.MemAccResolver)
	for _, a := range []nkeys.KeyPair{account, system} {
		claims := jwt.NewAccountClaims(public(t, a))
		if a == account {
			claims.Limits.JetStreamLimits = jwt.JetStreamLimits{DiskStorage: -1, MemoryStorage: -1}
		}
		text, err := claims.Encode(operator)
		require.NoError(t, err)
		require.NoError(t, resolver.Store(public(t, a), text))
	}
	credsOf := func(name string, account nkeys.KeyPair) string {
		user := newKey(t, nkeys.CreateUser)
		userJWT, err := jwt.NewUserClaims(public(t, user)).Encode(account)
		require.NoError(t, err)
		seed, err := user.Seed()
		require.NoError(t, err)
		creds, err := jwt.FormatUserConfig(userJWT, seed)
		require.NoError(t, err)
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, creds, 0o600))
		return file
	}

	web := httptest.NewTLSServer(nil) // for its certificate, which signs itself
	defer web.Close()
	ca := filepath.Join(dir, "ca.pem")
	require.NoError(t, os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: web.Certificate().Raw}), 0o600))
	broker, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, NoLog: true, NoSigs: true, JetStream: true, StoreDir: dir,
		TLSConfig: &tls.Config{Certificates: web.TLS.Certificates}, TLSTimeout: 60,
		TrustedKeys: []string{public(t, operator)}, AccountResolver: resolver, SystemAccount: public(t, system),
	})
	require.NoError(t, err)
	broker.Start()
	t.Cleanup(func() { broker.Shutdown(); broker.WaitForShutdown() })
	require.True(t, broker.ReadyForConnections(judgetest.Patience()))
	return secured{broker.ClientURL(), ca, credsOf("creds", account), credsOf("strangers", strange)}
}

func newKey(t *testing.T, create func() (nkeys.KeyPair, error)) nkeys.KeyPair {
	t.Helper()
	key, err := create()
	require.NoError(t, err)
	return key
}

func public(t *testing.T, key nkeys.KeyPair) string {
	t.Helper()
	s, err := key.PublicKey()
	require.NoError(t, err)
	return s
}

// With the right certificate and credentials, two servers are one room.
func TestSecured(t *testing.T) {
	t.Parallel()
	broker := startSecured(t)
	args := []string{"-nats", broker.url, "-ca", broker.ca, "-creds", broker.creds}
	begin(t, []*live.Program{start(t, args...), start(t, args...)}, 1, 1, 10).end()
}
