package report

// language is one of the two languages of the pages.
type language int

const (
	english language = iota
	japanese
)

// said is a text in each language.
type said [2]string

// The servers with which blocks compare others, or that a page mentions.
const (
	single  = "03-single-goroutine"
	mailbox = "04-mailbox"
	ours    = "05-batch" // what the targets are asked of
	floor   = "floor"
	gorilla = "gorilla"
	deep    = "gorilla-deep"
	gws     = "gws"
	melody  = "melody"
)

// figure is something measured that has a median.
type figure struct {
	name said
	unit string // if the name doesn't say it
}

// head names the figure in the head of a table.
func (f *figure) head(in language) string {
	if f.unit == "" {
		return f.name[in]
	}
	return f.name[in] + said{", " + f.unit, "（" + f.unit + "）"}[in]
}

var (
	deliveries     = &figure{said{"deliveries/s", "配信/秒"}, ""}
	cpu            = &figure{said{"CPU per delivery", "配信あたりの CPU 時間"}, "µs"}
	p50            = &figure{said{"P50 delay", "遅延 P50"}, "ms"}
	p99            = &figure{said{"P99 delay", "遅延 P99"}, "ms"}
	processors     = &figure{said{"processors kept busy", "使ったプロセッサの数"}, ""}
	resident       = &figure{said{"memory of the process", "プロセスのメモリ"}, "MiB"}
	memory         = &figure{said{"memory per client", "クライアントあたりのメモリ"}, "KiB"}
	goroutines     = &figure{said{"goroutines per client", "クライアントあたりの goroutine"}, ""}
	connections    = &figure{said{"connections/s", "接続/秒"}, ""}
	alone          = &figure{said{"P99 delay without it", "いないときの遅延 P99"}, "ms"}
	beside         = &figure{said{"P99 delay with it", "いるときの遅延 P99"}, "ms"}
	slowdown       = &figure{said{"P99 delay, with to without", "遅延 P99 の比（いる ÷ いない）"}, ""}
	peakMemory     = &figure{said{"most memory above the start", "メモリの増加の最大"}, "MiB"}
	peakGoroutines = &figure{said{"most goroutines above the start", "goroutine の増加の最大"}, ""}
	letGo          = &figure{said{"let go after", "切断されるまで"}, "s"}
	kept           = &figure{} // 1 for a round in which the server kept up with an open load
)

// Things that happen or don't happen are counted by their names.
var (
	inversions = &said{"inversions", "順序の入れ替わり"}
	disagree   = &said{"clients that heard another order", "順序が違ったクライアント"}
	lost       = &said{"lost deliveries", "届かなかった配信"}
	dropped    = &said{"healthy clients let go", "切断された健全なクライアント"}
	frozen     = &said{"frozen rounds", "停止した回"}
)

var names = map[string]said{
	one.scenario:      {"one at a time", "一件ずつ"},
	forty.scenario:    {"forty at once", "40 件並行"},
	thousand.scenario: {"a thousand clients", "1,000 クライアント"},
	growth:            {"ever more clients", "クライアントを増やす"},
	open:              {"ever more messages", "メッセージを増やす"},
	idle.scenario:     {"idle clients", "つないだまま"},
	stalled.scenario:  {"one that stops reading", "一つが読むのをやめる"},
	flood.scenario:    {"one that floods the room", "一つが送り続ける"},
}

// legend says what the marks after figures mean.
var legend = []said{
	{"† let healthy clients go", "† 健全なクライアントを切断した"},
	{"‡ froze", "‡ 停止した"},
	{"§ lost messages", "§ メッセージを失った"},
	{"✗ did not keep up", "✗ 追いつけなかった"},
}

var (
	comma = said{", ", "、"}
	units = map[string]said{growth: {" clients", " クライアント"}, open: {"/s", " 件/秒"}}

	scenarioHead = [2][]string{
		{"scenario", "clients", "that send", "under way for each", "messages/s in all", "bytes of JSON"},
		{"場面", "クライアント", "送るクライアント", "一つあたりの配送中の件数", "全体の件/秒", "JSON のバイト数"},
	}
	verdictHead = [2][]string{{"where", "what", "asked", "measured", "reached"}, {"場面", "対象", "目標値", "計測結果", "達成"}}

	machine = said{
		"- Processor: %s, %s cores, %s MiB of memory\n- System: %s/%s, kernel %s, %s\n- Libraries: %s\n- Measured on %s with `%s`, %d rounds; other programs used at most %s %% of the processors during a measurement",
		"- プロセッサ: %s、%s コア。メモリ %s MiB\n- OS: %s/%s、カーネル %s。%s\n- ライブラリ: %s\n- %s に `%s` で %d 回計測。計測中にほかのプログラムが使ったのは、プロセッサの %s %% 以下"}
	otherWork = said{
		"\n- **Not quiet:** other programs had work on the same processors, before it or meanwhile",
		"\n- **計測中、ほかの負荷があった:** 計測の前か計測中に、ほかのプログラムが同じプロセッサで動いていた"}
)
