// Package strangers judges a step's program as strangers on the Internet would treat it.
// It runs the step's command as a process, and sees it only from outside. It knows about
// testing, and nothing about the inside of a step. A program that uses it must call
// live.Clean at the end, as live.Main does.
package strangers

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/judge/race"
	"websocket-chat-steps/internal/live"
	"websocket-chat-steps/internal/steps"
)

// scenarios judge the rows. Each has a program of its own. It returns how the row was seen
// to hold or, as wrong, how it was seen not to hold. An error means that neither was seen.
var scenarios = map[steps.Stranger]func(*visit) (seen string, wrong []string, err error){
	steps.OwnPages:   ownPages,
	steps.SilentPeer: silentPeer,
	steps.ToldWhy:    toldWhy,
	steps.Flood:      flood,
	steps.Limits:     limits,
	steps.Shutdown:   shutdown,
	steps.SafePage:   safePage,
}

// Test judges the step's program, and compares each row with what the step's row of the
// table says. t fails if a row that is declared to be lacking holds. Under the race
// detector t is skipped: the program is another process, and the detector isn't in it.
func Test(t *testing.T, step steps.Step) {
	if race.Enabled {
		t.Skip("the program is another process, without the race detector: go test without -race judges it")
	}
	for _, s := range steps.Strangers {
		t.Run(string(s), func(t *testing.T) {
			t.Parallel()
			ctx := judgetest.Context(t)
			p, err := live.Start(ctx, step, nil, append([]string{"-addr", "127.0.0.1:0"}, step.Strict[s]...)...)
			if err != nil {
				t.Fatal(err)
			}
			defer p.Kill()
			defect, lacks := step.Internet[s]
			v := &visit{ctx: ctx, program: p, path: step.Path, lacks: lacks}
			defer func() {
				for _, c := range v.clients {
					c.Drop()
				}
			}()
			seen, wrong, err := scenarios[s](v)
			switch {
			case errors.Is(err, errors.ErrUnsupported): // Ctrl-C, on Windows
				t.Skip(err)
			case err != nil:
				t.Fatalf("it could not be judged: %v", err)
			case len(wrong) > 0 && !lacks:
				t.Fatalf("declared to hold, but it fails: %s", strings.Join(wrong, "; "))
			case len(wrong) == 0 && lacks:
				t.Fatalf("declared to be lacking (%s), but it holds (%s): either somebody repaired it, or the scenario no longer sees it", defect, seen)
			case lacks:
				t.Logf("it fails, as declared (%s): %s", defect, strings.Join(wrong, "; "))
			default:
				t.Logf("it holds: %s", seen)
			}
		})
	}
}

// visit is one program, and the clients that came to it.
type visit struct {
	ctx     context.Context
	program *live.Program
	path    string
	lacks   bool            // the row is declared to be lacking
	clients []*judge.Client // all: the garbage collector would close one that nothing refers to
}

// patience is how long a client waits for one thing: all the time that is left.
func (v *visit) patience() time.Duration {
	if end, ok := v.ctx.Deadline(); ok {
		return time.Until(end)
	}
	return time.Hour
}

// longest is how long to wait for what the program does only if the row holds: if it is
// declared to be lacking, for d.
func (v *visit) longest(d time.Duration) time.Duration {
	if v.lacks {
		return d
	}
	return v.patience()
}

// join connects a client. It does not read yet, and the room may let it in a little later.
func (v *visit) join() (*judge.Client, error) {
	c, err := judge.Dial(fmt.Sprintf("client %d", len(v.clients)+1), v.program.Addr, v.path, v.patience())
	if err == nil {
		v.clients = append(v.clients, c)
	}
	return c, err
}

// joinAndTalk connects a client, and returns when it has heard itself.
func (v *visit) joinAndTalk() (*judge.Client, error) {
	c, err := v.join()
	if err != nil {
		return nil, err
	}
	return c, errors.Join(c.Say("hello"), c.HearUntil("hello"))
}

// ask sends a request, whole as it is, and returns the answer to it.
func (v *visit) ask(request string) (*http.Response, error) {
	conn, err := net.DialTimeout("tcp", v.program.Addr, v.patience())
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(v.patience()))
	if _, err := io.WriteString(conn, request); err != nil {
		return nil, err
	}
	return http.ReadResponse(bufio.NewReader(conn), nil)
}

// handshake returns a handshake of a page. Without an origin, none is said.
func (v *visit) handshake(host, origin string) string {
	if origin != "" {
		origin = "Origin: " + origin + "\r\n"
	}
	return "GET " + v.path + " HTTP/1.1\r\nHost: " + host + "\r\n" + origin + "Upgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: bm90IHJhbmRvbSBhdCBhbA==\r\n\r\n"
}

