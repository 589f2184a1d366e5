package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/peers/davd"
)

// TestOneOfAVdir: behind the name of an account that is a vdir, a # means the directory
// of that name in it, whichever command is given it; it is made if it is not there, and
// the others are left alone. Behind the address of a vdir it means the items of its root.
func TestOneOfAVdir(t *testing.T) {
	b := newBook(t, davd.Options{})
	work, err := b.server.AddCollection(b.user, core.Contact, "at-work", "work")
	must(t, err)
	must(t, b.server.Put(work+"w1.vcf", newCard("w1", "Wanda")))
	d := newDevice(t, b, "here", "")
	root := filepath.Dir(d.dir)
	d.write(t, "ann.vcf", newCard("ann", "Ann"))
	files := func(want ...string) {
		t.Helper()
		var got []string
		must(t, filepath.WalkDir(root, func(path string, e os.DirEntry, err error) error {
			if err == nil && !e.IsDir() {
				path, err = filepath.Rel(root, path)
				path, _, _ = strings.Cut(strings.TrimSuffix(path, ".vcf"), "-") // a file made here has a number
				got = append(got, path)
			}
			return err
		}))
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("the files are %q and not %q", got, want)
		}
	}

	d.ends(t, 3, "plan", "files#friends", "server#friends").says(t, `"key":"ann"`)
	if r := d.sync(t, "files#friends", "server#friends"); r.Right.Created != 1 || r.writes() != 1 {
		t.Errorf("%+v", r)
	}
	files("friends/ann")
	if r := d.sync(t, "files#work", "server#work"); r.Left.Created != 1 || r.writes() != 1 { // the directory is made
		t.Errorf("%+v", r)
	}
	files("friends/ann", "work/w1")
	b.put(t, "bo.vcf", newCard("bo", "Bo"))
	for range 2 {
		d.ends(t, 0, "sync", "files#friends", "server#friends")
		files("friends/ann", "friends/bo", "work/w1")
	}

	// As a link of the configuration, with another name on the server.
	d.configure(t, d.config("")+"[links.one]\nleft = \"files#friends\"\nright = \"server#work\"\n")
	if r := d.sync(t, "one"); r.Left.Created != 1 || r.Right.Created != 2 || r.writes() != 3 {
		t.Errorf("%+v", r)
	}
	files("friends/ann", "friends/bo", "friends/w1", "work/w1")

	// An address says where the items lie themselves.
	if r := d.sync(t, "vdir:"+d.dir+"#friends", "server#friends"); r.Right.Created != 1 || r.writes() != 1 {
		t.Errorf("%+v", r)
	}
	files("friends/ann", "friends/bo", "friends/w1", "work/w1")
}
