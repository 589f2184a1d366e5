package config

import (
	"errors"
	"strings"
	"testing"

	"lockstep/core"
)

func TestSelect(t *testing.T) {
	c := load(t, "testdata/good/full.toml")
	none := &Config{env: testEnv, home: "/home/u"}
	for _, x := range []struct {
		name string
		c    *Config
		args string
		want string
	}{
		{"all", c, "", "work,backup,people,staff,contacts,company,calendar"},
		{"by name", c, "backup work", "backup,work"},
		{"two accounts", c, "work local", "work local"},
		{"an address and an account", c, "maildir:~/Post local", "maildir:/home/u/Post local"},
		{"one collection", c, "work#INBOX maildir:/in#INBOX", "work#INBOX maildir:/in#INBOX"},
		{"two addresses", none, "imap://me@imap.example.org maildir:/m", "imap://me@imap.example.org/ maildir:/m"},
		{"mistyped", c, "bakcup", `!there is no link "bakcup"; did you mean "backup"?`},
		{"mistyped second", c, "backup wrok", `!there is no link "wrok"; did you mean "work"?`},
		{"unknown", c, "nothing", `!there is no link "nothing"; known: work, backup, people, staff, contacts`},
		{"unknown without links", none, "nothing", `!there is no link "nothing"; give the names of links, or two addresses`},
		{"no links", none, "", "!no links are configured; add [links.NAME]"},
		{"unknown account", none, "maildir:/m work", `!there is no account "work"; add [accounts.work], or write an address`},
		{"three", c, "maildir:/a maildir:/b maildir:/c", `!there is no link "maildir:/a"`},
		{"one address with a password", c, "imap://me:hunter2@host/", `!there is no link "imap://me:***@host/"`},
		{"both wrong", none, "imap: vdir:", "!\"imap:\": there is no // after the scheme; write imap://user@host:port/\n\"vdir:\": there is no path"},
		{"plain", none, "imap://me@imap.example.org/?tls=none maildir:/m", "!imap://me@imap.example.org/?tls=none would send"},
		{"no user", none, "imap://imap.example.org/ maildir:/m", "!imap://imap.example.org/ names no user"},
		{"kinds", none, "vdir:/a maildir:/m", "!right holds items of kind mail, but left of kind contact or event"},
		{"which kind", none, "vdir:/a vdir:/m", "!kind is not said, and both ends may hold items of kind contact or event; write a [links.NAME]"},
		{"same", none, "maildir:/m maildir:/a/../m", "!right is the same place as left"},
	} {
		t.Run(x.name, func(t *testing.T) {
			links, err := x.c.Select(strings.Fields(x.args))
			if want, bad := strings.CutPrefix(x.want, "!"); bad {
				if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
					t.Errorf("%v, want %s", err, want)
				}
				var p Problem
				if !errors.As(err, &p) {
					t.Errorf("a %T is no problem", err)
				}
				return
			}
			var names []string
			for _, l := range links {
				names = append(names, l.Name)
			}
			if err != nil || strings.Join(names, ",") != x.want {
				t.Errorf("%q %v, want %s", names, err, x.want)
			}
		})
	}
}

func TestAdHocPasswords(t *testing.T) {
	c := &Config{env: testEnv, home: "/home/u"}
	l, err := c.AdHoc("imap://me@a.example.org/", "imap://me@b.example.org/")
	if err != nil {
		t.Fatal(err)
	}
	if word, err := l.Left.Account.Password.Resolve(t.Context()); word != "left-word" || err != nil {
		t.Errorf("left: %q %v", word, err)
	}
	_, err = l.Right.Account.Password.Resolve(t.Context())
	want := "password of imap://me@b.example.org/: the environment variable LOCKSTEP_PASSWORD_RIGHT is not set (set it)"
	if err == nil || err.Error() != want {
		t.Errorf("right: %v", err)
	}
	l, err = c.AdHoc("maildir:/m", "imap://me@b.example.org/")
	if err != nil || !l.Left.Account.Password.IsZero() || l.Local() != [2]bool{true, false} {
		t.Errorf("a maildir has no password: %v", err)
	}
}

func TestStateKeys(t *testing.T) {
	c := load(t, "testdata/good/full.toml")
	key := func(left, right string) string {
		t.Helper()
		l, err := c.AdHoc(left, right)
		if err != nil {
			t.Fatal(err)
		}
		return l.StateKey()
	}
	base := key("imap://me@host/", "maildir:/home/u/Mail")
	for _, same := range [][2]string{
		{"imaps://me@HOST:993", "maildir:~/Mail/"},
		{"imap://me@host/?ca=/ca.pem", "maildir:/home/u/x/../Mail"},
	} {
		if got := key(same[0], same[1]); got != base {
			t.Errorf("%v has another state", same)
		}
	}
	for _, other := range [][2]string{
		{"maildir:/home/u/Mail", "imap://me@host/"},
		{"imap://you@host/", "maildir:~/Mail"},
		{"imap://me@host:1993/", "maildir:~/Mail"},
		{"imap://me@host/#INBOX", "maildir:~/Mail"},
		{"imap://me@host/", "maildir:~/Mail2"},
	} {
		if got := key(other[0], other[1]); got == base {
			t.Errorf("%v has the same state", other)
		}
	}
	if key("work", "maildir:/m") != key("imap://me%40example.org@imap.example.org", "maildir:/m") {
		t.Error("an account is the address it stands for")
	}
	link, _ := c.Link("work")
	if link.StateKey() != "link-work" {
		t.Error(link.StateKey())
	}
	c = configured(t, "[accounts.here]\naddress = \"vdir:/home/u/Contacts\"\n[accounts.book]\naddress = \"vdir:/home/u/Contacts#friends\"\n")
	const dav = "carddav+https://me@dav.example.org/"
	if key("here#friends", dav) == key("vdir:/home/u/Contacts#friends", dav) || key("here#friends", dav) == key("here", dav) || key("here#friends", dav) == key("here#work", dav) {
		t.Error("a directory in a vdir has the state of another place")
	}
	if key("book", dav) != key("vdir:/home/u/Contacts#friends", dav) || key("here", dav) != key("vdir:/home/u/Contacts", dav) {
		t.Error("an account is the address it stands for")
	}
}

func TestEndsOfDoctor(t *testing.T) {
	c := load(t, "testdata/good/full.toml")
	end, err := c.End(core.Left, "work#INBOX")
	if err != nil || end.String() != "work#INBOX" || end.Address().Collection != "INBOX" || end.Address().Host != "imap.example.org" {
		t.Errorf("%v %v", end, err)
	}
}
