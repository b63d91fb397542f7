package report

import "fmt"

// language is one of the two that the pages are in.
type language int

const (
	english language = iota
	japanese
	languages // how many
)

// said is something in each language.
type said [languages]string

// The servers that sentences and tables name.
const (
	ours    = "04-mailbox"
	channel = "channel"
	floor   = "floor"
	gorilla = "gorilla"
	coder   = "coder"
	gws     = "gws"
	melody  = "melody"
)

// server is what the pages say of one.
type server struct {
	name    string
	code    string // where it is, from docs/
	library string // its module, as in the result file's Versions; empty for none
	project string // where that is on the web
	is      said
}

const xnet = "golang.org/x/net"

// servers are all that the pages know.
var servers = []server{
	{"01-original", "../01-original", xnet, "https://pkg.go.dev/golang.org/x/net/websocket", said{
		"the sample: two goroutines for each client, and a channel of 100 messages between the room and the one that writes",
		"元のサンプル。クライアントごとに goroutine が二つあり、部屋と書き込み役の間に 100 件の channel がある"}},
	{"02-race-fix", "../02-race-fix", xnet, "https://pkg.go.dev/golang.org/x/net/websocket", said{
		"the same, with ids given by the one goroutine of the room",
		"01 と同じ。ただし id は部屋の goroutine だけが入れる"}},
	{"03-single-goroutine", "../03-single-goroutine", xnet, "https://pkg.go.dev/golang.org/x/net/websocket", said{
		"one goroutine for each client, and for a moment one more for each message and client",
		"クライアントごとに goroutine が一つ。メッセージとクライアントごとにもう一つ、送る間だけ生成する"}},
	{ours, "../04-mailbox", xnet, "https://pkg.go.dev/golang.org/x/net/websocket", said{
		"one goroutine for each client, and one more while there is something to send to it: it empties a mailbox of at most 1 MiB, many messages in one write; a client whose mailbox is full is let go",
		"クライアントごとに goroutine が一つ。送るものがある間だけもう一つがmailbox（上限 1 MiB）を空にし、溜まった分は一度の書き込みで送る。mailbox が一杯になったクライアントは切断する"}},
	{channel, "../bench/peers/channel", xnet, "https://pkg.go.dev/golang.org/x/net/websocket", said{
		"04-mailbox with the usual other answer in place of the mailbox: a second goroutine for each client, which stays, and a channel of 256 messages before it. What waits goes out in one write here, too; a client whose channel is full is let go",
		"04-mailbox の mailbox を、よくある別の答えに置き換えたもの。クライアントごとに常駐する二つ目の goroutine と、その手前に 256 件の channel がある。溜まった分はここでも一度の書き込みで送る。channel が一杯になったクライアントは切断する"}},
	{floor, "../bench/peers/floor", "", "", said{
		"no library: one system call for each message and client, made by the one goroutine of the room. No queue and no deadline, so one client that doesn't read freezes it. It is here to show about the least that a message costs",
		"ライブラリなし。部屋の goroutine 一つが、メッセージとクライアントごとにシステムコールを一つ呼ぶ。待ち行列も deadline もなく、読まないクライアントが一つあれば部屋が止まる。メッセージ一つにかかる最低限の目安として置いてある"}},
	{gorilla, "../bench/peers/gorilla", "github.com/gorilla/websocket", "https://github.com/gorilla/websocket", said{
		"as its chat example: a hub, two goroutines for each client, and a channel of 256 messages between. What waits is joined into one WebSocket message; a client whose channel is full is let go",
		"付属のチャット例の形。hub と、クライアントごとに goroutine が二つ、その間に 256 件の channel。溜まった分は一つの WebSocket メッセージにまとめて送る。channel が一杯になったクライアントは切断する"}},
	{coder, "../bench/peers/coder", "github.com/coder/websocket", "https://github.com/coder/websocket", said{
		"as its chat example: a channel of 16 messages for each client, and a goroutine that writes; one whose channel is full is let go",
		"付属のチャット例の形。クライアントごとに 16 件の channel と書き込み役の goroutine。channel が一杯になったクライアントは切断する"}},
	{gws, "../bench/peers/gws", "github.com/lxzan/gws", "https://github.com/lxzan/gws", said{
		"its Broadcaster: a message's frame is made once, and put into a queue for each client, which nothing bounds",
		"付属の Broadcaster を使う。フレームは一度だけ作り、クライアントごとの待ち行列に入れる。待ち行列に上限はない"}},
	{melody, "../bench/peers/melody", "github.com/olahol/melody", "https://github.com/olahol/melody", said{
		"as its chat example, built on gorilla/websocket: a queue of 256 messages for each client; for one whose queue is full, further messages are dropped, and it stays",
		"付属のチャット例の形で、gorilla/websocket の上に作られている。クライアントごとに 256 件の待ち行列。一杯になると、そのクライアント宛てのメッセージは捨てられ、接続は残る"}},
}

// label is a figure's name, and its unit if the name doesn't say it.
type label struct{ name, unit said }

// head names the figure in the head of a table.
func (l label) head(in language) string {
	if l.unit[in] == "" {
		return l.name[in]
	}
	return fmt.Sprintf(said{"%s, %s", "%s（%s）"}[in], l.name[in], l.unit[in])
}

func both(unit string) said { return said{unit, unit} }

