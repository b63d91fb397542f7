package browser

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// deadline is how long a test waits for something in the page. The longest wait is for
// a reconnection, at most 8 s.
const deadline = 30 * time.Second

// tab is a tab of the browser, and its user. If the browser doesn't do what it should,
// the methods end the test.
type tab struct {
	t   *testing.T
	ctx context.Context

	patience    time.Duration // of waitFor; 0 is deadline
	mayComplain bool          // the test breaks the connection: the browser will report it

	mu         sync.Mutex
	requests   []string // URLs of all that the tab asked for, WebSockets too
	warnings   []string // by console.warn
	complaints []string // errors in the console, uncaught exceptions, violations of the policy
}

// newTab opens an empty tab whose language is English. All tabs share one window. With a
// window or a profile for each, the tests would take twice the time, and the page stores
// nothing. At the end of the test newTab closes the tab. The tab must not have reported
// any complaint.
func newTab(t *testing.T) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(theBrowser(t), chromedp.WithNewWindow(false))
	tb := &tab{t: t, ctx: ctx}
	t.Cleanup(func() {
		cancel()
		if !tb.mayComplain {
			assert.Empty(t, tb.recorded(&tb.complaints), "the browser's complaints")
		}
	})
	require.NoError(t, chromedp.Do(ctx), "opening a tab")
	require.NoError(t, chromedp.Listen(ctx, tb.record))
	tb.speak("en-US,en")
	// A tab that isn't in front behaves as if it were. So a test can use two in turn.
	do(tb, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	return tb
}

// openChat opens the page in a new tab, and waits until it is connected.
func openChat(t *testing.T, url string) *tab {
	t.Helper()
	tb := newTab(t)
	tb.open(url)
	return tb
}

// open opens the page, and waits until it is connected.
func (tb *tab) open(url string) {
	tb.t.Helper()
	tb.navigate(url)
	tb.waitFor("the connection", connected)
}

func (tb *tab) navigate(url string) {
	tb.t.Helper()
	ctx, cancel := context.WithTimeout(tb.ctx, deadline)
	defer cancel()
	require.NoError(tb.t, chromedp.Do(ctx, chromedp.Navigate(url)), "opening %s", url)
}

// speak sets the languages of the tab, the preferred one first.
func (tb *tab) speak(languages string) {
	tb.t.Helper()
	agent := js[string](tb, "navigator.userAgent")
	do(tb, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: agent, AcceptLanguage: languages})
}

// inject has script run in every page that the tab will open, before the page's own.
func (tb *tab) inject(script string) {
	tb.t.Helper()
	do(tb, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
}

func (tb *tab) viewport(width, height int64) {
	tb.t.Helper()
	do(tb, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1})
}

