//go:build unix

package vdir_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/core"
)

// hostile UIDs: case 74.
func hostile() map[string]string {
	long := strings.Repeat("x", 300)
	return map[string]string{
		"plain": "a.b-c@example.org", "slashes": "../../etc/passwd", "dots": "..", "dot": ".", "hidden": ".profile", "option": "-rf",
		"spaces": "two words  here", "address": "ann@example.org", "umlaut": "J\u00fcrgen", "decomposed": "Ju\u0308rgen", "emoji": "🎻", "long": long,
		"long too": long + "y", "upper": "ABC", "lower": "abc", "title": "Abc", "urn": "urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1",
		"backslash": `a\\b`, "percent": "100%25", "quoted": `"a'b`, "shell": "$(reboot);&|<>*?", "extension": "x.vcf", "draft": ".lockstep-new-1-1-1.tmp", "tmp": "x.tmp",
	}
}

// TestCase74: whatever the UID, its file lies in its directory, is an item, and is
// nobody else's, even where cases are not told apart.
func TestCase74(t *testing.T) {
	p := newPerson(t, "a", "b")
	r := p.open(t)
	made := map[string]string{}
	for what, uid := range hostile() {
		body := cardOf(uid, "N")
		w := create("a", "", body)
		res, err := apply(t, r, w)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		name := string(res.Stub.ID) + ".vcf"
		if p.read(t, filepath.Join("a", name)) != string(body) {
			t.Errorf("%s is not in %s", what, name)
		}
		if len(name) > 150 || strings.ContainsAny(name, "/\\ ") || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "-") {
			t.Errorf("%s is in %q", what, name)
		}
		if other, taken := made[strings.ToLower(name)]; taken {
			t.Errorf("%s and %s are both in %s", what, other, name)
		}
		made[strings.ToLower(name)] = what
		again := create("a", "other", body)
		_, err = apply(t, r, again)
		wantClass(t, err, core.Conflict)
	}
	all := list(t, p.open(t), "a")
	if len(all) != len(hostile()) {
		t.Errorf("%d items of %d", len(all), len(hostile()))
	}
	for _, s := range all {
		if s.Bad != "" || s.Key == "" {
			t.Errorf("%+v", s)
		}
		res, err := apply(t, r, core.Write{Op: core.OpMove, Ref: s.Ref, To: "b", If: core.Condition{Rev: s.Rev}})
		if err != nil || res.Stub.Key != s.Key || res.Stub.Collection != "b" {
			t.Errorf("%+v, %v", res, err)
		}
	}
	if left := namesIn(t, filepath.Join(p.root, "a")); len(left) != 0 {
		t.Errorf("%q are left", left)
	}
	if outside := namesIn(t, filepath.Dir(p.root)); len(outside) != 1 {
		t.Errorf("%q lie outside", outside)
	}
}

// TestCase74IDs: an ID that was chosen elsewhere names a file in its directory, or is
// refused; the name is the one that was asked for, and never a taken one.
func TestCase74IDs(t *testing.T) {
	p := newPerson(t, "a")
	p.write(t, "taken.vcf", []byte("not in the collection"))
	r := p.open(t)
	for i, bad := range []core.ID{"../taken", "/etc/x", ".", "..", ".hidden", "a/b", "a\x00b", "a\nb", "%", "%41", "\xff", core.ID(strings.Repeat("x", 252))} {
		_, err := apply(t, r, create("a", bad, cardOf(fmt.Sprint("bad", i), "N")))
		wantClass(t, err, core.Permanent)
		_, err = apply(t, r, core.Write{Op: core.OpDelete, Ref: core.Ref{Collection: "a", ID: bad}})
		wantClass(t, err, core.Missing)
		for _, err := range r.Fetch(t.Context(), []core.Ref{{Collection: "a", ID: bad}}) {
			wantClass(t, err, core.Missing)
		}
	}
	if names := namesIn(t, filepath.Join(p.root, "a")); len(names) != 0 {
		t.Errorf("%q", names)
	}
	for i, good := range []core.ID{"u1-17", "-17", "a%0Ab", "%25", "%FF", "ä", "two words", core.ID(strings.Repeat("x", 251))} {
		res, err := apply(t, r, create("a", good, cardOf(fmt.Sprint("good", i), "N")))
		if err != nil || res.Stub.ID != good || !res.AsSent {
			t.Errorf("%q: %+v, %v", good, res, err)
		}
		_, err = apply(t, r, create("a", good, cardOf(fmt.Sprint("other", i), "N")))
		wantClass(t, err, core.Conflict)
	}
	all := list(t, p.open(t), "a")
	if len(all) != 8 {
		t.Errorf("%+v", all)
	}
	for _, s := range all {
		if !strings.HasPrefix(string(s.Key), "good") {
			t.Errorf("%+v", s)
		}
	}
}

// TestCollectionNames: names of collections come back as they were given, and each has
// its own directory, even where cases are not told apart.
func TestCollectionNames(t *testing.T) {
	p := newPerson(t, "first")
	r := p.open(t)
	paths := []string{"Work", "work", "WORK", "a%2Fb", "a%25b", ".hidden", "dot.", "space ", "..", ".", "Grüße", "back\\slash", "a\nb", "lost+found", "🎻"}
	for i, path := range paths {
		c, err := r.CreateCollection(t.Context(), path, core.RoleNone)
		if err != nil || c.Path != path || c.Count != 0 || c.Incarnation == "" {
			t.Errorf("%q: %+v, %v", path, c, err)
			continue
		}
		if again, err := r.CreateCollection(t.Context(), path, core.RoleNone); err != nil || again.ID != c.ID {
			t.Errorf("%q again: %+v, %v", path, again, err)
		}
		_, err = apply(t, r, create(path, "x", cardOf(fmt.Sprint("u", i), "N")))
		must(t, err)
	}
	folded := map[string]bool{}
	for _, name := range namesIn(t, p.root) {
		if folded[strings.ToLower(name)] || strings.ContainsAny(name, "\n\\") || strings.HasPrefix(name, ".") {
			t.Errorf("a directory is called %q", name)
		}
		folded[strings.ToLower(name)] = true
	}
	s, err := p.open(t).Collections(t.Context())
	if err != nil || len(s.Collections) != len(paths)+1 {
		t.Errorf("%+v, %v", s, err)
	}
	for _, c := range s.Collections {
		if c.Path != "first" && string(only(t, r, c.Path).Key) == "" {
			t.Errorf("%+v", c)
		}
	}
	for _, bad := range []string{"", "a/b", "50%", "a%41", "\xff", strings.Repeat("x", 256)} {
		_, err := r.CreateCollection(t.Context(), bad, core.RoleNone)
		wantClass(t, err, core.Permanent)
	}
	if outside := namesIn(t, filepath.Dir(p.root)); len(outside) != 1 {
		t.Errorf("%q lie outside", outside)
	}
}
