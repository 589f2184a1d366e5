//go:build unix

package vdir_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"lockstep/core"
)

// TestAttackStrangeFiles: what bears an item's name and is no file is listed as bad,
// waited for by nobody, followed nowhere, and neither replaced nor deleted.
func TestAttackStrangeFiles(t *testing.T) {
	p := newPerson(t, "a")
	dir := filepath.Join(p.root, "a")
	secret := filepath.Join(t.TempDir(), "secret.vcf")
	must(t, os.WriteFile(secret, card(9), 0o600))
	must(t, syscall.Mkfifo(filepath.Join(dir, "pipe.vcf"), 0o600))
	must(t, os.Symlink(secret, filepath.Join(dir, "out.vcf")))
	must(t, os.Symlink("well.vcf", filepath.Join(dir, "in.vcf")))
	must(t, os.Symlink("nowhere", filepath.Join(dir, "dangling.vcf")))
	must(t, os.Symlink("loop.vcf", filepath.Join(dir, "loop.vcf")))
	must(t, os.Mkdir(filepath.Join(dir, "dir.vcf"), 0o700))
	p.write(t, "a/well.vcf", card(1))
	strange := map[core.ID]string{"pipe": "not a regular file", "out": "symbolic link", "in": "symbolic link", "dangling": "symbolic link", "loop": "symbolic link", "dir": "directory"}
	if err := syscall.Mknod(filepath.Join(dir, "zero.vcf"), syscall.S_IFCHR|0o600, 1<<8|5); err == nil {
		strange["zero"] = "not a regular file" // only root may make one
	}
	large, err := os.Create(filepath.Join(dir, "large.vcf"))
	must(t, err)
	must(t, large.Truncate(1<<30))
	must(t, large.Close())
	strange["large"] = "1073741824 bytes"
	r := p.open(t)
	all := list(t, r, "a")
	if len(all) != len(strange)+1 {
		t.Errorf("%+v", all)
	}
	for _, s := range all {
		want, is := strange[s.ID]
		if !is {
			if s.Bad != "" || s.Key != uid(1) {
				t.Errorf("%+v", s)
			}
			continue
		}
		if !strings.Contains(s.Bad, want) || !strings.Contains(s.Bad, string(s.ID)) || s.Key != "" {
			t.Errorf("%s is bad because %q", s.ID, s.Bad)
		}
		for _, err := range r.Fetch(t.Context(), []core.Ref{s.Ref}) {
			wantClass(t, err, core.Permanent)
		}
		if s.ID == "large" {
			continue
		}
		_, err := apply(t, r, update(s, card(2)))
		wantClass(t, err, core.Permanent)
		_, err = apply(t, r, core.Write{Op: core.OpDelete, Ref: s.Ref})
		wantClass(t, err, core.Permanent)
	}
	if n := len(namesIn(t, dir)); n != len(strange)+1 {
		t.Errorf("%d files", n)
	}
}

// TestAttackFileNames: names with line ends, blanks and bytes that are no text are
// items; their IDs are fit to print and lead back.
func TestAttackFileNames(t *testing.T) {
	p := newPerson(t, "a")
	names := []string{"a\nb", "\xff\xfe", "tab\t", " ", "100%", "%41", "ä", "\u202etxt", "-rf", strings.Repeat("n", 251)}
	for n, name := range names {
		if err := os.WriteFile(filepath.Join(p.root, "a", name+".vcf"), card(n), 0o600); err != nil {
			t.Skipf("this file system takes no %q", name)
		}
	}
	r := p.open(t)
	all := list(t, r, "a")
	if len(all) != len(names) {
		t.Fatalf("%+v", all)
	}
	for _, s := range all {
		if strings.ContainsAny(string(s.ID), "\n\t") || strings.ToValidUTF8(string(s.ID), "?") != string(s.ID) {
			t.Errorf("an ID is %q", s.ID)
		}
		for _, err := range r.Fetch(t.Context(), []core.Ref{s.Ref}) {
			must(t, err)
		}
		_, err := apply(t, r, core.Write{Op: core.OpDelete, Ref: s.Ref, If: core.Condition{Rev: s.Rev}})
		must(t, err)
	}
	if left := namesIn(t, filepath.Join(p.root, "a")); len(left) != 0 {
		t.Errorf("%q are left", left)
	}
}

