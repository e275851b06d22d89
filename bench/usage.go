package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"
)

// usage is what a process has used so far. Without a /proc, as on Linux, it is zero.
type usage struct {
	cpu time.Duration
	// resident and peak are bytes of memory.
	resident, peak int64
}

// ticksPerSecond is the unit of times in /proc, the same on every Linux that Go
// runs on (USER_HZ).
const ticksPerSecond = 100

// usageOf reads what the kernel tells about a process (proc_pid_stat(5),
// proc_pid_status(5)).
func usageOf(pid int) usage {
	var u usage
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	// The second field is a name in parentheses, which may contain anything.
	if fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:]); len(fields) > 12 {
		ticks := number(fields[11]) + number(fields[12])
		u.cpu = time.Duration(ticks) * (time.Second / ticksPerSecond)
	}
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range bytes.Lines(status) {
		fields := bytes.Fields(line)
		switch {
		case len(fields) < 2:
		case string(fields[0]) == "VmRSS:":
			u.resident = number(fields[1]) << 10
		case string(fields[0]) == "VmHWM:":
			u.peak = number(fields[1]) << 10
		}
	}
	return u
}

// number is 0 for what is none.
func number(text []byte) int64 {
	n, _ := strconv.ParseInt(string(text), 10, 64)
	return n
}
