package exercises

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"websocket-chat-steps/internal/exercises/child"
)

// Say says in a language what package judge says in English. What it has no words for
// stays as it is.
func Say(lang, sentence string) string {
	if lang != "ja" {
		return sentence
	}
	for _, p := range patterns() {
		if m := p.english.FindStringSubmatch(sentence); m != nil {
			var parts []any
			for _, part := range m[1:] {
				parts = append(parts, Say(lang, part))
			}
			return fmt.Sprintf(p.japanese, parts...)
		}
	}
	return sentence
}

// pattern is a format of japanese, as what it prints.
type pattern struct {
	english  *regexp.Regexp
	japanese string
}

var verb = regexp.MustCompile(`%[.\d]*[a-z]`)

// patterns are those of japanese, the longest first.
var patterns = sync.OnceValue(func() (all []pattern) {
	formats := slices.SortedFunc(maps.Keys(japanese), func(a, b string) int {
		return cmp.Or(-cmp.Compare(len(verb.ReplaceAllString(a, "")), len(verb.ReplaceAllString(b, ""))), cmp.Compare(a, b))
	})
	for _, format := range formats {
		var b strings.Builder
		at := 0
		for _, v := range verb.FindAllStringIndex(format, -1) {
			b.WriteString(regexp.QuoteMeta(format[at:v[0]]))
			switch format[v[1]-1] {
			case 'd':
				b.WriteString(`(\d+)`)
			default:
				b.WriteString(`(.+?)`)
			}
			at = v[1]
		}
		all = append(all, pattern{regexp.MustCompile(`(?s)^` + b.String() + regexp.QuoteMeta(format[at:]) + `$`), japanese[format]})
	}
	return all
})

