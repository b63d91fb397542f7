package browser

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/websocket"

	"websocket-chat-steps/internal/live"
)

// These tests are about a message that was sent and whose echo has not come yet.

// room is a chat room that does nothing by itself. The test sends its answers.
type room struct {
	url      string
	joined   chan *websocket.Conn // each new connection
	received chan string          // each frame from any of them
}

func newRoom(t *testing.T) *room {
	t.Helper()
	theBrowser(t)
	r := &room{joined: make(chan *websocket.Conn, 16), received: make(chan string, 16)}
	server := httptest.NewServer(mux(func(ws *websocket.Conn) {
		r.joined <- ws
		var frame string
		for websocket.Message.Receive(ws, &frame) == nil {
			r.received <- frame
		}
	}))
	t.Cleanup(server.Close)
	r.url = server.URL
	return r
}

// next returns the next value from ch.
func next[T any](tb *tab, ch <-chan T, what string) T {
	tb.t.Helper()
	select {
	case v := <-ch:
		return v
	case <-time.After(deadline):
		require.FailNow(tb.t, "waiting for "+what)
		panic("unreachable")
	}
}

// answer sends messages of Alice's to the page.
func answer(t *testing.T, ws *websocket.Conn, bodies ...string) {
	t.Helper()
	for _, body := range bodies {
		require.NoError(t, websocket.JSON.Send(ws, map[string]string{"author": "Alice", "body": body}))
	}
}

// The page's two waits, in ms. They end only when the test says so.
const (
	quiet    = 400
	patience = 5000
)

// join opens the room's page in a new tab. The test controls the tab's clock.
func (r *room) join(t *testing.T) (*tab, *websocket.Conn) {
	t.Helper()
	tb := newTab(t)
	tb.inject(fmt.Sprintf(`{
		const timers = new Map(), [set, clear] = [setTimeout, clearTimeout];
		let last = 0;
		window.setTimeout = (f, wait) => wait === %d || wait === %d ? (timers.set(--last, [f, wait]), last) : set(f, wait);
		window.clearTimeout = (id) => timers.delete(id) || clear(id);
		window.pass = (wait) => {
			for (const [id, [f, w]] of [...timers]) if (w === wait && timers.delete(id)) f();
			return true;
		};
	}`, quiet, patience))
	tb.open(r.url)
	return tb, next(tb, r.joined, "the connection")
}

// pass ends the time that the page waits for.
func (tb *tab) pass(wait int) {
	tb.t.Helper()
	js[bool](tb, fmt.Sprintf("pass(%d)", wait))
}

// pending returns the messages that have not come back yet: state and text of each.
func (tb *tab) pending() []string {
	tb.t.Helper()
	return js[[]string](tb, `[...document.querySelectorAll("#pending > *")].map((entry) => entry.dataset.state + " " + entry.querySelector(".body").textContent)`)
}

func (tb *tab) bodies() []string {
	tb.t.Helper()
	bodies := []string{}
	for _, m := range tb.messages() {
		bodies = append(bodies, m.Body)
	}
	return bodies
}

func TestEchoConfirms(t *testing.T) {
	t.Parallel()
	room := newRoom(t)
	tb, ws := room.join(t)
	for _, body := range []string{"one", "two", "two"} {
		tb.say("Alice", body)
		next(tb, room.received, "the message")
	}
	assert.Equal(t, []string{"pending one", "pending two", "pending two"}, tb.pending())
	assert.Empty(t, tb.messages())
	tb.waitFor("the words", `document.getElementById("pending").innerText.includes("Waiting for it to come back")`)

	// Other people's messages confirm nothing. A step may change the order.
	require.NoError(t, websocket.JSON.Send(ws, map[string]string{"author": "Bob", "body": "one"}))
	answer(t, ws, "two", "three")
	tb.waitForMessage("three")
	assert.Equal(t, []string{"pending one", "pending two"}, tb.pending())
	answer(t, ws, "one", "two", "four")
	tb.waitForMessage("four")
	assert.Empty(t, tb.pending())
	assert.Equal(t, []string{"one", "two", "three", "one", "two", "four"}, tb.bodies())
	tb.pass(patience)
	assert.Contains(t, tb.text("status"), "Connected")
}

