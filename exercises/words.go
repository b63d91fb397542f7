package main

import (
	"websocket-chat-steps/internal/exercises"
	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/steps"
)

// words are what the command says in one language.
type words struct {
	usage                    string
	building, judging        string
	playing, racing          string
	properties, orders, race string // the judges
	hold, holdNot            string
	ordersOf, ordersNone     string
	notExplored, notAll      string
	unseen, notJudged, asks  string
	raceClean, raceFound     string
	raceNone, raceOther      string
	crashed, requestPanicked string
	seen, wanted             string
	twoPlaces, access        string
	solved, notSolved, next  string
	allSolved                string
	how, watching            string // to go on
	noCheck, noMoreHints     string
	isSolved, missing        string
	kept, reset              string
	askSolution, other       string
	noEditor                 string
	grades                   []string
	wantsLog                 string
	answers, asReported      string
	trying, yourTest, tells  string
	failsRight, misses       string
	testCrashes              string
	replies                  map[string]string // by kind
	wants                    map[steps.Property]string
	accesses                 map[string]string
}

var languages = map[string]words{
	"en": {
		usage: `usage: go run ./exercises [-lang en|ja] [WORD [NUMBER]]
  (nothing)    what is solved, and what is next
  check 1      judge exercise 1
  watch 1      judge it each time that you save a file of it
  hint 1       a hint, for what the last check found; the next one each time
  solution 1   show a solution
  reset 1      as it was in the beginning; what you have is kept. Also: reset all
  open 1       open its files with $EDITOR, or with VS Code
Without a number it is the next one that is not solved.`,
		how:         "Next: read %[1]s, change the files in %[2]s, and run\n  go run ./exercises check %[3]d\nor watch %[3]d, hint %[3]d, open %[3]d. go run ./exercises -h says what else there is.",
		watching:    "waiting until you save a file; Ctrl-C ends it …",
		noCheck:     "(go run ./exercises check %d says what is wrong, and then hints are about that.)",
		noMoreHints: "(There are no more of these. go run ./exercises solution %d shows a solution.)",
		isSolved:    "(%[1]s is solved. go run ./exercises solution %[2]d shows other ways.)",
		missing:     "%[1]s is not there any more. go run ./exercises reset %[2]d gives it back, and keeps what you have.",
		kept:        "What you had is in %s.", reset: "%s is as it was in the beginning.",
		askSolution: "Show a solution of exercise %d?", other: "Another one: %s",
		noEditor: "there is no $EDITOR, and no code command: open the file yourself",
		grades:   []string{"Grade 1: who owns an id", "Grade 2: queues and goroutines", "Grade 3: what tests don't see at once"},
		building: "building …", judging: "trying it over real sockets …", playing: "playing every order …",
		racing:     "building it with the race detector (half a minute, the first time), and running it …",
		properties: "properties", orders: "every order", race: "race detector",
		hold: "hold: %s", holdNot: "do not hold: %s",
		ordersOf: "%[3]s: goes wrong in %[1]s of %[2]s orders", ordersNone: "%[2]s: none of %[1]s orders goes wrong",
		notExplored: "not explored: %s", notAll: "%[2]s: stopped after %[1]s orders; none of them goes wrong",
		unseen:    "Only the orders show what this exercise is about. They can't be played with what is named behind “not explored”: write that in another way.",
		notJudged: "Exercise %d could not be judged to its end. It may be right.",
		asks:      "%s\nA chat room may not find out who runs it, since then it could be right for the judges alone. Write it without this.",
		raceClean: "reports nothing", raceFound: "reports a data race",
		raceNone: "can't run here: %s", raceOther: "the program failed under it: %s",
		crashed: "the program crashed: %s", requestPanicked: "a request's goroutine panicked: %s",
		seen: "seen:   %s", wanted: "wanted: %s",
		twoPlaces: "Two goroutines use the same memory, and nothing orders them:",
		access:    "%s, in %s",
		solved:    "%s is solved.", notSolved: "Not solved yet. A hint: go run ./exercises hint %d",
		next: "Next: go run ./exercises check %d, and read %s", allSolved: "All are solved.",
		trying: "trying your test on right and wrong rooms …", yourTest: "your test",
		tells:       "passes %d right rooms, and fails on %d of %d wrong ones",
		failsRight:  "fails on a room that keeps every promise",
		misses:      "it passes a room that breaks promise %s",
		testCrashes: "on a wrong room it does not fail, but crashes or hangs: %s",
		answers:     "answers", asReported: "all are as the report says",
		replies: map[string]string{
			exercises.ReplyEmpty:    "there is no answer yet%.0s",
			exercises.ReplyOther:    "the report names %s, but that is the other access",
			exercises.ReplyNotNamed: "%s is not where one of the two goroutines was at the access",
			exercises.ReplyOneLine:  "%s is on one of the two lines only",
			exercises.ReplyNowhere:  "%s is on neither of the two lines",
			exercises.ReplyOrdered:  "if %s ordered these two accesses, there would be no report",
		},
		wantsLog: "for each client that joins, its id is in the log, behind joined:",
		wants: map[steps.Property]string{
			steps.EveryMessage: "5 clients talk at the same time; each hears every message, once",
			steps.PastMessages: "a newcomer hears the past messages once, and all that are said while it joins",
			steps.NothingLeft:  "15 clients come and go; no goroutine and no socket of theirs is left",
			steps.LongHistory:  "a newcomer comes to 300 past messages; the room goes on",
			steps.StalledRoom:  "a client stops reading, and 400 messages are said; the others hear each other",
			steps.StalledCost:  "a client stops reading; it costs a bounded number of goroutines and bytes",
			steps.SenderOrder:  "one client says 50 messages in one write; all hear them in that order",
			judge.Crowd:        "300 clients come and go, one after the other, and 150 more join; who is there hears all that is said",
			judge.Gapless:      "a client reads late; it hears all that was said, or it is disconnected",
			judge.Goodbye:      "who says goodbye hears a close frame with 1000, who sends what is no message 1008; before that, all that was said",
			judge.Shutdown:     "Done ends the room: all clients hear all that was said, and then a close frame with 1001; nothing is left",
			steps.SameOrder:    "two clients talk at the same time; all hear one order",
		},
		accesses: map[string]string{"Read": "read", "Write": "write", "Previous read": "read", "Previous write": "write"},
	},
	"ja": {
		usage: `使い方: go run ./exercises [-lang en|ja] [語 [番号]]
  (なし)       解けたものと、次のもの
  check 1      演習 1 を判定する
  watch 1      ファイルを保存するたびに判定する
  hint 1       前回の判定に合わせたヒント。毎回 1 つずつ
  solution 1   解答例を見る
  reset 1      最初の状態に戻す。今のファイルは残しておく。reset all もある
  open 1       $EDITOR か VS Code でファイルを開く
番号を省くと、まだ解けていない次の演習になる。`,
		how:         "次: %[1]s を読み、%[2]s のファイルを変えて、実行する。\n  go run ./exercises check %[3]d\nwatch %[3]d、hint %[3]d、open %[3]d も使える。ほかは go run ./exercises -h を見る。",
		watching:    "ファイルの保存を待っています(Ctrl-C で終わります) …",
		noCheck:     "(go run ./exercises check %d で何が問題かがわかり、ヒントもそれに合うものになる。)",
		noMoreHints: "(ヒントはここまで。go run ./exercises solution %d で解答例が見られる。)",
		isSolved:    "(%[1]s は解けている。ほかの解き方は go run ./exercises solution %[2]d で見られる。)",
		missing:     "%[1]s がなくなっている。go run ./exercises reset %[2]d で最初の状態に戻せる。今のファイルは残る。",
		kept:        "今までのファイルは %s にある。", reset: "%s を最初の状態に戻した。",
		askSolution: "演習 %d の解答例を表示しますか?", other: "別の解き方: %s",
		noEditor: "$EDITOR も code コマンドもない。ファイルは自分で開いてほしい",
		grades:   []string{"段階 1: id は誰のものか", "段階 2: キューと goroutine", "段階 3: テストにはすぐ見えないもの"},
		building: "ビルドしています …", judging: "実際のソケットで試しています …", playing: "すべての順序を調べています …",
		racing:     "race detector を付けてビルドし (初回は 30 秒ほど)、動かしています …",
		properties: "性質", orders: "すべての順序", race: "race detector",
		hold: "成り立つ: %s", holdNot: "成り立たない: %s",
		ordersOf: "%[3]s: %[2]s 通りのうち %[1]s 通りで問題が起きる", ordersNone: "%[2]s: %[1]s 通りすべて問題なし",
		notExplored: "調べられない: %s", notAll: "%[2]s: %[1]s 通りで打ち切った。そこまでに問題は起きない",
		unseen:    "この演習で問うことは、順序を調べなければわからない。「調べられない」に挙げたものがあると、順序を調べられない。そこを別の書き方にする。",
		notJudged: "演習 %d は最後まで判定できませんでした。正しいかもしれません。",
		asks:      "%s\n部屋は、誰に動かされているかを調べてはいけない。判定のときだけ正しい部屋になりうるから。これを使わずに書く。",
		raceClean: "報告なし", raceFound: "データ競合を報告した",
		raceNone: "ここでは使えない: %s", raceOther: "race detector を付けるとプログラムが失敗する: %s",
		crashed: "プログラムがクラッシュした: %s", requestPanicked: "リクエストの goroutine が panic した: %s",
		seen: "見えたこと: %s", wanted: "求めること: %s",
		twoPlaces: "2 つの goroutine が同じメモリを使い、その順序を決めるものがない:",
		access:    "%s (%s の中)",
		solved:    "%s が解けました。", notSolved: "まだ解けていません。ヒント: go run ./exercises hint %d",
		next: "次: go run ./exercises check %d。説明は %s にあります", allSolved: "すべて解けました。",
		trying: "正しい部屋と誤った部屋で、テストを動かしています …", yourTest: "テスト",
		tells:       "正しい部屋 %d 個で成功し、誤った部屋 %[3]d 個のうち %[2]d 個で失敗する",
		failsRight:  "約束をすべて守る部屋で失敗してしまう",
		misses:      "約束 %s を破る部屋でも成功してしまう",
		testCrashes: "誤った部屋で、失敗として終わらず、クラッシュするか止まる: %s",
		answers:     "答え", asReported: "すべてレポートのとおり",
		replies: map[string]string{
			exercises.ReplyEmpty:    "まだ書かれていない%.0s",
			exercises.ReplyOther:    "%s はレポートにあるが、もう一方のアクセスの行",
			exercises.ReplyNotNamed: "%s は、2 つの goroutine のどちらのアクセスの行でもない",
			exercises.ReplyOneLine:  "%s は、2 行のうちの一方にしかない",
			exercises.ReplyNowhere:  "%s は、2 行のどちらにもない",
			exercises.ReplyOrdered:  "%s がこの 2 つのアクセスの順序を決めているなら、レポートは出ないはず",
		},
		wantsLog: "入ったクライアントごとに、その id が joined: の後にログに残る",
		wants: map[steps.Property]string{
			steps.EveryMessage: "5 つのクライアントが同時に発言する。どれにも全メッセージが 1 回ずつ届く",
			steps.PastMessages: "後から来たクライアントに、過去のメッセージと、入っている間の発言が 1 回ずつ届く",
			steps.NothingLeft:  "15 のクライアントが接続して切断する。goroutine もソケットも残らない",
			steps.LongHistory:  "過去のメッセージが 300 件ある部屋に入る。部屋は止まらない",
			steps.StalledRoom:  "読まなくなったクライアントがいて、400 件の発言がある。ほかのクライアントには届き続ける",
			steps.StalledCost:  "読まなくなったクライアントがいる。その goroutine とメモリには上限がある",
			steps.SenderOrder:  "1 つのクライアントが 50 件を 1 回の書き込みで送る。全員にその順で届く",
			judge.Crowd:        "300 のクライアントが 1 つずつ接続しては切断し、さらに 150 が入る。その場にいる全員に、発言がすべて届く",
			judge.Gapless:      "遅れて読むクライアントがいる。発言がすべて届くか、切断される",
			judge.Goodbye:      "close フレームを送ったクライアントには 1000、メッセージでないものを送ったクライアントには 1008 の close フレームが届く。その前に、それまでの発言がすべて届く",
			judge.Shutdown:     "Done で部屋が終わる。全クライアントに、それまでの発言がすべて届き、最後に 1001 の close フレームが届く。何も残らない",
			steps.SameOrder:    "2 つのクライアントが同時に発言する。全員に同じ順で届く",
		},
		accesses: map[string]string{"Read": "読み", "Write": "書き", "Previous read": "読み", "Previous write": "書き"},
	},
}
