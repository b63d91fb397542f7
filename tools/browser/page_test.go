package browser

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/websocket"

	"websocket-chat-steps/internal/live"
	"websocket-chat-steps/internal/webpage"
)

// These tests are about the page itself. So they use only one step, or a server that
// does things that no step does.

const someStep = "03-single-goroutine"

func startSomeStep(t *testing.T) *live.Program {
	t.Helper()
	theBrowser(t) // may skip the test, before anything is built
	return start(t, someStep)
}

// mux serves the page, and room at /ws.
func mux(room websocket.Handler) *http.ServeMux {
	mux := http.NewServeMux()
	mux.Handle("/", webpage.Handler("a step", "/ws"))
	mux.Handle("/ws", room)
	return mux
}

// ---- sending ----

func TestEnterSends(t *testing.T) {
	t.Parallel()
	tb := openChat(t, startSomeStep(t).URL)
	tb.fill("author", "Alice")
	tb.fill("message", "hello")
	tb.enter()
	tb.waitForMessage("hello")
	assert.Equal(t, []message{{"Alice says :", "hello"}}, tb.messages())

	// The page is ready for the next message.
	assert.Equal(t, "Alice", tb.value("author"))
	assert.Empty(t, tb.value("message"))
	assert.Equal(t, "message", js[string](tb, "document.activeElement.id"))
}

func TestButtonSends(t *testing.T) {
	t.Parallel()
	tb := openChat(t, startSomeStep(t).URL)
	tb.fill("message", "hello")
	tb.click("#send")
	tb.waitForMessage("hello")
	assert.Equal(t, []message{{"Anonymous says :", "hello"}}, tb.messages())

	assert.Equal(t, "Anonymous", tb.value("author"))
	assert.Empty(t, tb.value("message"))
	assert.Equal(t, "message", js[string](tb, "document.activeElement.id"))
}

func TestShiftEnterBreaksTheLine(t *testing.T) {
	t.Parallel()
	tb := openChat(t, startSomeStep(t).URL)
	tb.fill("message", "one")
	tb.enter(chromedp.ModifierShift)
	tb.insert("two")
	assert.Equal(t, "one\ntwo", tb.value("message"))
	tb.enter()
	tb.waitForMessage("one\ntwo")
	assert.Equal(t, []message{{"Anonymous says :", "one\ntwo"}}, tb.messages())
	assert.Contains(t, tb.text("log"), "one\ntwo", "the line break is visible")
}

// This test is not parallel: when another test opens a tab, the tab takes the focus for a
// moment, and that ends a composition.
func TestIMEsEnterDoesNotSend(t *testing.T) {
	tb := openChat(t, startSomeStep(t).URL)
	// The page records what the browser makes of the keys below. The test checks it.
	js[bool](tb, `window.enters = [], addEventListener("keydown", (e) => enters.push(e.isComposing + " " + e.keyCode), true) ?? true`)

	// Most browsers do this: the key comes within the composition.
	tb.focus("message")
	do(tb, input.ImeSetComposition, input.ImeSetCompositionParams{Text: "にほんご", SelectionStart: 4, SelectionEnd: 4})
	tb.imeEnter(13)
	assert.Equal(t, "にほんご", tb.value("message"))
	tb.insert("日本語") // the IME confirms
	// Safari does this: the composition is over, and the key has code 229.
	tb.imeEnter(229)
	assert.Equal(t, "日本語", tb.value("message"))

	// The next Enter is for the page. If the others had sent something, it would be in
	// the list before.
	tb.enter()
	tb.waitForMessage("日本語")
	assert.Equal(t, []string{"true 13", "false 229", "false 13"}, js[[]string](tb, "enters"))
	assert.Equal(t, []message{{"Anonymous says :", "日本語"}}, tb.messages())
}

func TestBlankMessageIsNotSent(t *testing.T) {
	t.Parallel()
	tb := openChat(t, startSomeStep(t).URL)
	tb.click("#send")
	tb.fill("message", " \n\t　")
	tb.click("#send")
	tb.enter()
	tb.fill("author", "  ") // a name of spaces is no name
	tb.fill("message", "not blank")
	tb.enter()
	tb.waitForMessage("not blank")
	assert.Equal(t, []message{{"Anonymous says :", "not blank"}}, tb.messages())
}

// ---- the connection ----