// The relay is still there, but it passes nothing on.
func TestSilence(t *testing.T) {
	t.Parallel()
	room := newRoom(t)
	tb, ws := room.join(t)
	tb.say("Alice", "lost")
	tb.say("Alice", "late")
	first := next(tb, room.received, "the message")
	next(tb, room.received, "the message")
	tb.pass(patience)
	assert.Equal(t, []string{"unconfirmed lost", "unconfirmed late"}, tb.pending())
	assert.Contains(t, tb.text("status"), "The server does not answer")
	assert.Contains(t, tb.text("pending"), "sending it again makes a second copy")
	assert.True(t, js[bool](tb, `!dispatchEvent(new Event("beforeunload", { cancelable: true }))`), "the page warns before the text is lost")

	// The server answers again, so the page can keep the connection.
	answer(t, ws, "late")
	tb.waitForMessage("late")
	assert.Contains(t, tb.text("status"), "Connected")
	assert.Equal(t, []string{"unconfirmed lost"}, tb.pending())
	tb.click("#pending button")
	assert.Equal(t, first, next(tb, room.received, "the message, again"))
	assert.Equal(t, []string{"pending lost"}, tb.pending())

	// Now the server stays silent: to send again, the page needs a new connection.
	tb.pass(patience)
	assert.Contains(t, tb.text("status"), "The server does not answer")
	tb.click("#pending button")
	ws = next(tb, room.joined, "a new connection")
	tb.waitFor("the new connection", connected)
	assert.Equal(t, []string{"waiting lost"}, tb.pending())
	tb.pass(quiet)
	assert.Equal(t, first, next(tb, room.received, "the message, again"))
	answer(t, ws, "lost")
	tb.waitForMessage("lost")
	assert.Empty(t, tb.pending())
	assert.True(t, js[bool](tb, `dispatchEvent(new Event("beforeunload", { cancelable: true }))`), "nothing can be lost, so the page doesn't warn")
}

// The server's past messages show what arrived. An older, equal message doesn't count.
func TestBrokenConnection(t *testing.T) {
	t.Parallel()
	room := newRoom(t)
	tb, ws := room.join(t)
	tb.mayComplain = true
	answer(t, ws, "hi", "ready")
	tb.waitForMessage("ready")
	for _, body := range []string{"arrived", "hi", "lost"} {
		tb.say("Alice", body)
		next(tb, room.received, "the message")
	}
	ws.Close()
	tb.waitFor("the word that it is disconnected", disconnected)
	assert.Equal(t, []string{"unconfirmed arrived", "unconfirmed hi", "unconfirmed lost"}, tb.pending())
	tb.click("#pending > :nth-child(3) button") // "lost", again: once there is a connection
	assert.Equal(t, []string{"unconfirmed arrived", "unconfirmed hi", "waiting lost"}, tb.pending())

	ws = next(tb, room.joined, "a new connection")
	answer(t, ws, "hi", "arrived", "that is all")
	tb.waitForMessage("that is all")
	assert.Equal(t, []string{"unconfirmed hi", "waiting lost"}, tb.pending())
	tb.pass(quiet)
	assert.JSONEq(t, `{"author":"Alice","body":"lost"}`, next(tb, room.received, "the message, again"))
	assert.Equal(t, []string{"unconfirmed hi", "pending lost"}, tb.pending())
	answer(t, ws, "hi", "end")
	tb.waitForMessage("end")
	assert.Equal(t, []string{"pending lost"}, tb.pending())
	tb.pass(patience)
	tb.click("#pending button:last-child") // Discard
	assert.Empty(t, tb.pending())
	assert.Equal(t, "message", js[string](tb, "document.activeElement.id"))
}

