package main

import (
	"strings"
	"testing"
)

func TestCompare(t *testing.T) {
	want := []string{"a", "b", "b"}
	for _, c := range []struct {
		have []string
		says string
	}{
		{[]string{"b", "a", "b"}, ""},
		{[]string{"a", "b"}, "misses 1 elements (b) and has 0 too many ()"},
		{[]string{"a", "a", "b", "b"}, "misses 0 elements () and has 1 too many (a)"},
		{[]string{"a", "b", "c"}, "misses 1 elements (b) and has 1 too many (c)"},
	} {
		err := compare(want, c.have)
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: %v", c.have, err)
		}
	}
}

// TestFakeHoldsWhatIsWished: what the mail server of the tests says of itself is
// written as the wish is.
func TestFakeHoldsWhatIsWished(t *testing.T) {
	f, err := startFake(t.TempDir() + "/fake")
	if err != nil {
		t.Fatal(err)
	}
	defer f.stop()
	all := makePeople(40)
	for _, p := range all {
		for _, err := range []error{
			f.srv.AddUser(p.mail(), "x"), f.srv.SetQuota(p.mail(), p.quota), f.srv.AddIdentity(p.mail(), p.name(), 0), f.srv.AddMailbox(p.mail(), "INBOX"),
			f.srv.AddMapping(p.mail(), p.mapping), f.srv.AddForward(p.mail(), p.forward), f.srv.SetContact(p.mail(), p.given, p.family),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, a := range p.aliases {
			if err := f.srv.AddAlias(p.mail(), a); err != nil {
				t.Fatal(err)
			}
		}
	}
	have, err := f.holds(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := compare(wants(all, true), have); err != nil {
		t.Error(err)
	}
	if err := f.srv.SetQuota(all[7].mail(), 1); err != nil {
		t.Fatal(err)
	}
	if have, _ = f.holds(t.Context()); compare(wants(all, true), have) == nil {
		t.Error("another quota is not seen")
	}
}
