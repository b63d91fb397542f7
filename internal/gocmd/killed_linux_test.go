package gocmd_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/gocmd"
	"websocket-chat-steps/internal/judge/judgetest"
)

// The test starts this test binary again: as one that runs a command, and as that command.
const as = "GOCMD_TEST_AS"

func TestMain(m *testing.M) {
	switch os.Getenv(as) {
	case "parent":
		cmd := gocmd.Command(context.Background(), "", []string{as + "=command"}, os.Args[0])
		cmd.Stdout = os.Stdout
		if err := cmd.Start(); err != nil {
			panic(err)
		}
		fallthrough
	case "command":
		fmt.Println(os.Getenv(as))
		for c := make(chan os.Signal, 1); ; <-c { // for ever
			signal.Notify(c, os.Interrupt)
		}
	}
	os.Exit(m.Run())
}

// A command ends with the process that has started it, even if that is killed.
func TestKilledParent(t *testing.T) {
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), as+"=parent")
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	parent.Stdout = w
	require.NoError(t, parent.Start())
	require.NoError(t, w.Close())
	end, ok := judgetest.Context(t).Deadline()
	if ok {
		require.NoError(t, r.SetReadDeadline(end))
	}
	out := bufio.NewReader(r)
	var lines []string
	for range 2 {
		line, err := out.ReadString('\n')
		require.NoError(t, err)
		lines = append(lines, line)
	}
	assert.ElementsMatch(t, []string{"parent\n", "command\n"}, lines)
	require.NoError(t, parent.Process.Kill())
	_, err = io.ReadAll(out)
	assert.NoError(t, err, "the command has its output still open at %v", time.Now())
	assert.Error(t, parent.Wait())
}
