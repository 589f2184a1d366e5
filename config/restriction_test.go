package config

import (
	"strings"
	"testing"
)

const restricted = `
[accounts.company]
address = "carddav+https://me@dav.company.example/books/"
password = {env = "X"}
uploadable = false
[accounts.home]
address = "carddav+https://me@dav.home.example/"
password = {env = "X"}
[accounts.again]
address = "carddav+https://me@dav.company.example/other/"
password = {env = "X"}
[accounts.you]
address = "carddav+https://you@dav.company.example/books/"
password = {env = "X"}
`

// TestRestriction: no byte of an account with uploadable = false reaches
// another login, whichever links it would take (case 84).
func TestRestriction(t *testing.T) {
	link := func(left, right string, more ...string) string {
		return "left = \"" + left + "\"\nright = \"" + right + "\"\n" + strings.Join(more, "\n") + "\n"
	}
	for _, c := range []struct {
		name  string
		links []string
		want  string // in the problem; "" = none
	}{
		{"a directory", []string{link("company", "vdir:/c")}, ""},
		{"a server", []string{link("company", "home")}, "right in [links.a] is a server, and would get items of account \"company\""},
		{"a server on the left", []string{link("home", "company")}, "left in [links.a] is a server"},
		{"a server that is only read", []string{link("home", "company", `mode = "left-to-right"`)}, ""},
		{"a server that is only written", []string{link("home", "company", `mode = "right-to-left"`)}, "left in [links.a] is a server"},
		{"the same login", []string{link("company#a", "again#b")}, ""},
		{"the same login by another account", []string{link("again", "home")}, "right in [links.a]"},
		{"another login of the same server", []string{link("company", "you")}, "right in [links.a]"},
		{"two directories apart", []string{link("company", "vdir:/c"), link("vdir:/ca", "home")}, ""},
		{"one directory", []string{link("company", "vdir:/c"), link("vdir:/c", "home")}, "right in [links.b] is a server, and would get items of account \"company\", which has uploadable = false, by way of links.a"},
		{"one directory, the other way round", []string{link("vdir:/c", "home"), link("company", "vdir:/c")}, "right in [links.a] is a server"},
		{"below it", []string{link("company", "vdir:/c"), link("vdir:/c/x/#x", "home#x")}, "by way of links.a"},
		{"above it", []string{link("company#x", "vdir:/c/x#x"), link("vdir:/c", "home")}, "by way of links.a"},
		{"the root", []string{link("company#x", "vdir:/c/x#x"), link("vdir:/", "home")}, "by way of links.a"},
		{"only brought in", []string{link("company", "vdir:/c"), link("vdir:/c", "home", `mode = "right-to-left"`)}, ""},
		{"only sent", []string{link("company", "vdir:/c", `mode = "right-to-left"`), link("vdir:/c", "home")}, ""},
		{"calendars of the directory", []string{link("company", "vdir:/c"), link("vdir:/c", "caldav+https://dav.home.example/")}, ""},
		{"three links", []string{link("company", "vdir:/c"), link("vdir:/c", "vdir:/d", `kind = "contact"`), link("vdir:/d/x#x", "home#x")}, "by way of links.a, by way of links.b"},
		{"three links, the second backwards", []string{link("company", "vdir:/c"), link("vdir:/c", "vdir:/d", `kind = "contact"`, `mode = "right-to-left"`), link("vdir:/d", "home")}, ""},
		{"a ring", []string{link("company", "vdir:/c"), link("vdir:/c", "vdir:/d", `kind = "contact"`), link("vdir:/d", "company#x", `mode = "left-to-right"`)}, ""},
	} {
		text := restricted
		for i, l := range c.links {
			text += "[links." + string(rune('a'+i)) + "]\n" + l
		}
		_, err := loadText(t, text)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
		if all, ok := err.(Problems); ok && (len(all) != 1 || all[0].Line == 0 || all[0].Remedy == "") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestRestrictionOfTheCommandLine: two addresses are held to what the
// configuration says of them.
func TestRestrictionOfTheCommandLine(t *testing.T) {
	c, err := loadText(t, restricted+"[links.a]\nleft = \"company\"\nright = \"vdir:/c\"\n[links.b]\nleft = \"vdir:/d\"\nright = \"home\"\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ left, right, want string }{
		{"company", "home", "right is a server"},
		{"company", "vdir:/e", ""},
		{"carddav+https://you@dav.example.org/", "vdir:/c/x#x", "left is a server, and would get items of account \"company\", which has uploadable = false, by way of links.a"},
		{"company", "vdir:/d", "right of links.b is a server"},
		{"carddav+https://you@dav.example.org/", "vdir:/d", ""},
	} {
		_, err := c.AdHoc(x.left, x.right)
		if (err == nil) != (x.want == "") || err != nil && !strings.HasPrefix(err.Error(), x.want) {
			t.Errorf("%s %s: %v", x.left, x.right, err)
		}
	}
	end, err := c.End(0, "carddav+https://me@dav.company.example/")
	if err != nil || !end.Account.Restriction.NoUpload {
		t.Errorf("%+v, %v", end, err)
	}
}

// TestMergeable: it includes uploadable, and reaches the policy.
func TestMergeable(t *testing.T) {
	c, err := loadText(t, strings.Replace(restricted, "uploadable", "mergeable", 1)+"[links.a]\nleft = \"vdir:/c\"\nright = \"company\"\n[links.b]\nleft = \"vdir:/d\"\nright = \"home\"\n")
	if err != nil {
		t.Fatal(err)
	}
	if r := c.Accounts[0].Restriction; !r.NoMerge || !r.NoUpload || r.NoBackup {
		t.Errorf("%+v", r)
	}
	if !c.Links[0].Policy(noon()).Apart || c.Links[1].Policy(noon()).Apart {
		t.Error("the policy does not say what is never joined")
	}
}
