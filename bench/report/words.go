package report

// language is one of the two that the pages are in.
type language int

const (
	english language = iota
	japanese
)

// said is something in each language.
type said [2]string

// The servers that blocks compare others to, or that a page speaks of.
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
	name, ja, unit string // no unit if the name says it
}

func (f *figure) called(in language) string { return said{f.name, f.ja}[in] }

// head names the figure in the head of a table.
func (f *figure) head(in language) string {
	if f.unit == "" {
		return f.called(in)
	}
	return f.called(in) + said{", " + f.unit, "（" + f.unit + "）"}[in]
}

var (
	deliveries     = &figure{"deliveries/s", "配信/秒", ""}
	cpu            = &figure{"CPU per delivery", "配信あたりの CPU 時間", "µs"}
	p50            = &figure{"P50 delay", "遅延 P50", "ms"}
	p99            = &figure{"P99 delay", "遅延 P99", "ms"}
	processors     = &figure{"processors kept busy", "使ったプロセッサの数", ""}
	resident       = &figure{"memory of the process", "プロセスのメモリ", "MiB"}
	memory         = &figure{"memory per client", "クライアントあたりのメモリ", "KiB"}
	goroutines     = &figure{"goroutines per client", "クライアントあたりの goroutine", ""}
	connections    = &figure{"connections/s", "接続/秒", ""}
	alone          = &figure{"P99 delay without it", "いないときの遅延 P99", "ms"}
	beside         = &figure{"P99 delay with it", "いるときの遅延 P99", "ms"}
	slowdown       = &figure{"P99 delay, with to without", "遅延 P99 の比（いる ÷ いない）", ""}
	peakMemory     = &figure{"most memory above the start", "メモリの増加の最大", "MiB"}
	peakGoroutines = &figure{"most goroutines above the start", "goroutine の増加の最大", ""}
	letGo          = &figure{"let go after", "切断されるまで", "s"}
	kept           = &figure{} // 1 for a round in which the server did all that an open load asked
)

// What happens or doesn't is counted by its name.
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
	stalled.scenario:  {"one stops reading", "一つが読むのをやめる"},
}

// legend says what the marks behind figures mean.
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
		{"場面", "クライアント", "送るもの", "一つあたりの配送中", "全体の件/秒", "JSON のバイト数"},
	}
	verdictHead = [2][]string{{"where", "what", "asked", "measured", "reached"}, {"場面", "対象", "求めた値", "計測結果", "達成"}}

	machine = said{
		"- Processor: %s, %s cores, %s MiB of memory\n- System: %s/%s, kernel %s, %s\n- Libraries: %s\n- Measured on %s with `%s`, %d rounds",
		"- プロセッサ: %s、%s コア。メモリ %s MiB\n- OS: %s/%s、カーネル %s。%s\n- ライブラリ: %s\n- %s に `%s` で %d 回計測"}
	otherWork = said{
		"\n- Not quiet: other programs had work on the same processors meanwhile",
		"\n- 静かなマシンではありません。計測の間、ほかのプログラムが同じプロセッサで動いていました"}
)
