package judge

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/websocket"

	"websocket-chat-steps/internal/steps"
)

// fake is a small chat server with every property, except for what its fault takes
// away. The goroutine that runs loop owns the room. Each client has one goroutine that
// reads and one that writes, and a bounded queue between them.
type fake struct {
	fault fault
	join  chan *fakeClient
	leave chan *fakeClient
	post  chan Message
	stop  chan struct{}

	clients []*fakeClient
	past    []Message // the last historySize
	held    *Message  // by swapsTwo
}

type fakeClient struct {
	ws      *websocket.Conn
	queue   chan Message
	quit    chan struct{} // closed when the client was dropped or has left
	sorting []Message     // by mixesSenders
}

const (
	queueSize   = 100
	historySize = 50
)

// fault is what is wrong with a fake.
type fault string

const (
	none            fault = "nothing"
	losesOne        fault = "one message is not given to one client"
	saysTwice       fault = "one message is given to one client twice"
	forgets         fault = "a newcomer gets no past messages"
	leavesGoroutine fault = "the writing goroutine never ends"
	sendsToItself   fault = "when a queue is full, the room's goroutine sends to itself"
	waitsForClients fault = "the room's goroutine writes to clients by itself"
	keepsEverything fault = "the queues have no bound"
	swapsTwo        fault = "two messages change places, in the same way for all clients"
	mixesSenders    fault = "every second client gets what two senders say in another order"
	relaysAnything  fault = "things that are no JSON are relayed, too"
	dropsLong       fault = "nobody gets long messages"
	diesOfEmpty     fault = "the room ends at an empty message"
	selectsForever  fault = "when a queue is full, the room's goroutine waits in a select of its own"
)

// theOne is the message that is lost, or said twice.
var theOne = Message{"client 2", "round 7"}

// startFake starts fakes that have a fault.
func startFake(f fault) Start {
	return func() (Server, error) {
		s := newFake(f)
		return Server{
			Handlers: []http.Handler{websocket.Handler(s.serve)},
			Path:     "/",
			Loop:     "judge.(*fake).loop",
			Stop:     func() { s.stop <- struct{}{} },
		}, nil
	}
}

func newFake(f fault) *fake {
	s := &fake{
		fault: f,
		join:  make(chan *fakeClient), leave: make(chan *fakeClient),
		post: make(chan Message), stop: make(chan struct{}),
	}
	go s.loop()
	return s
}

func (s *fake) loop() {
	for {
		select {
		case c := <-s.join:
			s.clients = append(s.clients, c)
			for _, m := range s.past {
				if s.fault != forgets {
					s.give(c, m)
				}
			}
		case c := <-s.leave:
			s.letGo(c)
		case m := <-s.post:
			s.toAll(m)
		case <-s.stop:
			return
		}
	}
}

func (s *fake) toAll(m Message) {
	switch {
	case s.fault == dropsLong && len(m.Body) > 60_000:
		return
	case s.fault == diesOfEmpty && m.Body == "":
		select {} // the room does nothing any more
	case s.fault == swapsTwo && s.held == nil && strings.HasSuffix(m.Body, "message 10"):
		s.held = &m
		return
	}
	s.past = append(s.past, m)
	if len(s.past) > historySize && s.fault != sendsToItself && s.fault != selectsForever {
		s.past = slices.Delete(s.past, 0, 1)
	}
	for i, c := range slices.Clone(s.clients) {
		switch {
		case s.fault == losesOne && i == 3 && m == theOne:
		case s.fault == saysTwice && i == 3 && m == theOne:
			s.give(c, m)
			s.give(c, m)
		case s.fault == mixesSenders && i%2 == 1 && strings.HasPrefix(m.Body, "round"):
			s.sort(c, m)
		default:
			s.give(c, m)
		}
	}
	if held := s.held; held != nil {
		s.held = nil
		s.past = append(s.past, *held)
		for _, c := range s.clients {
			s.give(c, *held)
		}
	}
}

// sort waits for all messages of a round, and then gives them to the client. The sender
// who came first comes last, so the order always changes.
func (s *fake) sort(c *fakeClient, m Message) {
	c.sorting = append(c.sorting, m)
	if len(c.sorting) < roundSize {
		return
	}
	first := c.sorting[0].Author
	for _, others := range []bool{true, false} {
		for _, m := range c.sorting {
			if (m.Author != first) == others {
				s.give(c, m)
			}
		}
	}
	c.sorting = nil
}

// give puts a message into a client's queue. It drops a client whose queue is full.
func (s *fake) give(c *fakeClient, m Message) {
	if s.fault == waitsForClients {
		websocket.JSON.Send(c.ws, m)
		return
	}
	select {
	case c.queue <- m:
	default:
		switch s.fault {
		case sendsToItself:
			s.leave <- c
		case selectsForever:
			select {
			case c.queue <- m: // when the client reads
				return
			case <-c.quit: // never: only letGo closes it
			}
		}
		s.letGo(c)
	}
}

func (s *fake) letGo(c *fakeClient) {
	i := slices.Index(s.clients, c)
	if i < 0 {
		return
	}
	s.clients = slices.Delete(s.clients, i, i+1)
	if s.fault != leavesGoroutine {
		close(c.quit)
	}
	c.ws.SetDeadline(time.Now()) // its reads and writes end now
}

func (s *fake) serve(ws *websocket.Conn) {
	size := queueSize
	if s.fault == keepsEverything {
		size = 1 << 16
	}
	c := &fakeClient{ws: ws, queue: make(chan Message, size), quit: make(chan struct{})}
	go func() {
		for {
			select {
			case m := <-c.queue:
				websocket.JSON.Send(c.ws, m)
			case <-c.quit:
				return
			}
		}
	}()
	s.join <- c
	for {
		var m Message
		err := websocket.JSON.Receive(ws, &m)
		if err != nil && s.fault == relaysAnything && strings.Contains(err.Error(), "invalid character") {
			m, err = Message{"?", "something"}, nil
		}
		if err != nil {
			s.leave <- c
			return
		}
		s.post <- m
	}
}

// declaredFake is the row of a fake without a fault.
var declaredFake = steps.Step{
	Name:                "a fake",
	GoroutinesPerClient: 2,
	Reactions: map[steps.BadClient]steps.Reaction{
		steps.StopsReading: steps.Bounded,
		steps.Resets:       steps.NoTrace,
		steps.DiesMidFrame: steps.NoTrace,
		steps.SendsNoJSON:  steps.LetGo,
		steps.EmptyFrame:   steps.LetGo,
		steps.InvalidUTF8:  steps.Mended,
		steps.EmptyMessage: steps.Delivered,
		steps.LongMessage:  steps.Delivered,
		steps.ComeAndGo:    steps.NoTrace,
	},
}

// leaky is the row of a fake that leaves something behind.
var leaky = func() steps.Step {
	s := declaredFake
	s.Lacks = map[steps.Property]string{steps.NothingLeft: "it is a fake that leaves something"}
	return s
}()
