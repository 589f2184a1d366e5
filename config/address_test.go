package config

import (
	"strings"
	"testing"
)

func TestAddresses(t *testing.T) {
	for _, c := range []struct{ in, print, normalised string }{
		{"imap://me@host", "imap://me@host/", "imap://me@host:993/"},
		{"IMAP://me@Host.Example.ORG./", "imap://me@host.example.org/", "imap://me@host.example.org:993/"},
		{"imaps://me@host/", "imap://me@host/", "imap://me@host:993/"},
		{"imap://me%40example.org@host/", "imap://me%40example.org@host/", "imap://me%40example.org@host:993/"},
		{"imap://me@example.org@host/", "imap://me%40example.org@host/", "imap://me%40example.org@host:993/"},
		{"imap://me@host:143/", "imap://me@host/?tls=starttls", "imap://me@host:143/"},
		{"imap://me@host/?tls=starttls", "imap://me@host/?tls=starttls", "imap://me@host:143/"},
		{"imap://me@host:143/?tls=implicit", "imap://me@host:143/?tls=implicit", "imap://me@host:143/"},
		{"imap://me@host:1993/?ca=~/ca.pem&tls=none&", "", ""},
		{"imap://me@host:1993/?ca=~/my%20ca.pem&tls=starttls", "imap://me@host:1993/?tls=starttls&ca=~/my%20ca.pem", "imap://me@host:1993/"},
		{"imap://me@[::1]:1143/?tls=none", "imap://me@[::1]:1143/?tls=none", "imap://me@[::1]:1143/"},
		{"imap://me@[0:0::1]/", "imap://me@[::1]/", "imap://me@[::1]:993/"},
		{"imap://me@host/#inbox", "imap://me@host/#INBOX", "imap://me@host:993/#INBOX"},
		{"imap://me@host/#Lists/a%20%23b", "imap://me@host/#Lists/a%20%23b", "imap://me@host:993/#Lists/a%20%23b"},
		{"imap://me@host/#Entwürfe", "imap://me@host/#Entwürfe", "imap://me@host:993/#Entwürfe"},
		{"maildir:~/Mail", "maildir:~/Mail", "maildir:~/Mail"},
		{"maildir:~/Mail/go#Lists/go", "maildir:~/Mail/go#Lists/go", "maildir:~/Mail/go#Lists/go"},
		{"maildir:///home/u/Mail", "maildir:/home/u/Mail", "maildir:/home/u/Mail"},
		{"maildir:////x", "maildir:/x", "maildir:/x"},
		{"maildir:a%20b %23 100%25", "maildir:a%2520b %23 100%25", "maildir:a%2520b %23 100%25"},
		{"vdir:contacts", "vdir:contacts", "vdir:contacts"},
		{"vcf:~/a b%23.vcf#Inbox", "vcf:~/a b%23.vcf#Inbox", "vcf:~/a b%23.vcf#Inbox"},
		{"ics:///srv/all.ics", "ics:/srv/all.ics", "ics:/srv/all.ics"},
		{"ldif:people.ldif", "ldif:people.ldif", "ldif:people.ldif"},
		{"carddav+https://me%40x.org@dav.example.org/dav/me@x.org/?ca=/ca.pem#Friends", "carddav+https://me%40x.org@dav.example.org/dav/me@x.org/?ca=/ca.pem#Friends", "carddav+https://me%40x.org@dav.example.org:443/dav/me@x.org/#Friends"},
		{"caldav+http://localhost:5232", "caldav+http://localhost:5232/", "caldav+http://localhost:5232/"},
		{"caldav+https://dav.example.org/a%2Fb", "caldav+https://dav.example.org/a%2Fb", "caldav+https://dav.example.org:443/a%2Fb"},
		{"ldap://ldap.example.org/ou=people,dc=example,dc=org", "ldap://ldap.example.org/ou=people,dc=example,dc=org", "ldap://ldap.example.org:389/ou=people,dc=example,dc=org"},
		{"ldap://h?tls=implicit", "ldaps://h/", "ldap://h:636/"},
		{"ldap://h:636", "ldaps://h/", "ldap://h:636/"},
		{"ldaps://cn=a%2Cdc=b@h", "ldaps://cn=a,dc=b@h/", "ldap://cn=a,dc=b@h:636/"},
		{"ldap://127.0.0.1:3389/?tls=none", "ldap://127.0.0.1:3389/?tls=none", "ldap://127.0.0.1:3389/"},
		{"james+https://james.example.org:8443/", "james+https://james.example.org:8443/", "james+https://james.example.org:8443/"},
		{"work", "work", "work"},
		{"work#Lists/go", "work#Lists/go", "work#Lists/go"},
	} {
		a, err := ParseAddress(c.in)
		if c.print == "" {
			if err == nil {
				t.Errorf("%s is taken as %s", c.in, a)
			}
			continue
		}
		if err != nil || a.String() != c.print || a.Normalised() != c.normalised {
			t.Errorf("%s\n is   %s\n want %s\n is   %s\n want %s\n %v", c.in, a, c.print, a.Normalised(), c.normalised, err)
		}
	}
}