var labels = map[figure]label{
	deliveries:     {name: said{"deliveries/s", "配信/秒"}},
	cpu:            {said{"CPU per delivery", "配信あたりの CPU 時間"}, both("µs")},
	p50:            {said{"P50 delay", "遅延 P50"}, both("ms")},
	p99:            {said{"P99 delay", "遅延 P99"}, both("ms")},
	processors:     {name: said{"processors kept busy", "使ったプロセッサの数"}},
	memory:         {said{"memory per client", "クライアントあたりのメモリ"}, both("KiB")},
	goroutines:     {name: said{"goroutines per client", "クライアントあたりの goroutine"}},
	connections:    {name: said{"connections/s", "接続/秒"}},
	alone:          {said{"P99 delay without it", "いないときの遅延 P99"}, both("ms")},
	beside:         {said{"P99 delay with it", "いるときの遅延 P99"}, both("ms")},
	slowdown:       {name: said{"P99 delay, with to without", "遅延 P99 の比（いる ÷ いない）"}},
	peakMemory:     {said{"most memory above the start", "メモリの増加の最大"}, both("MiB")},
	peakGoroutines: {name: said{"most goroutines above the start", "goroutine の増加の最大"}},
	letGo:          {said{"let go after", "切断されるまで"}, said{"s", "秒"}},
}

// counted are the counts.
var counted = map[count]said{
	inversions: {"inversions", "順序の入れ替わり"},
	disagree:   {"clients that heard another order", "順序が違ったクライアント"},
	lost:       {"lost", "届かなかった配信"},
	dropped:    {"dropped clients", "切断されたクライアント"},
	frozen:     {"frozen rounds", "止まった回"},
	absent:     {"not there at the end", "最後にいなかったもの"},
}

// places are the sections with tables, as a table or a list names them.
var places = map[string]said{
	one:      {"one at a time", "一件ずつ"},
	forty:    {"%s under way", "%s 件並行"},
	thousand: {"%s clients", "%s クライアント"},
	idle:     {"idle clients", "つないだままのクライアント"},
	stalled:  {"one that stops reading", "読むのをやめたクライアント"},
}

var (
	wordServer     = said{"server", "サーバー"}
	wordLibrary    = said{"library", "ライブラリ"}
	wordIs         = said{"what it is", "つくり"}
	wordNone       = said{"none", "なし"}
	wordTo         = said{"to %s", "%s 比"}
	wordNoRounds   = said{"no round left", "残った回なし"}
	wordFrozen     = said{"(frozen)", "（停止）"}
	wordNobodyLeft = said{"(nobody left)", "（全員切断）"}
	wordNever      = said{"never", "切断されない"}
	wordBetween    = said{" (%s–%s)", "（%s〜%s）"}
	wordSomeOf     = said{", %d of %d rounds", "、%[2]d 回中 %[1]d 回"}
	wordOf         = said{"%d of %d", "%[2]d 回中 %[1]d 回"}
	wordComma      = said{", ", "、"}
	wordColon      = said{": ", ": "}

	wordScenario = said{"scenario", "場面"}
	wordClients  = said{"clients", "クライアント"}
	wordSenders  = said{"that send", "そのうち送るもの"}
	wordWindow   = said{"under way for each", "一つあたりの配送中"}
	wordWay      = said{"under way until", "配送中とみなすのは"}
	wordAll      = said{"all clients have it", "全クライアントに届くまで"}
	wordSender   = said{"its sender has it", "送った本人に届くまで"}
	wordBytes    = said{"bytes of JSON", "JSON のバイト数"}

	wordWhere    = said{"where", "場面"}
	wordAsked    = said{"what is asked", "求めたもの"}
	wordMeasured = said{"measured", "計測結果"}
	wordReached  = said{"reached", "達成"}
	wordYes      = said{"yes", "○"}
	wordNo       = said{"**no**", "**×**"}
	wordUnsaid   = said{"can't be said", "判定できない"}
	wordAtLeast  = said{"%s at least %s × that of %s", "%[1]sが %[3]s の %[2]s 倍以上"}
	wordAtMost   = said{"%s at most %s × that of %s", "%[1]sが %[3]s の %[2]s 倍以下"}
	wordSlowdown = said{
		"P99 delay of those who read at most %s × that without the one that doesn't",
		"読むクライアントの遅延 P99 が、読まないクライアントがいないときの %s 倍以下"}
	wordNothing = said{"none of these: %s", "次のどれも起こらない: %s"}

	wordNobody     = said{"nobody", "なし"}
	wordUncompared = said{"not compared, no round left: %s", "比べられない（残った回なし）: %s"}
	wordDisorder   = said{" (out of order)", "（順序は崩れる）"}

	wordFigure = said{"figure", "数字"}
	wordWidest = said{"the widest", "最も大きいもの"}

	wordBars = said{
		"Bars: median of %d rounds. Thin lines: least to most.",
		"棒は %d 回の中央値、細い線は最小から最大まで"}
	wordLines = said{
		"Round 1, without servers that froze or dropped others",
		"1 回目の計測。止まったか、ほかを切断したサーバーは除く"}
	wordResident    = said{"resident memory, MiB", "常駐メモリ（MiB）"}
	wordGoroutines  = said{"goroutines", "goroutine の数"}
	wordLogarithmic = said{" (log scale)", "、対数目盛"}
	wordSeconds     = said{"seconds since the first message", "最初のメッセージからの秒数"}

	wordAlt = said{
		"%s; %s is the coloured bar, the figures are in the table above",
		"%s。色の付いた棒が %s。数字は上の表にある"}
	wordAltLines = said{
		"%s over time, with one client that doesn't read; %s is the thick line, the most of each server is in the table above",
		"%sの推移。読まないクライアントが一つあるとき。太い線が %s。各サーバーの増加の最大は上の表にある"}
)
