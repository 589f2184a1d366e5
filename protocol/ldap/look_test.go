package ldap

import (
	"io"
	"reflect"
	"testing"

	"lockstep/core"
	"lockstep/peers/ldapd"
)

func TestBaseExists(t *testing.T) {
	p := newPeer(t, 1, ldapd.Options{})
	p.add("ou=far,"+suffix, map[string][]string{"objectClass": {"referral"}, "ref": {"ldap://far.example.com/"}})
	c := p.dial(p.config)
	for dn, want := range map[string]bool{suffix: true, staff: true, "OU=People,DC=Example, DC=com": true, "ou=nobody," + suffix: false, "dc=other": false} {
		if got, err := c.BaseExists(t.Context(), dn); err != nil || got != want {
			t.Errorf("%s: %t, %v", dn, got, err)
		}
	}
	for _, dn := range []string{"people", "uid=x,ou=far," + suffix} {
		if got, err := c.BaseExists(t.Context(), dn); got || core.ClassOf(err) != core.Permanent {
			t.Errorf("%s: %t, %v", dn, got, err)
		}
	}
	p.SetFaults(ldapd.Script(ldapd.Scripted{Request: "SEARCH", Fault: ldapd.Fault{Refuse: &ldapd.Result{Code: 51}}}))
	if got, err := c.BaseExists(t.Context(), suffix); got || core.ClassOf(err) != core.Transient {
		t.Errorf("busy: %t, %v", got, err)
	}
	p.clean()
}

// TestLookupElsewhere: an entry that only a reference tells of is not missing.
func TestLookupElsewhere(t *testing.T) {
	p := newPeer(t, 1, ldapd.Options{})
	c := p.dial(p.config)
	p.SetFaults(ldapd.Script(ldapd.Scripted{Request: "SEARCH", Fault: ldapd.Fault{Raw: func(w io.Writer, id int64) error {
		message := func(op []byte) []byte { return encode(nil, tagSequence, encodeInt(tagInteger, id), op) }
		answer := append(message(encode(nil, opReference, encodeText(tagOctets, "ldap://far.example.com/"))),
			message(encode(nil, opDone, encodeInt(tagEnum, 0), encodeText(tagOctets, ""), encodeText(tagOctets, "")))...)
		_, err := w.Write(answer)
		return err
	}}}))
	if found, err := c.BaseExists(t.Context(), suffix); found || core.ClassOf(err) != core.Permanent {
		t.Errorf("%t, %v", found, err)
	}
}

func TestRootDSE(t *testing.T) {
	p := newPeer(t, 0, ldapd.Options{Suffixes: []string{"dc=other", suffix}, Vendor: "Test\x07 Server"})
	c := p.dial(p.config)
	r, err := c.RootDSE(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(r.NamingContexts, []string{suffix, "dc=other"}) || r.Vendor != "Test  Server" || !r.Pages() || !r.StartTLS() {
		t.Errorf("%+v", r)
	}
	n := p.Counts()["SEARCH"]
	if again, err := c.RootDSE(t.Context()); err != nil || again != r || p.Counts()["SEARCH"] != n {
		t.Error("it is asked again", err)
	}
	bare := newPeer(t, 0, ldapd.Options{NoPages: true, NoStartTLS: true})
	implicit := bare.reach(bare.ListenTLS)
	if r, err = bare.dial(implicit).RootDSE(t.Context()); err != nil || r.Pages() || r.StartTLS() {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestPosition: it changes with every change, and there is none where nothing
// keeps it.
func TestPosition(t *testing.T) {
	p := newPeer(t, 5, ldapd.Options{})
	c := p.dial(p.config)
	position := func() string {
		t.Helper()
		s, err := c.Position(t.Context(), staff)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	seen := map[string]bool{"": true}
	for _, change := range []func(){
		func() {},
		func() { p.person(77) },
		func() { p.Modify("uid=u00001,"+staff, map[string][]string{"mail": {"new@example.com"}}) },
		func() { p.Rename("uid=u00001,"+staff, "uid=new,"+staff) },
		func() { p.Delete("uid=u00002," + staff) },
	} {
		change()
		now := position()
		if seen[now] {
			t.Errorf("%q was there before", now)
		}
		seen[now] = true
		if position() != now {
			t.Error("it changes by itself")
		}
	}
	p.clean()
	none := newPeer(t, 1, ldapd.Options{NoSync: true})
	if s, err := none.dial(none.config).Position(t.Context(), staff); err != nil || s != "" {
		t.Errorf("%q, %v", s, err)
	}
	if s, err := c.Position(t.Context(), "dc=other"); err != nil || s != "" {
		t.Errorf("of a suffix that is not there: %q, %v", s, err)
	}
}

// TestPositionThatNobodyKeeps: a contextCSN that came with a backup into a
// database that does not keep it proves nothing.
func TestPositionThatNobodyKeeps(t *testing.T) {
	p := newPeer(t, 0, ldapd.Options{NoSync: true})
	c := p.dial(p.config)
	c.root = &RootDSE{NamingContexts: []string{suffix}, Controls: []string{oidSync}}
	p.Modify(suffix, map[string][]string{"contextCSN": {"20400101000000.000000Z#000000#000#000000"}})
	if s, err := c.Position(t.Context(), staff); err != nil || s == "" {
		t.Fatalf("%q, %v", s, err)
	}
	p.Modify(suffix, map[string][]string{"contextCSN": {"20200101000000.000000Z#000000#000#000000"}})
	if s, err := c.Position(t.Context(), staff); err != nil || s != "" {
		t.Errorf("%q, %v; entries are newer", s, err)
	}
	// One entry is newer: that of the suffix, with this very change.
	var last string
	for _, e := range p.Entries() {
		last = max(last, e.Attributes["entryCSN"][0])
	}
	p.Modify(suffix, map[string][]string{"contextCSN": {last}})
	if s, err := c.Position(t.Context(), staff); err != nil || s != "" {
		t.Errorf("%q, %v; one entry is newer", s, err)
	}
	// Nor does one of a server that does not say that it keeps it.
	p.Modify(suffix, map[string][]string{"contextCSN": {"20400101000000.000000Z#000000#000#000000"}})
	c.root.Controls = nil
	if s, err := c.Position(t.Context(), staff); err != nil || s != "" {
		t.Errorf("%q, %v; the server does not keep it", s, err)
	}
}

func TestSuffix(t *testing.T) {
	r := &RootDSE{NamingContexts: []string{"", "dc=example,dc=com", "dc=com", "cn=config"}}
	for dn, want := range map[string]string{"ou=a,DC=Example,dc=com": "dc=example,dc=com", "dc=example,dc=com": "dc=example,dc=com", "dc=other,dc=com": "dc=com",
		"dc=org": "", "": "", `cn=x\,dc=com`: ""} {
		if got := r.suffix(dn); got != want {
			t.Errorf("%s is in %q, want %q", dn, got, want)
		}
	}
}
