package main

import (
	"bufio"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/gocmd"
	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/judge/judgetest"
)

// The four files of chat and the main of the README, in an empty module, are a chat
// server. They need nothing else of this repository.
func TestTakeHome(t *testing.T) {
	if testing.Short() {
		t.Skip("-short leaves out tests that build a program")
	}
	if _, err := os.Stat(filepath.Join("..", "vendor")); err == nil {
		t.Skip("the modules are in vendor, and another module can't use them there")
	}
	yours := t.TempDir()
	write(t, yours, "go.mod", goMod(t))
	write(t, yours, "go.sum", read(t, "../go.sum"))
	main := read(t, "testdata/takehome/main.go")
	write(t, yours, "main.go", main)
	for _, file := range []string{"client.go", "mailbox.go", "message.go", "server.go"} {
		write(t, yours, "chat/"+file, read(t, "chat/"+file))
	}
	run(t, yours, "go", "vet", "./...")

	const ours, anyPort = `http.ListenAndServe("localhost:8080", nil)`, `listenAndServe()`
	require.Equal(t, 1, strings.Count(main, ours), "times that main.go has %s", ours)
	write(t, yours, "main.go", strings.Replace(main, ours, anyPort, 1))
	write(t, yours, "anyport.go", listenOnAnyPort)
	run(t, yours, "go", "build", "-o", "yours.exe", ".")
	addr := serve(t, filepath.Join(yours, "yours.exe"))

	alice := dial(t, "alice", addr)
	bob := dial(t, "bob", addr)
	require.NoError(t, alice.Say("hello, bob"))
	require.NoError(t, alice.HearNext("alice", "hello, bob"))
	require.NoError(t, bob.HearNext("alice", "hello, bob"))
	require.NoError(t, bob.Say("hello, alice"))
	require.NoError(t, alice.HearNext("bob", "hello, alice"))
	require.NoError(t, bob.HearNext("bob", "hello, alice"))
}

// listenOnAnyPort replaces the fixed port in this test. It prints the address that it
// listens on.
const listenOnAnyPort = `package main

import (
	"fmt"
	"net"
	"net/http"
)

func listenAndServe() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	return http.Serve(l, nil)
}
`

// goMod is the go.mod of a module that needs only x/net, in the repository's version.
func goMod(t *testing.T) string {
	lines := regexp.MustCompile(`(?m)^go \S+|golang\.org/x/net \S+`).FindAllString(read(t, "../go.mod"), -1)
	require.Len(t, lines, 2, "lines that were found in ../go.mod")
	return "module example.com/yours\n\n" + lines[0] + "\n\nrequire " + lines[1] + "\n"
}

func read(t *testing.T, file string) string {
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(text)
}

func write(t *testing.T, dir, name, text string) {
	file := filepath.Join(dir, filepath.FromSlash(name))
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
}

// run runs a command. The modules are in the cache already: this test was built with them.
func run(t *testing.T, dir string, words ...string) {
	env := []string{"GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off"}
	out, err := gocmd.Command(judgetest.Context(t), dir, env, words[0], words[1:]...).CombinedOutput()
	require.NoError(t, err, "%s\n%s", strings.Join(words, " "), out)
}

// serve runs a program until the test is over, and returns the address that it prints.
func serve(t *testing.T, program string) string {
	ctx, stop := context.WithCancel(judgetest.Context(t))
	server := gocmd.Command(ctx, "", nil, program)
	server.Stderr = t.Output()
	out, err := server.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, server.Start())
	t.Cleanup(func() { stop(); server.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err, "waited for the address")
	return strings.TrimSpace(line)
}

func dial(t *testing.T, name, addr string) *judge.Client {
	c, err := judge.Dial(name, addr, "/ws", judgetest.Patience())
	require.NoError(t, err)
	t.Cleanup(c.Drop)
	return c
}
