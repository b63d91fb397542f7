package chat

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// What the stream keeps. When one of the first three is full, the oldest messages go.
const (
	keptMessages = 100_000
	keptBytes    = 256 << 20          // on the disk; the broker reserves them when the stream is made
	keptFor      = 7 * 24 * time.Hour // somebody who comes back after a week begins anew
	sameKey      = 10 * time.Minute   // that the broker knows a key again: it holds all keys of this time in memory
)

const (
	oneTry       = 500 * time.Millisecond // to store a message; a broker that died answers nothing
	tryPause     = 100 * time.Millisecond // after a try that failed at once
	storeWithin  = 10 * time.Second       // all tries together
	openWithin   = 10 * time.Second       // to find the stream, or to make it
	askWithin    = 2 * time.Second        // for a consumer: the broker that should have it may be dead
	heartbeat    = time.Second / 2        // of the broker: without two of them the consumer is made anew (TestSilentBroker)
	idle         = time.Minute            // without a server, after which the broker removes its consumer
	lostPatience = 10 * time.Second       // for a broker that has come back to know its newest message
)

// Stream is the order of a room's messages: a NATS JetStream stream. A message's id is its
// place in it. Any goroutine may call its methods.
type Stream struct {
	Room string // which stream it is: another one, made later, has other messages under the same ids

	js    jetstream.JetStream
	name  string        // also the subject of its messages
	from  uint64        // the first id of the tail that a new server loads
	whole uint64        // the newest id when the stream was opened
	heard atomic.Uint64 // the newest id so far
	fail  context.CancelCauseFunc

	// The goroutine that calls open and next owns these.
	all     jetstream.MessagesContext // of a consumer of the broker's
	came    uint64                    // messages from it
	deaf    bool                      // it can't be opened now
	last    time.Time                 // when the broker stored the message that was heard last
	checked uint64                    // how often the connection had been made anew when checkNewest was content
	behind  time.Time                 // since when the broker has known less than was heard; zero if it doesn't
}

// OpenStream opens the stream of that name, or makes it if there is none. replicas is how
// many brokers must have each message: 1, or 3 in a cluster. It waits for the broker for
// some seconds. nc must try to reconnect for ever, and must buffer nothing meanwhile.
//
// fail is called when the broker no longer has messages that it had acknowledged: its directory is
// gone, or an older copy was put in its place. The room must not go on then, as new messages get the
// ids of other ones.
func OpenStream(nc *nats.Conn, name string, replicas int, fail context.CancelCauseFunc) (*Stream, error) {
	js, err := jetstream.New(nc)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), openWithin)
	defer cancel()
	found, err := js.Stream(ctx, name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		// If two servers do this at once, both ask for the same, and get the same stream.
		found, err = js.CreateStream(ctx, jetstream.StreamConfig{
			Name: name, Subjects: []string{name}, Replicas: replicas,
			MaxMsgs: keptMessages, MaxBytes: keptBytes, MaxAge: keptFor, Duplicates: sameKey,
		})
	}
	if err != nil {
		return nil, fmt.Errorf("the stream %q: %w", name, err)
	}
	info := found.CachedInfo()
	if info.Config.Replicas != replicas {
		return nil, fmt.Errorf("the stream %q was made with %d replicas, not with %d", name, info.Config.Replicas, replicas)
	}
	s := &Stream{Room: strconv.FormatInt(info.Created.UnixNano(), 36), js: js, name: name, fail: fail}
	if info.State.Msgs > 0 {
		s.whole = info.State.LastSeq
		s.from = max(info.State.FirstSeq, s.whole-min(s.whole, tailMessages)+1)
	} else {
		s.whole, s.from = 0, info.State.LastSeq+1
		s.heard.Store(info.State.LastSeq)
	}
	return s, nil
}

func (s *Stream) lose(why string) {
	s.fail(fmt.Errorf("the broker has lost messages that it had acknowledged (%s); clients would miss them in silence, so this server ends", why))
}