// The page's clock runs faster, and the test records how long the page wanted to wait.
func TestBackOff(t *testing.T) {
	t.Parallel()
	server := startSomeStep(t)
	tb := newTab(t)
	tb.mayComplain = true
	tb.inject(`{
		window.waits = [];
		const real = window.setTimeout;
		window.setTimeout = (f, wait) => { waits.push(wait); return real(f, wait / 100) };
	}`)
	tb.open(server.URL)
	js[bool](tb, "(waits.length = 0) === 0")
	server.Kill()
	tb.waitFor("eight tries", "waits.length >= 8")

	waits := js[[]float64](tb, "waits.slice(0, 8)")
	for i, longest := range []float64{400, 800, 1600, 3200, 6400, 8000, 8000, 8000} {
		assert.GreaterOrEqual(t, waits[i], longest*0.75, "ms before try %d", i+1)
		assert.LessOrEqual(t, waits[i], longest, "ms before try %d", i+1)
	}

	startAt(t, someStep, server.Addr)
	tb.waitFor("the new connection", connected)
}

// The room answers with something that isn't a message, and then with a message.
func TestOtherFramesAreIgnored(t *testing.T) {
	t.Parallel()
	frames := []any{
		"not JSON", "null", "[]", `"text"`, "7", "{}", `{"author":"a"}`, `{"author":"a","body":1}`, []byte(`{"author":"a","body":"binary"}`),
	}
	server := httptest.NewServer(mux(func(ws *websocket.Conn) {
		for _, frame := range append(frames, `{"author":"Alice","body":"a message","more":true}`) {
			assert.NoError(t, websocket.Message.Send(ws, frame))
		}
		ws.Read(make([]byte, 1)) // until the tab closes
	}))
	t.Cleanup(server.Close)

	tb := openChat(t, server.URL)
	tb.waitForMessage("a message")
	assert.Equal(t, []message{{"Alice says :", "a message"}}, tb.messages())
	warnings := tb.recorded(&tb.warnings)
	require.Len(t, warnings, len(frames))
	assert.Contains(t, warnings[0], "not JSON")
}

// echo is a room for one client. It remembers nothing.
func echo(ws *websocket.Conn) {
	for {
		var frame string
		if websocket.Message.Receive(ws, &frame) != nil || websocket.Message.Send(ws, frame) != nil {
			return
		}
	}
}

func TestHTTPS(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(mux(echo))
	t.Cleanup(server.Close)
	tb := openChat(t, server.URL)
	tb.say("Alice", "in private")
	tb.waitForMessage("in private")
	assert.Contains(t, tb.recorded(&tb.requests), "wss://"+server.Listener.Addr().String()+"/ws")
}

func TestAsksNobodyElse(t *testing.T) {
	t.Parallel()
	server := startSomeStep(t)
	tb := openChat(t, server.URL)
	tb.say("Alice", "hello")
	tb.waitForMessage("hello")
	assert.Equal(t, []string{server.Addr}, tb.hosts())
}

// ---- what can be seen ----

func TestLanguageFollowsTheBrowser(t *testing.T) {
	t.Parallel()
	server := startSomeStep(t)
	for _, test := range []struct {
		languages, lang, title, author, message, send, status, says string
	}{
		{"en-GB,en", "en", "Chat", "Name", "Message", "Send", "Connected", "Anonymous says :"},
		{"ja", "ja", "チャット", "名前", "メッセージ", "送信", "接続済み", "匿名 さん："},
		{"ja-JP,ja,en", "ja", "チャット", "名前", "メッセージ", "送信", "接続済み", "匿名 さん："},
		{"fr-FR,ja", "en", "Chat", "Name", "Message", "Send", "Connected", "Anonymous says :"},
	} {
		t.Run(test.languages, func(t *testing.T) {
			t.Parallel()
			tb := newTab(t)
			tb.speak(test.languages)
			tb.navigate(server.URL)
			tb.waitFor("the connection", fmt.Sprintf(`document.getElementById("status").innerText.includes(%q)`, test.status))
			assert.Equal(t, test.lang, js[string](tb, "document.documentElement.lang"))
			assert.Equal(t, test.title+" "+someStep, js[string](tb, `document.querySelector("h1").textContent`))
			assert.Equal(t, test.author, js[string](tb, `document.querySelector("[for=author]").innerText`))
			assert.Equal(t, test.message, js[string](tb, `document.querySelector("[for=message]").innerText`))
			assert.Equal(t, test.send, tb.text("send"))
			tb.fill("message", test.languages)
			tb.enter()
			tb.waitForMessage(test.languages)
			assert.Contains(t, tb.messages(), message{test.says, test.languages})
		})
	}
}