// TestAttackLinkedCollections: a link to a directory, inside or outside, is listed as a
// collection that cannot be looked into: it was not deleted, and nothing is written there.
func TestAttackLinkedCollections(t *testing.T) {
	p := newPerson(t, "a")
	outside := t.TempDir()
	must(t, os.WriteFile(filepath.Join(outside, "x.vcf"), card(1), 0o600))
	for name, to := range map[string]string{"inner": "a", "outer": outside, "nowhere": "none", "file": "a/1.vcf"} {
		must(t, os.Symlink(to, filepath.Join(p.root, name)))
	}
	p.write(t, "a/1.vcf", card(2))
	r := p.open(t)
	s, err := r.Collections(t.Context())
	must(t, err)
	paths := ""
	for _, c := range s.Collections {
		paths += c.Path + " "
		if c.Path == "a" {
			continue
		}
		_, err := listing(t, r, c.Path)
		wantClass(t, err, core.Permanent)
		_, err = apply(t, r, create(c.Path, "new", card(3)))
		wantClass(t, err, core.Permanent)
		wantClass(t, r.DeleteCollection(t.Context(), c.ID, 0), core.Permanent)
		if !c.ReadOnly {
			t.Errorf("%+v", c)
		}
	}
	if paths != "a inner nowhere outer " {
		t.Errorf("there are %s", paths)
	}
	if n := len(namesIn(t, outside)); n != 1 {
		t.Errorf("%d files outside", n)
	}
}

// TestAttackMany: 50,000 files are listed in pages, each once, and again without
// reading one.
func TestAttackMany(t *testing.T) {
	if testing.Short() {
		t.Skip("50,000 files are written")
	}
	const many = 50_000
	p := newPerson(t, "a")
	for n := range many {
		p.write(t, fmt.Sprintf("a/%d.vcf", n), cardOf(fmt.Sprint("u", n), "N"))
	}
	p.config.Now = func() time.Time { return time.Now().Add(time.Hour) }
	r := p.open(t)
	all := list(t, r, "a")
	keys := map[core.Key]bool{}
	for _, s := range all {
		keys[s.Key] = true
	}
	if len(all) != many || len(keys) != many {
		t.Fatalf("%d items with %d keys", len(all), len(keys))
	}
	r = p.open(t)
	r.Recall(recalled(all))
	begin := time.Now()
	again := list(t, r, "a")
	t.Logf("a quiet look at %d: %s", many, time.Since(begin))
	if len(again) != many || again[0] != all[0] || again[many-1] != all[many-1] {
		t.Errorf("%d items", len(again))
	}
}

// TestAttackManyCollections: more collections than may be open at a time.
func TestAttackManyCollections(t *testing.T) {
	const many = 300
	p := newPerson(t)
	for n := range many {
		must(t, os.Mkdir(filepath.Join(p.root, fmt.Sprintf("c%03d", n)), 0o700))
	}
	r := p.open(t)
	n := 0
	for res, err := range r.Apply(t.Context(), func(yield func(core.Write) bool) {
		for n := range many {
			w := create(fmt.Sprintf("c%03d", n), "x", card(n))
			w.Seq = n
			if !yield(w) {
				return
			}
		}
	}) {
		if err != nil || res.Stub.Collection != core.CollectionID(fmt.Sprintf("c%03d", res.Seq)) {
			t.Fatalf("%+v, %v", res, err)
		}
		n++
	}
	must(t, r.Flush(t.Context()))
	for n := range many {
		if s := only(t, r, fmt.Sprintf("c%03d", n)); s.Key != uid(n) {
			t.Errorf("%+v", s)
		}
	}
	if n != many {
		t.Errorf("%d results", n)
	}
}

// TestAttackChurn: while other programs write, rename and delete all the time, every
// item that is there all the time is listed, and none as half of what it is.
func TestAttackChurn(t *testing.T) {
	p := newPerson(t, "a")
	for n := range 50 {
		p.write(t, fmt.Sprintf("a/stays%d.vcf", n), card(n))
	}
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			default:
			}
			name := filepath.Join(p.root, "a", fmt.Sprintf("comes%d.vcf", n%7))
			os.WriteFile(name+".tmp", card(50+n%7), 0o600)
			os.Rename(name+".tmp", name)
			if n%3 == 0 {
				os.Remove(name)
			}
		}
	}()
	r := p.open(t)
	lists := 0
	for range 30 {
		all, err := listing(t, r, "a")
		if core.ClassOf(err) == core.Transient && err != nil {
			continue // it says so
		}
		must(t, err)
		lists++
		stays := 0
		for _, s := range all {
			if s.Bad != "" || s.Key == "" {
				t.Errorf("%+v", s)
			}
			if strings.HasPrefix(string(s.ID), "stays") {
				stays++
			}
		}
		if stays != 50 {
			t.Errorf("%d of 50 that stay are listed", stays)
		}
	}
	close(stop)
	<-done
	t.Logf("%d of 30 listings came to an end", lists)
	if all := list(t, r, "a"); len(all) < 50 {
		t.Errorf("at rest, %d items", len(all))
	}
}
