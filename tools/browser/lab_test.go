package browser

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/steps"
	"websocket-chat-steps/lab/site"
)

// lab is a lab that is served, and what opens it.
type lab struct {
	*httptest.Server
	token   string
	refused *refusals
}

// refusals are the requests that were answered with 403, as "Host Origin Path".
type refusals struct {
	mu  sync.Mutex
	all []string
}

func (r *refusals) list() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string{}, r.all...)
}

func startLab(t *testing.T) lab {
	t.Helper()
	theBrowser(t) // or skip, before anything is built
	return serveLab(t)
}

func serveLab(t *testing.T) lab {
	t.Helper()
	root, err := steps.Root()
	require.NoError(t, err)
	return serveLabOf(t, root)
}

// serveLabOf serves the lab of the repository at root.
func serveLabOf(t *testing.T, root string) lab {
	t.Helper()
	here := site.New(root)
	l := lab{token: site.NewToken(), refused: new(refusals)}
	inner := here.Handler(l.token)
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inner.ServeHTTP(&noting{w, r, l.refused}, r)
	}))
	t.Cleanup(func() {
		l.CloseClientConnections()
		l.Close()
		here.Close()
	})
	return l
}

// noting notes that a request is refused.
type noting struct {
	http.ResponseWriter
	request *http.Request
	refused *refusals
}

func (n *noting) Unwrap() http.ResponseWriter { return n.ResponseWriter }

func (n *noting) WriteHeader(status int) {
	if status == http.StatusForbidden {
		n.refused.mu.Lock()
		n.refused.all = append(n.refused.all, fmt.Sprintf("%s %s %s %s", n.request.Method, n.request.Host, n.request.Header.Get("Origin"), n.request.URL.Path))
		n.refused.mu.Unlock()
	}
	n.ResponseWriter.WriteHeader(status)
}

// openLab opens the lab in a tab of this size, and then a room with a step, and waits
// until the step runs.
func openLab(t *testing.T, l lab, room, step, language string, width, height int64) *tab {
	t.Helper()
	tb := newTab(t)
	tb.speak(map[string]string{"en": "en-US,en", "ja": "ja-JP,ja"}[language])
	tb.viewport(width, height)
	tb.navigate(l.URL + "/#token=" + l.token)
	tb.waitFor("the list of steps", `document.getElementById("step")?.options.length > 0`)
	tb.goTo(room, step)
	return tb
}

// goTo goes to a room and a step, as a link does, and waits until the step runs.
func (tb *tab) goTo(room, step string) {
	tb.t.Helper()
	js[bool](tb, fmt.Sprintf(`(location.hash = "%s/%s", true)`, room, step))
	tb.waitFor(step+" to run", fmt.Sprintf(`document.getElementById("step")?.value === %q && document.body.dataset.room === %q
		&& document.querySelector("#actions [aria-disabled=false]") && document.querySelector("#figure .mark")`, step, room))
}

// act presses the action's button, the first being 1, says that the choice's outcome
// will be seen, and waits for the answer.
func (tb *tab) act(action, choice int) {
	tb.t.Helper()
	tb.click(fmt.Sprintf("#actions button:nth-of-type(%d)", action))
	tb.click(fmt.Sprintf("#ask .choices button:nth-of-type(%d)", choice))
	tb.waitFor("the answer", `document.querySelector("#ask dl")`)
}

// The buttons, in their order.
const (
	bring2 = 1 + iota
	bring50
	line
	burst
	stall
)

// first and third are the steps in which most is to be seen.
const (
	first = "01-original"
	third = "03-single-goroutine"
)

const selfLoop = `document.getElementById("listens-server-listen--server-listen--server-delch")`

