package peer_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/bench/peers/peer"
)

func TestHistoryKeepsTheLast(t *testing.T) {
	for _, test := range []struct{ said, first, last int }{
		{0, 1, 0},
		{1, 1, 1},
		{peer.Past - 1, 1, peer.Past - 1},
		{peer.Past, 1, peer.Past},
		{peer.Past + 1, 2, peer.Past + 1},
		{3*peer.Past + 20, 2*peer.Past + 21, 3*peer.Past + 20},
	} {
		var history peer.History
		for i := range test.said {
			history.Add([]byte(strconv.Itoa(i + 1)))
		}
		want := []string{}
		for i := test.first; i <= test.last; i++ {
			want = append(want, strconv.Itoa(i))
		}
		got := []string{}
		for _, message := range history.Messages() {
			got = append(got, string(message))
		}
		assert.Equal(t, want, got, "after %d messages", test.said)
	}
}

func TestMessagesStayWhatTheyWere(t *testing.T) {
	var history peer.History
	history.Add([]byte("first"))
	messages := history.Messages()
	for range peer.Past {
		history.Add([]byte("later"))
	}
	assert.Equal(t, [][]byte{[]byte("first")}, messages)
}

func TestRecode(t *testing.T) {
	got, err := peer.Recode([]byte(` { "body": "1\n2", "author":"ä", "more": 3 } `))
	require.NoError(t, err)
	assert.Equal(t, `{"author":"ä","body":"1\n2"}`, string(got))

	for _, bad := range []string{"", "hello", `{"author":1}`, `{"author":"a"} {}`, strings.Repeat("[", 100)} {
		_, err := peer.Recode([]byte(bad))
		assert.Error(t, err, "%q", bad)
	}
}
