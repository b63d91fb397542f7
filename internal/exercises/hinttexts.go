package exercises

// hints are, by exercise, cause and language, up to three, the first one the lightest.
// "" is for all causes that have none of their own.
var hints = map[string]map[string]map[string][]string{
	"01-ids-mutex": {
		"": {
			"en": {
				"Run go run ./exercises check 1 and read the two places that the race detector names. Which goroutines are there?",
				"NewClient runs in each request's goroutine, many at a time. What must nobody else do between `maxId++` and the second read?",
				"Declare a sync.Mutex beside `maxId`, lock it before `maxId++`, and unlock it only when the id has been read.",
			},
			"ja": {
				"go run ./exercises check 1 を実行し、race detector が挙げる 2 か所を読む。そこを実行しているのはどの goroutine か。",
				"NewClient はリクエストごとの goroutine で、同時にいくつも動く。`maxId++` から 2 度目の読みまでの間に、ほかの goroutine にされては困ることは何か。",
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
				"The race detector reports nothing. Read the columns of the shortest order: where do the two goroutines come between each other?",
				"`Add` is one step, and `Load` is another one. What does `Load` return if another client's `Add` came between?",
				"`Add` returns the new value. Nobody else gets that value: use it as the id, and drop `Load`.",
			},
			"ja": {
				"race detector は何も報告しない。最短の順序の列を読む。2 つの goroutine はどこで互いの間に入るか。",
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
				"The race detector names two places. Which goroutine writes `c.id`, and which one reads it? Who owns it?",
				"The handler hands the client over on `addClientCh`. From that moment on the client's id is the server's goroutine's. The handler may not look.",
				"Let the owner write the line, when it has given the id. Or let the owner send the id back, over a channel.",
			},
			"ja": {
				"race detector が 2 か所を挙げている。`c.id` を書くのはどの goroutine で、読むのはどの goroutine か。所有者は誰か。",
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
}