// On a projector: somebody has the room freeze, and the picture says why.
func TestLabFreezes(t *testing.T) {
	t.Parallel()
	tb := openLab(t, startLab(t), "watch", first, "en", 1280, 720)
	assert.False(t, js[bool](tb, selfLoop+`.classList.contains("lit")`))
	assert.True(t, js[bool](tb, `document.documentElement.scrollHeight <= 720`), "all of the room is on the screen")
	assert.GreaterOrEqual(t, js[float64](tb, `Math.min(...[...document.querySelectorAll("#figure .mark .shape")].map((m) => m.getBoundingClientRect().width))`), 24.0, "px, of a mark")

	tb.goTo("disturb", first)
	tb.act(bring2, 2)
	assert.Equal(t, "You said\n✓ 2 for each client\nas you said", strings.ReplaceAll(js[string](tb, `[...document.querySelectorAll("#ask dt, #ask dd")].slice(0, 2).map((e) => (e.matches(".good") ? "✓ " : "") + e.innerText).join("\n")`), "\n\n", "\n"))
	tb.act(stall, 3) // bounded, somebody says
	assert.Contains(t, tb.text("ask"), "not as you said")
	assert.Contains(t, tb.text("ask"), "The room freezes, for everybody")
	tb.waitFor("the red loop", selfLoop+`.matches(".lit.long")`)
	tb.waitFor("the server's goroutine to pulse", `document.querySelector("#box-server-listen .mark.send.long")`)
	assert.Contains(t, tb.text("heard"), "has stopped reading")

	tb.goTo("watch", first)
	assert.GreaterOrEqual(t, js[float64](tb, `Number.parseFloat(getComputedStyle(`+selfLoop+`.querySelector(".itself")).strokeWidth) * document.querySelector("#figure svg").getScreenCTM().a`), 8.0, "px, of the red loop")
	assert.Equal(t, "Server.Listen, goroutines: 1; 1 blocked in a channel send, longer than a second",
		js[string](tb, `document.querySelector("#box-server-listen .ask").ariaLabel`))
	tb.click("#box-server-listen .mark")
	tb.waitFor("its stack", `document.querySelector("#inspect-stack pre")`)
	stack := tb.text("inspect-stack")
	for _, part := range []string{"[chan send]", "chat.(*Server).Del 01-original/chat/server.go:", "s.delCh <- c", "c.server.Del(c)", "started at main.main", "go server.Listen()"} {
		assert.Contains(t, stack, part)
	}

	// The next one is asked in a room that is frozen; anew, it runs again.
	tb.goTo("disturb", first)
	tb.act(line, 1)
	assert.Contains(t, tb.text("ask"), "The table says\nThe room freezes")
	tb.click("#restart")
	tb.waitFor("the step to run anew", `!`+selfLoop+`.matches(".lit") && document.querySelector("#box-server-listen .mark.select")`)
}

// In 03 one sees with one's own eyes that messages turn round; and then that goroutines pile up.
func TestLabOrder(t *testing.T) {
	t.Parallel()
	tb := openLab(t, startLab(t), "disturb", third, "ja", 1280, 720)
	tb.act(burst, 1)
	assert.Contains(t, tb.text("ask"), "予想と違う")
	assert.Contains(t, tb.text("ask"), "順番が入れ替わって届く")
	tb.waitFor("what came too late to be marked", `/↩\d/.test(document.querySelector("#heard mark")?.textContent)`)
	assert.Equal(t, 3, js[int](tb, `document.querySelectorAll("#heard .listener").length`))

	tb.act(stall, 2)
	assert.Contains(t, tb.text("ask"), "予想どおり")
	tb.waitFor("a number for what is more than fifty", `Number(document.querySelector("#box-client-send .mark.lock + .count")?.textContent) > 50`)
	assert.Equal(t, "ja", js[string](tb, `document.documentElement.lang`))
	tb.click("#language")
	assert.Contains(t, tb.text("ask"), "as you said")
	assert.Contains(t, tb.text("legend"), "blocked at a lock")
	tb.waitFor("the English figure", `document.querySelector("#figure svg").getAttribute("lang") === "en"`)
}

// A scenario of the scoreboard ends with the judge's verdict and its sentence.
func TestLabScenario(t *testing.T) {
	t.Parallel()
	tb := openLab(t, startLab(t), "disturb", first, "en", 1280, 720)
	tb.click(`[data-tab="board"]`)
	assert.Contains(t, tb.text("board"), "go test -race ./01-original/...")
	tb.click("#board button:nth-of-type(3)") // a disconnect leaves nothing behind
	tb.click("#ask .choices button:nth-of-type(2)")
	tb.waitFor("the verdict", `document.querySelector("#ask .sentence")`)
	assert.Contains(t, tb.text("ask"), "as you said")
	assert.Regexp(t, `fails: after 15 clients have gone, 15 sockets are still open, and there are \d+ goroutines`, tb.text("ask"))
}

// The chat itself is one tab of it, and who talks there is in the figure.
func TestLabChat(t *testing.T) {
	t.Parallel()
	tb := openLab(t, startLab(t), "disturb", third, "en", 1280, 720)
	tb.click(`[data-tab="chat"]`)
	tb.waitFor("the chat's client to be in the figure", `document.querySelector("#chat iframe") && document.querySelector("#box-client-start .mark")`)
	tb.click(`[data-tab="actions"]`)
	tb.waitFor("it to leave", `!document.querySelector("#box-client-start .mark")`)
}