// ownPages lets pages of several origins try to join, and names the server by several hosts.
func ownPages(v *visit) (string, []string, error) {
	const joins, forbidden, misdirected = http.StatusSwitchingProtocols, http.StatusForbidden, http.StatusMisdirectedRequest
	own := v.program.Addr
	_, port, err := net.SplitHostPort(own)
	if err != nil {
		return "", nil, err
	}
	n := 0
	var wrong []string
	for _, test := range []struct {
		host, origin string
		want         int
	}{
		{own, "http://" + own, joins},
		{own, "http://localhost:" + port, joins},
		{"localhost:" + port, "http://LOCALHOST:" + port, joins},
		{"[::1]:" + port, "http://[::1]:" + port, joins},
		{own, "", joins}, // no browser's
		{"chat.example", "https://chat.example", joins},
		{own, "https://chat.example", joins},
		{own, "https://other.example", forbidden},
		{own, "null", forbidden},
		{own, "http://localhost", forbidden}, // another port
		{own, "https://" + own, forbidden},   // another scheme
		{own, "http://" + own + ".other.example", forbidden},
		{own, "http://localhost.other.example:" + port, forbidden},
		{own, "https://chat.example.other.example", forbidden},
		{own, "https://other.example/chat.example", forbidden},
		{"other.example:" + port, "http://other.example:" + port, misdirected}, // a rebound name
		{"other.example:" + port, "", misdirected},
	} {
		response, err := v.ask(v.handshake(test.host, test.origin))
		if err != nil {
			return "", nil, err
		}
		if n++; response.StatusCode != test.want {
			wrong = append(wrong, fmt.Sprintf("a page of %q asked %q, and the answer was %d, not %d", test.origin, test.host, response.StatusCode, test.want))
		}
	}
	response, err := v.ask("GET / HTTP/1.1\r\nHost: other.example:" + port + "\r\n\r\n")
	if err != nil {
		return "", nil, err
	}
	if response.StatusCode != misdirected {
		wrong = append(wrong, fmt.Sprintf("the page was asked for by another name, and the answer was %d, not %d", response.StatusCode, misdirected))
	}
	return fmt.Sprintf("%d pages and programs tried to join, and those that may did", n), wrong, nil
}

// eternity is longer than the -idle that Strict gives: for so long a server that lets
// nobody go is looked at.
const eternity = 8 * time.Second

// silentPeer has a client that reads and answers no ping, beside one that answers and says
// nothing.
func silentPeer(v *visit) (string, []string, error) {
	alive, err := v.joinAndTalk()
	if err != nil {
		return "", nil, err
	}
	alive.Listen()
	silent, err := v.joinAndTalk()
	if err != nil {
		return "", nil, err
	}
	pings := 0
	most := v.longest(eternity)
	silent.Conn.SetReadDeadline(time.Now().Add(most))
	in := bufio.NewReader(silent.Conn)
	for {
		f, err := judge.ReadFrame(in)
		var timeout net.Error
		if errors.As(err, &timeout) && timeout.Timeout() {
			return "", []string{fmt.Sprintf("a client read and said nothing for %v, got %d pings, and is still there", most.Round(time.Second), pings)}, nil
		}
		if err != nil {
			break // let go
		}
		if f.Opcode == judge.Ping {
			pings++
		}
	}
	// By now the other one has been silent for as long, but for its pongs.
	if err := errors.Join(alive.Say("still here"), await(alive, func(heard []judge.Message) bool {
		return len(heard) > 0 && heard[len(heard)-1] == judge.Message{Author: alive.Name, Body: "still here"}
	})); err != nil {
		return "", []string{fmt.Sprintf("a client that answers pings was let go, too: %v", err)}, nil
	}
	if pings == 0 {
		return "", []string{"a silent client was let go without a ping"}, nil
	}
	return fmt.Sprintf("a client that answered no ping was let go after %d, and one that did is there", pings), nil, nil
}

// await waits until enough is true of what a client that listens has heard.
func await(c *judge.Client, enough func([]judge.Message) bool) error {
	for {
		heard, ended := c.SoFar()
		if enough(heard) {
			return nil
		}
		if ended != nil {
			return ended
		}
		<-c.News
	}
}

