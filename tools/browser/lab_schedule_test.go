package browser

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/judge/judgetest"
)

// openSchedule opens the room of the scheduler with a level in a step, and waits until something can be
// picked. The scripts run before the page's own.
func openSchedule(t *testing.T, l lab, level, step, language string, width, height int64, scripts ...string) *tab {
	t.Helper()
	tb := newTab(t)
	for _, script := range scripts {
		tb.inject(script)
	}
	tb.speak(map[string]string{"en": "en-US,en", "ja": "ja-JP,ja"}[language])
	tb.viewport(width, height)
	tb.navigate(l.URL + "/#token=" + l.token)
	tb.waitFor("the list of steps", `document.getElementById("step")?.options.length > 0`)
	tb.goToLevel(level, step)
	return tb
}

func (tb *tab) goToLevel(level, step string) {
	tb.t.Helper()
	js[bool](tb, fmt.Sprintf(`(location.hash = "schedule/%s/%s", true)`, level, step))
	tb.patient("the level to be built", fmt.Sprintf(`location.hash.startsWith("#schedule/%s/%s/") && document.querySelector("#schedule .pick")`, level, step))
}

// patient is waitFor for what is built meanwhile: the first time that takes long.
func (tb *tab) patient(what, condition string) {
	tb.t.Helper()
	if end, ok := judgetest.Context(tb.t).Deadline(); ok {
		tb.patience = time.Until(end)
		defer func() { tb.patience = 0 }()
	}
	tb.waitFor(what, condition)
}

// pick clicks on a pick in the column of a goroutine, or of a browser ("a!"), and waits until it is taken.
func (tb *tab) pick(column, label string) {
	tb.t.Helper()
	n := js[int](tb, `document.querySelectorAll("#board-table tbody tr").length`)
	tb.click(fmt.Sprintf(`[data-column=%q] .pick[data-pick=%q]`, column, label))
	tb.waitFor("the step", fmt.Sprintf(`document.querySelectorAll("#board-table tbody tr").length === %d`, n+1))
}

// Somebody gives two clients one id by hand, shares it as a line, and finds that 02 does not let
// anybody do so.
func TestLabSchedule(t *testing.T) {
	t.Parallel()
	l := startLab(t)
	tb := openSchedule(t, l, "one-id", first, "en", 1280, 720)
	for _, p := range []string{"a!", "b!", "a", "b"} {
		tb.pick(p, p)
	}
	assert.Contains(t, tb.text("browsers"), "maxId = 0")
	tb.pick("a", "a")
	tb.pick("a", "a")
	tb.pick("b", "b")
	tb.pick("b", "b")
	assert.Equal(t, []string{"id 1", "id 1"}, js[[]string](tb, `[...document.querySelectorAll("#browsers mark.id")].map((e) => e.textContent)`))
	assert.Equal(t, "s.addCh <- c", js[string](tb, `document.querySelector('[data-column="a"] .pick code').textContent`), "what a stands before")
	assert.Contains(t, js[string](tb, `document.querySelector('[data-column="server"]').innerText`), "⇄ a: s.addCh <- cserver.go:47")
	tb.pick("server", "a>server:0") // on the other side
	tb.click("#tool-finish")
	tb.waitFor("the verdict", `document.querySelector("#said .verdict.good")`)
	assert.Contains(t, tb.text("said"), `Reached: afterwards, a never hears what a says: "hello".`)
	command := js[string](tb, `document.querySelector("#said code").textContent`)
	assert.Regexp(t, `^go run ./docs/orders -replay "a! b! a b a a b b.*" 01-original two-join$`, command)

	// The link leads another tab to the same place.
	link := js[string](tb, `document.querySelector("#said .row a").href`)
	other := newTab(t)
	other.navigate(link)
	other.waitFor("the same order", `document.querySelector("#said .verdict.good")`)
	assert.Equal(t, command, js[string](other, `document.querySelector("#said code").textContent`))

	js[bool](tb, `([...document.querySelectorAll("#said a")].at(-1).click(), true)`) // try it in 02
	tb.waitFor("02", `location.hash.startsWith("#schedule/one-id/02-race-fix/") && document.querySelector("#schedule .pick")`)
	tb.click("#tool-isIt")
	tb.waitFor("the count", `document.getElementById("said").innerText.includes("none of 2 orders")`)
	tb.click("#tool-finish")
	tb.waitFor("an end", `document.querySelector("#said .verdict:not(.good)")`)

	// An address of another level is told to be so, and it goes on from the beginning.
	js[bool](tb, `(location.hash = "schedule/one-id/02-race-fix/server.9", true)`)
	tb.waitFor("the word of it", `document.getElementById("said").innerText.includes("can't be played")`)
	tb.click("#said button")
	tb.waitFor("the beginning", `document.querySelectorAll("#board-table tbody tr").length === 0 && document.querySelector("#schedule .pick")`)
}

