//go:build unix

package vdir_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/connect/vdir"
	"lockstep/core"
)

// TestSavedAtThisMoment: what another program saves between the look at an item and
// its replacement or deletion is neither lost nor overwritten, however it saves.
func TestSavedAtThisMoment(t *testing.T) {
	for what, save := range map[string]func(t *testing.T, file string, body []byte){
		"in place": func(t *testing.T, file string, body []byte) { must(t, os.WriteFile(file, body, 0o600)) },
		"by a rename": func(t *testing.T, file string, body []byte) {
			must(t, os.WriteFile(file+"~", body, 0o600))
			must(t, os.Rename(file+"~", file))
		},
		"with its time put back": func(t *testing.T, file string, body []byte) {
			seen, err := os.Stat(file)
			must(t, err)
			must(t, os.WriteFile(file, body, 0o600))
			must(t, os.Chtimes(file, seen.ModTime(), seen.ModTime()))
		},
	} {
		for _, op := range []core.Op{core.OpUpdate, core.OpDelete} {
			t.Run(op.String()+" "+what, func(t *testing.T) {
				p := newPerson(t, "a")
				p.write(t, "a/1.vcf", card(1))
				describe, armed := p.config.Describe, false
				p.config.Describe = func(b []byte) (string, string, error) {
					if armed && string(b) == string(card(1)) { // it is being looked at
						armed = false
						save(t, filepath.Join(p.root, "a/1.vcf"), card(101))
					}
					return describe(b)
				}
				r := p.open(t)
				s := only(t, r, "a")
				w := core.Write{Op: core.OpDelete, Ref: s.Ref, If: core.Condition{Rev: s.Rev}}
				if op == core.OpUpdate {
					w = update(s, card(201))
				}
				armed = true
				_, err := apply(t, r, w)
				wantClass(t, err, core.Conflict)
				if names := strings.Join(namesIn(t, filepath.Join(p.root, "a")), " "); armed || names != "1.vcf" || p.read(t, "a/1.vcf") != string(card(101)) {
					t.Errorf("there are %s", names)
				}
				s = only(t, r, "a")
				w.Ref, w.If = s.Ref, core.Condition{Rev: s.Rev}
				if op == core.OpUpdate {
					w = update(s, card(201))
				}
				_, err = apply(t, r, w)
				must(t, err)
			})
		}
	}
}

// TestDeletedAtThisMoment: an item that goes while it is being replaced is missing, and
// does not come back.
func TestDeletedAtThisMoment(t *testing.T) {
	p := newPerson(t, "a")
	p.write(t, "a/1.vcf", card(1))
	describe, armed := p.config.Describe, false
	p.config.Describe = func(b []byte) (string, string, error) {
		if armed && string(b) == string(card(1)) {
			armed = false
			must(t, os.Remove(filepath.Join(p.root, "a/1.vcf")))
		}
		return describe(b)
	}
	r := p.open(t)
	s := only(t, r, "a")
	armed = true
	_, err := apply(t, r, update(s, card(101)))
	wantClass(t, err, core.Missing)
	if names := namesIn(t, filepath.Join(p.root, "a")); len(names) != 0 {
		t.Errorf("there are %q", names)
	}
}

// TestPermissionsStay: an update keeps the permissions of a file, and nobody else may
// read a new one.
func TestPermissionsStay(t *testing.T) {
	p := newPerson(t, "a")
	p.write(t, "a/1.vcf", card(1))
	must(t, os.Chmod(filepath.Join(p.root, "a/1.vcf"), 0o644))
	r := p.open(t)
	_, err := apply(t, r, update(only(t, r, "a"), card(101)))
	must(t, err)
	_, err = apply(t, r, create("a", "2", card(2)))
	must(t, err)
	for name, want := range map[string]os.FileMode{"1.vcf": 0o644, "2.vcf": 0o600} {
		if seen, err := os.Stat(filepath.Join(p.root, "a", name)); err != nil || seen.Mode().Perm() != want {
			t.Errorf("%s: %v, %v, want %v", name, seen.Mode(), err, want)
		}
	}
}

// TestBodiesThatAreNone: what would be listed as bad, or as another item, is not written.
func TestBodiesThatAreNone(t *testing.T) {
	p := newPerson(t, "a")
	p.config.MaxSize = 1000
	p.write(t, "a/1.vcf", card(1))
	r := p.open(t)
	s := only(t, r, "a")
	other := update(s, card(2))
	large := create("a", "3", cardOf("u3", strings.Repeat("x", 1000)))
	for name, w := range map[string]core.Write{
		"no card": update(s, []byte("hello\n")), "two cards": update(s, append(card(1), card(2)...)), "another UID": other, "too large": large,
	} {
		_, err := apply(t, r, w)
		if core.ClassOf(err) != core.Permanent {
			t.Errorf("%s: %v", name, err)
		}
	}
	if names := strings.Join(namesIn(t, filepath.Join(p.root, "a")), " "); names != "1.vcf" || p.read(t, "a/1.vcf") != string(card(1)) {
		t.Errorf("there are %s", names)
	}
}

