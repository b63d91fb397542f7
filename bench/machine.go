package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"websocket-chat-steps/bench/result"
	"websocket-chat-steps/bench/server"
)

// machine describes this machine, without its name.
func machine() result.Machine {
	m := result.Machine{
		OS:     runtime.GOOS,
		Arch:   runtime.GOARCH,
		Kernel: "unknown",
		CPU:    "unknown",
		Go:     runtime.Version(),
		Cores:  runtime.NumCPU(),
	}
	if b, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.Kernel = strings.TrimSpace(string(b))
	}
	if model := field("/proc/cpuinfo", "model name"); model != "" {
		m.CPU = model
	}
	kib, _ := strconv.Atoi(strings.TrimSuffix(field("/proc/meminfo", "MemTotal"), " kB"))
	m.MemoryMiB = kib >> 10
	return m
}

// field returns the first value of a file with lines such as "name : value", or "" if
// there is none.
func field(file, name string) string {
	b, _ := os.ReadFile(file)
	lines := bufio.NewScanner(bytes.NewReader(b))
	for lines.Scan() {
		if key, value, found := strings.Cut(lines.Text(), ":"); found && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// quietShare is the share of the processors that other programs may use on a
// machine that is quiet.
const quietShare = 0.05

// waitForQuiet measures again and again how busy other programs keep the processors,
// until the machine is quiet. It tells whether the machine got quiet in time.
func waitForQuiet(progress io.Writer, samples int, sample func() (share float64, err error)) (quiet bool, err error) {
	for i := range samples {
		share, err := sample()
		if err != nil {
			return false, err
		}
		if share < quietShare {
			fmt.Fprintf(progress, "the machine is quiet: other programs use %.1f %% of the processors\n", share*100)
			return true, nil
		}
		if i == 0 {
			fmt.Fprintf(progress, "other programs use %.0f %% of the processors; waiting some minutes for a quiet machine\n", share*100)
		}
	}
	fmt.Fprintln(progress, "the machine does not become quiet; the result will say so")
	return false, nil
}

// sample measures for so long what other programs use.
func sample(ctx context.Context, d time.Duration) (share float64, err error) {
	others, err := server.Watch()
	if err != nil {
		return 0, err
	}
	select {
	case <-time.After(d):
		return others(0)
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
}
