package program

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestRun(t *testing.T) {
	if _, err := exec.LookPath("/usr/bin/time"); err != nil {
		t.Skip("/usr/bin/time is not there; apt-get install time")
	}
	p := Program{Home: t.TempDir(), Args: []string{"sh", "-c", `echo "$WORD"; exit 3`}, Env: []string{"WORD=hello"}}
	if _, err := p.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "hello") {
		t.Errorf("an exit code that is not expected: %v", err)
	}
	p.Exits = []int{3}
	used := time.Duration(0)
	p.Servers = func() (time.Duration, error) { used += time.Second; return used, nil }
	c, err := p.Run(t.Context())
	if err != nil || c.Exit != 3 || c.Memory < 100<<10 || c.Servers != time.Second || c.Wall <= 0 {
		t.Errorf("%+v, %v", c, err)
	}
	if got := p.Tail(); got != "hello\n" {
		t.Errorf("it printed %q", got)
	}
	p.Args = []string{"/nowhere/there/is/none"}
	if _, err := p.Run(t.Context()); err == nil {
		t.Error("a program that is not there ran")
	}
}

// TestRunInterrupted: when the context ends, so does the measured program, and not only
// the one that measures it.
func TestRunInterrupted(t *testing.T) {
	if _, err := exec.LookPath("/usr/bin/time"); err != nil {
		t.Skip("/usr/bin/time is not there; apt-get install time")
	}
	for name, script := range map[string]string{"it obeys": `echo $$ >pid; sleep 1000`, "it does so after a while": `trap 'sleep 0.2; exit 1' TERM; echo $$ >pid; while :; do sleep 0.1; done`} {
		t.Run(name, func(t *testing.T) {
			home := t.TempDir()
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() {
				_, err := Program{Home: home, Args: []string{"sh", "-c", "cd '" + home + "' && " + script}}.Run(ctx)
				ended <- err
			}()
			var pid int
			for pid == 0 {
				text, _ := os.ReadFile(filepath.Join(home, "pid"))
				pid, _ = strconv.Atoi(strings.TrimSpace(string(text)))
				time.Sleep(10 * time.Millisecond)
			}
			cancel()
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Errorf("it ended with %v", err)
			}
			for syscall.Kill(pid, 0) == nil { // a moment until it is reaped; for ever if it lives on
				time.Sleep(10 * time.Millisecond)
			}
		})
	}
}

func TestProcessor(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pid")
	if err := os.WriteFile(file, []byte(strconv.Itoa(os.Getpid())+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	one, err := Processor(file)
	if err != nil {
		t.Fatal(err)
	}
	for sum, start := 0, time.Now(); time.Since(start) < time.Second; sum++ { // until it has used a tick
		if now, err := Processor(file); err != nil || now > one {
			break
		}
	}
	two, err := Processor(file, file)
	if err != nil || two <= one {
		t.Errorf("%v, and of the same process twice %v, %v", one, two, err)
	}
	if _, err := Processor(file + "x"); err == nil {
		t.Error("a file that is not there names a process")
	}
}