// japanese has what package judge says, by its format. All verbs are strings here.
// TestSay compares it with the source of package judge.
var japanese = map[string]string{
	child.LogsIDs:    "%s のクライアントが入ったのに、ログにある id は %s 個",
	child.NeverWaits: "待つことなく動き続ける goroutine がある: %s (%s の中)",

	endedByItself: "途中で終了した",
	"the program that plays the orders ended early (%s)": "順序を調べるプログラムが途中で終了した (%s)",

	// Of package judge.
	"%s; it did not hear %s say %q":      "%s。%s の発言 %s が届いていない",
	"%s heard %s say %q %d times":        "%[2]s の発言 %[3]s が %[1]s に %[4]s 回届いた",
	"%s to hear all of %s":               "%s に %s がすべて届くの",
	"%s to hear itself say %.30q":        "%s に自分の発言 %s が届くの",
	"%s to hear %.30q of %s":             "%[1]s に %[3]s の発言 %[2]s が届くの",
	"%s to hear %d messages of round %d": "%s に %s 件のメッセージ (%s 回目) が届くの",
	"nothing for %v while waiting for %s; the server's goroutine waits in a %s, in %s":                                            "%[2]sを待ったが、%[1]s の間何も届かない。サーバーの goroutine が %[4]s の %[3]s で待っている",
	"waited for %s, and its connection ended (%v)":                                                                                "%sを待っている間に、接続が切れた (%s)",
	"waited for %s, until nothing moved any more; it heard %s, and there %s":                                                      "%sを、何も動かなくなるまで待った。届いたのは %s。%s",
	"after %d clients have gone, %s still open, and there %s":                                                                     "%s のクライアントが切断した後に、%sのまま。%s",
	"after %d messages of 1 KiB that one of three clients did not read, there %s":                                                 "3 つのクライアントのうち 1 つが読まないまま 1 KiB のメッセージが %s 件。%s",
	"%d clients came and went, and %d KiB of memory are kept for them":                                                            "%s のクライアントが接続して切断した後に、%s KiB のメモリが残っている",
	"%s was to hear goodbye with %d, and its connection goes on":                                                                  "%s に %s の close フレームが届くはずが、接続が続いている",
	"the connection of %s has ended (%v), and it had not heard %s say %.20q, which was said before":                               "%s の接続が終わった (%s) が、その前の %s の発言 %s が届いていない",
	"%s was to hear goodbye with %d, and heard: %v":                                                                               "%s に %s の close フレームが届くはずが、届いたのは: %s",
	"the server was stopped, and %s still open; there %s":                                                                         "サーバーが終わった後に、%sのまま。%s",
	"a close frame came, with %d":                                                                                                 "%s の close フレーム",
	"EOF":                                                                                                                         "接続の終わり (close フレームなし)",
	"%s missed %d of %d messages, and is still connected":                                                                         "%[1]s に %[3]s 件のうち %[2]s 件が届かなかったのに、接続したまま",
	"of %d MiB that one client did not read, %d MiB were held for it":                                                             "1 つのクライアントが読まない %s MiB のうち、%s MiB がそのために残っている",
	"a client that did not read has reset its connection, and its socket is still open; there %s":                                 "読まないクライアントが接続をリセットしたのに、ソケットが開いたまま。%s",
	"in round %d, %s heard %d of %d messages out of order, which one client sent in one write (0 was sent first):\n%s":            "%[1]s 回目に、1 つのクライアントが 1 回の書き込みで送った %[4]s 件のうち、%[2]s に届いた %[3]s 件の順序が違う (0 が最初):\n%[5]s",
	"in round %d, %s and %s heard %d of %d messages in another order (a0 is one sender's first, b0 the other's):\n%s: %s\n%s: %s": "%[1]s 回目に、%[2]s と %[3]s とで %[5]s 件のうち %[4]s 件の順序が違う (a0 と b0 がそれぞれの最初):\n%[6]s: %[7]s\n%[8]s: %[9]s",
	"%s could not connect: %v":                                                                                                    "%s が接続できない: %s",
	"%s could not send: %v":                                                                                                       "%s が送れない: %s",
	"afterwards, waited for the server's goroutine to be back at its channels; there %s":                                          "そのあと、サーバーの goroutine が待ち受けに戻らない。%s",
	"afterwards, waited for the clients' goroutines to end; there %s":                                                             "そのあと、クライアントの goroutine が終わらない。%s",
	"afterwards, waited for the server's goroutines to end; there %s":                                                             "そのあと、サーバーの goroutine が終わらない。%s",
	"the server does not stop: %w":                                                                                                "サーバーが終わらない: %s",
	"waited for the server's goroutine to run %s, and to wait at its channels; there %s":                                          "サーバーの goroutine が %s を実行して待ち受けに入るのを待った。%s",

	// Of package rewrite: why orders can't be played.
	"init runs once, and not before each order: give the variable its value where it is declared, as in var ids = count()": "init は 1 度しか動かず、順序ごとには動かない。変数の値は、var ids = count() のように宣言するところで決める",
	"a run does not end; something in it waits for what is not scheduled, or never stands still":                           "実行が終わらない。順序を決められないものを待っているか、止まることなく動き続けている",
	"a context is not understood here":                                      "context は調べられない",
	"a timer is not understood here: time.%s":                               "タイマーは調べられない: time.%s",
	"%s.%s is not understood here":                                          "%s.%s は調べられない",
	"the length of a channel is not understood here":                        "チャネルの長さは調べられない",
	"a channel that %s gets is shared with code that is not scheduled":      "%s に渡すチャネルは、順序を決められないコードと共有される",
	"the order of this map can't be fixed: its keys, of type %s, have none": "この map の順序を固定できない。キーの型 %s には順序がない",
	"an operand of a select's case that takes several lines, or steps of its own, such as a receive, is not understood here": "select の case に、複数行にわたる式や、受信などそれ自体がステップになる式があると調べられない",
	"%s is understood here only where it is called on a connection that has a name":                                          "%s は、名前のある接続に対して呼ぶときだけ調べられる",
	"a package variable that is assigned to together with others is not understood here":                                     "パッケージ変数は、ほかの変数と同時に代入すると調べられない",
	"the address of a package variable is understood here only where sync/atomic gets it":                                    "パッケージ変数のアドレスは、sync/atomic に渡すときだけ調べられる",
	"an element of a package variable is understood here only where it is given a value that needs no other steps":           "パッケージ変数の要素への代入は、ほかのステップを含まない値のときだけ調べられる",

	// Of package stacks, and the parts of sentences.
	"is no goroutine":       "goroutine はない",
	"is 1 goroutine: %s":    "goroutine が 1 個ある: %s",
	"are %d goroutines: %s": "goroutine が %s 個ある: %s",
	"1 socket is":           "ソケット 1 個が開いた",
	"%d sockets are":        "ソケット %s 個が開いた",
	"0 sockets are":         "開いたソケットは 0 個",
	"1 message":             "1 件",
	"%d messages":           "%s 件",
}
