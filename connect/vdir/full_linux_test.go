package vdir_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"lockstep/core"
)

// mounting runs a test once more, in a process that may mount file systems which
// nobody else sees. It tells whether this is that process.
func mounting(t *testing.T) bool {
	t.Helper()
	const inside = "LOCKSTEP_TEST_MOUNTS"
	if os.Getenv(inside) != "" {
		return true
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), inside+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Skipf("this machine lets nobody mount: %v", err)
	}
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("%v\n%s", err, out)
	}
	return false
}

func mount(t *testing.T, dir, options string) {
	t.Helper()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
}

// TestCase47: on a full disk a write fails and changes nothing, its draft is removed,
// and with room it works.
func TestCase47(t *testing.T) {
	if !mounting(t) {
		return
	}
	p := newPerson(t)
	mount(t, p.root, "size=256k")
	must(t, os.Mkdir(filepath.Join(p.root, "a"), 0o700))
	p.write(t, "a/1.vcf", card(1))
	r := p.open(t)
	s := only(t, r, "a")
	p.write(t, "a/filler", nil)
	filler, err := os.OpenFile(filepath.Join(p.root, "a/filler"), os.O_WRONLY, 0)
	must(t, err)
	for chunk := make([]byte, 4096); err == nil; {
		_, err = filler.Write(chunk)
	}
	must(t, filler.Close())
	for name, w := range map[string]core.Write{"a create": create("a", "2", card(2)), "an update": update(s, card(101))} {
		_, err := apply(t, r, w)
		wantClass(t, err, core.Transient)
		if err == nil || !strings.Contains(err.Error(), "make room") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if names := strings.Join(namesIn(t, filepath.Join(p.root, "a")), " "); names != "1.vcf filler" || p.read(t, "a/1.vcf") != string(card(1)) {
		t.Errorf("there are %s", names)
	}
	must(t, os.Remove(filepath.Join(p.root, "a/filler")))
	_, err = apply(t, r, update(s, card(101)))
	must(t, err)
	if p.read(t, "a/1.vcf") != string(card(101)) {
		t.Error("it is not written")
	}
}

// TestCase51Mounts: the directory below an unmounted disk is not what was on it.
func TestCase51Mounts(t *testing.T) {
	if !mounting(t) {
		return
	}
	p := newPerson(t)
	mount(t, p.root, "")
	must(t, os.Mkdir(filepath.Join(p.root, "a"), 0o700))
	p.write(t, "a/1.vcf", card(1))
	p.write(t, "1.vcf", card(1))
	single := *p
	single.config.Name = "only"
	before, err := single.open(t).Collections(t.Context())
	must(t, err)
	r := p.open(t)
	only(t, r, "a")
	must(t, syscall.Unmount(p.root, syscall.MNT_DETACH))
	_, err = r.Collections(t.Context())
	wantClass(t, err, core.Transient)
	_, err = p.open(t).Collections(t.Context())
	wantClass(t, err, core.Permanent)
	after, err := single.open(t).Collections(t.Context())
	must(t, err)
	if after.Collections[0].Incarnation == before.Collections[0].Incarnation {
		t.Errorf("%+v is taken for %+v", after, before)
	}
}
