package main

import (
	"bufio"
	"bytes"
	"os"
	"runtime"
	"strconv"
	"strings"

	"websocket-chat-steps/bench/result"
)

// machine tells where this runs. It doesn't tell its name.
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

// field returns the first value of a file of lines as "name : value"; "" if there
// is none.
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
