package drawing

// original is 01-original as a figure, about as it comes from the code.
func original(lang string) Figure {
	w := english
	if lang == "ja" {
		w = japanese
	}
	return Figure{
		Lang: lang, Title: w("01-original: who starts whom, who listens to whom"),
		Desc: w("Boxes: the goroutines of the program, and what they talk to. Lines: who starts whom, who listens to whom."),
		Groups: []Group{
			{Column: 1, Name: "Client", Words: w("1 for each client")},
			{Column: 2, Name: "Server", Words: "1"},
		},
		Boxes: []Box{
			{ID: "browser", Name: w("browser"), Words: []string{w("1 for each client")}, Column: 0, Object: true},
			{ID: "listenRead", Name: "Client.listenRead", Words: []string{w("1 for each client"), w("stays")}, Column: 1},
			{ID: "listenWrite", Name: "Client.listenWrite", Words: []string{w("1 for each client"), w("stays")}, Column: 1},
			{ID: "Listen", Name: "Server.Listen", Words: []string{"1", w("stays")}, Column: 2},
			{ID: "http", Name: "http.Serve", Words: []string{"1", w("stays")}, Column: 3, Top: true},
			{ID: "main", Name: "main", Words: []string{"1", w("stays")}, Column: 3},
			{ID: "signal", Name: "os/signal", Column: 3, Object: true},
		},
		Lines: []Line{
			{From: "http", To: "browser", Listens: true, Label: "accept"},
			{From: "http", To: "listenRead"},
			{From: "main", To: "http"},
			{From: "main", To: "Listen"},
			{From: "main", To: "signal", Listens: true, Label: "interrupt"},
			{From: "listenRead", To: "browser", Listens: true, Label: "ws"},
			{From: "browser", To: "listenWrite", Listens: true, Label: "ws"},
			{From: "listenRead", To: "listenWrite"},
			{From: "listenRead", To: "listenWrite", Listens: true, Label: "doneCh"},
			{From: "listenWrite", To: "listenRead", Listens: true, Label: "doneCh"},
			{From: "Listen", To: "listenRead", Listens: true, Label: "addCh"},
			{From: "Listen", To: "listenRead", Listens: true, Label: "delCh"},
			{From: "Listen", To: "listenRead", Listens: true, Label: "sendAllCh"},
			{From: "Listen", To: "listenRead", Listens: true, Label: "errCh"},
			{From: "Listen", To: "listenWrite", Listens: true, Label: "delCh"},
			{From: "listenWrite", To: "Listen", Listens: true, Label: "ch"},
			{From: "Listen", To: "Listen", Listens: true, Waits: true, Label: "delCh"},
			{From: "Listen", To: "Listen", Listens: true, Waits: true, Label: "errCh"},
		},
		Legend: Legend{
			Starts: w("A → B: A starts B"), Listens: w("A → B: A listens to B"), Itself: w("waits for itself"),
			Box: w("goroutine"), Object: w("object"), Dotted: w("goroutine that ends at once"),
		},
		Notes: []string{
			w("`Server.Listen` sends on `delCh`, which only it receives from, in `Client.Write` (`chat/client.go:54`). It waits for itself, and the room is frozen."),
			w("`Server.Listen` sends on `errCh`, which only it receives from, in `Client.Write` (`chat/client.go:56`). It waits for itself."),
			w("`Client.listenRead` and `Client.listenWrite` listen to each other on `doneCh`."),
			w("`Server.Listen` listens on `Server.doneCh` (`chat/server.go:131`), but nobody sends there."),
		},
	}
}

// rewritten is 03-single-goroutine as a figure.
func rewritten(lang string) Figure {
	f := original(lang)
	w := english
	if lang == "ja" {
		w = japanese
	}
	f.Title = w("03-single-goroutine: who starts whom, who listens to whom")
	f.Boxes = []Box{
		f.Boxes[0],
		{ID: "Start", Name: "Client.Start", Words: []string{w("1 for each client"), w("stays")}, Column: 1},
		{ID: "Send", Name: "Client.Send", Words: []string{w("1 for each message and client"), w("ends at once")}, Column: 1, Dotted: true},
		{ID: "past", Name: "sendPastMessages", Words: []string{w("1 for each client"), w("ends at once")}, Column: 1, Dotted: true},
		{ID: "Server", Name: "Server.Start", Words: []string{"1", w("stays")}, Column: 2},
		f.Boxes[4], f.Boxes[5], f.Boxes[6],
	}
	f.Lines = []Line{
		{From: "http", To: "browser", Listens: true, Label: "accept"},
		{From: "http", To: "Start"},
		{From: "main", To: "http"},
		{From: "main", To: "Server"},
		{From: "main", To: "signal", Listens: true, Label: "interrupt"},
		{From: "Start", To: "browser", Listens: true, Label: "ws"},
		{From: "browser", To: "Send", Listens: true, Label: "ws"},
		{From: "browser", To: "past", Listens: true, Label: "ws"},
		{From: "Server", To: "Start", Listens: true, Label: "addClientCh"},
		{From: "Server", To: "Start", Listens: true, Label: "removeClientCh"},
		{From: "Server", To: "Start", Listens: true, Label: "messageCh"},
		{From: "Server", To: "Send"},
		{From: "Server", To: "past"},
	}
	f.Notes = []string{w("`Server.Start` listens on `Server.doneCh` (`chat/server.go:71`), but nobody sends there.")}
	return f
}

