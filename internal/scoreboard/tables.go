package scoreboard

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"websocket-chat-steps/internal/chattest"
)

//go:generate go run ./write

// words are what the tables say in one language.
type words struct {
	property, yes, no, frozen, goroutines string
	badClient, reaction                   string
	rows                                  map[chattest.Property]string
	bad                                   map[chattest.BadClient]string
	reactions                             map[chattest.Reaction]string
}

var english = words{
	property: "property", yes: "yes", no: "**no**", frozen: "(frozen)",
	goroutines: "goroutines that stay, per client",
	badClient:  "a client that …", reaction: "what comes of it",
	rows: map[chattest.Property]string{
		chattest.EveryMessage: "every client gets every message",
		chattest.PastMessages: "a newcomer gets the past messages",
		chattest.UniqueIDs:    "client ids are unique (race detector clean)",
		chattest.NothingLeft:  "a disconnect leaves no goroutine and no socket behind",
		chattest.LongHistory:  "a newcomer to 300 past messages does not freeze the room",
		chattest.StalledRoom:  "a client that stops reading does not freeze the room",
		chattest.StalledCost:  "a client that stops reading costs bounded memory and goroutines",
		chattest.SenderOrder:  "a sender's messages arrive in the order they were sent",
		chattest.SameOrder:    "all clients see the same order",
	},
	bad: map[chattest.BadClient]string{
		chattest.StopsReading: "stops reading",
		chattest.Resets:       "resets the connection",
		chattest.DiesMidFrame: "dies in the middle of a frame",
		chattest.SendsNoJSON:  "sends something that is not JSON",
		chattest.EmptyFrame:   "sends an empty frame",
		chattest.InvalidUTF8:  "sends invalid UTF-8",
		chattest.EmptyMessage: "sends an empty message",
		chattest.LongMessage:  "sends a message of 64 KiB",
		chattest.ComeAndGo:    "is one of a thousand that come and go",
	},
	reactions: map[chattest.Reaction]string{
		chattest.Delivered: "everybody gets it as it was sent",
		chattest.Mended:    "everybody gets it, with U+FFFD (�) for the bytes that are not UTF-8",
		chattest.Ignored:   "an error in the log; nobody gets it, and the client stays",
		chattest.LetGo:     "an error in the log; nobody gets it, and the client's connection is closed",
		chattest.NoTrace:   "it leaves no goroutine and no socket",
		chattest.Leaks:     "**its goroutines and its socket stay for ever**; the others talk on",
		chattest.Bounded:   "bounded memory and goroutines; the others talk on",
		chattest.PilesUp:   "**a goroutine stays for each message to it**; the others talk on",
		chattest.Freezes:   "**the room is frozen, for everybody and for ever**",
	},
}

var japanese = words{
	property: "性質", yes: "○", no: "**×**", frozen: "（停止）",
	goroutines: "常駐する goroutine（クライアントあたり）",
	badClient:  "クライアントが…", reaction: "どうなるか",
	rows: map[chattest.Property]string{
		chattest.EveryMessage: "全クライアントに全メッセージが届く",
		chattest.PastMessages: "後から来たクライアントに過去のメッセージが届く",
		chattest.UniqueIDs:    "client id が重複しない（race detector が何も報告しない）",
		chattest.NothingLeft:  "切断後に goroutine もソケットも残らない",
		chattest.LongHistory:  "過去のメッセージが 300 件ある部屋に入っても、部屋が止まらない",
		chattest.StalledRoom:  "読まなくなったクライアントがいても、部屋が止まらない",
		chattest.StalledCost:  "読まなくなったクライアントがいても、メモリと goroutine の数に上限がある",
		chattest.SenderOrder:  "一人の送ったメッセージが、送った順に届く",
		chattest.SameOrder:    "全クライアントに同じ順序で届く",
	},
	bad: map[chattest.BadClient]string{
		chattest.StopsReading: "読むのをやめる",
		chattest.Resets:       "接続をリセットする（RST）",
		chattest.DiesMidFrame: "フレームの途中で落ちる",
		chattest.SendsNoJSON:  "JSON ではないものを送る",
		chattest.EmptyFrame:   "0 バイトのフレームを送る",
		chattest.InvalidUTF8:  "UTF-8 として不正なバイト列を送る",
		chattest.EmptyMessage: "空のメッセージを送る",
		chattest.LongMessage:  "64 KiB のメッセージを送る",
		chattest.ComeAndGo:    "1000 人が次々に接続しては切断する",
	},
	reactions: map[chattest.Reaction]string{
		chattest.Delivered: "そのまま全員に届く",
		chattest.Mended:    "不正なバイトが U+FFFD（�）に置き換わって、全員に届く",
		chattest.Ignored:   "ログにエラーが出る。誰にも届かず、クライアントは残る",
		chattest.LetGo:     "ログにエラーが出る。誰にも届かず、そのクライアントは切断される",
		chattest.NoTrace:   "goroutine もソケットも残らない",
		chattest.Leaks:     "**goroutine とソケットが残り続ける**。ほかの人の会話は続く",
		chattest.Bounded:   "メモリと goroutine の数に上限がある。ほかの人の会話は続く",
		chattest.PilesUp:   "**そのクライアント宛てのメッセージごとに goroutine が残る**。ほかの人の会話は続く",
		chattest.Freezes:   "**部屋全体が永久に止まる**",
	},
}

