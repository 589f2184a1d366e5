package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"lockstep/core"
)

// TestAttackRunFlood: files of a Maildir get other names 50,000 times while the
// program cannot keep up (it is stopped), so that the queue of the kernel, which
// holds 16,384 events, overflows. It survives that, and both sides are equal
// afterwards.
func TestAttackRunFlood(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("other systems have another queue")
	}
	dir := t.TempDir()
	left, right := newMaildirUser(t, filepath.Join(dir, "left"), "l"), newMaildirUser(t, filepath.Join(dir, "right"), "r")
	for n := range 100 {
		left.add(t, "INBOX", fmt.Appendf(nil, "Message-ID: <%d@x>\n\nText.\n", n), core.Seen)
	}
	p := newProgram(t, dir, maildirConfig("left", left.root)+maildirConfig("right", right.root)+killedLink+"interval = \"1h\"\n")
	r := p.background(t, 2)
	eventually(t, "the first sync is done", func() bool { return len(right.files(t)) == 100 })
	before := peakOf(t, r.cmd.Process)
	must(t, r.cmd.Process.Signal(syscall.SIGSTOP))
	t.Cleanup(func() { _ = r.cmd.Process.Signal(syscall.SIGCONT) })
	names := left.files(t)
	for n := range 25_000 { // each is two events
		at := n % len(names)
		to := filepath.Join(left.root, "cur", fmt.Sprintf("%s:2,%s", unique(names[at]), [...]string{"S", "FS", "RS"}[n/len(names)%3]))
		must(t, os.Rename(names[at], to))
		names[at] = to
	}
	must(t, r.cmd.Process.Signal(syscall.SIGCONT))
	left.add(t, "Work", []byte("Message-ID: <after@x>\n\nText.\n"), "")
	equal := func() bool {
		a, b := left.list(t), right.list(t)
		for i := range a {
			if len(a) != 101 || len(b) != len(a) {
				return false
			}
			there := false
			for _, p := range b {
				there = there || p.sum == a[i].sum && p.folder == a[i].folder && p.marks == a[i].marks
			}
			if !there {
				return false
			}
		}
		return true
	}
	eventually(t, "both sides are equal", equal)
	if after := peakOf(t, r.cmd.Process); after > before+64<<10 {
		t.Errorf("its memory grew from %d to %d KiB", before, after)
	}
	must(t, os.Remove(left.files(t)[0]))
	eventually(t, "it still watches", func() bool { return len(right.files(t)) == 100 })
	if exit := r.end(t); exit != 0 {
		t.Errorf("it ended with %d:\n%s", exit, &r.errs)
	}
}