// race is what two goroutines do to maxId.
func race(lang string) Sequence {
	w := english
	if lang == "ja" {
		w = japanese
	}
	const a, cell, b = 0, 1, 2
	lanes := []Lane{
		{Name: w("client A's goroutine")},
		{Name: "`maxId`", Words: []string{w("a memory cell")}, Object: true},
		{Name: w("client B's goroutine")},
	}
	load := func(who int, value string) Event {
		return Event{From: cell, To: who, Text: w("load `maxId`") + " → " + value, Place: "client.go:35"}
	}
	add := func(who int) Event { return Event{From: who, To: who, Text: w("add 1"), Place: "client.go:35"} }
	store := func(who int, value string) Event {
		return Event{From: who, To: cell, Text: w("store") + " " + value, Place: "client.go:35", Value: value}
	}
	again := func(who int, value string) Event {
		return Event{From: cell, To: who, Text: w("load again") + " → " + value, Place: "client.go:39"}
	}
	begin := Event{From: cell, To: cell, Value: "0"}
	return Sequence{
		Lang: lang, Title: w("Two requests, one maxId"),
		Desc:   w("Two courses of the same four steps, in both of which two clients get the same id."),
		Beside: true,
		Panels: []Panel{
			{
				Title: w("An update is lost"), Lanes: lanes,
				Events: []Event{begin, load(a, "0"), load(b, "0"), add(a), add(b), store(a, "1"), store(b, "1"), again(a, "1"), again(b, "1")},
				Result: []string{w("Two came, `maxId` is 1, and both have id 1.")},
			},
			{
				Title: w("Nothing is lost"), Lanes: lanes,
				Events: []Event{begin, load(a, "0"), add(a), store(a, "1"), load(b, "1"), add(b), store(b, "2"), again(a, "2"), again(b, "2")},
				Result: []string{w("Two came, `maxId` is 2, and both have id 2.")},
			},
		},
		Notes: []string{w("What each course does is in the order in which it may happen; nothing in the code forbids either.")},
	}
}

// leaving is what happens when a browser has gone.
func leaving(lang string) Sequence {
	w := english
	if lang == "ja" {
		w = japanese
	}
	const browser, read, write, room = 0, 1, 2, 3
	lanes := []Lane{
		{Name: w("browser"), Object: true}, {Name: "`Client.listenRead`"}, {Name: "`Client.listenWrite`"}, {Name: "`Server.Listen`"},
	}
	begin := []Event{
		{From: browser, To: read, Text: w("closes: `io.EOF`"), Place: "client.go:98", Ends: true},
		{From: read, To: write, Text: w("sends on `doneCh`"), Place: "client.go:103"},
		{From: write, To: room, Text: w("sends on `delCh`"), Place: "client.go:80"},
	}
	return Sequence{
		Lang: lang, Title: w("A browser leaves, two goroutines stay"),
		Desc: w("Two courses of what the two goroutines of a client do when its browser has gone."),
		Panels: []Panel{
			{
				Title: w("Each waits for the other"), Lanes: lanes,
				Events: append(begin[:3:3],
					Event{From: read, To: read, Text: w("comes round, reads `io.EOF` again"), Place: "client.go:98"},
					Event{From: write, To: read, Text: w("sends on `doneCh`, for ever"), Place: "client.go:81", Waits: true},
					Event{From: read, To: write, Text: w("sends on `doneCh`, for ever"), Place: "client.go:103", Waits: true},
				),
				Result: []string{w("Both stay for as long as the process lives.")},
			},
			{
				Title: w("One waits alone"), Lanes: lanes,
				Events: append(begin[:3:3],
					Event{From: write, To: read, Text: w("sends on `doneCh`"), Place: "client.go:81", Ends: true},
					Event{From: read, To: room, Text: w("sends on `delCh`"), Place: "client.go:91"},
					Event{From: read, To: write, Text: w("sends on `doneCh`, for ever"), Place: "client.go:92", Waits: true},
				),
				Result: []string{w("`Client.listenRead` stays for as long as the process lives.")},
			},
		},
	}
}

