package chattest

import (
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestServerOnGoodServer: a server that has every property passes.
func TestServerOnGoodServer(t *testing.T) {
	TestServer(t, startFake(none), declaredFake)
}

// impatient has the judge give up early, where it is to see something not happen.
func impatient(t *testing.T) {
	before := patience
	patience = 2 * time.Second
	t.Cleanup(func() { patience = before })
}

// Each property is seen to be missing where it is, and only there.
func TestPropertiesOnFaultyServers(t *testing.T) {
	for _, test := range []struct {
		fault    fault
		property Property
		want     kind
		seen     string
	}{
		{losesOne, EveryMessage, fails, "it did not hear client 1 say \"round 7\""},
		{losesOne, SenderOrder, holds, ""},
		{saysTwice, EveryMessage, fails, "client 4 heard client 1 say \"round 7\" 2 times"},
		{saysTwice, SenderOrder, holds, ""},
		{forgets, PastMessages, fails, "it did not hear client 1 say \"past 0\""},
		{forgets, EveryMessage, holds, ""},
		{leavesGoroutine, NothingLeft, fails, "15 goroutines: select"},
		{leavesGoroutine, EveryMessage, holds, ""},
		{sendsToItself, LongHistory, freezes, "channel send"},
		{sendsToItself, StalledRoom, freezes, "channel send"},
		{sendsToItself, StalledCost, freezes, "channel send"},
		{sendsToItself, NothingLeft, holds, ""},
		{waitsForClients, StalledRoom, breaksOff, "waited 2s for client 1 to hear itself"},
		{waitsForClients, LongHistory, holds, ""},
		{waitsForClients, StalledCost, breaksOff, "waited 2s for client 1 to hear itself"},
		{keepsEverything, StalledCost, fails, "MiB were held for it"},
		{keepsEverything, StalledRoom, holds, ""},
		{swapsTwo, SenderOrder, fails, "heard \"round 0, message 11\" where \"round 0, message 10\" was sent"},
		{swapsTwo, SameOrder, holds, ""},
		{mixesSenders, SameOrder, fails, "in round"},
		{mixesSenders, SenderOrder, holds, ""},
	} {
		t.Run(string(test.property)+" where "+string(test.fault), func(t *testing.T) {
			if test.want != holds {
				impatient(t)
			}
			declared := declaredFake
			if test.fault == leavesGoroutine {
				declared = declaredFake.lacking(NothingLeft)
			}
			got := judge(t, startFake(test.fault), scenarios[test.property], declared)
			assert.Equal(t, test.want, got.kind, got.seen)
			assert.Contains(t, got.seen, test.seen)
		})
	}
}

// Where more or fewer goroutines stay than were declared, that is seen.
func TestGoroutinesPerClientIsCounted(t *testing.T) {
	impatient(t)
	for _, declared := range []int{1, 3} {
		got := judge(t, startFake(none), func(r *room) { r.count(declared) }, declaredFake)
		assert.Equal(t, fails, got.kind)
		assert.Contains(t, got.seen, "10 goroutines: select, in internal/chattest.(*fake).serve.func1")
	}
}

// What comes of a bad client is seen where it is not as it should be.
func TestReactionsOfFaultyServers(t *testing.T) {
	impatient(t)
	for _, test := range []struct {
		fault fault
		bad   BadClient
		want  Reaction
		seen  string
	}{
		{sendsToItself, StopsReading, Freezes, "channel send"},
		{keepsEverything, StopsReading, PilesUp, "MiB were held for it"},
		{waitsForClients, StopsReading, "", "waited 2s for client 1 to hear itself"},
		{leavesGoroutine, Resets, Leaks, "1 goroutines: select"},
		{leavesGoroutine, DiesMidFrame, Leaks, "1 goroutines: select"},
		{relaysAnything, SendsNoJSON, "", "the others heard"},
		{dropsLong, LongMessage, Ignored, "but did hear what the client said next"},
		{diesOfEmpty, EmptyMessage, "", "heard neither"},
	} {
		t.Run(string(test.bad)+" where "+string(test.fault), func(t *testing.T) {
			got, seen := react(t, startFake(test.fault), test.bad, declaredFake.lacking(NothingLeft))
			assert.Equal(t, test.want, got)
			assert.Contains(t, seen, test.seen)
		})
	}
}

// What was declared is held against what was seen, both ways.
func TestCompare(t *testing.T) {
	for _, test := range []struct {
		want, got kind
		err       string
	}{
		{holds, holds, ""},
		{fails, fails, ""},
		{freezes, freezes, ""},
		{holds, fails, "declared to hold, but it fails: evidence"},
		{holds, freezes, "declared to hold, but it freezes: evidence"},
		{fails, holds, "declared to be lacking (defect), but it holds"},
		{freezes, holds, "declared to be lacking (defect), but it holds"},
		{freezes, fails, "declared to be lacking (defect) in that it freezes, but it fails: evidence"},
		{fails, breaksOff, "declared to be lacking (defect) in that it fails, but it breaks off: evidence"},
		{holds, breaksOff, "declared to hold, but it breaks off: evidence"},
		{fails, freezes, "declared to be lacking (defect) in that it fails, but it freezes: evidence"},
	} {
		err := compare(test.want, "defect", verdict{test.got, "evidence"})
		if test.err == "" {
			assert.NoError(t, err)
		} else {
			assert.ErrorContains(t, err, test.err)
		}
	}
}

// What a step lacks decides how it is to fail.
func TestExpect(t *testing.T) {
	frozen := declaredFake.lacking(StalledRoom, LongHistory, NothingLeft)
	for p, want := range map[Property]kind{
		StalledRoom: freezes, LongHistory: freezes, StalledCost: freezes, NothingLeft: fails, SameOrder: holds,
	} {
		got, _ := frozen.expect(p)
		assert.Equal(t, want, got, p)
	}
	got, defect := declaredFake.lacking(StalledCost).expect(StalledCost)
	assert.Equal(t, fails, got)
	assert.Contains(t, defect, "lacks StalledCost")
}

// A socket is open until the server has closed it, whoever else has gone.
func TestListenerCountsOpenSockets(t *testing.T) {
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer tcp.Close()
	l := &listener{Listener: tcp}
	var accepted []net.Conn
	for range 3 {
		client, err := net.Dial("tcp", tcp.Addr().String())
		require.NoError(t, err)
		defer client.Close()
		server, err := l.Accept()
		require.NoError(t, err)
		accepted = append(accepted, server)
		require.NoError(t, client.Close())
	}
	assert.Equal(t, 3, l.open(), "all clients have closed, the server has not")
	accepted[1].Close()
	accepted[1].Close()
	assert.Equal(t, 2, l.open(), "closing twice counts once")
	l.release()
	_, err = accepted[0].Read(make([]byte, 1))
	assert.EqualError(t, err, "EOF", "to the server, the client has gone")
}
