package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// call is a system call that changes a file, or makes a change durable.
type call struct {
	n            int // in the run, from 1
	name, path   string
	offset, size int64 // of what is written; size is also that of an ftruncate
}

func (c call) String() string {
	return fmt.Sprintf("call %d: %s of %s, %d bytes at %d", c.n, c.name, filepath.Base(c.path), c.size, c.offset)
}

// verdict is what becomes of a call; the zero value lets it be made.
type verdict struct {
	// kill ends the program before the call is made. Of a write the first torn bytes
	// are written.
	kill bool
	torn int64
	// fails with this, and does nothing; 0 = it does not.
	fails syscall.Errno
}

// tracer runs a program and looks at its system calls. Calls are counted over all
// threads of the program, which go from one to the other as they like.
type tracer struct {
	// prefix of the paths of the files that matter, and the directory they are in.
	prefix string
	// judge is asked before a call is made, made is told of one that succeeded.
	judge func(call) verdict
	made  func(call)

	calls int
	open  map[int]*pending // by thread: the call that it is in
}

type pending struct {
	call    call
	matters bool
	verdict verdict
}

// run runs a command to its end. Its exit code is -1 if it was killed.
func (r *tracer) run(t *testing.T, cmd *exec.Cmd) (output, int) {
	t.Helper()
	runtime.LockOSThread() // a process is traced by one thread of this one
	defer runtime.UnlockOSThread()
	var files [2]*os.File
	for i := range files {
		f, err := os.CreateTemp(t.TempDir(), "output")
		must(t, err)
		defer f.Close()
		files[i] = f
	}
	p, err := os.StartProcess(cmd.Path, cmd.Args, &os.ProcAttr{Env: cmd.Env, Files: []*os.File{nil, files[0], files[1]},
		Sys: &syscall.SysProcAttr{Ptrace: true, Setpgid: true}})
	if errors.Is(err, syscall.EPERM) {
		t.Skipf("NOT RUN: this system lets nobody trace a program (%v), so nothing could be made to fail", err)
	}
	must(t, err)
	defer p.Release()
	defer time.AfterFunc(time.Minute, func() { syscall.Kill(-p.Pid, syscall.SIGKILL) }).Stop()
	status := r.follow(t, p.Pid)
	var out [2][]byte
	for i, f := range files {
		out[i], err = os.ReadFile(f.Name())
		must(t, err)
	}
	return output{text: string(out[0]), errs: string(out[1])}, status.ExitStatus()
}

// follow goes from stop to stop until the program has ended.
func (r *tracer) follow(t *testing.T, pid int) (status syscall.WaitStatus) {
	t.Helper()
	r.open = map[int]*pending{}
	_, err := syscall.Wait4(pid, &status, syscall.WALL, nil)
	must(t, err)
	if !status.Stopped() {
		t.Fatalf("the program did not begin: %v", status)
	}
	const exitKill = 0x100000 // PTRACE_O_EXITKILL: it does not survive this test
	must(t, syscall.PtraceSetOptions(pid, syscall.PTRACE_O_TRACESYSGOOD|syscall.PTRACE_O_TRACECLONE|exitKill))
	for thread := pid; ; {
		var signal syscall.Signal
		switch stop := status.StopSignal(); {
		case !status.Stopped(): // a thread has ended
		case stop == syscall.SIGTRAP|0x80:
			err = r.stopped(pid, thread)
		case stop != syscall.SIGTRAP && stop != syscall.SIGSTOP: // that is how a thread begins
			signal = stop
		}
		if err == nil && status.Stopped() {
			err = syscall.PtraceSyscall(thread, int(signal))
		}
		if err != nil && !errors.Is(err, syscall.ESRCH) { // killed meanwhile
			t.Fatal(err)
		}
		for {
			if thread, err = syscall.Wait4(-pid, &status, syscall.WALL, nil); !errors.Is(err, syscall.EINTR) {
				break
			}
		}
		must(t, err)
		if thread == pid && (status.Exited() || status.Signaled()) {
			return status
		}
	}
}

// stopped: a thread is about to make a call, or has made it.
func (r *tracer) stopped(pid, thread int) error {
	var regs syscall.PtraceRegs
	if err := syscall.PtraceGetRegs(thread, &regs); err != nil {
		return err
	}
	now := r.open[thread]
	if now == nil {
		now = &pending{}
		r.open[thread] = now
		if now.call, now.matters = r.callOf(pid, thread, &regs); !now.matters {
			return nil
		}
		r.calls++
		now.call.n = r.calls
		now.verdict = r.judge(now.call)
		switch v := now.verdict; {
		case v.kill && v.torn == 0:
			return syscall.Kill(pid, syscall.SIGKILL)
		case v.kill:
			regs.Rdx = uint64(v.torn)
			return syscall.PtraceSetRegs(thread, &regs)
		case v.fails != 0:
			regs.Orig_rax = ^uint64(0) // there is no such call
			return syscall.PtraceSetRegs(thread, &regs)
		}
		return nil
	}
	delete(r.open, thread)
	switch result := int64(regs.Rax); {
	case !now.matters:
	case now.verdict.fails != 0:
		regs.Rax = uint64(-int64(now.verdict.fails))
		return syscall.PtraceSetRegs(thread, &regs)
	case result >= 0:
		if now.call.name == "pwrite64" {
			now.call.size = result
		}
		r.made(now.call)
	}
	if now.verdict.kill {
		return syscall.Kill(pid, syscall.SIGKILL)
	}
	return nil
}

// callOf tells which call a thread is about to make, and whether it matters here.
func (r *tracer) callOf(pid, thread int, regs *syscall.PtraceRegs) (c call, matters bool) {
	switch regs.Orig_rax {
	case syscall.SYS_WRITE:
		c = call{name: "write", size: int64(regs.Rdx), offset: -1}
	case syscall.SYS_PWRITE64:
		c = call{name: "pwrite64", size: int64(regs.Rdx), offset: int64(regs.R10)}
	case syscall.SYS_FTRUNCATE:
		c = call{name: "ftruncate", size: int64(regs.Rsi)}
	case syscall.SYS_FSYNC:
		c = call{name: "fsync"}
	case syscall.SYS_FDATASYNC:
		c = call{name: "fdatasync"}
	case syscall.SYS_UNLINK:
		c = call{name: "unlink", path: textAt(thread, regs.Rdi)}
	case syscall.SYS_UNLINKAT:
		c = call{name: "unlink", path: textAt(thread, regs.Rsi)}
	default:
		return c, false
	}
	if c.name != "unlink" {
		c.path, _ = os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", pid, int32(regs.Rdi)))
	}
	return c, strings.HasPrefix(c.path, r.prefix) || c.path == filepath.Dir(r.prefix)
}

// textAt is what stands in the memory of a thread, up to a zero byte.
func textAt(thread int, at uint64) string {
	var out []byte
	for len(out) < 4096 {
		word := make([]byte, 8)
		if _, err := syscall.PtracePeekData(thread, uintptr(at)+uintptr(len(out)), word); err != nil {
			return ""
		}
		if i := bytes.IndexByte(word, 0); i >= 0 {
			return string(append(out, word[:i]...))
		}
		out = append(out, word...)
	}
	return ""
}