// Hints lead to the goal, one after the other; where none is left, that is said; and the shortest
// order is shown. What a goroutine waits for is said.
func TestLabHints(t *testing.T) {
	t.Parallel()
	l := startLab(t)
	tb := openSchedule(t, l, "stay", first, "ja", 1280, 720)
	for n := range 12 { // steps of the shortest order
		require.False(t, js[bool](tb, `Boolean(document.querySelector(".verdict"))`), "an end after %d steps", n)
		tb.click("#tool-hintMe")
		tb.waitFor("a hint", fmt.Sprintf(`document.getElementById("said").innerText.includes("目標まであと %d 回") && document.activeElement.matches(".hinted")`, 12-n))
		tb.enter()
		tb.waitFor("the step", fmt.Sprintf(`document.querySelectorAll("#board-table tbody tr").length === %d`, n+1))
	}
	assert.Contains(t, tb.text("said"), "達成：goroutine が残っている: a (client.go:103 で待っている)、a.1 (client.go:82 で待っている)")
	assert.Contains(t, js[string](tb, `document.querySelector('[data-column="a"]').innerText`), "c.doneCh <- true\nclient.go:103\n\nc.doneCh から誰かが受信するのを待つ")
	assert.Contains(t, js[string](tb, `document.querySelector('[data-column="server"]').innerText`), "s.addCh, s.delCh, s.sendAllCh, s.errCh, s.doneCh に誰かが送信するのを待つ")

	tb.click("#tool-back")
	tb.waitFor("one step less", `document.querySelectorAll("#board-table tbody tr").length === 11`)
	tb.goToLevel("one-id", first)
	js[bool](tb, `(location.hash = "schedule/one-id/`+first+`/a!+a+a+a+b!+b", true)`)
	tb.waitFor("the place", `document.querySelectorAll("#board-table tbody tr").length === 6`)
	tb.click("#tool-hintMe")
	tb.waitFor("the word that there is no way", `document.getElementById("said").innerText.includes("ここから目標には届きません")`)
	tb.click("#tool-isIt")
	tb.waitFor("the count", `document.getElementById("said").innerText.includes("40 通りの順序のうち、32 通り")`)
	tb.click("#language")
	tb.waitFor("English", `document.getElementById("said").innerText.includes("in 32 of 40 orders")`)

	tb.goToLevel("turn", third)
	tb.click("#tool-show")
	tb.waitFor("the end of the shortest order", `document.querySelector("#said .verdict.good")`)
	assert.Contains(t, tb.text("said"), `b hears ["a:2" "a:1"]`)
	assert.Contains(t, tb.text("browsers"), "has heard a:2, a:1")
}

// An answer that comes late, when another level is shown or about to be, is not shown.
func TestLabScheduleLate(t *testing.T) {
	t.Parallel()
	l := startLab(t)
	for _, about := range []bool{false, true} {
		tb := openSchedule(t, l, "one-id", first, "en", 1280, 720, fmt.Sprintf(`
			window.late = [];
			window.addresses = [];
			const real = fetch;
			window.fetch = async (path, options) => {
				const response = await real(path, options);
				if (!window.hold || !path.includes("/one-id/")) return response;
				const body = await response.json();
				await new Promise((resolve) => window.late.push(resolve));
				return { status: response.status, json: async () => body };
			};
			const add = window.addEventListener;
			window.addEventListener = (kind, f, ...rest) => add.call(window, kind, kind !== "hashchange" ? f : (e) => (window.hold && %t ? window.addresses.push(() => f(e)) : f(e)), ...rest);`, about))
		js[bool](tb, `window.hold = true`)
		tb.click(`[data-pick="a!"]`)
		tb.waitFor("an answer to be held back", `window.late.length === 1`)
		js[bool](tb, `(location.hash = "schedule/turn/`+third+`", true)`)
		if about {
			tb.waitFor("the address to be about to be shown", `window.addresses.length === 1`)
		} else {
			tb.waitFor("the address to be shown", `document.getElementById("goal").textContent.includes("Have b hear")`)
		}
		js[bool](tb, `(window.late[0](), true)`)
		js[bool](tb, `(window.hold = false, window.addresses.forEach((show) => show()), true)`)
		tb.patient("the other level", `location.hash.startsWith("#schedule/turn/`+third+`/") && document.querySelector("#schedule .pick")`)
		assert.Equal(t, "browser a says \"1\"", js[string](tb, `document.querySelector("#browsers .pick").innerText`))
		assert.True(t, strings.HasSuffix(js[string](tb, `location.hash`), "/"), "nothing is picked there")
	}
}

