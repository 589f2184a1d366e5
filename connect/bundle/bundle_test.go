package bundle_test

import (
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/connect/bundle"
	"lockstep/core"
)

// listed is all that a listing names, and whether it is full.
func listed(t *testing.T, r *bundle.Replica) (all []core.Stub, full bool) {
	t.Helper()
	if _, err := r.Collections(t.Context()); err != nil {
		t.Fatal(err)
	}
	for since := core.Token(""); ; {
		d, err := r.Changes(t.Context(), "a", since)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, d.Changed...)
		if since = d.Next; !d.More {
			if s, err := r.Collections(t.Context()); err != nil || !s.Complete {
				t.Fatal(s, err)
			}
			return all, d.Full
		}
	}
}

// body fetches one item.
func body(t *testing.T, r *bundle.Replica, ref core.Ref) string {
	t.Helper()
	for item, err := range r.Fetch(t.Context(), []core.Ref{ref}) {
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(item.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	t.Fatal("nothing is fetched of", ref)
	return ""
}

// TestCase66And80: an item without a UID gets one made of its text, the same in every
// listing, whatever the line ends and wherever it stands; a copy of it is the same item.
func TestCase66And80(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.vcf")
	anna, bo := "BEGIN:VCARD\nVERSION:3.0\nFN:Anna\nEND:VCARD\n", card("bo", "Bo")
	write(t, path, anna+bo+anna)
	first := open(t, cards(path, "a"))
	one, full := listed(t, first)
	if len(one) != 2 || !full || one[0].Key == "" || one[0].Label != "Anna" || one[1].Key != "bo" {
		t.Fatalf("%v %+v", full, one)
	}
	if b := body(t, first, one[0].Ref); b != "BEGIN:VCARD\nVERSION:3.0\nUID:"+string(one[0].Key)+"\nFN:Anna\nEND:VCARD\n" {
		t.Errorf("its body is %q", b)
	}
	write(t, path, bo+strings.ReplaceAll(anna, "\n", "\r\n"))
	two, _ := listed(t, open(t, cards(path, "a")))
	if len(two) != 2 || two[1].Ref != one[0].Ref || two[1].Key != one[0].Key || two[0].Ref != one[1].Ref {
		t.Errorf("%+v, and before %+v", two, one)
	}
	if one[0].Key != "0e87028b-bfc4-8221-bb6a-291e20ba4447" {
		t.Errorf("the UID of this text was another one before: %s; every file that was imported once would be doubled", one[0].Key)
	}
}

// TestCase68: many cards in one file are as many items, and what is bad is told with its
// line while the rest goes on.
func TestCase68(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.vcf")
	write(t, path, card("u1", "one")+card("u2", "two")+card("u1", "another one")+card("u2", "two"))
	r := open(t, cards(path, "a"))
	all, full := listed(t, r)
	if len(all) != 3 || !full || all[0].Bad != "" || all[1].Bad != "" {
		t.Fatalf("%v %+v", full, all)
	}
	if want := `"` + path + `:11": an item with its UID is in line 1 already`; !strings.HasPrefix(all[2].Bad, want) || all[2].Ref == all[0].Ref {
		t.Errorf("the second bearer: %+v", all[2])
	}

	// A card without its end: the file may be cut off, so nothing is concluded from what it lacks.
	write(t, path, "junk\r\n"+card("u1", "one")+"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:x\r\n")
	all, full = listed(t, open(t, cards(path, "a")))
	if len(all) != 3 || full || all[1].Bad != "" || all[1].Key != "u1" {
		t.Fatalf("%v %+v", full, all)
	}
	for i, line := range map[int]string{0: ":1\": ", 2: ":7\": "} {
		if !strings.HasPrefix(all[i].Bad, `"`+path+line) {
			t.Errorf("%q does not begin with the file and %s", all[i].Bad, line)
		}
		for _, err := range r.Fetch(t.Context(), []core.Ref{all[i].Ref}) {
			if err == nil {
				t.Error("something bad is fetched")
			}
		}
	}
}

// TestLimits: what is too large, missing or no file is refused, and says what to do.
func TestLimits(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.vcf")
	write(t, path, card("u1", "one")+card("u2", strings.Repeat("x", 100)))
	c := cards(path, "a")
	c.MaxItem = 100
	all, full := listed(t, open(t, c))
	if len(all) != 2 || full || all[0].Bad != "" || !strings.Contains(all[1].Bad, `:6": its 150 bytes are more than the 100`) {
		t.Errorf("%+v", all)
	}
	for _, bad := range []struct{ path, why string }{
		{path, "its 203 bytes are more than the 100 that are read (split it into several files)"},
		{dir, "it is a directory"},
		{filepath.Join(dir, "none"), "no such file"},
		{filepath.Join(path, "x"), "not a directory"},
		{"/dev/null", "it is not a regular file"},
	} {
		c := cards(bad.path, "a")
		c.MaxFile = 100
		if _, err := bundle.Open(c); err == nil || core.ClassOf(err) != core.Permanent || !strings.Contains(err.Error(), bad.why) {
			t.Errorf("%s: %v", bad.path, err)
		}
	}
	if _, err := bundle.Open(bundle.Config{Path: path, Name: "a"}); err == nil {
		t.Error("a configuration without Split is taken")
	}
}

// TestReplaced: a file that is replaced in the middle of a pass is looked at again; a
// page of the old one is void, and what was taken from it is missing, not another item.
func TestReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.vcf")
	write(t, path, card("u1", "one")+card("u2", "two")+card("u3", "three"))
	c := cards(path, "a")
	c.Page = 1
	r := open(t, c)
	before, err := r.Collections(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	d, err := r.Changes(t.Context(), "a", "")
	if err != nil || !d.More {
		t.Fatal(d, err)
	}
	write(t, path+".new", card("u2", "two"))
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Changes(t.Context(), "a", d.Next); core.ClassOf(err) != core.Resync {
		t.Errorf("the next page of the old file: %v", err)
	}
	after, err := r.Collections(t.Context())
	if err != nil || after.Collections[0].Rev == before.Collections[0].Rev {
		t.Errorf("%+v, then %+v, %v", before, after, err)
	}
	for _, err := range r.Fetch(t.Context(), []core.Ref{d.Changed[0].Ref}) {
		if core.ClassOf(err) != core.Missing {
			t.Errorf("what is not in it any more: %v", err)
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if s, err := r.Collections(t.Context()); err == nil {
		t.Errorf("a file that is gone is surveyed as %+v", s)
	}
}

// TestProbe: doctor is told how much there is and what is bad.
func TestProbe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.vcf")
	write(t, path, card("u1", "one")+"junk\r\n")
	found, err := open(t, cards(path, "a")).Probe(t.Context())
	if err != nil || len(found) != 3 || found[0].Value != "1" || !found[1].Bad || !strings.Contains(found[1].Value, path+":6") {
		t.Errorf("%+v, %v", found, err)
	}
}

// TestWriting: a file that grows all the time it is read is never taken for whole.
func TestWriting(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.vcf")
	write(t, path, card("u1", "one"))
	c := cards(path, "a")
	split := c.Split
	c.Split = func(file []byte) iter.Seq[bundle.Part] {
		write(t, path, card("u1", "one")+card("u2", "two")) // while it is taken apart
		return split(file)
	}
	r := open(t, c)
	all, full := listed(t, r)
	if len(all) != 1 || !full {
		t.Fatalf("%+v", all)
	}
	again, err := r.Changes(t.Context(), "a", "")
	if err != nil || len(again.Changed) != 2 {
		t.Errorf("after the survey that saw the change: %+v, %v", again, err)
	}
}
