package main

// words are what the command says in one language.
type words struct {
	building, far, stopped, long string
	small                        string // with the constant and its value
	distinct, all                string // with how many go wrong, and of how many
	shortest, wrong, again       string
	lines                        string // where a line can't be played
	reading                      string
	server, request, started     string            // what heads a column
	acts                         map[string]string // of a browser: with its name, and what it says
	read, write, fallback        string
	scenarios                    map[string]string
}

var languages = map[string]words{
	"en": {
		building: "building …",
		far:      "%s orders so far, %s go wrong (%s runs)",
		stopped:  "stopped after %s orders, of which %s go wrong: nothing is said of the others",
		long:     "this takes longer than a minute: it stopped after %s orders. Without -all, orders that only swap independent steps are left out",
		small:    "(In it, %s is %s.)",
		distinct: "%s of %s orders go wrong. (Orders that only swap independent steps are counted as one.)",
		all:      "%s of %s orders go wrong. (Every single order is counted.)",
		shortest: "The shortest: %d steps; preemptions: %d.",
		wrong:    "What goes wrong: %s.",
		again:    "To play it again:",
		lines:    "A line belongs to one step, one scenario and the code as it was. Without -replay the command prints a line of today.",
		reading:  "How many orders go wrong, of how many (those that only swap independent steps are counted as one).\n– : the step has no such limit.  ? : the step can't be explored; why is said below.",
		server:   "the server", request: "request of %s", started: "go, %s",
		acts: map[string]string{"connects": "browser %s connects%s", "says": "browser %s says %s", "leaves": "browser %s leaves%s"},
		read: "(read)", write: "(write)", fallback: "(nothing else is ready)",
		scenarios: map[string]string{
			"two-join":            "two clients join at once. Afterwards one speaks: do both hear it? Of two with one id the room knows only one.",
			"two-join-one-speaks": "two clients join at once, and one of them speaks: do both hear it?",
			"lost-increment":      "two clients join at once: is the highest id 2?",
			"join-leave":          "one client joins and leaves: is nothing left of it?",
			"both-stay":           "one client joins and leaves: is at most one goroutine left of it?",
			"two-things":          "one of two clients says two things: does the other hear them in that order?",
			"two-speak":           "two clients speak at once: do both hear the same order?",
			"buffer-full":         "one of two clients says two things: does the room go on when a buffer is full?",
			"mailbox-overflow":    "one of two clients says three things, and the other reads nothing: is a client that misses something dropped, and is nothing left of it?",
			"leave-while-put":     "one of two clients says two things, and the other leaves: is nothing left of it?",
		},
	},
	"ja": {
		building: "ビルドしています …",
		far:      "ここまで %s 通り、うち %s 通りで問題が起きた(実行 %s 回)",
		stopped:  "中断した。%s 通りまで調べ、うち %s 通りで問題が起きた。残りについては何も言えない",
		long:     "1 分では終わらないため、%s 通りで打ち切った。-all を付けなければ、独立なステップを入れ替えただけの順序は省かれる",
		small:    "(このシナリオでは %s を %s にしてある。)",
		distinct: "%[2]s 通りの順序のうち、%[1]s 通りで問題が起きる。(独立なステップを入れ替えただけの順序は 1 通りと数える。)",
		all:      "%[2]s 通りの順序のうち、%[1]s 通りで問題が起きる。(すべての順序を 1 つずつ数える。)",
		shortest: "最短の順序: %d ステップ、プリエンプション %d 回。",
		wrong:    "結果: %s。",
		again:    "もう一度再生するには:",
		lines:    "-replay の行は、その行を表示したときのステップ、シナリオ、コードでだけ使える。-replay を付けずに実行すると、今のコードの行が表示される。",
		reading:  "問題が起きる順序の数/順序の数(独立なステップを入れ替えただけの順序は 1 通りと数える)。\n– : その上限がないステップ。 ? : 調べられないステップ。理由は下にある。",
		server:   "サーバー", request: "%s のリクエスト", started: "go 文 %s",
		acts: map[string]string{"connects": "ブラウザ %s が接続する%s", "says": "ブラウザ %s が %s と発言する", "leaves": "ブラウザ %s が切断する%s"},
		read: "(読み)", write: "(書き)", fallback: "(ほかに進めるものがない)",
		scenarios: map[string]string{
			"two-join":            "2 つのクライアントが同時に入る。そのあと片方が発言すると、両方に届くか。id が同じなら、サーバーは片方しか知らない。",
			"two-join-one-speaks": "2 つのクライアントが同時に入り、片方が発言する。両方に届くか。",
			"lost-increment":      "2 つのクライアントが同時に入る。いちばん大きい id は 2 か。",
			"join-leave":          "1 つのクライアントが入って、切断する。何も残らないか。",
			"both-stay":           "1 つのクライアントが入って、切断する。残る goroutine は 1 つまでか。",
			"two-things":          "2 つのクライアントの片方が続けて 2 回発言する。もう片方にその順で届くか。",
			"two-speak":           "2 つのクライアントが同時に発言する。両方に同じ順で届くか。",
			"buffer-full":         "2 つのクライアントの片方が続けて 2 回発言する。バッファがいっぱいになってもサーバーは止まらないか。",
			"mailbox-overflow":    "2 つのクライアントの片方が 3 回発言し、もう片方は何も読まない。取りこぼしたクライアントは切断され、何も残らないか。",
			"leave-while-put":     "2 つのクライアントの片方が 2 回発言し、もう片方は切断する。何も残らないか。",
		},
	},
}