// With the keyboard alone.
func TestLabScheduleKeyboard(t *testing.T) {
	t.Parallel()
	tb := openSchedule(t, startLab(t), "one-id", "02-race-fix", "en", 1280, 720)
	key := func(name string, code int64) {
		tb.press(input.DispatchKeyEventParams{Key: name, Code: name, WindowsVirtualKeyCode: code})
	}
	for range 40 {
		if js[bool](tb, `document.activeElement.matches(".pick")`) {
			break
		}
		key("Tab", 9)
	}
	at := func(condition string) {
		t.Helper()
		tb.waitFor(condition, `document.activeElement.matches('`+condition+`')`)
	}
	at(`[data-pick="a!"]`)
	key("ArrowRight", 39)
	at(`[data-pick="b!"]`)
	key("ArrowLeft", 37)
	at(`[data-pick="a!"]`)
	tb.enter()
	tb.waitFor("the step", `document.querySelectorAll("#board-table tbody tr").length === 1`)
	key("ArrowRight", 39)
	at(`.pick`)
	js[bool](tb, `document.querySelector('[data-column="a"] .pick').focus() ?? true`)
	assert.Equal(t, 2, js[int](tb, `document.querySelectorAll(".pick.both").length`), "both sides of a meeting are marked")
	tb.enter()
	tb.waitFor("the second step", `document.querySelectorAll("#board-table tbody tr").length === 2`)
	at(`[data-column="a"] .pick`)
	key("Backspace", 8)
	tb.waitFor("one back", `document.querySelectorAll("#board-table tbody tr").length === 1`)
}

// On a projector all that matters is on the screen; on a phone nothing is wider than it, but the
// table scrolls in itself; in both schemes the text can be read.
func TestLabScheduleSizes(t *testing.T) {
	t.Parallel()
	l := startLab(t)
	for _, language := range []string{"en", "ja"} {
		tb := openSchedule(t, l, "turn", third, language, 1280, 720)
		tb.click("#tool-finish")
		tb.waitFor("the end", `document.querySelector("#said .verdict")`)
		assert.LessOrEqual(t, js[int](tb, `document.documentElement.scrollWidth`), 1280)
		js[int](tb, `document.getElementById("board-scroll").scrollTop = 0`)
		assert.True(t, js[bool](tb, `document.querySelector("#board-table tfoot td").getBoundingClientRect().top < 720`), "the next lines are on the screen")
		tb.viewport(360, 740)
		assert.LessOrEqual(t, js[int](tb, `document.documentElement.scrollWidth`), 360, language)
		assert.Empty(t, js[[]string](tb, `[...document.querySelectorAll("button, select, nav a")].filter((b) => b.checkVisibility() && b.getBoundingClientRect().height < 32).map((b) => b.outerHTML)`), "too small for a finger")
		js[bool](tb, fmt.Sprintf(`(location.hash = "race/%s", true)`, first))
		tb.waitFor("the other room", `document.querySelector("#race-run")?.checkVisibility()`)
		assert.LessOrEqual(t, js[int](tb, `document.documentElement.scrollWidth`), 360, language)
	}
}

// The race detector's report is told in two columns, with the sentence of the lesson.
func TestLabRace(t *testing.T) {
	t.Parallel()
	tb := openSchedule(t, startLab(t), "one-id", first, "en", 1280, 720)
	js[bool](tb, fmt.Sprintf(`(location.hash = "race/%s", true)`, first))
	tb.waitFor("the room", `document.querySelector("#race-head code")?.textContent === "go test -race ./01-original/..."`)
	tb.click("#race-run")
	tb.patient("the reports", `document.querySelector("#race-reports .report")`)
	if missing := js[string](tb, `document.querySelector("#race-said").innerText`); strings.Contains(missing, "no race detector") {
		t.Skip(missing)
	}
	assert.Contains(t, tb.text("race-said"), "It fails, by data races alone.")
	assert.Contains(t, tb.text("race-reports"), "This failure is the lesson, if the report above has NewClient on both sides")
	sides := js[[]string](tb, `[...document.querySelector(".report").querySelectorAll(".side strong")].map((side) => side.textContent)`)
	require.Len(t, sides, 2)
	assert.Regexp(t, "^One goroutine ", sides[0])
	assert.Regexp(t, "^Before, another one ", sides[1])
	assert.Regexp(t, `^One variable: maxId\s+What orders the two: nothing$`, js[string](tb, `document.querySelector(".between").innerText`))
	assert.Contains(t, js[string](tb, `document.querySelector(".side pre").textContent`), "maxId")
	assert.Contains(t, tb.text("race-output"), "--- FAIL: TestRaceInNewClient")
}