// With the keyboard alone: to a box, into it and out again; and a button with its question.
func TestLabKeyboard(t *testing.T) {
	t.Parallel()
	tb := openLab(t, startLab(t), "disturb", third, "en", 1280, 720)
	key := func(name string, code int64) {
		tb.press(input.DispatchKeyEventParams{Key: name, Code: name, WindowsVirtualKeyCode: code})
	}
	tabTo := func(what, condition string) {
		t.Helper()
		for range 60 {
			if js[bool](tb, fmt.Sprintf(`Boolean(document.activeElement && (%s))`, condition)) {
				return
			}
			key("Tab", 9)
		}
		require.Fail(t, "no Tab came to "+what)
	}
	tabTo("the box of the server's goroutine", `document.activeElement.closest("#box-server-start")`)
	assert.NotEqual(t, "none", js[string](tb, `getComputedStyle(document.activeElement.querySelector(".frame")).stroke`), "the focus is seen")
	tb.enter()
	tb.waitFor("its stack", `document.querySelector("#inspect-stack pre")?.textContent === "select {"`)
	assert.Equal(t, "inspect", js[string](tb, `document.activeElement.id`))
	key("Escape", 27)
	tb.waitFor("the focus to be back", `document.getElementById("inspect").hidden && document.activeElement.closest("#box-server-start")`)

	tabTo("a button", `document.activeElement.textContent === "2 clients come"`)
	tb.enter()
	tb.waitFor("the question to have the focus", `document.activeElement.id === "ask"`)
	tabTo("an answer", `document.activeElement.textContent === "1 for each client"`)
	tb.enter()
	tb.waitFor("the answer", `document.querySelector("#ask dd.good")`)
}

// Who wants no motion gets none, and sees all the same who is stuck.
func TestLabReducedMotion(t *testing.T) {
	t.Parallel()
	tb := openLab(t, startLab(t), "disturb", first, "en", 1280, 720)
	tb.act(stall, 1)
	const running = `document.getAnimations().length`
	tb.waitFor("something to pulse", running+` > 0 && document.querySelector("#figure .halo")`)
	do(tb, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}}})
	tb.waitFor("all to stand still", running+` === 0 && document.querySelector("#figure .halo")`)
}

// A phone held upright: nothing is wider than it, and what the figure shows small
// stands below it, large.
func TestLabNarrow(t *testing.T) {
	t.Parallel()
	l := startLab(t)
	for _, language := range []string{"en", "ja"} {
		tb := openLab(t, l, "watch", third, language, 360, 740)
		for _, room := range []string{"watch", "disturb"} {
			tb.goTo(room, third)
			assert.LessOrEqual(t, js[int](tb, `document.documentElement.scrollWidth`), 360, "%s, %s", room, language)
			assert.Equal(t, 6, js[int](tb, `[...document.querySelectorAll("#boxes button")].filter((b) => b.checkVisibility()).length`))
			assert.Empty(t, js[[]string](tb, `[...document.querySelectorAll("button, select, nav a")].filter((b) => b.checkVisibility() && !b.closest("svg") && b.getBoundingClientRect().height < 32).map((b) => b.outerHTML)`), "too small for a finger")
		}
		tb.click(`#boxes button[data-box="box-server-start"]`)
		tb.waitFor("a stack", `document.querySelector("#inspect-stack pre")`)
		assert.LessOrEqual(t, js[int](tb, `document.documentElement.scrollWidth`), 360, "with a stack")
	}
}

// Light and dark differ, and the text can be read in both.
func TestLabColours(t *testing.T) {
	t.Parallel()
	tb := openLab(t, startLab(t), "watch", first, "en", 1280, 720)
	back := map[string]string{}
	for _, scheme := range []string{"light", "dark"} {
		tb.colorScheme(scheme)
		back[scheme] = js[string](tb, `getComputedStyle(document.body).backgroundColor + getComputedStyle(document.querySelector("#figure .box")).fill`)
		assert.Less(t, 4.5, js[float64](tb, `(() => {
			const luminance = (colour) => {
				const [r, g, b] = colour.match(/[\d.]+/g).map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
				return 0.2126 * r + 0.7152 * g + 0.0722 * b;
			};
			const pairs = [["#state", "body", "color"], ["#legend li", "#live", "color"], ["nav a:not([aria-current])", "nav a:not([aria-current])", "color"], [".plot span", ".plot", "color"]];
			return Math.min(...pairs.map(([text, back]) => {
				const [a, b] = [getComputedStyle(document.querySelector(text)).color, getComputedStyle(document.querySelector(back)).backgroundColor].map(luminance);
				return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
			}));
		})()`), scheme)
	}
	assert.NotEqual(t, back["light"], back["dark"])
}

