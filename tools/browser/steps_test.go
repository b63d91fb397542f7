package browser

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/live"
	"websocket-chat-steps/internal/steps"
)

// These tests are for every step. The step runs as its users run it, and real tabs talk
// to it.

func forEachStep(t *testing.T, test func(t *testing.T, step string, server *live.Program)) {
	for _, step := range steps.Names() {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			theBrowser(t) // may skip the test, before anything is built
			test(t, step, start(t, step))
		})
	}
}

// start starts a step on a free port, until the test is over.
func start(t *testing.T, step string) *live.Program {
	t.Helper()
	return startAt(t, step, "127.0.0.1:0")
}

func startAt(t *testing.T, step, addr string, args ...string) *live.Program {
	t.Helper()
	p, err := live.Start(judgetest.Context(t), steps.Of(step), nil, append([]string{"-addr", addr}, args...)...)
	require.NoError(t, err)
	t.Cleanup(p.Kill)
	return p
}

// assertTalk lets two tabs talk. They show no messages yet.
func assertTalk(t *testing.T, alice, bob *tab) {
	t.Helper()
	alice.say("Alice", "Is anybody there?")
	alice.waitForMessage("Is anybody there?")
	bob.waitForMessage("Is anybody there?")
	bob.say("Bob", "I am.")
	alice.waitForMessage("I am.")
	bob.waitForMessage("I am.")

	// Each comes once. A second copy of the first would come before the answer.
	want := []message{{"Alice says :", "Is anybody there?"}, {"Bob says :", "I am."}}
	assert.Equal(t, want, alice.messages())
	assert.Equal(t, want, bob.messages())
}

func TestTwoTabsTalk(t *testing.T) {
	t.Parallel()
	forEachStep(t, func(t *testing.T, step string, server *live.Program) {
		assertTalk(t, openChat(t, server.URL), openChat(t, server.URL))
	})
}

func TestNamesItsStep(t *testing.T) {
	t.Parallel()
	forEachStep(t, func(t *testing.T, step string, server *live.Program) {
		tb := openChat(t, server.URL)
		assert.Equal(t, step, tb.text("step"))
		assert.Contains(t, js[string](tb, "document.title"), step)
	})
}

func TestJapaneseArrivesIntact(t *testing.T) {
	t.Parallel()
	forEachStep(t, func(t *testing.T, step string, server *live.Program) {
		alice, bob := openChat(t, server.URL), openChat(t, server.URL)
		// 𠮷 and 👩‍💻 are more than one UTF-16 unit, が is written with a combining mark.
		const author, body = "𠮷野", "こんにちは、世界！\nか\u3099 👩\u200d💻 ﾊﾝｶｸ"
		alice.say(author, body)
		for _, tb := range []*tab{alice, bob} {
			tb.waitForMessage(body)
			assert.Equal(t, []message{{author + " says :", body}}, tb.messages())
		}
	})
}

func TestMarkupIsText(t *testing.T) {
	t.Parallel()
	forEachStep(t, func(t *testing.T, step string, server *live.Program) {
		alice, bob := openChat(t, server.URL), openChat(t, server.URL)
		const (
			author = `<b onmouseover="ran = true">Mallory</b>`
			body   = `<script>ran = true</script><img src=x onerror="ran = true"><a href="javascript:ran = true">&amp;</a>`
		)
		alice.say(author, body)
		for _, tb := range []*tab{alice, bob} {
			tb.waitForMessage(body)
			assert.Equal(t, []message{{author + " says :", body}}, tb.messages())
			assert.Empty(t, js[[]string](tb, `[...document.querySelectorAll("#log :is(script, img, a, b)")].map((e) => e.outerHTML)`))
			assert.False(t, js[bool](tb, `"ran" in window`), "markup in a message ran as a script")
		}
	})
}

func TestSurvivesARestart(t *testing.T) {
	t.Parallel()
	forEachStep(t, func(t *testing.T, step string, server *live.Program) {
		alice, bob := openChat(t, server.URL), openChat(t, server.URL)
		alice.mayComplain, bob.mayComplain = true, true
		alice.say("Alice", "before")
		alice.waitForMessage("before")
		bob.waitForMessage("before")

		server.Kill()
		alice.waitFor("the word that it is disconnected", disconnected)
		bob.waitFor("the word that it is disconnected", disconnected)
		alice.fill("message", "written meanwhile")
		alice.click("#send")
		assert.Equal(t, "written meanwhile", alice.value("message"))
		assert.Contains(t, alice.text("note"), "Not sent: there is no connection.")
		alice.enter()
		assert.Equal(t, "written meanwhile", alice.value("message"))

		startAt(t, step, server.Addr)
		alice.waitFor("the new connection", connected)
		bob.waitFor("the new connection", connected)
		assert.Empty(t, alice.text("note"))
		// The list shows the server's past messages, and this one is new.
		assert.Empty(t, alice.messages())
		assert.Empty(t, bob.messages())
		assert.Equal(t, "written meanwhile", alice.value("message"))

		assertTalk(t, alice, bob)
	})
}

// In a workshop people stop one step and start the next one, and the page stays open.
// Their WebSockets aren't at the same path.
func TestAnotherStepTakesOver(t *testing.T) {
	t.Parallel()
	theBrowser(t)
	first := start(t, "01-original")
	alice, bob := openChat(t, first.URL), openChat(t, first.URL)
	alice.mayComplain, bob.mayComplain = true, true
	before := first
	for _, step := range steps.Names()[1:] {
		before.Kill()
		alice.waitFor("the word that it is disconnected", disconnected)
		bob.waitFor("the word that it is disconnected", disconnected)
		before = startAt(t, step, first.Addr)
		alice.waitFor("the new connection", connected)
		bob.waitFor("the new connection", connected)
		assert.Equal(t, step, alice.text("step"))
		assert.Contains(t, js[string](alice, "document.title"), step)
		assertTalk(t, alice, bob)
	}
}
