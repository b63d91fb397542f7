//go:build linux

package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/live"
	"websocket-chat-steps/internal/steps"
)

// A server sleeps while the others talk. When it wakes up, its clients hear all that they have
// missed.
func TestServerSleeps(t *testing.T) {
	t.Parallel()
	broker := startBrokerIn(t)
	servers := []*live.Program{broker.Program, start(t, "-nats", broker.url()), start(t, "-nats", broker.url())}
	p := begin(t, servers, size(4, 20), 1, size(200, 1000))
	p.await(p.total / 4)
	stdout, _ := servers[2].Output()
	pid, err := strconv.Atoi(regexp.MustCompile(`as process (\d+)`).FindStringSubmatch(stdout)[1])
	require.NoError(t, err)
	require.NoError(t, syscall.Kill(pid, syscall.SIGSTOP))
	defer syscall.Kill(pid, syscall.SIGCONT)
	judgetest.Await(t, "the others to go on", func() bool {
		for _, m := range p.members {
			if m.servers[0] != servers[2] && m.count.Load() < int64(p.total*2/3) {
				return false
			}
		}
		return true
	})
	if long {
		<-time.After(20 * time.Second) // the broker thinks that it has gone
	}
	require.NoError(t, syscall.Kill(pid, syscall.SIGCONT))
	p.end()
}

// mount mounts a small file system, which ends with the test.
func mount(t *testing.T, options string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		t.Skipf("a small file system can't be mounted here: %v", err)
	}
	t.Cleanup(func() { assert.NoError(t, syscall.Unmount(dir, syscall.MNT_DETACH)) })
	return dir
}

func TestSmallDisk(t *testing.T) {
	t.Parallel()
	dir := mount(t, "size=64m")
	status, _, stderr, err := live.Run(judgetest.Context(t), steps.Of(step), "-addr", "127.0.0.1:0", "-broker-addr", "localhost:0", "-data", dir)
	require.NoError(t, err)
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "insufficient storage resources available")
}

// The disk gets full while people talk. The broker's process says so, and ends. Senders are told that
// their messages are not accepted. When there is room again and the broker was started again, all
// goes on, and nothing that was acknowledged is lost.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	broker := &brokerIn{addr: judgetest.FreeAddr(t), data: mount(t, "size=512m")}
	broker.again(t)
	servers := []*live.Program{start(t, "-nats", broker.url()), start(t, "-nats", broker.url())}
	filler := filepath.Join(broker.data, "filler")
	f, err := os.Create(filler)
	require.NoError(t, err)
	written := int64(0)
	for chunk := bytes.Repeat([]byte("x"), 1<<20); err == nil; {
		n := 0
		n, err = f.Write(chunk)
		written += int64(n)
	}
	require.ErrorIs(t, err, syscall.ENOSPC)
	require.NoError(t, errors.Join(f.Truncate(written-32<<10), f.Close())) // for some of the messages

	p := begin(t, servers, 2, 2, size(200, 500))
	status, err := broker.Wait(judgetest.Context(t))
	require.NoError(t, err)
	assert.Equal(t, 1, status)
	_, stderr := broker.Output()
	assert.Regexp(t, `(?m)^`+step+`: the broker can't write: .* no space left on device; make room on its disk, and start this server again on the same -data$`, stderr)
	judgetest.Await(t, "each sender to be told", func() bool {
		return !slices.ContainsFunc(p.members, func(m *member) bool { return m.say > 0 && m.left.Load() == 0 })
	})
	for _, m := range p.members {
		assert.Less(t, m.count.Load(), int64(p.total), "messages that %s heard, with a full disk", m.name)
	}
	require.NoError(t, os.Remove(filler))
	broker.again(t)
	p.end()
}
