package main

import "websocket-chat-steps/internal/steps"

// words are what the command says in one language.
type words struct {
	usage                     string
	building, playing, racing string
	properties, orders, race  string // the judges
	hold, holdNot, asked      string
	ordersRight, ordersWrong  string
	notExplored, notAll       string
	raceClean, raceFound      string
	raceNone, raceOther       string
	crashed, requestPanicked  string
	seen, wanted              string
	twoPlaces, access         string
	solved, notSolved, next   string
	allSolved, hint           string
	wants                     map[steps.Property]string
	accesses                  map[string]string
}

var languages = map[string]words{
	"en": {
		building: "building …", playing: "playing every order …", racing: "running it under the race detector …",
		properties: "properties", orders: "every order", race: "race detector",
		hold: "hold: %s", holdNot: "do not hold: %s",
		ordersRight: "%s of %s in %s", ordersWrong: "go wrong: %s",
		notExplored: "not explored: %s", notAll: "stopped after %s orders of %s; none of these goes wrong",
		raceClean: "reports nothing", raceFound: "reports a data race",
		raceNone: "can't run here: %s", raceOther: "the program failed under it: %s",
		crashed: "the program crashed: %s", requestPanicked: "a request's goroutine panicked: %s",
		seen: "seen:   %s", wanted: "wanted: %s",
		twoPlaces: "Two goroutines use the same memory, and nothing orders them:",
		access:    "%s, in %s",
		solved:    "%s is solved.", notSolved: "Not solved yet. A hint: go run ./exercises hint %d",
		next: "Next: go run ./exercises check %d, and read %s", allSolved: "All are solved.",
		wants: map[steps.Property]string{
			steps.EveryMessage: "5 clients talk at the same time; each hears every message, once",
			steps.PastMessages: "a newcomer hears the past messages once, and all that are said while it joins",
			steps.NothingLeft:  "15 clients come and go; no goroutine and no socket of theirs is left",
			steps.LongHistory:  "a newcomer comes to 300 past messages; the room goes on",
			steps.StalledRoom:  "a client stops reading, and 400 messages are said; the others hear each other",
			steps.StalledCost:  "a client stops reading; it costs a bounded number of goroutines and bytes",
			steps.SenderOrder:  "one client says 50 messages in one write; all hear them in that order",
			steps.SameOrder:    "two clients talk at the same time; all hear one order",
		},
		accesses: map[string]string{"Read": "read", "Write": "write", "Previous read": "read", "Previous write": "write"},
	},
	"ja": {
		building: "ビルドしています …", playing: "すべての順序を調べています …", racing: "race detector を付けて動かしています …",
		properties: "性質", orders: "すべての順序", race: "race detector",
		hold: "成り立つ: %s", holdNot: "成り立たない: %s",
		ordersRight: "%[3]s は %[2]s 通り中 %[1]s 通り", ordersWrong: "問題が起きる順序: %s",
		notExplored: "調べられない: %s", notAll: "%[2]s は %[1]s 通りで打ち切った。そこまでに問題は起きない",
		raceClean: "報告なし", raceFound: "データ競合を報告した",
		raceNone: "ここでは使えない: %s", raceOther: "race detector を付けるとプログラムが失敗する: %s",
		crashed: "プログラムがクラッシュした: %s", requestPanicked: "リクエストの goroutine が panic した: %s",
		seen: "見えたこと: %s", wanted: "求めること: %s",
		twoPlaces: "2 つの goroutine が同じメモリを使い、その順序を決めるものがない:",
		access:    "%s (%s の中)",
		solved:    "%s が解けました。", notSolved: "まだ解けていません。ヒント: go run ./exercises hint %d",
		next: "次: go run ./exercises check %d。説明は %s にあります", allSolved: "すべて解けました。",
		wants: map[steps.Property]string{
			steps.EveryMessage: "5 つのクライアントが同時に発言する。どれにも全メッセージが 1 回ずつ届く",
			steps.PastMessages: "後から来たクライアントに、過去のメッセージと、入っている間の発言が 1 回ずつ届く",
			steps.NothingLeft:  "15 のクライアントが接続して切断する。goroutine もソケットも残らない",
			steps.LongHistory:  "過去のメッセージが 300 件ある部屋に入る。部屋は止まらない",
			steps.StalledRoom:  "読まなくなったクライアントがいて、400 件の発言がある。ほかのクライアントには届き続ける",
			steps.StalledCost:  "読まなくなったクライアントがいる。その goroutine とメモリには上限がある",
			steps.SenderOrder:  "1 つのクライアントが 50 件を 1 回の書き込みで送る。全員にその順で届く",
			steps.SameOrder:    "2 つのクライアントが同時に発言する。全員に同じ順で届く",
		},
		accesses: map[string]string{"Read": "読み", "Write": "書き", "Previous read": "読み", "Previous write": "書き"},
	},
}
