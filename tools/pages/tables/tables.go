// Package tables makes the tables of what the steps lack and do, and in how many orders
// they go wrong, in both languages. It knows nothing about tests or pages.
package tables

import (
	"fmt"
	"slices"
	"strings"

	"websocket-chat-steps/internal/schedule/orders"
	"websocket-chat-steps/internal/schedule/room"
	"websocket-chat-steps/internal/steps"
	"websocket-chat-steps/tools/pages/counts"
)

// words has the words of the tables, in English and in Japanese.
var words = map[any][2]string{
	"property":   {"property", "性質"},
	"yes":        {"yes", "○"},
	"no":         {"**no**", "**×**"},
	"frozen":     {"(frozen)", "（停止）"},
	"goroutines": {"goroutines that stay, per client", "常駐する goroutine（クライアントあたり）"},
	"bad client": {"a client that …", "クライアントが…"},
	"reaction":   {"what comes of it", "どうなるか"},
	"before":     {"in %s", "%s では"},
	"here":       {"here", "ここでは"},
	"as before":  {"All as in %s.", "%s とすべて同じです。"},
	"orders":     {"[every order](docs/orders.md)", "[すべての順序](docs/orders.ja.md)"},
	"scenario":   {"scenario", "シナリオ"},

	counts.NotExplored: {"[not explored](#what-it-does-not-see)", "[対象外](#わからないこと)"},
	counts.NoLimit:     {"–", "–"},
	counts.TooMany:     {"too many", "多すぎる"},

	steps.EveryMessage: {"every client gets every message", "全クライアントに全メッセージが届く"},
	steps.PastMessages: {"a newcomer gets the past messages", "後から来たクライアントに過去のメッセージが届く"},
	steps.UniqueIDs:    {"client ids are unique (race detector clean)", "client id が重複しない（race detector が何も報告しない）"},
	steps.NothingLeft:  {"a disconnect leaves no goroutine and no socket behind", "切断後に goroutine もソケットも残らない"},
	steps.LongHistory:  {"a newcomer to 300 past messages does not freeze the room", "過去のメッセージが 300 件ある部屋に入っても、部屋が止まらない"},
	steps.StalledRoom:  {"a client that stops reading does not freeze the room", "読まなくなったクライアントがいても、部屋が止まらない"},
	steps.StalledCost:  {"a client that stops reading costs bounded memory and goroutines", "読まなくなったクライアントがいても、メモリと goroutine の数に上限がある"},
	steps.SenderOrder:  {"a sender's messages arrive in the order they were sent", "一つのクライアントが送ったメッセージが、送った順に届く"},
	steps.SameOrder:    {"all clients see the same order", "全クライアントに同じ順序で届く"},

	steps.StopsReading: {"stops reading", "読むのをやめる"},
	steps.Resets:       {"resets the connection", "接続をリセットする（RST）"},
	steps.DiesMidFrame: {"dies in the middle of a frame", "フレームの送信中に落ちる"},
	steps.SendsNoJSON:  {"sends something that is not JSON", "JSON ではないものを送る"},
	steps.EmptyFrame:   {"sends a frame of 0 bytes", "0 バイトのフレームを送る"},
	steps.InvalidUTF8:  {"sends invalid UTF-8", "UTF-8 として不正なバイト列を送る"},
	steps.EmptyMessage: {"sends an empty message", "空のメッセージを送る"},
	steps.LongMessage:  {"sends a message of 64 KiB", "64 KiB のメッセージを送る"},
	steps.ComeAndGo:    {"is one of a thousand that come and go", "1000 個のクライアントが次々に接続しては切断する"},

	steps.OwnPages:   {"a page of another site can't join", "別のサイトのページからは参加できない"},
	steps.SilentPeer: {"a silent peer is let go; one that answers pings stays", "応答しなくなった相手は切断される。ping に答える相手は残る"},
	steps.ToldWhy:    {"who is let go is told why", "切断されるクライアントに、理由が伝わる"},
	steps.Flood:      {"a flood does not slow the others", "大量に送りつけるクライアントがいても、ほかの人が遅くならない"},
	steps.Limits:     {"strangers can't use it up", "接続や長すぎるヘッダーで、サーバーを使い切れない"},
	steps.Shutdown:   {"a shutdown delivers what was accepted", "終了するとき、受け付けたメッセージをすべて届ける"},
	steps.SafePage:   {"the page can't be turned against its reader", "ページを、見ている人への攻撃に使えない"},

	steps.Delivered: {"everybody gets it as it was sent", "そのまま全員に届く"},
	steps.Mended:    {"everybody gets it, with U+FFFD (�) for the bytes that are not UTF-8", "不正なバイトが U+FFFD（�）に置き換わって、全員に届く"},
	steps.Ignored:   {"an error in the log; nobody gets it, and the client stays", "ログにエラーが出る。誰にも届かず、クライアントは残る"},
	steps.LetGo:     {"an error in the log; nobody gets it, and the client's connection is closed", "ログにエラーが出る。誰にも届かず、そのクライアントは切断される"},
	steps.NoTrace:   {"it leaves no goroutine and no socket", "goroutine もソケットも残らない"},
	steps.Leaks:     {"**its goroutines and its socket stay for ever**; the others talk on", "**goroutine とソケットが残り続ける**。ほかの人の会話は続く"},
	steps.Bounded:   {"bounded memory and goroutines; the others talk on", "メモリと goroutine の数に上限がある。ほかの人の会話は続く"},
	steps.PilesUp:   {"**a goroutine stays for each message to it**; the others talk on", "**そのクライアント宛てのメッセージごとに goroutine が残る**。ほかの人の会話は続く"},
	steps.Freezes:   {"**the room is frozen, for everybody and for ever**", "**部屋全体が永久に止まる**"},
}

