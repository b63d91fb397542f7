package figures

import (
	"fmt"
	"strings"

	"websocket-chat-steps/tools/chanflow"
	"websocket-chat-steps/tools/drawing"
)

// language is the words of the figures in one language. Names from the code are
// the same in all.
type language struct {
	code         string
	space, comma string // between sentences; between words
	andAlso      string // between counts

	title, browser, acceptLoop string
	stays, ends                string
	forEachClient              string
	count                      func(chanflow.Count) string
	legend                     drawing.Legend

	sayGoroutine, sayStarts, sayListens string // for who can't see the figure

	staying, conditional, noMutual, mutual, self, selfFull, silent, calledAt string // notes

	race    raceWords
	leaving leavingWords
}

type raceWords struct {
	title, desc    string
	lost, same     string // the panels
	a, b, variable string // the lanes
	goroutine      string
	shared         string
	load           string // %d: what it reads
	store          string // %d: what it writes, one more than it has read
	second         string // %d: the id it reads
	result         string // %d %d %d: a's id, b's id, the variable
	orders         string // %d %d %d: all, the same id, of these with a lost increment
	detector       string
}

type leavingWords struct {
	title, desc           string
	both, one             string // the panels
	browser               string
	eof, eofAgain         string
	handOver, del         string // what is sent
	waits, ends           string
	bothResult, oneResult []string
	neither               string
}

var languages = []*language{english, japanese}

var english = &language{
	code:  "en",
	space: " ", comma: ", ", andAlso: ", and ",

	title:      "%s: who starts whom, and who listens to whom",
	browser:    "browser",
	acceptLoop: "net/http's accept loop",
	stays:      "stays", ends: "ends at once",
	forEachClient: "1 for each client",
	count:         func(c chanflow.Count) string { return c.String() },
	legend: drawing.Legend{
		Starts: "starts", Listens: "listens to", Itself: "waits for itself",
		Box: "goroutine", Dotted: "goroutine that ends at once", Object: "object",
	},

	sayGoroutine: "Goroutine %s: %s, %s.",
	sayStarts:    "%s starts %s.",
	sayListens:   "%s listens to %s (%s).",

	staying:     "Goroutines that stay: %s.",
	conditional: "%s is started under a condition, so this figure doesn't say how many there are: %s.",
	noMutual:    "No two goroutines listen to each other.",
	mutual:      "%s and %s listen to each other: %s.",
	self:        "%s sends on %s, and nothing else receives on it: it waits for itself for ever. %s.",
	selfFull:    "%s sends on %s, and nothing else receives on it: when the buffer is full, it waits for itself for ever. %s.",
	calledAt:    "%s, called at %s",
	silent:      "%s receives on %s, but nothing in this program sends on it: %s.",

	race: raceWords{
		title:     "01-original: two clients come at the same time",
		desc:      "The goroutines of two requests use maxId in NewClient. The figure shows their steps, in two orders in which the program was played.",
		lost:      "An increment is lost",
		same:      "No increment is lost, but the ids are the same",
		a:         "client A's request",
		b:         "client B's request",
		variable:  "maxId",
		goroutine: "goroutine",
		shared:    "no owner",
		load:      "load %d",
		store:     "add 1, store %d",
		second:    "load again: id %d",
		result:    "A has id %d, B has id %d; `maxId` is %d.",
		orders:    "These steps can come in %d orders, and the program was played in each of them. In %d both clients get the same id; in %d of these an increment is lost, too. (These are numbers of orders, not probabilities: mostly, one request is done before the next one comes.)",
		detector:  "The race detector reports the race even when no id is wrong: nothing orders the accesses of the two goroutines.",
	},
	leaving: leavingWords{
		title:      "01-original: a client leaves, and its goroutines stay",
		desc:       "When the browser has gone, listenRead and listenWrite tell each other on doneCh to end. There are two ways in which this goes on, and in both a goroutine stays.",
		both:       "Mostly: both wait for each other",
		one:        "Sometimes: one is left alone",
		browser:    "browser",
		eof:        "`io.EOF`: it has gone",
		eofAgain:   "`io.EOF` again",
		handOver:   "`doneCh`",
		del:        "`delCh`",
		waits:      "`doneCh`: waits for ever",
		ends:       "returns",
		bothResult: []string{"Both send, and nobody receives: two goroutines and a socket stay."},
		oneResult:  []string{"listenWrite has ended, and nobody receives: a goroutine and a socket stay."},
		neither:    "The handler never returns, so its deferred `ws.Close()` never runs. It is the same in 02-race-fix. In 03 a client has no `doneCh`, and its one goroutine returns.",
	},
}

