package scoreboard

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"websocket-chat-steps/internal/steps"
)

//go:generate go run ./write

// words are what the tables say in one language.
type words struct {
	property, yes, no, frozen, goroutines string
	badClient, reaction                   string
	rows                                  map[steps.Property]string
	bad                                   map[steps.BadClient]string
	reactions                             map[steps.Reaction]string
}

var english = words{
	property: "property", yes: "yes", no: "**no**", frozen: "(frozen)",
	goroutines: "goroutines that stay, per client",
	badClient:  "a client that …", reaction: "what comes of it",
	rows: map[steps.Property]string{
		steps.EveryMessage: "every client gets every message",
		steps.PastMessages: "a newcomer gets the past messages",
		steps.UniqueIDs:    "client ids are unique (race detector clean)",
		steps.NothingLeft:  "a disconnect leaves no goroutine and no socket behind",
		steps.LongHistory:  "a newcomer to 300 past messages does not freeze the room",
		steps.StalledRoom:  "a client that stops reading does not freeze the room",
		steps.StalledCost:  "a client that stops reading costs bounded memory and goroutines",
		steps.SenderOrder:  "a sender's messages arrive in the order they were sent",
		steps.SameOrder:    "all clients see the same order",
	},
	bad: map[steps.BadClient]string{
		steps.StopsReading: "stops reading",
		steps.Resets:       "resets the connection",
		steps.DiesMidFrame: "dies in the middle of a frame",
		steps.SendsNoJSON:  "sends something that is not JSON",
		steps.EmptyFrame:   "sends an empty frame",
		steps.InvalidUTF8:  "sends invalid UTF-8",
		steps.EmptyMessage: "sends an empty message",
		steps.LongMessage:  "sends a message of 64 KiB",
		steps.ComeAndGo:    "is one of a thousand that come and go",
	},
	reactions: map[steps.Reaction]string{
		steps.Delivered: "everybody gets it as it was sent",
		steps.Mended:    "everybody gets it, with U+FFFD (�) for the bytes that are not UTF-8",
		steps.Ignored:   "an error in the log; nobody gets it, and the client stays",
		steps.LetGo:     "an error in the log; nobody gets it, and the client's connection is closed",
		steps.NoTrace:   "it leaves no goroutine and no socket",
		steps.Leaks:     "**its goroutines and its socket stay for ever**; the others talk on",
		steps.Bounded:   "bounded memory and goroutines; the others talk on",
		steps.PilesUp:   "**a goroutine stays for each message to it**; the others talk on",
		steps.Freezes:   "**the room is frozen, for everybody and for ever**",
	},
}

var japanese = words{
	property: "性質", yes: "○", no: "**×**", frozen: "（停止）",
	goroutines: "常駐する goroutine（クライアントあたり）",
	badClient:  "クライアントが…", reaction: "どうなるか",
	rows: map[steps.Property]string{
		steps.EveryMessage: "全クライアントに全メッセージが届く",
		steps.PastMessages: "後から来たクライアントに過去のメッセージが届く",
		steps.UniqueIDs:    "client id が重複しない（race detector が何も報告しない）",
		steps.NothingLeft:  "切断後に goroutine もソケットも残らない",
		steps.LongHistory:  "過去のメッセージが 300 件ある部屋に入っても、部屋が止まらない",
		steps.StalledRoom:  "読まなくなったクライアントがいても、部屋が止まらない",
		steps.StalledCost:  "読まなくなったクライアントがいても、メモリと goroutine の数に上限がある",
		steps.SenderOrder:  "一人の送ったメッセージが、送った順に届く",
		steps.SameOrder:    "全クライアントに同じ順序で届く",
	},
	bad: map[steps.BadClient]string{
		steps.StopsReading: "読むのをやめる",
		steps.Resets:       "接続をリセットする（RST）",
		steps.DiesMidFrame: "フレームの途中で落ちる",
		steps.SendsNoJSON:  "JSON ではないものを送る",
		steps.EmptyFrame:   "0 バイトのフレームを送る",
		steps.InvalidUTF8:  "UTF-8 として不正なバイト列を送る",
		steps.EmptyMessage: "空のメッセージを送る",
		steps.LongMessage:  "64 KiB のメッセージを送る",
		steps.ComeAndGo:    "1000 人が次々に接続しては切断する",
	},
	reactions: map[steps.Reaction]string{
		steps.Delivered: "そのまま全員に届く",
		steps.Mended:    "不正なバイトが U+FFFD（�）に置き換わって、全員に届く",
		steps.Ignored:   "ログにエラーが出る。誰にも届かず、クライアントは残る",
		steps.LetGo:     "ログにエラーが出る。誰にも届かず、そのクライアントは切断される",
		steps.NoTrace:   "goroutine もソケットも残らない",
		steps.Leaks:     "**goroutine とソケットが残り続ける**。ほかの人の会話は続く",
		steps.Bounded:   "メモリと goroutine の数に上限がある。ほかの人の会話は続く",
		steps.PilesUp:   "**そのクライアント宛てのメッセージごとに goroutine が残る**。ほかの人の会話は続く",
		steps.Freezes:   "**部屋全体が永久に止まる**",
	},
}

// board is the table of all steps and properties.
func board(w words) string {
	var b strings.Builder
	row := func(first string, cell func(steps.Step) string) {
		fmt.Fprintf(&b, "| %s |", first)
		for _, s := range steps.All {
			fmt.Fprintf(&b, " %s |", cell(s))
		}
		b.WriteString("\n")
	}
	row(w.property, func(s steps.Step) string { return fmt.Sprintf("[%s](%s)", s.Name, s.Name) })
	row("---", func(steps.Step) string { return "---" })
	for _, p := range steps.Properties {
		row(w.rows[p], func(s steps.Step) string {
			_, lacks := s.Lacks[p]
			_, frozen := s.Lacks[steps.StalledRoom]
			switch {
			case p == steps.StalledCost && frozen:
				return w.frozen
			case lacks:
				return w.no
			}
			return w.yes
		})
	}
	row(w.goroutines, func(s steps.Step) string { return fmt.Sprint(s.GoroutinesPerClient) })
	return b.String()
}

// reactions is the table of what a step does with bad clients.
func reactions(w words, s steps.Step) string {
	var b strings.Builder
	fmt.Fprintf(&b, "| %s | %s |\n| --- | --- |\n", w.badClient, w.reaction)
	for _, bad := range steps.BadClients {
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
		for _, s := range steps.All {
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