func english(s string) string { return s }

func japanese(s string) string {
	if ja, ok := map[string]string{
		"01-original: who starts whom, who listens to whom":                                                         "01-original：だれがだれを生成し、だれを listen するか",
		"03-single-goroutine: who starts whom, who listens to whom":                                                 "03-single-goroutine：だれがだれを生成し、だれを listen するか",
		"Boxes: the goroutines of the program, and what they talk to. Lines: who starts whom, who listens to whom.": "四角はプログラムの goroutine と、その相手。線は生成と listen。",
		"What each course does is in the order in which it may happen; nothing in the code forbids either.":         "どちらの順序も、コードの上では禁じられていません。",
		"client A's goroutine":    "クライアント A の goroutine",
		"client B's goroutine":    "クライアント B の goroutine",
		"a memory cell":           "メモリ上の変数",
		"load `maxId`":            "`maxId` を読む",
		"add 1":                   "1 を足す",
		"store":                   "書く:",
		"load again":              "もう一度読む",
		"Two requests, one maxId": "2 つのリクエスト、1 つの maxId",
		"An update is lost":       "更新が失われる",
		"Nothing is lost":         "失われなくても同じ id になる",
		"Two came, `maxId` is 1, and both have id 1.":                 "2 人来たのに `maxId` は 1。どちらの id も 1 です。",
		"Two came, `maxId` is 2, and both have id 2.":                 "2 人来て `maxId` は 2。それでもどちらの id も 2 です。",
		"A browser leaves, two goroutines stay":                       "ブラウザが去り、goroutine が 2 つ残る",
		"Each waits for the other":                                    "互いに待ち合う",
		"One waits alone":                                             "片方だけが待つ",
		"closes: `io.EOF`":                                            "切断：`io.EOF`",
		"sends on `doneCh`":                                           "`doneCh` に送信",
		"sends on `delCh`":                                            "`delCh` に送信",
		"comes round, reads `io.EOF` again":                           "ループが一周し、また `io.EOF` を読む",
		"sends on `doneCh`, for ever":                                 "`doneCh` に送信したまま、永久に待つ",
		"Both stay for as long as the process lives.":                 "どちらもプロセスが終わるまで残ります。",
		"`Client.listenRead` stays for as long as the process lives.": "`Client.listenRead` はプロセスが終わるまで残ります。",
		"1 for each client":                                           "クライアントごとに 1",
		"1 for each message and client":                               "メッセージとクライアントごとに 1",
		"stays":                                                       "常駐",
		"ends at once":                                                "すぐ終了",
		"browser":                                                     "ブラウザ",
		"A → B: A starts B":                                           "A → B：A が B を生成",
		"A → B: A listens to B":                                       "A → B：A が B を listen",
		"waits for itself":                                            "自分自身を待つ",
		"goroutine":                                                   "goroutine",
		"object":                                                      "オブジェクト",
		"goroutine that ends at once":                                 "すぐ終了する goroutine",
		"`Server.Listen` sends on `delCh`, which only it receives from, in `Client.Write` (`chat/client.go:54`). It waits for itself, and the room is frozen.": "`Server.Listen` は `delCh` に送信しますが、受信するのも自分だけです（`Client.Write`、`chat/client.go:54`）。自分自身を待つことになり、部屋全体が止まります。",
		"`Server.Listen` sends on `errCh`, which only it receives from, in `Client.Write` (`chat/client.go:56`). It waits for itself.":                         "`Server.Listen` は `errCh` に送信しますが、受信するのも自分だけです（`Client.Write`、`chat/client.go:56`）。",
		"`Client.listenRead` and `Client.listenWrite` listen to each other on `doneCh`.":                                                                       "`Client.listenRead` と `Client.listenWrite` は `doneCh` で互いを listen しています。",
		"`Server.Listen` listens on `Server.doneCh` (`chat/server.go:131`), but nobody sends there.":                                                           "`Server.Listen` は `Server.doneCh` を listen していますが（`chat/server.go:131`）、そこに送信する者はいません。",
		"`Server.Start` listens on `Server.doneCh` (`chat/server.go:71`), but nobody sends there.":                                                             "`Server.Start` は `Server.doneCh` を listen していますが（`chat/server.go:71`）、そこに送信する者はいません。",
	}[s]; ok {
		return ja
	}
	return s
}
