package vdir

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"lockstep/core"
)

// TestConditions: every row of the table, as the system words its errors.
func TestConditions(t *testing.T) {
	for _, c := range conditions() {
		err := failure("vdir.Test", "x.vcf", &fs.PathError{Op: "open", Path: "x.vcf", Err: c.err})
		var e *core.Error
		if !errors.As(err, &e) || e.Class != c.class || e.Remedy != c.remedy || e.Thing != "x.vcf" {
			t.Errorf("%v: %+v", c.err, err)
		}
		if again := failure("vdir.Other", "y", err); again != err {
			t.Errorf("a class was given twice: %v", again)
		}
	}
	if err := failure("x", "", syscall.ENXIO); core.ClassOf(err) != core.Unknown {
		t.Errorf("%v", err)
	}
	if failure("x", "", nil) != nil {
		t.Error("no error is one")
	}
}

func TestNamesAreProved(t *testing.T) {
	old, now := time.Unix(1000, 0), time.Unix(5000, 0)
	young := now.Add(-time.Second)
	whole, torn, other := []string{"a", "b"}, []string{"a"}, []string{"a", "b", "c"}
	for name, c := range map[string]struct {
		lists [][]string  // what each reading shows
		times []time.Time // before and after each
		want  []string    // nil = it is given up
		reads int
	}{
		"at rest":              {[][]string{whole}, []time.Time{old, old}, whole, 1},
		"changed while read":   {[][]string{torn, whole}, []time.Time{old, old.Add(1), old.Add(1), old.Add(1)}, whole, 2},
		"young and torn":       {[][]string{torn, whole, whole}, []time.Time{young, young}, whole, 3},
		"torn twice":           {[][]string{torn, other, whole, whole}, []time.Time{young, young}, whole, 4},
		"clock is behind":      {[][]string{torn, whole, whole}, []time.Time{now.Add(time.Hour), now.Add(time.Hour)}, whole, 3},
		"empty":                {[][]string{{}, {}}, []time.Time{young, young}, []string{}, 2},
		"never the same twice": {[][]string{whole, torn, whole, torn, whole, torn, whole, torn, whole, torn}, []time.Time{young, young}, nil, 10},
	} {
		reads, looks := 0, 0
		got, err := proved(func() time.Time { return now }, func() (time.Time, error) {
			at := c.times[min(looks, len(c.times)-1)]
			looks++
			return at, nil
		}, func() ([]string, error) { reads++; return c.lists[reads-1], nil })
		if reads != c.reads || c.want != nil && (err != nil || !slices.Equal(got, c.want)) {
			t.Errorf("%s: %q after %d readings, %v, want %q after %d", name, got, reads, err, c.want, c.reads)
		}
		if c.want == nil && core.ClassOf(err) != core.Transient {
			t.Errorf("%s: %q, %v, want an error", name, got, err)
		}
	}
}

func TestRevParts(t *testing.T) {
	for rev, want := range map[core.Rev][3]string{
		"1.2.3.4#abc": {"1.2.3.4", "#", "abc"}, "1.2.3.4+a-_": {"1.2.3.4", "+", "a-_"}, "1.2.3.4": {"1.2.3.4", "", ""}, "": {}, "1.2.-3.4+x": {"1.2.-3.4", "+", "x"},
	} {
		stat, age, digest := splitRev(rev)
		if got := [3]string{stat, age, digest}; got != want {
			t.Errorf("%q is %q, want %q", rev, got, want)
		}
	}
}

// FuzzFileNames: an ID leads back to its file, and to no other, and is fit for every table.
func FuzzFileNames(f *testing.F) {
	for _, name := range []string{"anna", "a b", "%", "%41", "\xff\xfe", "a\nb", "..", "ä", "%25", strings.Repeat("x", 300)} {
		f.Add(name)
	}
	r := &Replica{config: Config{Extension: ".vcf"}}
	f.Fuzz(func(t *testing.T, base string) {
		name := base + ".vcf"
		if !r.isItem(name) || strings.ContainsAny(name, "/\x00") || len(name) > longestName {
			return
		}
		id := r.idOf(name)
		if back, err := r.fileOf("test", id); err != nil || back != name {
			t.Errorf("%q has the ID %q, which leads to %q, %v", name, id, back, err)
		}
		if !utf8.ValidString(string(id)) || strings.ContainsAny(string(id), "\n\r\t\x00") {
			t.Errorf("%q has the ID %q", name, id)
		}
	})
}

// FuzzUIDs: the file of any UID lies in its directory, is an item, and is another
// one for another UID.
func FuzzUIDs(f *testing.F) {
	for _, uid := range []string{"a", "../x", ".", "A", "\xff", strings.Repeat("é", 200), "a/b", "a_b"} {
		f.Add(uid, uid+"x")
	}
	r := &Replica{config: Config{Extension: ".vcf"}}
	f.Fuzz(func(t *testing.T, one, other string) {
		if one == "" || other == "" {
			return // refused before
		}
		for _, second := range []bool{false, true} {
			base := baseFor(core.Key(one), second)
			id := r.idOf(base + ".vcf")
			if name, err := r.fileOf("test", id); err != nil || name != base+".vcf" || strings.HasPrefix(name, "-") || len(name) > 150 {
				t.Errorf("%q is in %q: %v", one, base, err)
			}
			if one != other && base == baseFor(core.Key(other), second) {
				t.Errorf("%q and %q are both in %q", one, other, base)
			}
		}
	})
}

// FuzzCollectionNames: the directory of any name reads back as it, however it is spelled.
func FuzzCollectionNames(f *testing.F) {
	for _, name := range []string{"Work", "a/b", "..", ".x", "50%", "%2f", "x ", "\\", "lost+found"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if name == "" || !utf8.ValidString(name) {
			return
		}
		for n := range 3 {
			base := dirOfName(name, n)
			if back := nameOfDir(base); back != name {
				t.Errorf("%q is the directory %q, which reads as %q", name, base, back)
			}
			if strings.ContainsAny(base, "/\\\x00\n") || passedOver(base) {
				t.Errorf("%q is the directory %q", name, base)
			}
		}
		if back, err := nameOfPath("test", pathOfName(name)); err != nil || back != name {
			t.Errorf("%q has the path %q, which is %q, %v", name, pathOfName(name), back, err)
		}
	})
}
