package program

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
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