// A crash is shown, with what the step printed, and it can be started anew; two tabs
// see the same.
func TestLabCrash(t *testing.T) {
	t.Parallel()
	l := startLab(t)
	tb := openLab(t, l, "watch", third, "en", 1280, 720)
	other := openLab(t, l, "disturb", third, "ja", 1280, 720)
	process, err := os.FindProcess(l.see(t, third).PID)
	require.NoError(t, err)
	require.NoError(t, process.Kill())
	tb.waitFor("the word of it", `document.getElementById("notice").innerText.includes("The step has ended, with status")`)
	other.waitFor("the word of it in the other tab", `document.getElementById("notice").innerText.includes("ステップのプロセスが終了しました")`)
	other.click("#restart")
	for _, each := range []*tab{tb, other} {
		each.waitFor("the step to run again", `document.getElementById("state").dataset.state === "runs" && document.getElementById("notice").hidden`)
	}
}

// A tab that was opened by a link gets the token from one that has it; without one it
// says what to do, and shows nothing.
func TestLabToken(t *testing.T) {
	t.Parallel()
	l := startLab(t)
	alone := newTab(t)
	alone.navigate(l.URL + "/#watch/" + first)
	alone.waitFor("the word that it has no token", `document.getElementById("notice").innerText.includes("has no valid token")`)
	assert.Equal(t, 0, js[int](alone, `document.getElementById("step").options.length`))
	js[bool](alone, fmt.Sprintf(`(location.hash = "token=%s", true)`, l.token)) // as if the address was typed
	alone.waitFor(first, `document.getElementById("step")?.value === "`+first+`"`)
	assert.NotContains(t, js[string](alone, `location.href + document.cookie`), l.token)

	linked := newTab(t)
	linked.navigate(l.URL + "/#watch/" + third)
	linked.waitFor(third, `document.getElementById("step")?.value === "`+third+`" && document.querySelector("#figure .mark")`)
	assert.Empty(t, l.refused.list())
}

// A page of another origin, and a name of the Internet that leads to loopback, get 403,
// even if they had the token.
func TestLabLetsNoOneElseIn(t *testing.T) {
	t.Parallel()
	l := startLab(t)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!doctype html><link rel=icon href=data:,><title>elsewhere</title>")
	}))
	t.Cleanup(elsewhere.Close)

	tb := newTab(t)
	tb.mayComplain = true // of what it is refused
	tb.navigate(elsewhere.URL)
	try := func(path, options string) string {
		return js[string](tb, fmt.Sprintf(`fetch(%q, %s).then((r) => r.type + r.status, (e) => e.name)`, l.URL+path, options), chromedp.EvalAwaitPromise)
	}
	header := fmt.Sprintf(`headers: { "Lab-Token": %q }`, l.token)
	act := "/api/do/" + first + "/bring2"
	assert.Equal(t, "TypeError", try(act, `{ method: "POST", `+header+` }`), "no preflight is granted")
	assert.Equal(t, "opaque0", try(act, `{ method: "POST", mode: "no-cors" }`))
	assert.Equal(t, "TypeError", try("/api/watch/"+first, `{ `+header+` }`))
	assert.Equal(t, "TypeError", try("/api/steps", `{}`))
	origin, host := elsewhere.URL, strings.TrimPrefix(l.URL, "http://")
	assert.Equal(t, []string{
		"OPTIONS " + host + " " + origin + " " + act,
		"POST " + host + " " + origin + " " + act,
		"OPTIONS " + host + " " + origin + " /api/watch/" + first,
		"GET " + host + " " + origin + " /api/steps",
	}, l.refused.list())

	// Chromium takes every name below localhost to loopback, as a rebound name would be.
	rebound := strings.Replace(l.URL, "127.0.0.1", "rebound.localhost", 1)
	tb.navigate(rebound + "/#token=" + l.token)
	assert.Contains(t, js[string](tb, `document.body.innerText`), "the lab is on loopback alone")
	for _, call := range []string{`fetch("/api/steps", { ` + header + ` })`, `fetch("` + act + `", { method: "POST", ` + header + ` })`} {
		assert.Equal(t, 403, js[int](tb, call+`.then((r) => r.status)`, chromedp.EvalAwaitPromise), call)
	}
}