func (tb *tab) colorScheme(scheme string) {
	tb.t.Helper()
	do(tb, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
}

// ---- what a user does ----

// focus puts the cursor into the field with this id.
func (tb *tab) focus(id string) {
	tb.t.Helper()
	js[bool](tb, fmt.Sprintf(`document.getElementById(%q).focus() ?? true`, id))
}

// fill replaces what is in the field with this id, as a paste over all of it.
func (tb *tab) fill(id, text string) {
	tb.t.Helper()
	js[bool](tb, fmt.Sprintf(`(() => { const field = document.getElementById(%q); field.focus(); field.select(); return true })()`, id))
	tb.insert(text)
}

// insert puts text in at the cursor, as a paste or the end of an IME's input does.
func (tb *tab) insert(text string) {
	tb.t.Helper()
	do(tb, input.InsertText, input.InsertTextParams{Text: text})
}

// enter presses and releases Enter, where the cursor is. modifiers are keys that are
// held during that.
func (tb *tab) enter(modifiers ...chromedp.Modifier) {
	tb.t.Helper()
	event := input.DispatchKeyEventParams{Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13}
	for _, modifier := range modifiers {
		event.Modifiers |= int64(modifier)
	}
	// The text belongs to the event of the key. chromedp.KeyEvent makes it a separate
	// event, which the browser accepts even if the page has refused the key.
	event.Text = "\r"
	tb.press(event)
}

// imeEnter presses an Enter that an IME uses itself, so the key has no text. Browsers
// give it different key codes.
func (tb *tab) imeEnter(keyCode int64) {
	tb.t.Helper()
	tb.press(input.DispatchKeyEventParams{Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: keyCode})
}

func (tb *tab) press(event input.DispatchKeyEventParams) {
	tb.t.Helper()
	event.Type = input.DispatchKeyEventTypeKeyDown
	do(tb, input.DispatchKeyEvent, event)
	event.Type, event.Text = input.DispatchKeyEventTypeKeyUp, ""
	do(tb, input.DispatchKeyEvent, event)
}

// click clicks with the mouse on the first element that selector finds.
func (tb *tab) click(selector string) {
	tb.t.Helper()
	at := js[struct{ X, Y float64 }](tb, fmt.Sprintf(`(() => {
		const element = document.querySelector(%q);
		element.scrollIntoView({ block: "nearest" });
		const box = element.getBoundingClientRect();
		return { X: box.x + box.width / 2, Y: box.y + box.height / 2 };
	})()`, selector))
	ctx, cancel := context.WithTimeout(tb.ctx, deadline)
	defer cancel()
	require.NoError(tb.t, chromedp.Do(ctx, chromedp.MouseClickXY(at.X, at.Y)), "clicking on %s", selector)
}

// say sends a message under a name.
func (tb *tab) say(author, body string) {
	tb.t.Helper()
	tb.fill("author", author)
	tb.fill("message", body)
	tb.enter()
}

// ---- what a user sees ----

const (
	connected    = `document.getElementById("status").innerText.includes("Connected")`
	disconnected = `/Disconnected\. Trying again in \d s/.test(document.getElementById("status").innerText)`
)

// message is a message as the page shows it.
type message struct{ Says, Body string }

// messages returns the messages in the list, the oldest first.
func (tb *tab) messages() []message {
	tb.t.Helper()
	return js[[]message](tb, `[...document.querySelectorAll("#log > *")].map((entry) => (
		{ Says: entry.querySelector(".says").textContent, Body: entry.querySelector(".body").textContent }))`)
}

// waitForMessage waits until a message with this body is in the list.
func (tb *tab) waitForMessage(body string) {
	tb.t.Helper()
	tb.waitFor(fmt.Sprintf("the message %.60q", body),
		fmt.Sprintf(`[...document.querySelectorAll("#log .body")].some((e) => e.textContent === %s)`, quote(body)))
}

// value returns the content of the field with this id.
func (tb *tab) value(id string) string {
	tb.t.Helper()
	return js[string](tb, fmt.Sprintf(`document.getElementById(%q).value`, id))
}

// text returns the visible text of the element with this id.
func (tb *tab) text(id string) string {
	tb.t.Helper()
	return js[string](tb, fmt.Sprintf(`document.getElementById(%q).innerText`, id))
}

// waitFor waits until a condition, in JavaScript, is true in the page, or in the one
// that comes in its place meanwhile.
func (tb *tab) waitFor(what, condition string) {
	tb.t.Helper()
	ctx, cancel := context.WithTimeout(tb.ctx, cmp.Or(tb.patience, deadline))
	defer cancel()
	// The page checks the condition again and again, because a value that changes causes
	// no event.
	check := chromedp.Evaluate[bool](fmt.Sprintf(`new Promise((resolve) => {
		if (%[1]s) return resolve(true);
		const timer = setInterval(() => {
			if (!(%[1]s)) return;
			clearInterval(timer);
			resolve(true);
		}, 10);
	})`, condition), chromedp.EvalAwaitPromise)
	_, err := chromedp.Run(ctx, check)
	for err != nil && strings.Contains(err.Error(), "navigated") {
		_, err = chromedp.Run(ctx, check)
	}
	if err != nil {
		require.NoError(tb.t, err, "waiting for %s; the page shows:\n%s\ncomplaints: %q",
			what, js[string](tb, `document.body?.innerText ?? ""`), tb.recorded(&tb.complaints))
	}
}

// js returns the value of a JavaScript expression.
func js[T any](tb *tab, expression string, options ...chromedp.EvaluateOption) T {
	tb.t.Helper()
	ctx, cancel := context.WithTimeout(tb.ctx, deadline)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, options...))
	require.NoError(tb.t, err, "evaluating %s", expression)
	return value
}

// do runs a command of the DevTools protocol in the tab.
func do[P, R any](tb *tab, command cdp.Command[P, R], params P) R {
	tb.t.Helper()
	ctx, cancel := context.WithTimeout(tb.ctx, deadline)
	defer cancel()
	result, err := chromedp.Call(ctx, command, params)
	require.NoError(tb.t, err, "%+v", params)
	return result
}

// quote returns s as a JavaScript string.
func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string can always be marshaled
	}
	return string(b)
}

// ---- what the browser reports ----

// record runs in chromedp's goroutine.
func (tb *tab) record(event any) {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	switch event := event.(type) {
	case *network.EventRequestWillBeSent:
		tb.requests = append(tb.requests, event.Request.URL)
	case *network.EventWebSocketCreated:
		tb.requests = append(tb.requests, event.URL)
	case *runtime.EventExceptionThrown:
		tb.complaints = append(tb.complaints, (&chromedp.ExceptionError{ExceptionDetails: event.ExceptionDetails}).Error())
	case *log.EventEntryAdded:
		if event.Entry.Level == log.EntryLevelError {
			tb.complaints = append(tb.complaints, event.Entry.Text)
		}
	case *runtime.EventConsoleAPICalled:
		var words []string
		for _, arg := range event.Args {
			words = append(words, string(arg.Value))
		}
		switch event.Type {
		case runtime.ConsoleAPICalledTypeError, runtime.ConsoleAPICalledTypeAssert:
			tb.complaints = append(tb.complaints, strings.Join(words, " "))
		case runtime.ConsoleAPICalledTypeWarning:
			tb.warnings = append(tb.warnings, strings.Join(words, " "))
		}
	}
}

// recorded returns a copy of one of the records.
func (tb *tab) recorded(record *[]string) []string {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	return append([]string{}, *record...)
}

// hosts returns the hosts to which the tab has sent requests.
func (tb *tab) hosts() []string {
	tb.t.Helper()
	seen := map[string]bool{}
	hosts := []string{}
	for _, request := range tb.recorded(&tb.requests) {
		u, err := url.Parse(request)
		require.NoError(tb.t, err)
		if u.Scheme != "data" && !seen[u.Host] {
			seen[u.Host] = true
			hosts = append(hosts, u.Host)
		}
	}
	return hosts
}