// Without a script the page doesn't know the reader's language, so it shows both, and nothing else.
func TestWithoutJavaScript(t *testing.T) {
	t.Parallel()
	server := startSomeStep(t)
	tb := newTab(t)
	do(tb, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	tb.navigate(server.URL)
	assert.Regexp(t, `^03-single-goroutine\s+This page needs JavaScript.*\s+このページには JavaScript が必要です。.*$`, js[string](tb, "document.body.innerText"))
}

func TestJapaneseWhenDisconnected(t *testing.T) {
	t.Parallel()
	server := startSomeStep(t)
	tb := newTab(t)
	tb.mayComplain = true
	tb.speak("ja-JP,ja")
	tb.navigate(server.URL)
	tb.waitFor("the connection", `document.getElementById("status").innerText.includes("接続済み")`)
	server.Kill()
	tb.waitFor("the word that it is disconnected", `/切断されました。\d 秒後に再接続します/.test(document.getElementById("status").innerText)`)
	tb.fill("message", "残る")
	tb.click("#send")
	assert.Contains(t, tb.text("note"), "送信できません")
	assert.Equal(t, "残る", tb.value("message"))
}

// contrasts returns the contrast of each text to its background, as WCAG 2 defines
// it.
const contrasts = `(() => {
	const rgb = (color) => color.match(/[\d.]+/g).map(Number);
	const light = (color) => rgb(color).slice(0, 3)
		.map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
		.reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
	const behind = (e) => {
		while (e && rgb(getComputedStyle(e).backgroundColor)[3] === 0) e = e.parentElement;
		return e ? getComputedStyle(e).backgroundColor : "rgb(255, 255, 255)";
	};
	const contrast = (a, b) => { const [x, y] = [light(a), light(b)].sort((x, y) => y - x); return (x + 0.05) / (y + 0.05) };
	const texts = {}, edges = {};
	for (const selector of ["h1", "#step", "#status", "#mark", "#empty", ".says", ".body", "label", "input", "textarea", "#send", "#hint", "#note", ".state", ".buttons button"]) {
		const e = document.querySelector(selector);
		texts[selector] = contrast(getComputedStyle(e).color, behind(e));
	}
	for (const selector of ["input", "textarea"]) {
		const e = document.querySelector(selector);
		edges[selector] = contrast(getComputedStyle(e).borderTopColor, behind(e.parentElement));
		e.focus();
		edges[selector + ":focus-visible"] = contrast(getComputedStyle(e).outlineColor, behind(e.parentElement));
		edges[selector + " outline width"] = parseFloat(getComputedStyle(e).outlineWidth);
	}
	return { texts, edges, back: light(getComputedStyle(document.body).backgroundColor) };
})()`

func TestContrastInLightAndDark(t *testing.T) {
	t.Parallel()
	room := newRoom(t)
	tb, ws := room.join(t)
	answer(t, ws, "hello")
	tb.waitForMessage("hello")
	tb.say("Alice", "lost")
	tb.pass(patience)
	for scheme, dark := range map[string]bool{"light": false, "dark": true} {
		tb.colorScheme(scheme)
		for _, state := range []string{"connecting", "connected", "silent", "disconnected"} {
			js[string](tb, fmt.Sprintf(`document.getElementById("status").dataset.state = %q`, state))
			seen := js[struct {
				Texts, Edges map[string]float64
				Back         float64
			}](tb, contrasts)
			for what, contrast := range seen.Texts {
				assert.GreaterOrEqual(t, contrast, 4.5, "%s, %s: %s", scheme, state, what)
			}
			for what, contrast := range seen.Edges {
				assert.GreaterOrEqual(t, contrast, 3.0, "%s, %s: %s", scheme, state, what)
			}
			assert.Equal(t, dark, seen.Back < 0.05, "%s: the page's luminance is %.2f", scheme, seen.Back)
		}
	}
}

// Words and a mark show the state, never only a colour.
func TestStatusWithoutColour(t *testing.T) {
	t.Parallel()
	server := startSomeStep(t)
	tb := openChat(t, server.URL)
	tb.mayComplain = true
	assert.Equal(t, "✓", tb.text("mark"))
	server.Kill()
	tb.waitFor("the mark of a lost connection", `document.getElementById("mark").innerText === "✕"`)
}

func TestFitsAPhone(t *testing.T) {
	t.Parallel()
	server := startSomeStep(t)
	tb := newTab(t)
	tb.viewport(360, 640)
	tb.open(server.URL)
	long := strings.Repeat("W", 500)
	tb.say(strings.Repeat("N", 100), long)
	tb.waitForMessage(long)
	tb.say("長い名前", strings.Repeat("あ", 500))
	tb.waitForMessage(strings.Repeat("あ", 500))

	assert.LessOrEqual(t, js[float64](tb, "document.documentElement.scrollWidth"), 360.0)
	assert.Empty(t, js[[]string](tb, `[...document.body.querySelectorAll("*")]
		.filter((e) => e.scrollWidth > e.clientWidth && e.clientWidth > 0 && getComputedStyle(e).overflowX !== "visible" && e.tagName !== "INPUT"
			|| e.getBoundingClientRect().right > 360 || e.getBoundingClientRect().left < 0)
		.map((e) => e.outerHTML.slice(0, 80))`), "elements that are wider than the phone")
	assert.GreaterOrEqual(t, js[float64](tb, `document.getElementById("message").offsetWidth`), 200.0, "the width of the box")
	assert.LessOrEqual(t, js[float64](tb, `document.getElementById("send").getBoundingClientRect().bottom`), 640.0, "the bottom of Send, on a screen of 640 px")
}

func TestFollowsTheNewestMessage(t *testing.T) {
	t.Parallel()
	server := startSomeStep(t)
	tb := newTab(t)
	tb.viewport(800, 600)
	tb.open(server.URL)
	const atNewest = `(() => { const log = document.getElementById("log"); return log.scrollHeight > log.clientHeight && log.scrollHeight - log.scrollTop - log.clientHeight < 2 })()`
	for i := range 12 {
		body := fmt.Sprintf("message %d", i)
		tb.say("Alice", body)
		tb.waitForMessage(body)
	}
	assert.True(t, js[bool](tb, atNewest), "the newest message isn't in view")

	// A phone's keyboard does the same when it comes up.
	tb.viewport(800, 480)
	tb.waitFor("the newest message to be in view of a lower window", atNewest)

	// A reader who has scrolled up to old messages stays there.
	js[bool](tb, `new Promise((seen) => { const log = document.getElementById("log"); log.addEventListener("scroll", () => seen(true), { once: true }); log.scrollTop = 10 })`, chromedp.EvalAwaitPromise)
	tb.say("Alice", "one more")
	tb.waitForMessage("one more")
	assert.Equal(t, 10.0, js[float64](tb, `document.getElementById("log").scrollTop`))
}

// ---- what can be heard ----

func TestAccessibilityTree(t *testing.T) {
	t.Parallel()
	tb := openChat(t, startSomeStep(t).URL)
	tb.say("Alice", "hello")
	tb.waitForMessage("hello")
	tb.waitFor("the log to be live", `document.getElementById("log").ariaBusy !== "true"`)

	do(tb, accessibility.Enable, cdp.Empty{})
	tree := do(tb, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	find := func(role, name string) map[string]string {
		for _, node := range tree.Nodes {
			if !node.Ignored && axString(t, node.Role) == role && (name == "" || axString(t, node.Name) == name) {
				found := map[string]string{"description": axString(t, node.Description)}
				for _, property := range node.Properties {
					found[string(property.Name)] = axString(t, property.Value)
				}
				return found
			}
		}
		return nil
	}
	if log := find("log", "Messages"); assert.NotNil(t, log, "no log") {
		assert.Equal(t, "polite", log["live"])
		assert.NotEqual(t, "true", log["busy"])
	}
	if status := find("status", ""); assert.NotNil(t, status, "no status") {
		assert.Equal(t, "polite", status["live"])
	}
	assert.NotNil(t, find("alert", ""), "a screen reader must say that a message wasn't sent")
	assert.NotNil(t, find("heading", "Chat "+someStep))
	assert.NotNil(t, find("textbox", "Name"))
	if message := find("textbox", "Message"); assert.NotNil(t, message) {
		assert.Contains(t, message["description"], "Shift+Enter breaks the line")
	}
	assert.NotNil(t, find("button", "Send"))
}

func axString(t *testing.T, value *accessibility.Value) string {
	t.Helper()
	if value == nil || len(value.Value) == 0 {
		return ""
	}
	var v any
	require.NoError(t, json.Unmarshal(value.Value, &v))
	return fmt.Sprint(v)
}

// A screen reader doesn't read all past messages to a newcomer. It reads the new ones.
func TestPastMessagesAreNotReadOut(t *testing.T) {
	t.Parallel()
	server := startSomeStep(t)
	alice := openChat(t, server.URL)
	for _, body := range []string{"past 1", "past 2", "past 3"} {
		alice.say("Alice", body)
		alice.waitForMessage(body)
	}

	bob := newTab(t)
	bob.inject(`
		window.heard = [];
		new MutationObserver((changes) => {
			for (const node of changes.flatMap((change) => [...change.addedNodes])) {
				const log = node.parentElement;
				if (log?.id !== "log" || !node.querySelector(".body")) continue;
				heard.push([node.querySelector(".body").textContent, log.ariaLive, "busy " + log.ariaBusy].join(", "));
			}
		}).observe(document, { childList: true, subtree: true });
	`)
	bob.open(server.URL)
	bob.waitForMessage("past 3")
	bob.waitFor("the log to be live", `document.getElementById("log").ariaBusy === "false"`)
	alice.say("Alice", "new")
	bob.waitForMessage("new")
	assert.Equal(t, []string{
		"past 1, off, busy true", "past 2, off, busy true", "past 3, off, busy true", "new, polite, busy false",
	}, js[[]string](bob, "heard"))
}
