package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/core"
)

// configured reads a configuration.
func configured(t *testing.T, text string) *Config {
	t.Helper()
	path := filepath.Join(t.TempDir(), "lockstep.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(path, testEnv)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestFromFile: a file of items is carried over one way, deletes nothing, overwrites
// nothing, and is one collection that is called as the file is.
func TestFromFile(t *testing.T) {
	c := configured(t, "[accounts.home]\naddress = \"vdir:/home/u/Contacts\"\n")
	for _, x := range []struct {
		left, right string
		only        [2]string
		kind        core.Kind
	}{
		{"vcf:/srv/friends.vcf", "home", [2]string{"friends", "friends"}, core.Contact},
		{"vcf:/srv/friends.vcf", "home#book", [2]string{"friends", "book"}, core.Contact},
		{"vcf:/srv/friends.vcf#all", "home", [2]string{"all", "all"}, core.Contact},
		{"vcf:/srv/a%2Fb 100%.vcf", "home#x", [2]string{"a%2Fb 100%25", "x"}, core.Contact},
		{"vcf:/srv/.vcf", "home#x", [2]string{"items", "x"}, core.Contact},
		{"ics:/srv/work.ics", "vdir:/home/u/Calendars#work", [2]string{"work", "work"}, core.Event},
	} {
		l, err := c.AdHoc(x.left, x.right)
		if err != nil {
			t.Errorf("%s: %v", x.left, err)
			continue
		}
		if m := l.Mapper(); !m.single || m.only != x.only || l.Kind != x.kind {
			t.Errorf("%s to %s: %v of %s", x.left, x.right, m.only, l.Kind)
		}
		p := l.Policy(noon())
		if l.Mode != LeftToRight || p.Write != [2]bool{false, true} || p.Deletes != [2]bool{} || p.Winner != core.Right || !p.Settle {
			t.Errorf("%s: %s, %+v", x.left, l.Mode, p)
		}
	}
	for _, x := range []struct{ left, right, why string }{
		{"home", "vcf:/srv/a.vcf", "right is a file that is only read, vcf:/srv/a.vcf; write it left"},
		{"vcf:/srv/a.vcf", "vcf:/srv/b.vcf", "is a file that is only read"},
		{"ics:/srv/a.ics", "carddav+https://dav.example.org/", "items of kind contact, but left of kind event"},
	} {
		if _, err := c.AdHoc(x.left, x.right); err == nil || !strings.Contains(err.Error(), x.why) {
			t.Errorf("%s to %s: %v", x.left, x.right, err)
		}
	}
	for file, why := range map[string]string{"contacts.csv": "is neither a .vcf nor an .ics", "a\x01.vcf": "cannot be printed"} {
		if _, err := c.Import(file, "home"); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %v", file, err)
		}
	}
	for to, want := range map[string][2]string{"home#book": {"book", ""}, "home": {"a", ""}, "vdir:/srv/x#book": {"a", "book"}} {
		l, err := c.Import("/srv/a.vcf", to)
		if err != nil || l.Left.Alone() != want[0] || l.Right.Collection != want[1] {
			t.Errorf("%s: %+v, %v", to, l, err)
		}
	}
	l, err := c.Import("/srv/a#b 5%.VCF", "home#x")
	if err != nil || l.Left.Account.Address.Path != "/srv/a#b 5%.VCF" || l.Left.Alone() != "x" || l.Left.Account.Address.Type != VCF {
		t.Errorf("%+v, %v", l, err)
	}
}

// TestFromFileConfigured: what a link says of itself counts, as far as it goes.
func TestFromFileConfigured(t *testing.T) {
	c := configured(t, "[links.a]\nleft = \"vcf:a.vcf\"\nright = \"vdir:a\"\ndeletes = true\nconflict = \"left\"\n"+
		"[links.b]\nleft = \"vcf:a.vcf\"\nright = \"vdir:b\"\nconflict = \"both\"\n[links.c]\nleft = \"vcf:a.vcf\"\nright = \"vdir:c\"\nconflict = \"right\"\n")
	a, b, last := c.Links[0], c.Links[1], c.Links[2]
	if a.Deletes != [2]bool{false, true} || a.Conflict != core.Left || a.KeepBoth || !b.KeepBoth || last.Conflict != core.Right || last.KeepBoth {
		t.Errorf("%+v\n%+v\n%+v", a, b, last)
	}
	path := filepath.Join(t.TempDir(), "lockstep.toml")
	text := "[links.a]\nleft = \"vcf:a.vcf\"\nright = \"vdir:a\"\nmode = \"two-way\"\n[links.b]\nleft = \"vcf:a.vcf\"\nright = \"vdir:b\"\nfolders = [\"x\"]\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Load(path, testEnv)
	if err == nil || !strings.Contains(err.Error(), `cannot be "two-way", as left is a file that is only read`) || !strings.Contains(err.Error(), "an end names one collection") {
		t.Errorf("%v", err)
	}
}

// TestCheckBackup: what may not be backed up is not exported, from wherever a link
// brings it.
func TestCheckBackup(t *testing.T) {
	c := configured(t, "[accounts.customers]\naddress = \"carddav+https://dav.example.com/\"\nbackup = false\n"+
		"[accounts.here]\naddress = \"vdir:/home/u/Customers\"\n[accounts.copy]\naddress = \"vdir:/home/u/Copy\"\n[accounts.own]\naddress = \"vdir:/home/u/Own\"\n"+
		"[links.a]\nleft = \"customers\"\nright = \"here\"\n[links.b]\nleft = \"here\"\nright = \"copy\"\nkind = \"contact\"\nmode = \"left-to-right\"\n"+
		"[links.c]\nleft = \"own\"\nright = \"copy\"\nkind = \"contact\"\nmode = \"left-to-right\"\n")
	for end, refused := range map[string]bool{
		"customers": true, "here": true, "copy#x": true, "own": false, "vdir:/home/u/Customers#book": true, "vdir:/home/u": true, "vdir:/srv": false,
		"carddav+https://dav.example.com/": true, "caldav+https://dav.example.com/": false,
	} {
		e, err := c.End(core.Left, end)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.CheckBackup(e); (err != nil) != refused || refused && !strings.Contains(err.Error(), "backup = false") {
			t.Errorf("%s: %v", end, err)
		}
	}
}

// TestFileOf: a collection has its name back from the file that it was exported to.
func TestFileOf(t *testing.T) {
	for _, path := range []string{"friends", "a%2Fb", "100%25", "Ä ö"} {
		a := &Account{Address: Address{Type: VCF, Path: "/srv/" + FileOf(path) + ".vcf"}}
		if got := (End{Account: a}).Alone(); got != path || strings.Contains(FileOf(path), "/") {
			t.Errorf("%s is %s afterwards", path, got)
		}
	}
	if FileOf("a/../b") != "a%2F..%2Fb" || FileOf("..") != "_.." {
		t.Error(FileOf("a/../b"), FileOf(".."))
	}
}
