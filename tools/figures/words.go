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

	staying, conditional, noMutual, mutual, self, silent, calledAt string // notes

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
	add            string // %d: what it has then
	store          string // %d: what it writes
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
	conditional: "%s is started under a condition, so this figure can't tell how many there are: %s.",
	noMutual:    "No two goroutines listen to each other.",
	mutual:      "%s and %s listen to each other: %s.",
	self:        "%s sends on %s, on which only it receives: when there is no room, it waits for itself, for ever. %s.",
	calledAt:    "%s, called at %s",
	silent:      "%s receives on %s, on which nobody in this program sends: %s.",

	race: raceWords{
		title:     "01-original: two clients come at the same time",
		desc:      "What the goroutines of two requests do to maxId in NewClient, step by step, in two of the orders that may happen.",
		lost:      "An increment is lost",
		same:      "None is lost, and the id is the same",
		a:         "client A's request",
		b:         "client B's request",
		variable:  "maxId",
		goroutine: "goroutine",
		shared:    "nobody owns it",
		load:      "load %d",
		add:       "add 1: %d",
		store:     "store %d",
		second:    "load again: id %d",
		result:    "A has id %d, B has id %d; `maxId` is %d.",
		orders:    "The two have %d orders to take their steps in. In %d of them both get the same id; in %d of these an increment is lost, too. (That counts orders. It is no probability: mostly, one request is through before the next one comes.)",
		detector:  "The race detector needs none of this to happen. It reports that nothing orders the accesses of the one and those of the other.",
	},
	leaving: leavingWords{
		title:      "01-original: a client leaves, and stays",
		desc:       "How listenRead and listenWrite hand the end over to each other on doneCh when the browser has gone. It ends in one of two ways, and neither is an end.",
		both:       "Mostly: each waits for the other",
		one:        "Sometimes: one is left alone",
		browser:    "browser",
		eof:        "`io.EOF`: it has gone",
		eofAgain:   "`io.EOF` again",
		handOver:   "`doneCh`",
		del:        "`delCh`",
		waits:      "`doneCh`: waits for ever",
		ends:       "returns",
		bothResult: []string{"Both send, neither receives: two goroutines and a socket stay."},
		oneResult:  []string{"listenWrite has ended, nobody receives: a goroutine and a socket stay."},
		neither:    "The handler never returns, so its deferred `ws.Close()` never runs. 02-race-fix leaves in the same way; in 03 there is no `doneCh` in a client, and its one goroutine returns.",
	},
}

var japanese = &language{
	code:  "ja",
	space: "", comma: "、", andAlso: "、加えて",

	title:      "%s: 誰が誰を生成し、誰が誰を listen しているか",
	browser:    "ブラウザ",
	acceptLoop: "net/http の accept ループ",
	stays:      "常駐", ends: "すぐ終了（揮発性）",
	forEachClient: "クライアントごとに 1 つ",
	count:         japaneseCount,
	legend: drawing.Legend{
		Starts: "生成", Listens: "listen", Itself: "自分自身を待つ",
		Box: "goroutine", Dotted: "揮発性（すぐ終了する）goroutine", Object: "オブジェクト",
	},

	sayGoroutine: "goroutine %s（%s、%s）。",
	sayStarts:    "%s が %s を生成する。",
	sayListens:   "%s が %s を listen する（%s）。",

	staying:     "常駐する goroutine は %s。",
	conditional: "%s は条件つきで生成されるので、いくつあるかはこの図ではわからない（%s）。",
	noMutual:    "互いに listen し合っている goroutine はない。",
	mutual:      "%s と %s は互いに listen し合っている（%s）。",
	self:        "%s は %s に送信するが、受信するのは自分だけ。空きがなければ自分自身を待ち、永遠に進めない（%s）。",
	calledAt:    "%s、呼び出しは %s",
	silent:      "%s は %s を受信するが、このプログラムに送信する者はいない（%s）。",

	race: raceWords{
		title:     "01-original: 二つのクライアントが同時に来る",
		desc:      "二つのリクエストの goroutine が NewClient で maxId に何をするかを、起こりうる順序のうち二つについて、一歩ずつ示す。",
		lost:      "インクリメントが一つ失われる",
		same:      "一つも失われないのに、同じ id になる",
		a:         "クライアント A のリクエスト",
		b:         "クライアント B のリクエスト",
		variable:  "maxId",
		goroutine: "goroutine",
		shared:    "持ち主がいない",
		load:      "読む: %d",
		add:       "1 を足す: %d",
		store:     "書く: %d",
		second:    "もう一度読む: id %d",
		result:    "A の id は %d、B の id は %d、`maxId` は %d。",
		orders:    "二つの goroutine が進む順序は %d 通り。そのうち %d 通りで両方が同じ id になり、さらにその中の %d 通りではインクリメントも失われる（順序の数であって、確率ではない。たいていは、一方のリクエストが済んでから次が来る）。",
		detector:  "実際に壊れなくても、race detector は報告する。二つの goroutine のアクセスの間に、順序を決めるものが何もないからである。",
	},
	leaving: leavingWords{
		title:      "01-original: クライアントが切断しても、残る",
		desc:       "ブラウザが切断したとき、listenRead と listenWrite が doneCh で互いに終了処理を渡し合う様子。結末は二通りあり、どちらも終わらない。",
		both:       "たいていは、互いに相手を待つ",
		one:        "ときには、片方だけが取り残される",
		browser:    "ブラウザ",
		eof:        "`io.EOF`（切断）",
		eofAgain:   "また `io.EOF`",
		handOver:   "`doneCh`",
		del:        "`delCh`",
		waits:      "`doneCh`: 永遠に待つ",
		ends:       "return",
		bothResult: []string{"両方が送信し、どちらも受信しない。goroutine 二つとソケットが残る。"},
		oneResult:  []string{"listenWrite は終わっていて、受信する者がいない。goroutine 一つとソケットが残る。"},
		neither:    "ハンドラーが return しないので、defer した `ws.Close()` も実行されない。02-race-fix も同じ。03 ではクライアントに `doneCh` がなく、一つだけの goroutine が return して終わる。",
	},
}

// japaneseCount says a count in Japanese: メッセージ × クライアントごとに 1 つ.
func japaneseCount(c chanflow.Count) string {
	words := map[string]string{
		"client": "クライアント", "message": "メッセージ", "request": "リクエスト", "turn": "ループの一回り", "value": "値", "error": "エラー",
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