// publish stores the message, and returns when the broker has acknowledged it: from then
// on, every server will hear it. It tries again under the same key, so the broker stores it
// once, also when an acknowledgement was lost (TestLostAnswer). One client's messages keep
// their order, as the client publishes one after the other: with several on the way, a
// connection that breaks would put them out of order (TestOneRoom).
//
// If the key was there already, known is the id of that message. The error is tryLater when nobody
// can know whether the message is stored, or else says why the broker refuses it. When
// leaving ends, publish makes no new try.
func (s *Stream) publish(m *Message, leaving context.Context) (known uint64, err error) {
	msg := nats.NewMsg(s.name)
	msg.Data, _ = json.Marshal(Message{Author: m.Author, Body: m.Body}) // two strings: there is no error
	key := m.Key
	if key == "" {
		key = rand.Text()
	} else {
		msg.Header.Set("Key", key)
	}
	var refused *jetstream.APIError
	unknown := false // a try may have been stored
	for first, end := true, time.Now().Add(storeWithin); ; first = false {
		newest := s.heard.Load()
		ctx, cancel := context.WithTimeout(context.Background(), oneTry)
		ack, err := s.js.PublishMsg(ctx, msg, jetstream.WithMsgID(key), jetstream.WithExpectStream(s.name), jetstream.WithRetryAttempts(0))
		cancel()
		switch {
		case err == nil && !ack.Duplicate && ack.Sequence <= newest:
			s.lose(fmt.Sprintf("message %d was heard, and now a new one gets the id %d", newest, ack.Sequence))
			return 0, tryLater
		case err == nil && ack.Duplicate && first:
			return ack.Sequence, nil
		case err == nil:
			return 0, nil
		}
		if !errors.As(err, &refused) {
			unknown = true
		} else if refused.Code < 500 && !unknown {
			return 0, refused // it is the message, not the broker's state: to wait doesn't help
		}
		if first {
			slog.Info("a message is not stored yet; it is tried again", "why", err)
		}
		select {
		case <-time.After(tryPause):
			if time.Now().Before(end) {
				continue
			}
		case <-leaving.Done():
			return 0, tryLater
		}
		if unknown {
			return 0, tryLater
		}
		return 0, refused
	}
}

// open begins to read the stream behind the last message that was heard, at first with the tail.
// The broker has a consumer for it. Each time it is a new one: in a cluster, it may be given to
// a broker that has just died, and the next one to another.
func (s *Stream) open() error {
	ctx, cancel := context.WithTimeout(context.Background(), askWithin)
	defer cancel()
	consumer, err := s.js.CreateConsumer(ctx, s.name, jetstream.ConsumerConfig{
		DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: max(s.from, s.heard.Load()+1),
		AckPolicy: jetstream.AckNonePolicy, Replicas: 1, MemoryStorage: true, InactiveThreshold: idle,
	})
	if err != nil {
		return fmt.Errorf("the stream %q: %w", s.name, err)
	}
	all, err := consumer.Messages(jetstream.PullHeartbeat(heartbeat), jetstream.WithMessagesErrOnMissingHeartbeat(true))
	if err != nil {
		return fmt.Errorf("the stream %q: %w", s.name, err)
	}
	s.all, s.came = all, 0
	return nil
}

// next waits for the next message, in the stream's order. It returns nil when there is none for
// now. If one may be missing, next opens the stream anew, also on another broker.
func (s *Stream) next() *Message {
	msg, err := s.all.Next(jetstream.NextMaxWait(3 * heartbeat)) // with less it would never miss a heartbeat
	if n := s.js.Conn().Stats().Reconnects; n != s.checked {
		if !s.checkNewest() {
			time.Sleep(tryPause)
			return nil
		}
		s.checked = n
		err = errors.New("the broker was away")
	}
	if errors.Is(err, nats.ErrTimeout) {
		return nil
	}
	var at *jetstream.MsgMetadata
	if err == nil {
		at, err = msg.Metadata()
	}
	if s.came++; err == nil && at.Sequence.Consumer != s.came {
		err = errors.New("a message is missing")
	}
	if err != nil {
		if !s.deaf && !s.js.Conn().IsClosed() {
			slog.Info("the stream is not heard now", "why", err)
		}
		s.all.Stop()
		time.Sleep(tryPause)
		s.deaf = s.open() != nil
		return nil
	}
	m := new(Message)
	if err := json.Unmarshal(msg.Data(), m); err != nil { // not by a server; without its id there would be a gap
		m = &Message{Author: "?", Body: string(msg.Data())}
	}
	m.ID, m.Key = at.Sequence.Stream, msg.Headers().Get("Key")
	s.last = at.Timestamp
	s.heard.Store(m.ID)
	return m
}

// checkNewest asks whether the broker still has the message that was heard last, when the
// connection to the broker has been away. It returns false if it is to be asked again: the broker
// doesn't answer, or it knows less, as one of a cluster may for a moment.
func (s *Stream) checkNewest() bool {
	heard, newest := s.heard.Load(), uint64(0)
	ctx, cancel := context.WithTimeout(context.Background(), oneTry)
	defer cancel()
	stream, err := s.js.Stream(ctx, s.name)
	var last *jetstream.RawStreamMsg
	if err == nil {
		newest = stream.CachedInfo().State.LastSeq
		last, err = stream.GetMsg(ctx, heard)
	}
	switch {
	case newest >= heard && (errors.Is(err, jetstream.ErrMsgNotFound) || s.last.IsZero()): // it was too old to keep
		return true
	case err == nil && last.Time.Equal(s.last):
		s.behind = time.Time{}
		return true
	case err == nil:
		s.lose(fmt.Sprintf("message %d is not the one that was heard", heard))
	case !errors.Is(err, jetstream.ErrStreamNotFound) && !errors.Is(err, jetstream.ErrMsgNotFound):
		s.behind = time.Time{}
	case s.behind.IsZero():
		s.behind = time.Now()
	case time.Since(s.behind) > lostPatience:
		s.lose(fmt.Sprintf("message %d was heard, and the newest that it has is %d", heard, newest))
	}
	return false
}
