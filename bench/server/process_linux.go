package server

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Measurable returns nil if CPU, RSS and Socket work here. Else it returns an error that
// says why they don't.
func Measurable() error { return nil }

// attributes are the attributes of a server's process. It has its own group, so Ctrl-C
// does not end it before this process knows. It ends when this process ends, in any case.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

func cpu(pid int) (time.Duration, error) {
	// A process's CPU clock, as clock_getcpuclockid(3) makes it of the pid.
	// /proc/PID/stat has the same in steps of 10 ms, too coarse here.
	clock := int32(^pid<<3 | 2)
	var t unix.Timespec
	if err := unix.ClockGettime(clock, &t); err != nil {
		return 0, fmt.Errorf("the CPU clock of process %d: %w", pid, err)
	}
	return time.Duration(t.Nano()), nil
}

// busy returns how long all processors together have worked so far, and how much of that
// the machine's own host took.
func busy() (time.Duration, error) {
	b, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, err
	}
	// cpu user nice system idle iowait irq softirq steal, in hundredths of a second.
	fields := strings.Fields(string(b[:bytes.IndexByte(b, '\n')]))
	var sum time.Duration
	for _, i := range []int{1, 2, 3, 6, 7, 8} {
		n, err := strconv.Atoi(fields[i])
		if err != nil {
			return 0, fmt.Errorf("/proc/stat: %w", err)
		}
		sum += time.Duration(n) * 10 * time.Millisecond
	}
	return sum, nil
}

func rss(pid int) (int, error) {
	name := fmt.Sprintf("/proc/%d/status", pid)
	b, err := os.ReadFile(name)
	if err != nil {
		return 0, err
	}
	_, rest, found := bytes.Cut(b, []byte("\nVmRSS:"))
	line, _, _ := strings.Cut(string(rest), "\n")
	kib, isKiB := strings.CutSuffix(strings.TrimSpace(line), " kB")
	n, err := strconv.Atoi(kib)
	if !found || !isKiB || err != nil {
		return 0, fmt.Errorf("%s has no VmRSS in kB; has process %d ended?", name, pid)
	}
	return n << 10, nil
}

func socket(pid int, conn net.Conn) (held func() bool, err error) {
	here, ok1 := conn.LocalAddr().(*net.TCPAddr)
	there, ok2 := conn.RemoteAddr().(*net.TCPAddr)
	if !ok1 || !ok2 || here.IP.To4() == nil || there.IP.To4() == nil {
		return nil, fmt.Errorf("%v is not over IPv4", conn.LocalAddr())
	}
	table, err := os.ReadFile("/proc/net/tcp")
	if err != nil {
		return nil, err
	}
	inode, err := inode(string(table), there.Port, here.Port)
	if err != nil {
		return nil, err
	}
	fds := fmt.Sprintf("/proc/%d/fd", pid)
	entries, err := os.ReadDir(fds)
	if err != nil {
		return nil, err
	}
	link := "socket:[" + inode + "]"
	for _, entry := range entries {
		name := filepath.Join(fds, entry.Name())
		if to, err := os.Readlink(name); err == nil && to == link {
			// If a number is given again, the inode is another one.
			return func() bool {
				to, err := os.Readlink(name)
				return err == nil && to == link
			}, nil
		}
	}
	return nil, errors.New("the server has no such connection any more")
}

// inode returns the inode of the socket between two ports, from the text of
// /proc/net/tcp.
func inode(table string, local, remote int) (string, error) {
	for line := range strings.Lines(table) {
		// sl local rem st tx:rx tr:tm retrnsmt uid timeout inode, addresses as
		// 0100007F:1F90.
		fields := strings.Fields(line)
		if len(fields) > 9 && strings.HasSuffix(fields[1], fmt.Sprintf(":%04X", local)) &&
			strings.HasSuffix(fields[2], fmt.Sprintf(":%04X", remote)) {
			return fields[9], nil
		}
	}
	return "", fmt.Errorf("no connection from port %d to port %d", local, remote)
}
