package main

import (
	"bytes"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/live"
)

// long tells whether the tests run in their long form.
var long = os.Getenv("MANY_LONG") != ""

// size returns the size of something in the short and in the long form.
func size(short, whole int) int {
	if long {
		return whole
	}
	return short
}

// Servers with one broker are one room: all clients hear the same, in the same order, and each
// sender's messages in theirs.
func TestOneRoom(t *testing.T) {
	t.Parallel()
	broker := startBrokerIn(t)
	servers := []*live.Program{broker.Program, start(t, "-nats", broker.url()), start(t, "-nats", broker.url())}
	begin(t, servers, size(4, 20), size(1, 2), size(200, 700)).end()
}

// A server is killed. Its clients go to another one, and hear there what came since, once. What they
// had sent without an acknowledgement, they send again, and it is heard once.
func TestComesBack(t *testing.T) {
	t.Parallel()
	broker := startBrokerIn(t)
	servers := []*live.Program{broker.Program, start(t, "-nats", broker.url()), start(t, "-nats", broker.url())}
	p := begin(t, servers, size(4, 20), 2, size(200, 1000))
	p.await(p.total / 3)
	servers[1].Kill()
	p.await(p.total * 2 / 3)
	servers[2].Kill()
	p.end()
	for _, m := range p.members {
		assert.Equal(t, m.servers[0] != servers[0], m.left.Load() > 0, "%s has changed its server", m.name)
	}
}

// The broker is killed under load, and comes back with what it had acknowledged. All clients stay
// connected: senders wait.
func TestBrokerComesBack(t *testing.T) {
	t.Parallel()
	broker := startBrokerIn(t)
	servers := []*live.Program{start(t, "-nats", broker.url()), start(t, "-nats", broker.url())}
	p := begin(t, servers, size(4, 20), 2, size(200, 1000))
	kills := size(2, 5)
	for i := range kills {
		p.await(p.total * (i + 1) / (kills + 1))
		broker.Kill()
		broker.again(t)
	}
	silence := p.end()
	if long {
		assert.Less(t, silence, 2*5*time.Second, "a quiet machine is back within 5 s")
	}
	for _, m := range p.members {
		assert.Zero(t, m.left.Load(), "how often %s lost its connection", m.name)
	}
}

// The broker stores a message, and its acknowledgement is lost. The server sends the message again,
// and it is heard once.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	broker := startBrokerIn(t)
	relay := startRelay(t, broker.addr)
	server := start(t, "-nats", "nats://"+relay.Addr().String())
	isAck := func(b []byte) bool {
		return bytes.Contains(b, []byte(`"stream":"chat"`)) && bytes.Contains(b, []byte(`"seq":`))
	}
	for n := range 3 {
		cut := relay.eatUntil(isAck)
		c, err := judge.Dial("speaker", server.Addr, "/ws", judgetest.Patience())
		require.NoError(t, err)
		t.Cleanup(c.Drop)
		body := fmt.Sprint("number ", n)
		require.NoError(t, c.Say(body, "and then"))
		require.NoError(t, c.HearUntil(body))
		require.NoError(t, c.HearNext("speaker", "and then"), "the next after %q", body)
		<-cut
	}
}

// What the broker has for a server is gone, as when one of three brokers is killed that another
// server is connected to: nothing comes, no heartbeat either, and the connection stays. The server
// asks anew, and hears what was said meanwhile.
func TestSilentBroker(t *testing.T) {
	t.Parallel()
	broker := startBrokerIn(t)
	relay := startRelay(t, broker.addr)
	server := start(t, "-nats", "nats://"+relay.Addr().String())
	join := func(addr string) *judge.Client {
		c, err := judge.Dial("client", addr, "/ws", judgetest.Patience())
		require.NoError(t, err)
		t.Cleanup(c.Drop)
		return c
	}
	speaker, listener := join(broker.Addr), join(server.Addr)
	require.NoError(t, speaker.Say("before"))
	require.NoError(t, listener.HearNext("client", "before"))
	relay.eatUntilAsked("CONSUMER.CREATE.chat")
	require.NoError(t, speaker.Say("meanwhile"))
	require.NoError(t, listener.HearNext("client", "meanwhile"))
	_, stderr := server.Output()
	assert.NotContains(t, stderr, "the broker is away", "the connection was there all the time")

	// And here it breaks, with a message on the way. No other one follows.
	cut := relay.eatUntil(func(b []byte) bool { return bytes.Contains(b, []byte("on the way")) })
	require.NoError(t, speaker.Say("on the way"))
	<-cut
	require.NoError(t, listener.HearNext("client", "on the way"))

	// One message is missing, and the next one comes.
	relay.set(func() { relay.skip = "skipped" })
	require.NoError(t, speaker.Say("skipped"))
	judgetest.Await(t, "it to be skipped", func() (done bool) {
		relay.set(func() { done = relay.skip == "" })
		return done
	})
	require.NoError(t, speaker.Say("the next"))
	require.NoError(t, listener.HearNext("client", "skipped", "the next"))
}

// A server is behind, and a client comes to it that has heard more from another one. It hears each
// message once all the same.
func TestBehind(t *testing.T) {
	t.Parallel()
	broker := startBrokerIn(t)
	relay := startRelay(t, broker.addr)
	behind := start(t, "-nats", "nats://"+relay.Addr().String())
	say := func(first, last int) {
		t.Helper()
		c, err := judge.Dial("speaker", broker.Addr, fmt.Sprint("/ws?after=", first), judgetest.Patience())
		require.NoError(t, err)
		defer c.Drop()
		bodies := judge.Numbered(first, last, 0)
		require.NoError(t, c.Say(bodies...))
		require.NoError(t, c.HearNext("speaker", bodies...))
	}
	join := func(after int) *judge.Client {
		c, err := judge.Dial("listener", behind.Addr, fmt.Sprint("/ws?after=", after), judgetest.Patience())
		require.NoError(t, err)
		t.Cleanup(c.Drop)
		return c
	}
	say(0, 10)
	there := join(0)
	require.NoError(t, there.HearNext("speaker", judge.Numbered(0, 10, 0)...))
	relay.set(func() { relay.held = true })
	say(10, 20)
	some, all := join(15), join(20)
	for _, c := range []*judge.Client{some, all} { // a pong shows that the room has let it in
		require.NoError(t, c.Write(judge.AppendFrame(nil, judge.Ping, nil)))
		f, err := c.HearFrame()
		require.NoError(t, err)
		require.EqualValues(t, judge.Pong, f.Opcode, "%q", f.Payload)
	}
	relay.set(func() { relay.held = false })
	say(20, 30)
	require.NoError(t, some.HearNext("speaker", judge.Numbered(15, 30, 0)...))
	require.NoError(t, all.HearNext("speaker", judge.Numbered(20, 30, 0)...))
	require.NoError(t, there.HearNext("speaker", judge.Numbered(10, 30, 0)...))
}