func TestBadAddresses(t *testing.T) {
	var b strings.Builder
	for _, text := range []string{
		"", "#", "work#", "wo rk", "./Mail", "../Mail", "~/Mail", "/Mail", "-x", "mail@example.org",
		"imap:", "imap://", "imap:///", "imap://host:port/", "imap://host:0/", "imap://::1/", "imap://[::1/", "imap://[fe80::1%25eth0]/",
		"imap://[127.0.0.1]/", "imap://hö.example.org/", "imap://a b/", "imap://me@host/?tls=ssl", "imap://me@host/?tls=none&tls=none",
		"imap://me@host/?password=hunter2", "imap://me:hunter2@host/", "imap://me:hunt/er2@host/", "imap://me:@host/", "imap:me:hunter2@host",
		"smtp://me:hunter2@host/", "me:hunter2@host", "imap://%zz@host/", "imap://me%00@host/", "imap://me@host/#%zz", "imap://me@host/#a/../b",
		"imap://me@host/#/a", "imap://me@host/?ca=", "carddav+https://host/?tls=none", "carddav+http://host/?tls=implicit", "carddav+http://host/?ca=x",
		"carddav://host/", "https://host/", "maildir:", "maildir://", "maildir://host/x", "maildir:a\x00b", "maildir:\xff", "gmail:", "imap://me@host/Lists",
	} {
		a, err := ParseAddress(text)
		if err == nil {
			t.Errorf("%q is taken as %+v", text, a)
			continue
		}
		if strings.Contains(err.Error(), "hunt") || strings.Contains(err.Error(), "er2") {
			t.Errorf("a password is shown: %v", err)
		}
		b.WriteString(quote(strings.ToValidUTF8(text, "?")) + "\n\t" + err.Error() + "\n")
	}
	golden(t, "testdata/bad-addresses.golden", b.String())
}

func TestPlainText(t *testing.T) {
	for text, allowed := range map[string]bool{
		"imap://me@localhost/?tls=none":       true,
		"imap://me@LOCALHOST./?tls=none":      true,
		"imap://me@127.0.0.1/?tls=none":       true,
		"imap://me@127.9.8.7/?tls=none":       true,
		"imap://me@[::1]/?tls=none":           true,
		"imap://me@[::ffff:127.0.0.1]/":       true,
		"imap://me@example.org/":              true,
		"ldap://example.org/":                 true,
		"carddav+http://localhost/":           true,
		"work":                                true,
		"maildir:x":                           true,
		"imap://me@example.org/?tls=none":     false,
		"imap://me@127.1/?tls=none":           false,
		"imap://me@0.0.0.0/?tls=none":         false,
		"imap://me@localhost.evil/?tls=none":  false,
		"imap://me@127.0.0.1.evil/?tls=none":  false,
		"ldap://example.org/?tls=none":        false,
		"carddav+http://example.org/":         false,
		"james+http://james.example.org:8000": false,
	} {
		a, err := ParseAddress(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.CheckPlain(false); (err == nil) != allowed {
			t.Errorf("%s: %v", text, err)
		}
		if err := a.CheckPlain(true); err != nil {
			t.Errorf("%s with insecure: %v", text, err)
		}
	}
}

func TestAbsolute(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"maildir:~", "maildir:/home/u"},
		{"maildir:~/Mail/../Post/", "maildir:/home/u/Post"},
		{"maildir:Mail", "maildir:/srv/Mail"},
		{"maildir:/a//b/.", "maildir:/a/b"},
		{"imap://me@host/?ca=ca.pem", "imap://me@host/?ca=/srv/ca.pem"},
		{"maildir:~other/Mail", ""},
		{"imap://me@host/?ca=~other/ca.pem", ""},
	} {
		a, err := ParseAddress(c.in)
		if err != nil {
			t.Fatal(err)
		}
		a, err = a.In("/home/u", "/srv")
		if c.want == "" && err == nil || c.want != "" && (err != nil || a.String() != c.want) {
			t.Errorf("%s is %s, want %s (%v)", c.in, a, c.want, err)
		}
	}
	a, _ := ParseAddress("maildir:~/Mail")
	if _, err := a.In("", "/srv"); err == nil || !strings.Contains(err.Error(), "set HOME") {
		t.Errorf("without a home: %v", err)
	}
}

// FuzzParseAddress: what is accepted prints, and what is printed is accepted
// as the same; nothing panics.
func FuzzParseAddress(f *testing.F) {
	for _, text := range []string{
		"imap://me%40x@host:993/?tls=starttls&ca=~/a#b/c", "maildir:~/a%23b#c", "ldaps://cn=a@h/dc=b", "carddav+http://[::1]:80/a%20b",
		"work#INBOX", "imap://a:b@c", "vdir:///x", "ldap://h:636/?tls=starttls", "james+https://h", "imap://me@host:143/?tls=none#%25",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ParseAddress(text)
		if err != nil {
			return
		}
		again, err := ParseAddress(a.String())
		if err != nil || again != a || again.String() != a.String() {
			t.Fatalf("%q is %+v, printed %q, read as %+v (%v)", text, a, a.String(), again, err)
		}
		if same, err := ParseAddress(a.Normalised()); err != nil || same.Normalised() != a.Normalised() {
			t.Fatalf("%q is normalised to %q, and that to %q (%v)", text, a.Normalised(), same.Normalised(), err)
		}
	})
}
