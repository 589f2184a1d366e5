package ldap

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	"lockstep/core"
	"lockstep/peers/ldapd"
)

// TestSearchPages: whatever the size of a page, all entries come, once.
func TestSearchPages(t *testing.T) {
	for name, o := range map[string]ldapd.Options{"pages": {}, "one cookie for all pages": {OneCookie: true}, "no pages": {NoPages: true}} {
		p := newPeer(t, 23, o)
		c := p.dial(p.config)
		for _, page := range []uint32{0, 1, 5, 22, 23, 24, 4_000_000_000} {
			list, err := read(t.Context(), c, people(page))
			if err != nil {
				t.Fatal(name, page, err)
			}
			seen := map[string]bool{}
			for _, e := range list {
				seen[e.DN] = true
			}
			if len(list) != 23 || len(seen) != 23 {
				t.Errorf("%s: with pages of %d %d entries came, %d different ones", name, page, len(list), len(seen))
			}
		}
		p.clean()
	}
}

// TestSearchUnpaged: without pages one request is sent, without the control.
func TestSearchUnpaged(t *testing.T) {
	p := newPeer(t, 3, ldapd.Options{})
	if _, err := read(t.Context(), p.dial(p.config), people(0)); err != nil {
		t.Fatal(err)
	}
	got := p.Searches()
	want := []ldapd.Asked{{Session: 1, User: reader, Base: staff, Scope: "sub", Filter: "(mail=*)", Attributes: []string{"mail", "entryUUID"}, Entries: 3}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("asked %+v, want %+v", got, want)
	}
}

func TestSearchScopes(t *testing.T) {
	p := newPeer(t, 3, ldapd.Options{})
	c := p.dial(p.config)
	for _, row := range []struct {
		base  string
		scope Scope
		want  int
	}{{suffix, Sub, 6}, {suffix, "", 6}, {suffix, One, 2}, {suffix, Base, 1}, {staff, Sub, 4}, {"OU=People, DC=example,dc=com", One, 3}} {
		list, err := read(t.Context(), c, Search{Base: row.base, Scope: row.scope, Page: 2})
		if err != nil || len(list) != row.want {
			t.Errorf("%s %q: %d entries, want %d, %v", row.base, row.scope, len(list), row.want, err)
		}
	}
	for _, a := range p.Searches() {
		if (a.Scope == "base") != (a.Page == 0) {
			t.Errorf("of %s page %d is asked for", a.Scope, a.Page)
		}
	}
	_, err := read(t.Context(), c, Search{Base: suffix, Scope: "all"})
	failed(t, err, core.Permanent, "")
}

// TestSearchNothing: that there is nothing is no error here.
func TestSearchNothing(t *testing.T) {
	p := newPeer(t, 0, ldapd.Options{})
	for _, page := range []uint32{0, 10} {
		if list, err := read(t.Context(), p.dial(p.config), people(page)); err != nil || len(list) != 0 {
			t.Errorf("%d entries, %v", len(list), err)
		}
	}
}

// TestSearchAttributes: names are in lower case and without what is about the
// transport; other options stay, and values are bytes.
func TestSearchAttributes(t *testing.T) {
	p := newPeer(t, 0, ldapd.Options{})
	p.add("uid=a,"+staff, map[string][]string{"objectClass": {"account"}, "UID": {"a"}, "userCertificate;binary": {"\x00\xff\x80"}, "givenName": {"Jean", "Hans"},
		"givenName;lang-FR": {"Jean"}, "description": {""}, "entryUUID": {"11111111-2222-4333-8444-555555555555"}})
	list, err := read(t.Context(), p.dial(p.config), Search{Base: staff, Scope: One, Attributes: []string{"*", "entryUUID"}})
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	want := Entry{DN: "uid=a," + staff, Attributes: map[string][]string{"objectclass": {"account"}, "uid": {"a"}, "usercertificate": {"\x00\xff\x80"}, "givenname": {"Jean", "Hans"},
		"givenname;lang-fr": {"Jean"}, "description": {""}, "entryuuid": {"11111111-2222-4333-8444-555555555555"}}}
	if !reflect.DeepEqual(list[0], want) {
		t.Errorf("got  %q\nwant %q", list[0], want)
	}
}