// board is the table of all steps and properties.
func board(w words) string {
	var b strings.Builder
	row := func(first string, cell func(Step) string) {
		fmt.Fprintf(&b, "| %s |", first)
		for _, s := range Steps {
			fmt.Fprintf(&b, " %s |", cell(s))
		}
		b.WriteString("\n")
	}
	row(w.property, func(s Step) string { return fmt.Sprintf("[%s](%s)", s.Name, s.Name) })
	row("---", func(Step) string { return "---" })
	for _, p := range chattest.Properties {
		row(w.rows[p], func(s Step) string {
			_, lacks := s.Lacks[p]
			_, frozen := s.Lacks[chattest.StalledRoom]
			switch {
			case p == chattest.StalledCost && frozen:
				return w.frozen
			case lacks:
				return w.no
			}
			return w.yes
		})
	}
	row(w.goroutines, func(s Step) string { return fmt.Sprint(s.GoroutinesPerClient) })
	return b.String()
}

// reactions is the table of what a step does with bad clients.
func reactions(w words, s Step) string {
	var b strings.Builder
	fmt.Fprintf(&b, "| %s | %s |\n| --- | --- |\n", w.badClient, w.reaction)
	for _, bad := range chattest.BadClients {
		fmt.Fprintf(&b, "| %s | %s |\n", w.bad[bad], w.reactions[s.Reactions[bad]])
	}
	return b.String()
}

// Page is a page with a table in it.
type Page struct {
	Path string // from the module's root
	// Written is what the page should say, given what it says now: the same,
	// but for what stands between the table's two marks.
	Written func(now string) (string, error)
}

// Pages are all pages with a table in them.
func Pages() []Page {
	var pages []Page
	for name, w := range map[string]words{"README.md": english, "README.ja.md": japanese} {
		pages = append(pages, Page{name, func(now string) (string, error) {
			return between(now, "scoreboard", board(w))
		}})
		for _, s := range Steps {
			pages = append(pages, Page{filepath.Join(s.Name, name), func(now string) (string, error) {
				return between(now, "bad clients", reactions(w, s))
			}})
		}
	}
	return pages
}

// between puts a table between its marks in a page.
func between(page, mark, table string) (string, error) {
	begin, end := "<!-- "+mark+": written by go generate ./internal/scoreboard -->\n", "<!-- /"+mark+" -->"
	before, rest, found := strings.Cut(page, begin)
	_, after, ends := strings.Cut(rest, end)
	if !found || !ends {
		return "", fmt.Errorf("needs a line %q and, below it, a line %q, for the table to stand between", strings.TrimSpace(begin), end)
	}
	return before + begin + "\n" + table + "\n" + end + after, nil
}

// Write writes the tables into all pages below root, the module's directory.
func Write(root string) error {
	for _, p := range Pages() {
		path := filepath.Join(root, p.Path)
		now, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		written, err := p.Written(string(now))
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if written == string(now) {
			continue
		}
		if err := os.WriteFile(path, []byte(written), 0o644); err != nil {
			return err
		}
	}
	return nil
}
