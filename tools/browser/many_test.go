package browser

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/live"
	"websocket-chat-steps/internal/steps"
)

// TestManyServers is what a person does with 07: two servers, a tab on each, and a talk
// across. The second server is killed, and its tab moves over. Then the first is killed, which has
// the broker. Both tabs wait, and go on when it is there again. No message is lost or doubled.
func TestManyServers(t *testing.T) {
	t.Parallel()
	theBrowser(t)
	first, second := judgetest.FreeAddr(t), judgetest.FreeAddr(t)
	brokerAddr, data := judgetest.FreeAddr(t), t.TempDir()
	startFirst := func() *live.Program {
		return startMany(t, "-addr", first, "-origin", "http://"+second, "-broker-addr", brokerAddr, "-data", data)
	}
	a := startFirst()
	stdout, _ := a.Output()
	url := regexp.MustCompile(`-nats (nats://\S+)\n`).FindStringSubmatch(stdout)
	require.NotNil(t, url, "the broker's URL in %q", stdout)
	b := startMany(t, "-addr", second, "-origin", "http://"+first, "-nats", url[1])

	alice, bob := openChat(t, a.URL), openChat(t, b.URL)
	alice.mayComplain, bob.mayComplain = true, true
	var said []message
	n := 0
	talk := func(speaker, listener *tab, name string) {
		t.Helper()
		n++
		body := fmt.Sprint(n, ". I am ", name)
		speaker.say(name, body)
		said = append(said, message{name + " says :", body})
		for _, tb := range []*tab{speaker, listener} {
			tb.waitForMessage(body)
			assert.Equal(t, said, tb.messages())
		}
		speaker.waitFor("the confirmation", `document.querySelector("#pending").children.length === 0`)
	}
	talk(alice, bob, "Alice")
	talk(bob, alice, "Bob")

	b.Kill()
	bob.waitFor("the other server", fmt.Sprintf(`document.getElementById("status").innerText.includes("Connected to %s")`, first))
	talk(alice, bob, "Alice")
	talk(bob, alice, "Bob")
	bob.waitFor("no more past messages", `document.getElementById("log").ariaBusy === "false"`)

	b = startMany(t, "-addr", second, "-origin", "http://"+first, "-nats", url[1])
	carol := openChat(t, b.URL)
	carol.mayComplain = true
	carol.waitForMessage(said[len(said)-1].Body)
	a.Kill()
	carol.say("Carol", "is the broker there?")
	carol.waitFor("a word that it is not stored", `/Not stored yet/.test(document.getElementById("pending").innerText)`)
	assert.Contains(t, carol.text("status"), "does not answer")
	startFirst()
	said = append(said, message{"Carol says :", "is the broker there?"})
	for _, tb := range []*tab{carol, alice, bob} {
		tb.waitForMessage("is the broker there?")
		assert.Equal(t, said, tb.messages())
	}
	talk(carol, alice, "Carol")
	talk(bob, carol, "Bob")
}

func startMany(t *testing.T, args ...string) *live.Program {
	t.Helper()
	p, err := live.Start(judgetest.Context(t), steps.Of("07-many-servers"), nil, args...)
	require.NoError(t, err)
	t.Cleanup(p.Kill)
	return p
}
