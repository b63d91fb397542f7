package room

// words has what is said of a room, by language and by its English.
var words = map[string]map[string]string{"ja": {
	"the server's goroutine has ended":                       "サーバーの goroutine が終了している",
	"the room is frozen: its goroutine waits at %v":          "サーバーの goroutine が %v で待ったまま動かない",
	"afterwards, %s":                                         "そのあと、%s",
	"%s never hears what %s says: %q":                        "%[2]s の発言 %[3]q が %[1]s に届かない",
	"%s hears %d times what %s says: %q":                     "%[3]s の発言 %[4]q が %[1]s に %[2]d 回届く",
	"%s hears %q, and was to hear %q":                        "%s に届いたのは %q で、届くはずだったのは %q",
	"b hears %q, which a says in the other order":            "b には %q の順で届くが、a が発言した順は逆",
	"a hears %q, and b hears %q":                             "a には %q の順で、b には %q の順で届く",
	"a hears %q, which is not the beginning of what it says": "a に届いた %q が、a の発言の先頭からの並びと一致しない",
	"goroutines are left: %s":                                "goroutine が残っている: %s",
	"%s, which waits at %v":                                  "%s (%v で待っている)",
	"%d clients have come, and the highest id is %d":         "クライアントは %d つ入ったのに、いちばん大きい id は %d",
	"; ":                            "、",
	"the socket of %s is left open": "%s のソケットが開いたまま残っている",
	"two goroutines write to the connection of %s at the same time":              "2 つの goroutine が %s への接続に同時に書き込んでいる",
	"a hears %q when it reads again, misses something, and is still in the room": "a が再び読むと %q だけが届く。取りこぼしがあるのに、部屋に残っている",
	"b sends what is no message, and hears %q, and no goodbye at the end":        "b がメッセージでないものを送ると、%q が届き、最後に close フレームが来ない",
}}
