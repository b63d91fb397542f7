package figures

import (
	"fmt"
	"path"

	"websocket-chat-steps/tools/chanflow"
	"websocket-chat-steps/tools/drawing"
)

// handOver is what the two goroutines of a client do on doneCh when it leaves, as
// the code has it.
type handOver struct {
	eof       chanflow.Op // listenRead reads the browser's end
	tell      chanflow.Op // and tells listenWrite
	told      chanflow.Op // listenWrite receives that
	writeDel  chanflow.Place
	writeBack chanflow.Op // and tells listenRead
	readTold  chanflow.Op // listenRead receives that, if it comes by
	readDel   chanflow.Place
	readBack  chanflow.Op // and tells listenWrite
}

const (
	reader = "Client.listenRead"
	writer = "Client.listenWrite"
	doneCh = "Client.doneCh"
	delCh  = "Server.delCh"
)

// findHandOver looks for each of its places in the model, and sees to it that the
// code goes from one to the next as the figure does.
func findHandOver(source *chanflow.Source, m *chanflow.Model) (handOver, error) {
	var err error
	// first is the first such operation behind another one, in the source.
	first := func(who string, kind chanflow.OpKind, channel string, behind chanflow.Place) chanflow.Op {
		for _, op := range m.Ops {
			if op.Who == who && op.Kind == kind && op.Channel == channel && op.Place.Line > behind.Line {
				return op
			}
		}
		if err == nil {
			err = fmt.Errorf("the leaving client can't be drawn: %s no longer %s on %s behind %v", who, kind, channel, behind)
		}
		return chanflow.Op{}
	}
	var h handOver
	h.eof = first(reader, chanflow.Receives, chanflow.Browser, chanflow.Place{})
	h.tell = first(reader, chanflow.Sends, doneCh, h.eof.Place)
	h.told = first(writer, chanflow.Receives, doneCh, chanflow.Place{})
	h.writeBack = first(writer, chanflow.Sends, doneCh, h.told.Place)
	h.readTold = first(reader, chanflow.Receives, doneCh, chanflow.Place{})
	h.readBack = first(reader, chanflow.Sends, doneCh, h.readTold.Place)
	// Both leave the room through Del, whose send stands in server.go: the figure
	// shows where they call it.
	del := func(who string) chanflow.Place {
		op := first(who, chanflow.Sends, delCh, chanflow.Place{})
		if len(op.Via) == 0 {
			return op.Place
		}
		return op.Via[0]
	}
	h.writeDel, h.readDel = del(writer), del(reader)
	if err != nil {
		return h, err
	}
	for _, op := range []chanflow.Op{h.tell, h.writeBack, h.readBack} {
		if !op.Waits {
			return h, fmt.Errorf("the leaving client can't be drawn: %s no longer waits at %v until somebody receives", op.Who, op.Place)
		}
	}
	end := chanflow.Place{}
	for _, way := range []struct {
		who      string
		from, to chanflow.Place
	}{
		{reader, h.eof.Place, h.tell.Place}, {reader, h.tell.Place, h.eof.Place},
		{reader, h.readTold.Place, h.readBack.Place}, {reader, h.readBack.Place, end},
		{writer, h.told.Place, h.writeBack.Place}, {writer, h.writeBack.Place, end},
	} {
		next, err := source.Next(way.who, way.from, way.to)
		if err != nil {
			return h, err
		}
		if !next {
			return h, fmt.Errorf("the leaving client can't be drawn: %s no longer comes from %v to %s", way.who, way.from, orEnd(way.to))
		}
	}
	return h, nil
}

// orEnd says where a place is; the zero one is a function's end.
func orEnd(p chanflow.Place) string {
	if p == (chanflow.Place{}) {
		return "its end"
	}
	return p.String()
}

// leaving draws the two ends that the hand-over may come to.
func leaving(source *chanflow.Source, m *chanflow.Model, l *language) (drawing.Sequence, error) {
	h, err := findHandOver(source, m)
	if err != nil {
		return drawing.Sequence{}, err
	}
	const browser, read, write, server = 0, 1, 2, 3
	w := l.leaving
	lanes := []drawing.Lane{
		{Name: w.browser, Object: true}, {Name: code(reader)}, {Name: code(writer)}, {Name: code("Server.Listen")},
	}
	event := func(from, to int, text string, at chanflow.Place) drawing.Event {
		return drawing.Event{From: from, To: to, Text: text, Place: base(at)}
	}
	waits := func(from, to int, at chanflow.Place) drawing.Event {
		e := event(from, to, w.waits, at)
		e.Waits = true
		return e
	}
	tell := event(read, write, w.handOver, h.tell.Place)
	tell.Place = fmt.Sprintf("%s → %d", base(h.tell.Place), h.told.Place.Line)
	back := event(write, read, w.handOver, h.writeBack.Place)
	back.Place = fmt.Sprintf("%s → %d", base(h.writeBack.Place), h.readTold.Place.Line)
	return drawing.Sequence{
		Lang: l.code, Title: w.title, Desc: w.desc,
		Panels: []drawing.Panel{
			{Title: w.both, Lanes: lanes, Result: w.bothResult, Events: []drawing.Event{
				event(browser, read, w.eof, h.eof.Place),
				tell,
				event(write, server, w.del, h.writeDel),
				event(browser, read, w.eofAgain, h.eof.Place),
				waits(read, write, h.tell.Place),
				waits(write, read, h.writeBack.Place),
			}},
			{Title: w.one, Lanes: lanes, Result: w.oneResult, Events: []drawing.Event{
				event(browser, read, w.eof, h.eof.Place),
				tell,
				event(write, server, w.del, h.writeDel),
				back,
				{From: write, To: write, Text: w.ends, Ends: true},
				event(read, server, w.del, h.readDel),
				waits(read, write, h.readBack.Place),
			}},
		},
		Notes: []string{w.neither},
	}, nil
}

// base is a place without its directories.
func base(p chanflow.Place) string { return fmt.Sprintf("%s:%d", path.Base(p.File), p.Line) }
