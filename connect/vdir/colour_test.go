//go:build unix

package vdir_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"lockstep/connect/vdir"
	"lockstep/core"
)

// colourOf is what a look tells of the first collection.
func colourOf(t *testing.T, r *vdir.Replica) string {
	t.Helper()
	s, err := r.Collections(t.Context())
	must(t, err)
	return s.Collections[0].Color
}

// TestColours: the file is read whatever its spelling, made where there is none, and
// replaced as a whole; nothing else changes, and nothing is left beside.
func TestColours(t *testing.T) {
	for _, o := range []struct{ there, told string }{{"", ""}, {"#FF0000\n", "#ff0000"}, {"#ff2968CC", "#ff2968"}, {"\n", ""}} {
		p := newPerson(t, "a")
		at := filepath.Join(p.root, "a", "color")
		if o.there != "" {
			must(t, os.WriteFile(at, []byte(o.there), 0o640))
		}
		r := p.open(t)
		if got := colourOf(t, r); got != o.told {
			t.Errorf("%q is told as %q", o.there, got)
		}
		must(t, r.SetColor(t.Context(), "a", "#12ab34"))
		if got := p.read(t, "a/color"); got != "#12ab34" || colourOf(t, r) != "#12ab34" || colourOf(t, p.open(t)) != "#12ab34" {
			t.Errorf("%q became %q, told as %q", o.there, got, colourOf(t, r))
		}
		want := os.FileMode(0o600)
		if o.there != "" {
			want = 0o640
		}
		if seen, err := os.Stat(at); err != nil || seen.Mode().Perm() != want {
			t.Errorf("%v, %v", seen.Mode(), err)
		}
		if all := namesIn(t, filepath.Join(p.root, "a")); !slices.Equal(all, []string{"color"}) {
			t.Errorf("there are %q", all)
		}
		must(t, r.SetColor(t.Context(), "a", "#000000")) // once more in one pass
		if got := p.read(t, "a/color"); got != "#000000" {
			t.Errorf("it is %q", got)
		}
	}
}

// TestColourOfOneCollection: with the items directly in the path, it is the file there.
func TestColourOfOneCollection(t *testing.T) {
	p := newPerson(t)
	p.config.Name = "only"
	must(t, p.open(t).SetColor(t.Context(), "only", "#12ab34"))
	if got := p.read(t, "color"); got != "#12ab34" {
		t.Errorf("it is %q", got)
	}
}

// TestAttackColour: what is no file with a colour is neither followed, nor read at
// length, nor overwritten; and neither is what another program saved since the look.
func TestAttackColour(t *testing.T) {
	long := make([]byte, 65)
	for name, o := range map[string]struct {
		make  func(at string) error
		class core.Class
	}{
		"a name":      {func(at string) error { return os.WriteFile(at, []byte("dark red"), 0o600) }, core.Permanent},
		"a long file": {func(at string) error { return os.WriteFile(at, append([]byte("#ff0000"), long...), 0o600) }, core.Permanent},
		"a directory": {func(at string) error { return os.Mkdir(at, 0o700) }, core.Permanent},
		"a link": {func(at string) error {
			secret := filepath.Join(filepath.Dir(filepath.Dir(at)), "secret")
			if err := os.WriteFile(secret, []byte("#ff0000"), 0o600); err != nil {
				return err
			}
			return os.Symlink(secret, at)
		}, core.Permanent},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPerson(t, "a")
			at := filepath.Join(p.root, "a", "color")
			must(t, o.make(at))
			before, err := os.Lstat(at)
			must(t, err)
			r := p.open(t)
			if got := colourOf(t, r); got != "" {
				t.Errorf("it tells %q", got)
			}
			wantClass(t, r.SetColor(t.Context(), "a", "#12ab34"), o.class)
			if after, err := os.Lstat(at); err != nil || !os.SameFile(before, after) || !after.ModTime().Equal(before.ModTime()) {
				t.Errorf("it was changed: %v", err)
			}
			if all := namesIn(t, filepath.Join(p.root, "a")); !slices.Equal(all, []string{"color"}) {
				t.Errorf("there are %q", all)
			}
		})
	}
	p := newPerson(t, "a")
	p.write(t, "a/color", []byte("#ff0000"))
	r := p.open(t)
	colourOf(t, r)
	p.write(t, "a/color", []byte("#00ff00"))
	wantClass(t, r.SetColor(t.Context(), "a", "#12ab34"), core.Conflict)
	if got := p.read(t, "a/color"); got != "#00ff00" {
		t.Errorf("what another program saved became %q", got)
	}
	for _, bad := range []string{"", "red", "#12AB34", "#12ab34ff", "../x"} {
		wantClass(t, r.SetColor(t.Context(), "a", bad), core.Permanent)
	}
	wantClass(t, r.SetColor(t.Context(), "nowhere", "#12ab34"), core.Missing)
	wantClass(t, r.SetColor(t.Context(), "..", "#12ab34"), core.Missing)
}