// TestSearchReferences: everything here is yielded, and then the error tells
// that there is more elsewhere.
func TestSearchReferences(t *testing.T) {
	p := newPeer(t, 5, ldapd.Options{})
	for i := range 4 {
		ou := fmt.Sprintf("ou=far%d,dc=example,dc=com", i)
		p.add(ou, map[string][]string{"objectClass": {"referral"}, "ref": {"ldap://far.example.com/" + ou}})
	}
	c := p.dial(p.config)
	for _, page := range []uint32{0, 2} {
		s := people(page)
		s.Base = suffix
		list, err := read(t.Context(), c, s)
		var elsewhere *ReferenceError
		if len(list) != 5 || !errors.As(err, &elsewhere) || elsewhere.Count < 4 || len(elsewhere.URIs) != 3 || core.ClassOf(err) != core.Permanent {
			t.Errorf("%d entries, %v", len(list), err)
		}
	}
	// The base itself is elsewhere.
	_, err := read(t.Context(), c, Search{Base: "uid=x,ou=far1,dc=example,dc=com"})
	failed(t, err, core.Permanent, "address the server that it names, or choose another base")
	if _, now := p.Connections(); now != 1 {
		t.Errorf("%d connections", now)
	}
	p.clean()
}

// TestSearchOfADomain: the partitions that every domain of Active Directory
// refers to hold no people.
func TestSearchOfADomain(t *testing.T) {
	p := newPeer(t, 5, ldapd.Options{})
	for i, ref := range []string{"ldap://ForestDnsZones.example.com/DC=ForestDnsZones,DC=example,DC=com",
		"ldap://DomainDnsZones.example.com/DC=DomainDnsZones,DC=example,DC=com", "ldap://example.com/CN=Configuration,DC=example,DC=com"} {
		p.add(fmt.Sprintf("ou=far%d,dc=example,dc=com", i), map[string][]string{"objectClass": {"referral"}, "ref": {ref}})
	}
	s := people(2)
	s.Base = suffix
	c := p.dial(p.config)
	if list, err := read(t.Context(), c, s); err != nil || len(list) != 5 {
		t.Errorf("%d entries, %v", len(list), err)
	}
	// A domain below this one does.
	p.add("dc=eu,dc=example,dc=com", map[string][]string{"objectClass": {"referral"}, "ref": {"ldap://eu.example.com/DC=eu,DC=example,DC=com"}})
	if _, err := read(t.Context(), c, s); core.ClassOf(err) != core.Permanent {
		t.Errorf("a domain elsewhere is ignored: %v", err)
	}
}

// TestSearchLeft: a search that is left early yields nothing more, and its
// connection is of no use any more; other questions have to wait for its end.
func TestSearchLeft(t *testing.T) {
	p := newPeer(t, 10, ldapd.Options{})
	c := p.dial(p.config)
	for e, err := range c.Search(t.Context(), people(3)) {
		if err != nil || e.DN == "" {
			t.Fatal(e, err)
		}
		if _, err := c.BaseExists(t.Context(), suffix); core.ClassOf(err) != core.Permanent {
			t.Errorf("asked in the middle of a search: %v", err)
		}
		for _, err := range c.Search(t.Context(), people(3)) {
			if core.ClassOf(err) != core.Permanent {
				t.Errorf("searched in the middle of a search: %v", err)
			}
		}
		break
	}
	_, err := read(t.Context(), c, people(3))
	failed(t, err, core.Transient, "it will be tried again")
}

// TestSearchBadQuestion: what the configuration has wrong is told before
// anything is sent.
func TestSearchBadQuestion(t *testing.T) {
	p := newPeer(t, 1, ldapd.Options{})
	c := p.dial(p.config)
	for _, s := range []Search{{Base: "people"}, {Base: suffix, Filter: "(mail=*"}, {Base: suffix, Filter: "(&(a=b)x"}} {
		_, err := read(t.Context(), c, s)
		failed(t, err, core.Permanent, "")
		var wrong *SyntaxError
		if !errors.As(err, &wrong) {
			t.Errorf("%v is no error of syntax", err)
		}
	}
	if n := p.Counts()["SEARCH"]; n != 0 {
		t.Errorf("%d searches were sent", n)
	}
	if list, err := read(t.Context(), c, people(0)); err != nil || len(list) != 1 {
		t.Error("the connection is of no use afterwards:", list, err)
	}
}

// TestSearchMany: a large directory in pages.
func TestSearchMany(t *testing.T) {
	n := 20_000
	if testing.Short() {
		n = 2_000
	}
	p := newPeer(t, n, ldapd.Options{Limits: map[string]ldapd.Limit{reader: {Size: 500}}})
	seen := map[string]bool{}
	for e, err := range p.dial(p.config).Search(t.Context(), people(500)) {
		if err != nil {
			t.Fatal(err)
		}
		seen[e.Attributes["entryuuid"][0]] = true
	}
	if len(seen) != n || p.Sent() != n || p.Counts()["SEARCH"] != n/500 {
		t.Errorf("%d entries came of %d, %d were sent in %d pages", len(seen), n, p.Sent(), p.Counts()["SEARCH"])
	}
	p.clean()
}
