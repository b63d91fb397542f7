package show

import (
	"fmt"

	"websocket-chat-steps/internal/schedule/orders"
	"websocket-chat-steps/internal/schedule/room"
)

// words are what is said in one language.
type words struct {
	server, request, started string            // what heads a column
	acts                     map[string]string // of a browser: with its name, and what it says
	read, write, fallback    string
	distinct                 string // with how many go wrong, and of how many
	wrong                    string
	scenarios                map[string]string
}

var languages = map[string]words{
	"en": {
		distinct: "%s of %s orders go wrong. (Orders that only swap independent steps are counted as one.)",
		wrong:    "What goes wrong: %s.",
		server:   "the server", request: "request of %s", started: "go, %s",
		acts: map[string]string{"connects": "browser %s connects%s", "says": "browser %s says %s", "leaves": "browser %s leaves%s", "sends": "browser %s sends %s"},
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
			"queue-overflow":      "a client that reads nothing says three things: does the room go on, and is the client dropped if it misses something?",
			"join-while-spoken":   "one client says two things, and another one joins meanwhile: does the newcomer hear both, once and in order?",
			"goodbye":             "one of two clients speaks, and the other sends what is no message: does that one hear a goodbye, last of all, and is nothing left of it?",
			"leave-join":          "one of two clients leaves, and a third joins. Afterwards the second speaks: do the two who are there hear it?",
		},
	},
	"ja": {
		distinct: "%[2]s 通りの順序のうち、%[1]s 通りで問題が起きる。(独立なステップを入れ替えただけの順序は 1 通りと数える。)",
		wrong:    "結果: %s。",
		server:   "サーバー", request: "%s のリクエスト", started: "go 文 %s",
		acts: map[string]string{"connects": "ブラウザ %s が接続する%s", "says": "ブラウザ %s が %s と発言する", "leaves": "ブラウザ %s が切断する%s", "sends": "ブラウザ %s が %s を送る"},
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
			"queue-overflow":      "何も読まないクライアントが 3 回発言する。部屋は止まらないか。取りこぼしたクライアントは切断されるか。",
			"join-while-spoken":   "1 つのクライアントが続けて 2 回発言し、その間に別のクライアントが入る。後から来た方に、どちらも 1 度ずつ、その順で届くか。",
			"goodbye":             "2 つのクライアントの片方が発言し、もう片方はメッセージでないものを送る。そちらに最後に close フレームが届き、何も残らないか。",
			"leave-join":          "2 つのクライアントの片方が切断し、3 つめが入る。そのあと残った方が発言すると、部屋にいる 2 つに届くか。",
		},
	},
}

// Scenario says what happens in a scenario, and what is asked.
func Scenario(lang, name string) string { return languages[lang].scenarios[name] }

// Counted says in how many of the distinct orders something goes wrong.
func Counted(lang string, a room.Answer) string {
	return fmt.Sprintf(languages[lang].distinct, orders.Number(a.Wrong), orders.Number(a.Orders))
}