// TestSweep: drafts whose process is long dead are removed by the next write, and by the
// next look of a replica that is to be tidy, if nothing is lost with them. Young ones by
// either clock, what nothing else says, and files of others stay.
func TestSweep(t *testing.T) {
	const (
		dead, young, twin, only = ".lockstep-new-1000-1-1.tmp", ".lockstep-new-1000-1-2.tmp", ".lockstep-swap-1000-1-1.tmp", ".lockstep-swap-1000-1-2.tmp"
		others                  = ".lockstep-new-x.tmp x.lockstep-new-1000-1-1.tmp .lockstep-new-1000-1-1.vcf .lockstep-1000.tmp .anna.tmp tmpabc"
	)
	for name, o := range map[string]struct {
		hours int // since the drafts were begun
		tidy  bool
		act   func(t *testing.T, r *vdir.Replica)
		swept bool
	}{
		"a look at a backup that was put back": {37, true, func(t *testing.T, r *vdir.Replica) { list(t, r, "a") }, false},
		"a write":                              {37, false, func(t *testing.T, r *vdir.Replica) { _, err := apply(t, r, create("a", "2", card(2))); must(t, err) }, true},
		"a write that is early":                {35, false, func(t *testing.T, r *vdir.Replica) { _, err := apply(t, r, create("a", "2", card(2))); must(t, err) }, false},
		"a look":                               {37, true, func(t *testing.T, r *vdir.Replica) { list(t, r, "a") }, true},
		"a look that is early":                 {35, true, func(t *testing.T, r *vdir.Replica) { list(t, r, "a") }, false},
		"a look of a plan":                     {37, false, func(t *testing.T, r *vdir.Replica) { list(t, r, "a") }, false},
		"doctor":                               {37, false, func(t *testing.T, r *vdir.Replica) { _, err := r.Probe(t.Context()); must(t, err) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPerson(t, "a")
			p.config.Now = func() time.Time { return time.Unix(1000, 0).Add(time.Duration(o.hours) * time.Hour) }
			p.config.Tidy = o.tidy
			p.write(t, "a/1.vcf", card(1))
			p.write(t, "a/"+twin, card(1))
			p.write(t, "a/"+only, card(11))
			all := append(strings.Fields(others), dead, young, twin, only)
			for _, name := range append(strings.Fields(others), dead, young) {
				p.write(t, "a/"+name, nil)
			}
			must(t, os.Symlink("1.vcf", filepath.Join(p.root, "a/.lockstep-new-1000-1-3.tmp")))
			all = append(all, ".lockstep-new-1000-1-3.tmp")
			for _, name := range all[:len(all)-1] {
				if name != young {
					old := time.Now().Add(-37 * time.Hour)
					must(t, os.Chtimes(filepath.Join(p.root, "a", name), old, old))
				}
			}
			if strings.Contains(name, "put back") {
				old := time.Now().Add(-time.Hour)
				must(t, os.Chtimes(filepath.Join(p.root, "a"), old, old))
			}
			o.act(t, p.open(t))
			want := all
			if o.swept {
				want = slices.DeleteFunc(all, func(name string) bool { return name == dead || name == twin })
			}
			slices.Sort(want)
			got := slices.DeleteFunc(namesIn(t, filepath.Join(p.root, "a")), func(name string) bool { return name == "1.vcf" || name == "2.vcf" })
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("there are %q\nand not   %q", got, want)
			}
			if p.read(t, "a/1.vcf") != string(card(1)) || p.read(t, "a/"+only) != string(card(11)) {
				t.Error("a file was changed")
			}
		})
	}
}

// TestProbeTellsDrafts: what a write that was cut off left behind is told, and stays.
func TestProbeTellsDrafts(t *testing.T) {
	p := newPerson(t, "a")
	for _, name := range []string{".lockstep-swap-1000-1-1.tmp", ".lockstep-new-x.tmp", "tmpabc", "1.vcf", "2.vcf"} {
		p.write(t, filepath.Join("a", name), nil)
	}
	findings, err := p.open(t).Probe(t.Context())
	must(t, err)
	text := ""
	for _, f := range findings {
		text += f.Name + ": " + f.Value + "\n"
	}
	for _, want := range []string{"collections: 1\nitems: 2\n", `left behind: "a/.lockstep-new-x.tmp", "a/.lockstep-swap-1000-1-1.tmp"`, `no items: "a/tmpabc"`, "replacing: "} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	if n := len(namesIn(t, filepath.Join(p.root, "a"))); n != 5 {
		t.Errorf("%d files after the probe", n)
	}
}

// TestProbeTellsWhatIsNotSynced: items beside the collections, and a root that others
// may look into.
func TestProbeTellsWhatIsNotSynced(t *testing.T) {
	p := newPerson(t, "a")
	p.write(t, "loose.vcf", card(1))
	p.write(t, "a/color", []byte("#ff0000"))
	p.write(t, "a/UPPER.VCF", card(2))
	must(t, os.Symlink("a", filepath.Join(p.root, "link")))
	must(t, os.Chmod(p.root, 0o755))
	findings, err := p.open(t).Probe(t.Context())
	must(t, err)
	got := map[string]string{}
	for _, f := range findings {
		got[f.Name] = f.Value
	}
	for name, want := range map[string]string{"in no collection": `"loose.vcf"`, "no items": `"a/UPPER.VCF"`, "permissions": "-rwxr-xr-x", "items": "0", "collections": "2"} {
		if got[name] != want {
			t.Errorf("%s: %q, want %q", name, got[name], want)
		}
	}
	if !strings.Contains(got["not listed"], "symbolic links are never followed") {
		t.Errorf("%q", got)
	}
	p.config.Path = filepath.Join(p.root, "none")
	if _, err := vdir.Open(p.config); err == nil {
		t.Error("a directory that is not there is opened")
	}
}