// A server that was restarted has forgotten the older, equal message. When the page
// sends the message again, only the new echo confirms it.
func TestServerForgot(t *testing.T) {
	t.Parallel()
	room := newRoom(t)
	tb, ws := room.join(t)
	tb.mayComplain = true
	answer(t, ws, "hi", "ready")
	tb.waitForMessage("ready")
	tb.say("Alice", "hi")
	next(tb, room.received, "the message")
	ws.Close()
	ws = next(tb, room.joined, "a new connection")
	tb.waitFor("the new connection", connected)
	assert.Equal(t, []string{"unconfirmed hi"}, tb.pending())
	tb.click("#pending button")
	next(tb, room.received, "the message, again")
	answer(t, ws, "hi", "end")
	tb.waitForMessage("end")
	assert.Empty(t, tb.pending())
}

// A user can paste half of a surrogate pair, which is not UTF-8.
func TestEchoOfWhatIsNotUTF8(t *testing.T) {
	t.Parallel()
	tb := openChat(t, startSomeStep(t).URL)
	js[string](tb, `document.getElementById("message").value = "a\ud83db"`)
	tb.focus("message")
	tb.enter()
	tb.waitForMessage("a\ufffdb")
	assert.Empty(t, tb.pending())
}

// ---- long messages ----

// maxFrame is the page's limit, in bytes of JSON.
const maxFrame = 65536

func frameOf(t *testing.T, author, body string) string {
	t.Helper()
	frame, err := json.Marshal(struct {
		Author string `json:"author"`
		Body   string `json:"body"`
	}{author, body})
	require.NoError(t, err)
	return string(frame)
}

func TestLongestMessage(t *testing.T) {
	t.Parallel()
	forEachStep(t, func(t *testing.T, step string, server *live.Program) {
		tb := openChat(t, server.URL)
		longest := func(first string) string {
			room := maxFrame - len(frameOf(t, "Alice", first))
			return first + strings.Repeat("あ", room/3) + strings.Repeat("a", room%3)
		}
		for _, first := range []string{"1", "2", "3", "4"} {
			tb.say("Alice", longest(first))
			tb.waitForMessage(longest(first))
		}
		tooLong := longest("5") + "a"
		tb.fill("message", tooLong)
		tb.enter()
		assert.Contains(t, tb.text("note"), "as JSON it has 65537 bytes, and the limit is 65536")
		assert.True(t, tb.value("message") == tooLong, "the text is still in the box")
		assert.Empty(t, tb.pending())
		tb.say("Alice", "the connection is the same")
		tb.waitForMessage("the connection is the same")
		assert.Len(t, tb.messages(), 5)
		assert.Empty(t, tb.text("note"))
	})
}

// The page has the browser's limit: with one byte more, a message may come in fragments.
func TestBrowserFragments(t *testing.T) {
	t.Parallel()
	theBrowser(t)
	frames := make(chan int, 1024)
	server := httptest.NewServer(mux(func(ws *websocket.Conn) {
		var frame string
		for websocket.Message.Receive(ws, &frame) == nil {
			frames <- len(frame)
		}
	}))
	t.Cleanup(server.Close)
	tb := openChat(t, server.URL)
	const messages = 30
	for bytes, whole := range map[int]bool{maxFrame: true, maxFrame + 1: false} {
		js[bool](tb, fmt.Sprintf(`new Promise((sent) => {
			const socket = new WebSocket("/ws");
			socket.onopen = () => {
				for (let i = 0; i < %d; i++) socket.send("x".repeat(%d));
				socket.send("end");
				sent(true);
			};
		})`, messages, bytes), chromedp.EvalAwaitPromise)
		n := 0
		for next(tb, frames, "a frame") != len("end") {
			n++
		}
		if whole {
			assert.Equal(t, messages, n, "frames of messages of %d bytes", bytes)
		} else {
			assert.Greater(t, n, messages, "frames of messages of %d bytes", bytes)
		}
	}
}
