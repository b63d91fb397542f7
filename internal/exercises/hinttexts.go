package exercises

// hints are, by exercise, cause and language, up to three, the first one the lightest.
// "" is for all causes that have none of their own. What they quote is code: TestHintsQuote.
var hints = map[string]map[string]map[string][]string{
	"01-ids-mutex": {
		"": {
			"en": {
				"Both places are in NewClient. It runs in each request's goroutine, so two goroutines can be there at the same time. Which lines read `maxId`, and which ones write it?",
				"`maxId++` reads and writes, and the line of `id` reads once more. What must nobody else do between the first read and the last one?",
				"Declare a sync.Mutex beside `maxId`, lock it before `maxId++`, and unlock it only when the id has been read.",
			},
			"ja": {
				"2 か所とも NewClient の中にある。NewClient はリクエストごとの goroutine で動くので、2 つの goroutine が同時にそこにいることがある。`maxId` を読む行と書く行はどれか。",
				"`maxId++` は読んでから書き、`id` の行でもう一度読む。最初の読みから最後の読みまでの間に、ほかの goroutine にされては困ることは何か。",
				"`maxId` の隣に sync.Mutex を宣言し、`maxId++` の前でロックし、id を読み終えてからアンロックする。",
			},
		},
		CauseOrders: {
			"en": {
				"The race detector is content, and two clients still get one id. Read the columns: what happens between the two lines of one goroutine?",
				"Each line for itself may be safe. The increment and the read of `maxId` must be one piece, which nobody comes between.",
				"One lock around both: from before `maxId++` until the id has been read. Or don't read twice.",
			},
			"ja": {
				"race detector は何も報告しないのに、2 つのクライアントが同じ id になる。列を読む。1 つの goroutine の 2 行の間に何が起きているか。",
				"1 行ずつは安全かもしれない。しかし、インクリメントと `maxId` の読みは、間に誰も入れない 1 つのまとまりでなければならない。",
				"両方を 1 つのロックで囲む。`maxId++` の前から、id を読み終えるまで。または、2 度読まない。",
			},
		},
		CauseProperty: {
			"en": {
				"Clients come one after the other here, and something is still wrong. Which ids do the first two get?",
				"Two clients with one id are one client for `Server.clients`. Each call of NewClient must count.",
				"Go back with go run ./exercises reset 1. Nothing but the lines of `maxId` needs a change.",
			},
			"ja": {
				"ここではクライアントが 1 つずつ順に入る。それでもうまくいかない。最初の 2 つの id は何になるか。",
				"id が同じ 2 つのクライアントは、`Server.clients` にとって 1 つのクライアントになる。NewClient は呼び出しのたびに数えなければならない。",
				"go run ./exercises reset 1 で最初に戻れる。変える必要があるのは `maxId` の行だけ。",
			},
		},
	},
	"02-ids-atomic": {
		"": {
			"en": {
				"In the columns, both goroutines call `Add`, and only then does each call `Load`. Which number does each of them get?",
				"`Add` is one step, and `Load` is another one. What does `Load` return if another client's `Add` came between?",
				"`Add` returns the new value. Nobody else gets that value: use it as the id, and drop `Load`.",
			},
			"ja": {
				"列では、2 つの goroutine がどちらも `Add` を済ませてから、それぞれ `Load` を呼んでいる。どちらの番号はいくつになるか。",
				"`Add` で 1 ステップ、`Load` でもう 1 ステップ。間に別のクライアントの `Add` が入ると、`Load` は何を返すか。",
				"`Add` は新しい値を返す。その値はほかの誰にも返らない。それを id にして、`Load` をなくす。",
			},
		},
		CauseRace: {
			"en": {
				"Some line uses `maxId` without an atomic operation. The two places say which.",
				"An atomic variable is atomic only if every use is. An atomic.Int64 makes sure of that: it has no plain read.",
			},
			"ja": {
				"`maxId` をアトミックでない形で使っている行がある。2 か所のどちらかがそれ。",
				"アトミックな変数は、すべての使用がアトミックでなければ意味がない。atomic.Int64 にはふつうの読みがないので、それが保証される。",
			},
		},
		CauseProperty: {
			"en": {
				"Clients come one after the other here, and something is still wrong. Which ids do the first two get?",
				"All clients must count with one `maxId`, which is declared outside of NewClient.",
			},
			"ja": {
				"ここではクライアントが 1 つずつ順に入る。それでもうまくいかない。最初の 2 つの id は何になるか。",
				"すべてのクライアントが 1 つの `maxId` で数えなければならない。宣言は NewClient の外に置く。",
			},
		},
	},
	"03-ids-owner": {
		"": {
			"en": {
				"The server's goroutine writes `c.id`, and the handler's goroutine reads it for the log: before that, after it or meanwhile. Who owns the id?",
				"The handler hands the client over on `addClientCh`. From that moment on the client's id is the server's goroutine's. The handler may not look.",
				"Let the owner write the line, when it has given the id. Or let the owner send the id back, over a channel.",
			},
			"ja": {
				"`c.id` を書くのはサーバーの goroutine。ハンドラの goroutine は、その前か後か最中に、ログのために読む。id の所有者は誰か。",
				"ハンドラは `addClientCh` でクライアントを渡す。その時から、クライアントの id はサーバーの goroutine のもの。ハンドラが見てはいけない。",
				"id を付けた所有者がログを書く。または、所有者がチャネルで id を送り返す。",
			},
		},
		CauseProperty: {
			"en": {
				"The line \"joined:\" must be in the log once for each client, with the id that the client has.",
				"Before the server's goroutine has received the client, its id is 0. Who knows the id, and when?",
				"Write the line in Server.Start, right after `c.id = s.clientCount`.",
			},
			"ja": {
				"\"joined:\" の行は、クライアントごとに 1 度、そのクライアントの id とともにログに残らなければならない。",
				"サーバーの goroutine がクライアントを受け取るまで、id は 0。id を知っているのは、いつ、誰か。",
				"Server.Start の `c.id = s.clientCount` のすぐ後でログを書く。",
			},
		},
	},
	"04-nothing-left": {
		"": {
			"en": {
				"`write` waits in its select for the next message, and nobody sends one to a client that has gone. What else could come there?",
				"Start learns that the browser has gone, and write doesn't. How can Start tell it, without waiting for it?",
				"Give the client a channel that Start closes at its end. write listens to it beside the queue, with select.",
			},
			"ja": {
				"`write` は select で次のメッセージを待っている。切断したクライアントには誰も送らない。そこにほかの何が来ればよいか。",
				"ブラウザが切断したことを Start は知るが、write は知らない。待たずに知らせるには、どうするか。",
				"クライアントにチャネルを 1 つ持たせ、Start が終わりに閉じる。write は select で、キューと合わせてそれを待つ。",
			},
		},
		CauseOrders: {
			"en": {
				"Read the columns: who still sends to the client when it has gone?",
				"Only the goroutine that sends on a channel may close it. Who sends on `queue`?",
				"Close another channel than `queue`; or let the server's goroutine close `queue`, after it has removed the client.",
			},
			"ja": {
				"列を読む。切断した後のクライアントに、まだ送るのは誰か。",
				"チャネルを閉じてよいのは、そこに送る goroutine だけ。`queue` に送るのは誰か。",
				"`queue` とは別のチャネルを閉じる。または、サーバーの goroutine がクライアントを除いた後で `queue` を閉じる。",
			},
		},
		CauseCrash: {
			"en": {
				"A send on a closed channel panics. Who sends on `queue`, and does it know that it is closed?",
				"Only the server's goroutine sends on `queue`. So only the server's goroutine can close it safely.",
			},
			"ja": {
				"閉じたチャネルに送ると panic する。`queue` に送るのは誰で、閉じたことを知っているか。",
				"`queue` に送るのはサーバーの goroutine だけ。だから、安全に閉じられるのもサーバーの goroutine だけ。",
			},
		},
	},
	"05-own-channel": {
		"": {
			"en": {
				"The server's goroutine waits in Send. For whom? Who receives from `removeClientCh`?",
				"A goroutine must not send on a channel that only it receives from. How else does a client come to its end? See Start.",
				"End the connection's read and write, and Start does the rest: `c.ws.SetDeadline(time.Now())`.",
			},
			"ja": {
				"サーバーの goroutine が Send で待っている。誰を待っているのか。`removeClientCh` から受け取るのは誰か。",
				"自分だけが受け取るチャネルに、自分で送ってはいけない。クライアントが終わる道はほかにないか。Start を見る。",
				"接続の読み書きを終わらせれば、後は Start がする: `c.ws.SetDeadline(time.Now())`。",
			},
		},
		CauseOrders: {
			"en": {
				"In this scenario the queue has one place. What becomes of the client that doesn't get its message?",
				"A client that misses a message must not stay: it can't know what it misses. End its connection, not only its place in the room.",
				"In `default:` write `c.ws.SetDeadline(time.Now())`, and nothing else.",
			},
			"ja": {
				"このシナリオでは、キューに 1 件しか入らない。メッセージが入らなかったクライアントはどうなるか。",
				"取りこぼしたクライアントを残してはいけない。何が抜けたかを知りようがないから。部屋から除くだけでなく、接続を終わらせる。",
				"`default:` に `c.ws.SetDeadline(time.Now())` だけを書く。",
			},
		},
		"property StalledRoom lock": closeWaits,
	},
	"06-one-writer": {
		"": {
			"en": {
				"How many goroutines write to one client at a time? What decides which of them is first?",
				"Order needs one queue, which one goroutine fills and one goroutine empties. The server's goroutine may put in, but must not wait.",
				"A `chan *Message` for each client; Start starts a goroutine that takes out and writes, and ends it; Send puts in with select and default. The past messages go the same way. Exercise 4 has such a client.",
			},
			"ja": {
				"1 つのクライアントに同時に書く goroutine はいくつあるか。どれが先かを決めるものは何か。",
				"順序を保つには、入れるのも取り出すのも 1 つの goroutine だけのキューが要る。サーバーの goroutine は入れるだけで、待ってはいけない。",
				"クライアントごとに `chan *Message` を置く。取り出して書く goroutine を Start が開始し、終わらせる。Send は select と default で入れる。過去のメッセージも同じ道を通す。演習 4 のクライアントがそうなっている。",
			},
		},
		"property StalledRoom": {
			"en": {
				"The server's goroutine waits for one client. Where, and what if that client never reads?",
				"Send may only put the message somewhere. When there is no place, the client goes, not the room: select with default.",
			},
			"ja": {
				"サーバーの goroutine が 1 つのクライアントを待っている。どこで待つか。その相手がずっと読まなければどうなるか。",
				"Send はメッセージを置くだけにする。置き場所がなければ、止まるのは部屋ではなくそのクライアント。select と default を使う。",
			},
		},
		"property StalledCost": {
			"en": {
				"Something grows for each message that the client doesn't read. What holds it?",
				"One goroutine for a client, not one for a message; and a queue with a bound.",
			},
			"ja": {
				"クライアントが読まないメッセージごとに、何かが増えている。何が抱えているか。",
				"goroutine はメッセージごとではなく、クライアントごとに 1 つ。キューには上限を付ける。",
			},
		},
		"property NothingLeft": {
			"en": {
				"The goroutine that writes does not end when the browser has gone. What could tell it?",
				"Exercise 4 is about this: a channel that Start closes.",
			},
			"ja": {
				"ブラウザが切断しても、書く goroutine が終わらない。何が知らせればよいか。",
				"演習 4 と同じ。Start がチャネルを閉じる。",
			},
		},
	},
	"07-bound": {
		"": {
			"en": {
				"`c.queue` grows with each message, while the client doesn't read: Send puts in, and never looks how many are there.",
				"Send can see how many messages wait. And what becomes of a client for which there is no place?",
				"In Send, if `len(c.queue)` is `queueSize`: forget the queue, end the connection with `c.ws.SetDeadline(time.Now())`, and return.",
			},
			"ja": {
				"クライアントが読まない間、`c.queue` はメッセージごとに増える。Send は件数を見ないで入れている。",
				"待っている件数は Send から見える。置き場所のないクライアントをどうするか。",
				"Send で `len(c.queue)` が `queueSize` なら、キューを捨て、`c.ws.SetDeadline(time.Now())` で接続を終わらせて、return する。",
			},
		},
		CauseOrders: {
			"en": {
				"In this scenario the queue has one place. The client misses a message, and is still there.",
				"Whoever misses something is dropped: then the browser knows, and can come back. End its connection.",
			},
			"ja": {
				"このシナリオでは、キューに 1 件しか入らない。取りこぼしたクライアントが、まだ残っている。",
				"取りこぼしたクライアントは切断する。そうすればブラウザにわかり、つなぎ直せる。接続を終わらせる。",
			},
		},
		"property StalledRoom": {
			"en": {
				"The server's goroutine waits for one client. Which line of Send can wait?",
				"Close waits for a write that is stuck. A deadline doesn't: `c.ws.SetDeadline(time.Now())`.",
			},
			"ja": {
				"サーバーの goroutine が 1 つのクライアントを待っている。Send のどの行が待ちうるか。",
				"Close は、止まっている書き込みを待つ。期限なら待たない: `c.ws.SetDeadline(time.Now())`。",
			},
		},
		"property StalledRoom lock": closeWaits,
	},
	"08-no-gap": {
		"": {
			"en": {
				"Read the columns. What comes between the answer to `historyCh` and `addClientCh`?",
				"Whatever is said between the two reaches nobody who is between the two. Only one goroutine says what is past and who is there: the server's.",
				"Let the case of `addClientCh` do both: put the client into the map, and send it the history. Then nothing else of the room runs in between.",
			},
			"ja": {
				"列を読む。`historyCh` の答えから `addClientCh` までの間に、何が入るか。",
				"その間の発言は、間にいるクライアントに届かない。何が過去で、誰が部屋にいるかを決めるのは、1 つの goroutine、つまりサーバーの goroutine だけ。",
				"`addClientCh` の case で両方を行う。クライアントを map に入れ、履歴を送る。その間に部屋のほかの処理は入らない。",
			},
		},
		CauseRace: {
			"en": {
				"The history belongs to the server's goroutine. Which other goroutine reads it?",
				"Don't take the history to the client's goroutine: take the client to the history's.",
			},
			"ja": {
				"履歴はサーバーの goroutine のもの。ほかのどの goroutine が読んでいるか。",
				"履歴をクライアントの goroutine に持ってくるのではなく、クライアントを履歴の goroutine に持っていく。",
			},
		},
	},
	"09-goodbye": {
		"": {
			"en": {
				"Who may write to the connection? What is written before the goodbye must be all that waits, and nothing comes behind it.",
				"Let write say goodbye, behind the queue: `c.ws.WriteClose(c.code)`. And when is the connection closed? When Start returns, x/net closes it.",
				"Start writes the code (`io.EOF` means 1000, all else 1008) before it closes `gone`, sets a write deadline, and waits on a channel that write closes. write empties the queue first.",
			},
			"ja": {
				"接続に書いてよいのは誰か。close フレームの前に、残っているものをすべて書く。後には何も書かない。",
				"close フレームは write が、キューの後に送る: `c.ws.WriteClose(c.code)`。では、接続はいつ閉じられるか。Start が終わると、x/net が閉じる。",
				"Start は、`gone` を閉じる前にコードを書き(`io.EOF` なら 1000、ほかは 1008)、書き込みの期限を設定し、write が閉じるチャネルを待つ。write は先にキューを空にする。",
			},
		},
		"property StalledRoom": {
			"en": {
				"The server's goroutine waits for one client. WriteClose and Close wait for a write that is stuck.",
				"Only write may write. Everybody else may set a deadline.",
			},
			"ja": {
				"サーバーの goroutine が 1 つのクライアントを待っている。WriteClose も Close も、止まっている書き込みを待つ。",
				"書いてよいのは write だけ。ほかの goroutine にできるのは、期限の設定まで。",
			},
		},
	},
	"10-shutdown": {
		"": {
			"en": {
				"When Start of the server returns, who still waits for it, on which channels?",
				"A client's end is: its queue is empty, a close frame with 1001 is written, its Start returns. The room must go on to receive until the last one has come to `removeClientCh`.",
				"In the case of `doneCh`: close all queues; receive from `removeClientCh` and `messageCh` until no client is left. In write, at the end of the queue: `c.ws.WriteClose(1001)`, and then a deadline, which ends Start.",
			},
			"ja": {
				"サーバーの Start が終わった後、どのチャネルで、誰がまだサーバーを待っているか。",
				"クライアントの終わりは、キューが空になり、1001 の close フレームが書かれ、その Start が終わること。最後の 1 つが `removeClientCh` に来るまで、部屋は受け取り続けなければならない。",
				"`doneCh` の case で、すべてのキューを閉じ、クライアントがいなくなるまで `removeClientCh` と `messageCh` から受け取る。write では、キューの終わりで `c.ws.WriteClose(1001)` とし、期限を設定して Start を終わらせる。",
			},
		},
	},
	"11-race-report": {
		"": {
			"en": {
				"A report has two stacks. Each begins with what was done, Read or Write. The line below it is the innermost call. Where is the first line that is in this package?",
				"Open both lines side by side. Which name do they share? That is the field, and one line writes it.",
				"Write file and line as in \"client.go:12\", without the directory, and the column is not needed.",
			},
			"ja": {
				"レポートにはスタックが 2 つある。どちらも、何をしたか (Read か Write) で始まり、その次の行が最も内側の呼び出し。上から見て、このパッケージの最初の行はどれか。",
				"2 つの行を並べて見る。両方にある名前は何か。それが問われているフィールドで、一方の行がそれに書いている。",
				"ファイルと行を \"client.go:12\" のように書く。ディレクトリも列番号もいらない。",
			},
		},
		"answer OrderedBy": {
			"en": {
				"`known` orders what comes before the close and what comes after the receive. Where does the write stand that the report names?",
				"`Start` goes on after the close, to the next round of its loop. What orders that write and the read?",
				"The race detector reports only two accesses that nothing orders.",
			},
			"ja": {
				"`known` が順序を決めるのは、close より前の処理と、受信より後の処理。レポートにある書き込みはどこにあるか。",
				"`Start` は、close の後もループの次の回に進む。その書き込みと読みの順序を決めるものはあるか。",
				"race detector が報告するのは、順序を決めるものがない 2 つのアクセスだけ。",
			},
		},
	},
	"12-show-it": {
		"": {
			"en": {
				"Take the promises in room.go one by one. For each: which calls would come to something else if it were broken?",
				"Go to the limits: one less than the bound, the bound, one more. And look again afterwards: what comes next to the same client?",
				"Promise 6 needs a test in which two goroutines call methods, and nothing orders them. The race detector does the rest.",
			},
			"ja": {
				"room.go の約束を 1 つずつ見る。それが破られたら、どの呼び出しの結果が変わるか。",
				"境目を試す。上限より 1 つ少ないとき、ちょうど上限のとき、1 つ多いとき。その後も見る。同じクライアントに、次は何が届くか。",
				"約束 6 のテストでは、2 つの goroutine がメソッドを呼び、その順序を決めるものがないようにする。あとは race detector が調べる。",
			},
		},
		"test right": {
			"en": {
				"Your test asks for something that the room does not promise, or for what is so only in this room.go.",
				"Read its message: what did it want, and which promise says so? Several goroutines have no order among them, unless you give them one.",
			},
			"ja": {
				"部屋が約束していないことか、この room.go でしか成り立たないことを、テストが求めている。",
				"テストの出力を読む。何を求めたか。それはどの約束にあるか。複数の goroutine の間には、自分で決めない限り順序がない。",
			},
		},
	},
}

// closeWaits is for who calls Close where nobody may wait.
var closeWaits = map[string][]string{
	"en": {
		"The server's goroutine waits again, this time for a lock. Close of x/net first writes a close frame, so it takes the lock that each write to the connection takes. Who has it?",
		"The goroutine that writes has it: its write is stuck, since the browser doesn't read. A deadline needs no lock, and ends that write: `c.ws.SetDeadline(time.Now())`.",
	},
	"ja": {
		"サーバーの goroutine がまた待っている。今度はロックを待つ。x/net の Close は、先に close フレームを書こうとして、接続に書くときのロックを取る。そのロックを今、誰が保持しているか。",
		"保持しているのは書く側の goroutine。ブラウザが読まないので、書き込みが止まっている。期限の設定にロックはいらず、その書き込みも終わる: `c.ws.SetDeadline(time.Now())`。",
	},
}