// Scoreboard returns the table of the steps and the properties. Its last column has the
// scenarios that test a property in every order.
func Scoreboard(all []steps.Step, japanese bool) ([]string, error) {
	say := in(japanese)
	rows := []string{
		row(say("property"), all, func(s steps.Step) string { return fmt.Sprintf("[%s](%s)", s.Name, s.Name) }) + " | " + say("orders"),
		row("---", all, func(steps.Step) string { return "---" }) + " | ---",
	}
	for _, p := range steps.Properties {
		var asked []string
		for _, sc := range room.Scenarios {
			if slices.Contains(sc.Asks, p) {
				asked = append(asked, "`"+sc.Name+"`")
			}
		}
		if asked == nil {
			asked = []string{"–"}
		}
		rows = append(rows, row(fmt.Sprintf("%s (`%s`)", say(p), p), all, func(s steps.Step) string {
			_, lacks := s.Lacks[p]
			_, frozen := s.Lacks[steps.StalledRoom]
			switch {
			case p == steps.StalledCost && frozen:
				return say("frozen")
			case lacks:
				return say("no")
			}
			return say("yes")
		})+" | "+strings.Join(asked, ", "))
	}
	return table(append(rows, row(say("goroutines"), all, func(s steps.Step) string { return fmt.Sprint(s.GoroutinesPerClient) })+" | –"))
}

// Strangers returns the second table: of the steps that are in it, and what strangers ask.
// Its links are those of a page in a step's directory.
func Strangers(all []steps.Step, japanese bool) ([]string, error) {
	say := in(japanese)
	all = slices.DeleteFunc(slices.Clone(all), func(s steps.Step) bool { return s.Internet == nil })
	rows := []string{
		row(say("property"), all, func(s steps.Step) string { return fmt.Sprintf("[%s](../%s)", s.Name, s.Name) }),
		row("---", all, func(steps.Step) string { return "---" }),
	}
	for _, p := range steps.Strangers {
		rows = append(rows, row(fmt.Sprintf("%s (`%s`)", say(p), p), all, func(s steps.Step) string {
			if _, lacks := s.Internet[p]; lacks {
				return say("no")
			}
			return say("yes")
		}))
	}
	return table(rows)
}

// Scenarios is the table of the steps and the scenarios: in how many orders they go
// wrong, of how many.
func Scenarios(all []steps.Step, answers map[counts.Question]counts.Answer, japanese bool) ([]string, error) {
	say := in(japanese)
	rows := []string{
		row(say("scenario"), all, func(s steps.Step) string { return fmt.Sprintf("[%s](../%s)", s.Name, s.Name) }),
		row("---", all, func(steps.Step) string { return "---" }),
	}
	for _, sc := range room.Scenarios {
		for _, every := range []bool{true, false} {
			name := "`" + sc.Name + "`"
			if every {
				name = "`-all` " + name
			}
			if every && !slices.Contains(counts.EveryOrder, sc.Name) {
				continue
			}
			rows = append(rows, row(name, all, func(s steps.Step) string {
				a, ok := answers[counts.Question{Step: s.Name, Scenario: sc.Name, Every: every}]
				switch {
				case !ok:
					return ""
				case a.Missing != "":
					return say(a.Missing)
				case a.Wrong > 0:
					return "**" + orders.Number(a.Wrong) + "** / " + orders.Number(a.Orders)
				}
				return "0 / " + orders.Number(a.Orders)
			}))
		}
	}
	return table(rows)
}

// row is a row with a cell for each step, without its ends.
func row(first string, all []steps.Step, cell func(steps.Step) string) string {
	cells := []string{first}
	for _, s := range all {
		cells = append(cells, cell(s))
	}
	return strings.Join(cells, " | ")
}

// BadClients returns the table of what a step does with bad clients. For the first step
// it has all of them, and for the others only what differs from the step before.
func BadClients(s steps.Step, japanese bool) ([]string, error) {
	say := in(japanese)
	i := slices.IndexFunc(steps.All, func(other steps.Step) bool { return other.Name == s.Name })
	if i <= 0 {
		rows := []string{say("bad client") + " | " + say("reaction"), "--- | ---"}
		for _, bad := range steps.BadClients {
			rows = append(rows, say(bad)+" | "+say(s.Reactions[bad]))
		}
		return table(rows)
	}
	before := steps.All[i-1]
	rows := []string{say("bad client") + " | " + fmt.Sprintf(say("before"), before.Name) + " | " + say("here"), "--- | --- | ---"}
	for _, bad := range steps.BadClients {
		if s.Reactions[bad] != before.Reactions[bad] {
			rows = append(rows, say(bad)+" | "+say(before.Reactions[bad])+" | "+say(s.Reactions[bad]))
		}
	}
	if len(rows) == 2 {
		return []string{"", fmt.Sprintf(say("as before"), before.Name), ""}, nil
	}
	return table(rows)
}

// in returns the words for something in one language, or "" if there are none.
func in(japanese bool) func(any) string {
	if japanese {
		return func(key any) string { return words[key][1] }
	}
	return func(key any) string { return words[key][0] }
}

func table(rows []string) ([]string, error) {
	for i, row := range rows {
		rows[i] = "| " + row + " |"
		if strings.Contains(rows[i], "|  |") {
			return nil, fmt.Errorf("there are no words for a cell of %q: write the step's reaction into internal/steps/steps.go, or its words into tools/pages/tables/tables.go", rows[i])
		}
	}
	return slices.Concat([]string{""}, rows, []string{""}), nil
}