var japanese = &language{
	code:  "ja",
	space: "", comma: "、", andAlso: "、ほかに",

	title:      "%s: goroutine の生成関係と listen 関係",
	browser:    "ブラウザ",
	acceptLoop: "net/http の accept ループ",
	stays:      "常駐", ends: "すぐ終了（揮発性）",
	forEachClient: "クライアントごとに 1 つ",
	count:         japaneseCount,
	legend: drawing.Legend{
		Starts: "生成", Listens: "listen", Itself: "自分自身を待つ",
		Box: "goroutine", Dotted: "揮発性の（すぐ終了する）goroutine", Object: "オブジェクト",
	},

	sayGoroutine: "goroutine %s（%s、%s）。",
	sayStarts:    "%s が %s を生成する。",
	sayListens:   "%s が %s を listen する（%s）。",

	staying:     "常駐する goroutine は %s。",
	conditional: "%s は条件つきで生成されるので、この図から数はわからない（%s）。",
	noMutual:    "互いに listen し合っている goroutine はない。",
	mutual:      "%s と %s は互いに listen し合っている（%s）。",
	self:        "%s は %s に送信するが、受信するのも自分だけなので、自分自身を待って永久に止まる（%s）。",
	selfFull:    "%s は %s に送信するが、受信するのも自分だけなので、バッファがいっぱいなら自分自身を待って永久に止まる（%s）。",
	calledAt:    "%s、呼び出し元は %s",
	silent:      "%s は %s を受信するが、このプログラムに送信する箇所はない（%s）。",

	race: raceWords{
		title:     "01-original: 2 つのクライアントが同時に接続する",
		desc:      "NewClient の中で 2 つのリクエストの goroutine が maxId を読み書きする様子。実際にプログラムを動かした順序のうち 2 通りを示す。",
		lost:      "インクリメントが 1 回失われる",
		same:      "失われなくても、id が重複する",
		a:         "クライアント A のリクエスト",
		b:         "クライアント B のリクエスト",
		variable:  "maxId",
		goroutine: "goroutine",
		shared:    "所有者なし",
		load:      "読む: %d",
		store:     "1 を足して書く: %d",
		second:    "もう一度読む: id %d",
		result:    "A の id は %d、B の id は %d、`maxId` は %d。",
		orders:    "操作の順序は全部で %d 通りあり、そのすべてでプログラムを動かした。そのうち %d 通りで id が重複し、うち %d 通りではインクリメントも失われる（順序の数であって、確率ではない。ふつうは、先のリクエストの処理が済んでから次が来る）。",
		detector:  "id が壊れなかった実行でも、race detector はデータ競合を報告する。2 つの goroutine のアクセスの順序を決めるものがないからである。",
	},
	leaving: leavingWords{
		title:      "01-original: 切断後も goroutine が残る",
		desc:       "ブラウザの切断後、listenRead と listenWrite が doneCh で互いに終了を知らせ合う様子。その後は 2 通りに分かれるが、どちらでも goroutine が残る。",
		both:       "多くの場合は、互いに待ち合う",
		one:        "片方だけが残ることもある",
		browser:    "ブラウザ",
		eof:        "`io.EOF`（切断）",
		eofAgain:   "また `io.EOF`",
		handOver:   "`doneCh`",
		del:        "`delCh`",
		waits:      "`doneCh`: 永久に待つ",
		ends:       "return",
		bothResult: []string{"両方が送信していて、受信する側がいない。goroutine 2 つとソケットが残る。"},
		oneResult:  []string{"listenWrite は終了していて、受信する側がいない。goroutine 1 つとソケットが残る。"},
		neither:    "ハンドラが return しないので、defer した `ws.Close()` も実行されない。02-race-fix でも同じである。03 の client には `doneCh` がなく、1 つしかない goroutine が return すれば終わる。",
	},
}

// japaneseCount says a count in Japanese: メッセージ × クライアントごとに 1 つ.
func japaneseCount(c chanflow.Count) string {
	words := map[string]string{
		"client": "クライアント", "message": "メッセージ", "request": "リクエスト", "turn": "ループ 1 周", "value": "値", "error": "エラー",
	}
	var each []string
	for _, word := range c.Each {
		if words[word] != "" {
			word = words[word]
		}
		each = append(each, word)
	}
	all := strings.Join(each, " × ")
	switch {
	case c.If && all != "":
		return all + "ごと、条件つき"
	case c.If:
		return "条件つき"
	}
	if all != "" {
		all += "ごとに"
	}
	if c.N == 0 {
		return all + "いくつか"
	}
	return strings.TrimSpace(fmt.Sprintf("%s %d つ", all, c.N))
}