// toldWhy lets clients do what a server may let them go for, and looks at the close frames.
func toldWhy(v *visit) (string, []string, error) {
	masked := func(opcode byte, payload string) []byte { return judge.AppendFrame(nil, opcode, []byte(payload)) }
	unmasked := []byte("\x81\x02hi")
	const binaryFrame = 2
	var wrong []string
	n := 0
	for _, test := range []struct {
		does string
		send []byte
		want int
	}{
		{"says goodbye", masked(judge.Closing, "\x03\xe8"), 1000},
		{"sends a frame without a mask", unmasked, 1002},
		{"sends a binary message", masked(binaryFrame, `{"author":"a","body":"b"}`), 1003},
		{"sends what is not UTF-8", masked(judge.Text, "{\"author\":\"a\",\"body\":\"\xe9\"}"), 1007},
		{"sends too long a message", masked(judge.Text, `{"author":"a","body":"`+strings.Repeat("x", 200<<10)+`"}`), 1009},
	} {
		c, err := v.joinAndTalk()
		if err != nil {
			return "", nil, err
		}
		c.Write(test.send) // this and the next may fail, if the server does not read all
		c.Say(goesOn(c))
		n++
		if codes, end := codes(c); len(codes) != 1 || codes[0] != test.want {
			wrong = append(wrong, fmt.Sprintf("a client that %s hears %v, and then: %v", test.does, codes, end))
		}
	}
	slow, err := v.join()
	if err != nil {
		return "", nil, err
	}
	// Each of the others has a burst, and each "<" has six bytes when the server sends it.
	long := strings.Repeat("<", 50<<10)
	payload := masked(judge.Text, `{"author":"a","body":"`+long+`"}`)
	// The slow one has 10 s to read on, so they stop when the log says that it was dropped.
	dropped := func() bool {
		_, log := v.program.Output()
		return strings.Contains(log, "reads too slowly")
	}
	for n := 0; n < 6 && !dropped(); n++ {
		talker, err := v.joinAndTalk()
		if err != nil {
			return "", nil, err
		}
		for n := 0; n < 8 && !dropped(); n++ {
			if err := errors.Join(talker.Write(payload), talker.HearUntil(long)); err != nil {
				return "", nil, err
			}
		}
		talker.Drop()
	}
	slow.Say(goesOn(slow))
	if codes, err := codes(slow); len(codes) != 1 || codes[0] != 1008 {
		wrong = append(wrong, fmt.Sprintf("a client that reads too slowly hears %v, and then: %v", codes, err))
	}
	return fmt.Sprintf("%d clients that were let go were each told why, once", n+1), wrong, nil
}

// goesOn is what a client says after what it may be let go for.
func goesOn(c *judge.Client) string { return c.Name + " goes on" }

// codes are those of the close frames that a client hears, until the connection ends. If
// the client is not let go, it hears what it said last.
func codes(c *judge.Client) (codes []int, end error) {
	for {
		m, err := c.Hear()
		var code judge.Closed
		switch {
		case errors.As(err, &code):
			codes = append(codes, int(code))
			c.Conn.(*net.TCPConn).CloseWrite() // as one who has heard it
		case err != nil:
			return codes, err
		case m.Body == goesOn(c):
			return codes, errors.New("it goes on")
		}
	}
}

// flood has a client send as fast as it can, while another one talks, and gets the page
// each time before. It counts how many of the flood's messages the other one hears before
// the echoes of what it says itself.
func flood(v *visit) (string, []string, error) {
	const each, echoes = 64, 100
	const most = 10 * echoes // 06 comes to some hundred; in 05 it is as many as the machine can do
	flooder, err := v.joinAndTalk()
	if err != nil {
		return "", nil, err
	}
	talker, err := v.joinAndTalk()
	if err != nil {
		return "", nil, err
	}
	flooder.Listen()
	many := bytes.Repeat(judge.AppendMessage(nil, judge.Message{Author: flooder.Name, Body: "buy this"}), each)
	go func() {
		for flooder.Write(many) == nil { // until the program ends
		}
	}()
	between := 0
	for n := range echoes {
		if _, err := v.ask("GET / HTTP/1.1\r\nHost: " + v.program.Addr + "\r\n\r\n"); err != nil {
			return "", nil, err
		}
		body := fmt.Sprint("and I say ", n)
		err := talker.Say(body)
		for m := (judge.Message{}); err == nil && m.Body != body && between <= most; m, err = talker.Hear() {
			if m.Author == flooder.Name {
				between++
			}
		}
		if err != nil {
			return "", []string{fmt.Sprintf("beside a flood, a client that said %q did not hear itself: %v", body, err)}, nil
		}
		if between > most {
			return "", []string{fmt.Sprintf("a client heard %d messages of a flood, and then its own %d had not all come back", between, n+1)}, nil
		}
	}
	return fmt.Sprintf("a client heard %d messages of a flood before its own %d", between, echoes), nil, nil
}

// places is what Strict says.
const places = 20

