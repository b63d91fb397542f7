package report

import (
	"math"
)

// What the tables of docs/scale.md ask for, and what a server is there.
const (
	audience    = 1_000_000 // clients
	cores       = 8         // of a server
	busy        = 0.5       // of its cores, at most: the other half is for peaks
	perServer   = 50_000    // clients, at most, also if they say nothing
	everySecond = 60.0      // a client of a small room says something once in so many seconds
)

// The places and rooms from which scale computes. With more servers than cores they only take
// turns, so it takes the costs from two servers.
var (
	allTalk    = place{many, 40}
	mostListen = place{many, 400}
)

const (
	hardened = "06-hardened"
	single07 = "07-many-servers × 1"
	two07    = "07-many-servers × 2"
	four07   = "07-many-servers × 4"
)

// ofMany writes a block from the file about 07-many-servers. If nothing was measured, it is empty.
func (p page) ofMany(block func(page) string) string {
	if p.many != nil {
		p.data = *p.many
	}
	if len(p.of[mostListen]) == 0 {
		return ""
	}
	return block(p)
}

func (p page) accepting() string {
	return p.servers(p.figure(allTalk, accepted), p.figure(allTalk, p50), p.figure(allTalk, p99), p.figure(allTalk, storing), p.figure(allTalk, share),
		p.count(allTalk, inversions), p.count(allTalk, disagree), p.count(allTalk, lost), p.count(allTalk, dropped), p.count(allTalk, frozen))
}

func (p page) delivering() string {
	return p.servers(p.figure(mostListen, accepted), p.figure(mostListen, deliveries), p.figure(mostListen, serving), p.figure(mostListen, p99), p.figure(mostListen, share),
		p.count(mostListen, inversions), p.count(mostListen, disagree), p.count(mostListen, lost), p.count(mostListen, dropped), p.count(mostListen, frozen))
}

// costs are what scale computes from, as medians.
type costs struct {
	delivery float64 // µs of a server's processor for one
	message  float64 // µs of the broker's for each message, without what it costs to send it on
	onward   float64 // µs of the broker's for each server that gets it
	takes    float64 // messages a second that one stream takes
}

func (p page) costs() costs {
	median := func(at place, f *figure, server string) float64 { return p.spread(at, f, server).median }
	onward := max(0, median(allTalk, storing, four07)-median(allTalk, storing, single07)) / 3
	return costs{
		delivery: median(mostListen, serving, two07),
		message:  max(0, median(allTalk, storing, single07)-onward),
		onward:   onward,
		takes:    median(allTalk, accepted, two07),
	}
}

// scaleMeasured are the numbers that the other tables begin with.
func (p page) scaleMeasured() string {
	c := p.costs()
	return table(scaleMeasuredHead[p.in], [][]string{
		{scaleWords[0][p.in], number(c.delivery) + " µs"},
		{scaleWords[1][p.in], number(c.message) + " µs"},
		{scaleWords[2][p.in], number(c.onward) + " µs"},
		{scaleWords[3][p.in], number(c.takes) + scaleWords[4][p.in]},
	})
}

// serversFor returns how many servers a million clients need.
func serversFor(deliveries float64, c costs) (processors, servers float64) {
	processors = deliveries * c.delivery / 1e6
	return processors, math.Ceil(max(processors/(cores*busy), audience/perServer))
}

// scaleOne is one room with a million clients, by its messages a second.
func (p page) scaleOne() string {
	c := p.costs()
	var rows [][]string
	for _, n := range []float64{1, 10, 100, 1000} {
		deliveries := n * audience
		processors, servers := serversFor(deliveries, c)
		rows = append(rows, []string{number(n), number(deliveries), number(processors), number(servers), number(n * servers),
			number(n * (c.message + servers*c.onward) / 1e6), number(100*n/c.takes) + " %"})
	}
	return table(scaleOneHead[p.in], rows)
}

// scaleRooms is a million clients in rooms of one stream each, by the size of a room. All clients of
// a room are on one server, so the broker sends each message once.
func (p page) scaleRooms() string {
	c := p.costs()
	messages := audience / everySecond
	var rows [][]string
	for _, size := range []float64{10, 100, 1000} {
		deliveries := messages * size
		processors, servers := serversFor(deliveries, c)
		rows = append(rows, []string{number(size), number(audience / size), number(messages), number(size / everySecond), number(deliveries), number(processors), number(servers),
			number(messages * (c.message + c.onward) / 1e6), number(math.Ceil(messages / c.takes))})
	}
	return table(scaleRoomsHead[p.in], rows)
}

var (
	scaleMeasuredHead = [2][]string{{"measured", "median"}, {"計測したもの", "中央値"}}
	scaleWords        = []said{
		{"a server's CPU time for one delivery, with 400 clients", "サーバーの CPU 時間（配信一つあたり、400 クライアントのとき）"},
		{"the broker's CPU time for one message", "ブローカーの CPU 時間（メッセージ一つあたり）"},
		{"and for each server that gets it", "それに加えて、メッセージを受け取るサーバー一つあたり"},
		{"messages that one stream accepts, from 40 clients that wait for each", "一つの stream が受け付けるメッセージ（40 クライアントが、一件ずつ待って送るとき）"},
		{"/s", " 件/秒"},
	}
	scaleOneHead = [2][]string{
		{"messages/s", "deliveries/s", "processors, of the servers", "servers", "messages/s that the broker sends", "processors, of the broker", "of what one stream accepts"},
		{"メッセージ/秒", "配信/秒", "サーバーのプロセッサ", "サーバーの台数", "ブローカーが送る件/秒", "ブローカーのプロセッサ", "一つの stream の上限に対して"},
	}
	scaleRoomsHead = [2][]string{
		{"clients of a room", "rooms", "messages/s of all", "messages/s of a room", "deliveries/s", "processors, of the servers", "servers", "processors, of the brokers", "brokers, at what one stream accepts"},
		{"一部屋のクライアント", "部屋の数", "全体のメッセージ/秒", "一部屋のメッセージ/秒", "配信/秒", "サーバーのプロセッサ", "サーバーの台数", "ブローカーのプロセッサ", "一つの stream の上限から見たブローカーの数"},
	}
)
