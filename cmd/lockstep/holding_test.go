package main

import (
	"bytes"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/pprof"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// tellGoroutines writes the goroutines of this process to a file whenever it gets
// SIGUSR1. It runs in the program's process, and adds two of them.
func tellGoroutines(file string) {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGUSR1)
	go func() {
		for range asked {
			var text bytes.Buffer
			_ = pprof.Lookup("goroutine").WriteTo(&text, 1)
			_ = os.WriteFile(file+".new", text.Bytes(), 0o600)
			_ = os.Rename(file+".new", file)
		}
	}()
}

// holding is what a process holds: descriptors and goroutines. The state's own
// are not counted: it keeps as many readers open as were ever busy at a time, up
// to a limit of its own.
type holding struct {
	descriptors, goroutines int
	// peak of its memory in KiB.
	peak int
	// which names the descriptors and the goroutines.
	which string
}

// holdingOf asks a process that has LOCKSTEP_TELLS_GOROUTINES=file.
func holdingOf(t *testing.T, process *os.Process, file string) (h holding) {
	t.Helper()
	_ = os.Remove(file)
	must(t, process.Signal(syscall.SIGUSR1))
	var text []byte
	eventually(t, "the program tells its goroutines", func() bool {
		var err error
		text, err = os.ReadFile(file)
		return err == nil
	})
	_, err := fmt.Sscanf(string(text), "goroutine profile: total %d", &h.goroutines)
	must(t, err)
	proc := fmt.Sprintf("/proc/%d/", process.Pid)
	all, err := os.ReadDir(proc + "fd")
	must(t, err)
	var names strings.Builder
	for _, e := range all {
		to, _ := os.Readlink(filepath.Join(proc, "fd", e.Name()))
		if !strings.HasPrefix(filepath.Base(to), "state.db") {
			h.descriptors++
		}
		fmt.Fprintln(&names, e.Name(), to)
	}
	h.which = names.String() + string(text)
	h.peak = peakOf(t, process)
	return h
}

// peakOf is the most memory that a process ever had, in KiB.
func peakOf(t *testing.T, process *os.Process) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", process.Pid))
	must(t, err)
	_, after, _ := strings.Cut(string(text), "VmHWM:")
	n, err := strconv.Atoi(strings.Fields(after)[0])
	must(t, err)
	return n
}