// limits lets more clients come than there are places, and sends requests that are long or never end.
func limits(v *visit) (string, []string, error) {
	var wrong []string
	for range places {
		if _, err := v.joinAndTalk(); err != nil {
			return "", nil, err
		}
	}
	var status judge.StatusError
	if _, err := v.join(); !errors.As(err, &status) || status != http.StatusServiceUnavailable {
		wrong = append(wrong, fmt.Sprintf("%d clients are there, and one more comes; the answer is %v", places, err))
	} else {
		v.clients[0].Leave()
		for err = status; errors.As(err, &status); { // until the server has noticed
			_, err = v.join()
		}
		if err != nil {
			wrong = append(wrong, fmt.Sprintf("a client has left, and the next one can't join: %v", err))
		}
	}
	response, err := v.ask("GET / HTTP/1.1\r\nHost: " + v.program.Addr + "\r\nX: " + strings.Repeat("x", 16<<10) + "\r\n\r\n")
	if err != nil {
		return "", nil, err
	}
	if response.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		wrong = append(wrong, fmt.Sprintf("a header of more than 16 KiB is answered with %d", response.StatusCode))
	}
	for _, begun := range []string{"", "GET " + v.path + " HTTP/1.1\r\nHost: "} {
		conn, err := net.DialTimeout("tcp", v.program.Addr, v.patience())
		if err != nil {
			return "", nil, err
		}
		defer conn.Close()
		tooLong := v.longest(10 * time.Second)
		conn.SetDeadline(time.Now().Add(tooLong))
		io.WriteString(conn, begun)
		_, err = io.Copy(io.Discard, conn)
		var timeout net.Error
		if errors.As(err, &timeout) && timeout.Timeout() {
			wrong = append(wrong, fmt.Sprintf("a handshake of which only %q comes is waited for after %v", begun, tooLong.Round(time.Second)))
			break
		}
	}
	return fmt.Sprintf("of more than %d clients the others got 503, and requests that are too long or never end were ended", places), wrong, nil
}

// shutdown interrupts the program while clients are there: one that reads, one that has
// not read yet, and one that never does.
func shutdown(v *visit) (string, []string, error) {
	talker, err := v.joinAndTalk()
	if err != nil {
		return "", nil, err
	}
	late, err := v.join()
	if err != nil {
		return "", nil, err
	}
	never, err := v.join()
	if err != nil {
		return "", nil, err
	}
	bodies := judge.Numbered(0, 60, 1<<10)
	if err := errors.Join(late.Say("late"), never.Say("never"), talker.HearUntil("late"),
		talker.Say(bodies...), talker.HearUntil(bodies[len(bodies)-1])); err != nil {
		return "", nil, err
	}
	began := time.Now()
	if err := v.program.Interrupt(); err != nil {
		return "", nil, err
	}
	var wrong []string
	if err := late.HearUntil(bodies[len(bodies)-1]); err != nil {
		wrong = append(wrong, fmt.Sprintf("a client that had not read yet lost messages: %v", err))
	}
	for _, c := range []*judge.Client{talker, late} {
		if codes, err := codes(c); len(codes) != 1 || codes[0] != 1001 {
			wrong = append(wrong, fmt.Sprintf("%s hears %v, and then: %v", c.Name, codes, err))
		}
	}
	status, err := v.program.Wait(v.ctx)
	if err != nil {
		return "", nil, err
	}
	if status != 0 {
		wrong = append(wrong, fmt.Sprintf("the exit status is %d", status))
	}
	return fmt.Sprintf("all heard what was said, and then 1001; the program ended with status 0, after %v", time.Since(began).Round(time.Millisecond)), wrong, nil
}

// safePage looks at what the browser is told about the page and about what is not there.
func safePage(v *visit) (string, []string, error) {
	var wrong []string
	for _, path := range []string{"", "page.js", "page.css", "nothing"} {
		response, err := http.Get(v.program.URL + path)
		if err != nil {
			return "", nil, err
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil {
			return "", nil, err
		}
		for header, must := range map[string]string{
			"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
		} {
			if got := response.Header.Get(header); !strings.Contains(got, must) {
				wrong = append(wrong, fmt.Sprintf("/%s has the %s %q, without %q", path, header, got, must))
			}
		}
		policy := response.Header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") {
			wrong = append(wrong, fmt.Sprintf("/%s has the policy %q", path, policy))
		}
		if bytes.Contains(body, []byte("<script>")) || bytes.Contains(body, []byte("style=")) || bytes.Contains(body, []byte("<style")) {
			wrong = append(wrong, fmt.Sprintf("/%s has a script or a style in it", path))
		}
	}
	return "every answer says that only the page's own files may run, in no other page, and that no other site learns its address", wrong, nil
}
