package ldap

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/peers/ldapd"
)

// TestRanges: values that come in parts come together, in whatever number.
func TestRanges(t *testing.T) {
	for _, n := range []int{1, 4, 5, 6, 9, 10, 11, 23} {
		p := newPeer(t, 0, ldapd.Options{Range: 5})
		var want []string
		for i := range n {
			want = append(want, fmt.Sprintf("uid=%03d,%s", i, staff))
		}
		for _, cn := range []string{"a", "b", "c"} {
			p.add("cn="+cn+","+staff, map[string][]string{"objectClass": {"groupOfNames"}, "cn": {cn}, "member": want, "description": want[:min(n, 7)]})
		}
		list, err := read(t.Context(), p.dial(p.config), Search{Base: staff, Scope: One, Attributes: []string{"member", "description"}, Page: 2})
		if err != nil || len(list) != 3 {
			t.Fatal(n, len(list), err)
		}
		for _, e := range list {
			if !reflect.DeepEqual(e.Attributes, map[string][]string{"member": want, "description": want[:min(n, 7)]}) {
				t.Errorf("%d values: %v", n, e.Attributes)
			}
		}
		p.clean()
	}
}

// TestRangesChange: an entry that goes away while its values are read, or
// loses them, makes the read incomplete.
func TestRangesChange(t *testing.T) {
	for name, change := range map[string]func(p *peer){
		"the entry":  func(p *peer) { p.Delete("cn=g," + staff) },
		"the values": func(p *peer) { p.Modify("cn=g,"+staff, map[string][]string{"member": nil}) },
	} {
		p := newPeer(t, 0, ldapd.Options{Range: 5})
		p.add("cn=g,"+staff, map[string][]string{"objectClass": {"groupOfNames"}, "member": strings.Split("abcdefghijklmnop", "")})
		p.SetFaults(func(a ldapd.Ask) ldapd.Fault {
			if a.Request == "SEARCH" && a.N == 3 {
				change(p)
			}
			return ldapd.Fault{}
		})
		list, err := read(t.Context(), p.dial(p.config), Search{Base: staff, Scope: One, Attributes: []string{"member"}, Page: 10})
		if len(list) != 0 || core.ClassOf(err) != core.Transient {
			t.Errorf("%s: %v, %v", name, list, err)
		}
	}
}

func TestParseSlice(t *testing.T) {
	for text, want := range map[string]slice{"0-1499": {of: true, to: 1499}, "1500-*": {of: true, from: 1500, last: true}, "0-0": {of: true}} {
		if got, err := parseSlice(text); err != nil || got != want {
			t.Errorf("%q is %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "-", "0", "*-1", "5-4", "0-1499-2", "-1-4", "+0-1", "0-9999999999", "0 - 1", "a-b"} {
		if got, err := parseSlice(text); err == nil {
			t.Errorf("%q is %+v", text, got)
		}
	}
}

func TestParseDescription(t *testing.T) {
	for text, want := range map[string]string{"cn": "cn", "CN": "cn", "userCertificate;binary": "usercertificate", "cn;lang-FR": "cn;lang-fr",
		"cn;x-b;lang-fr;Binary": "cn;lang-fr;x-b", "member;range=0-4": "member", "cn;lang-fr;range=0-*;x": "cn;lang-fr;x", "2.5.4.3": "2.5.4.3"} {
		if got, err := parseDescription(text); err != nil || got.name != want {
			t.Errorf("%q is %q, %v", text, got.name, err)
		}
	}
	for _, text := range []string{"", ";binary", "member;range=", "member;range=x-*", "member;range=0-1;range=0-1"} {
		if got, err := parseDescription(text); err == nil {
			t.Errorf("%q is %+v", text, got)
		}
	}
}

func TestSliceCheck(t *testing.T) {
	for _, row := range []struct {
		text         string
		from, values int
		ok           bool
	}{{"0-4", 0, 5, true}, {"5-*", 5, 3, true}, {"5-*", 5, 0, true}, {"0-4", 0, 4, false}, {"0-4", 0, 6, false}, {"5-9", 0, 5, false}, {"5-*", 6, 1, false}} {
		s, err := parseSlice(row.text)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.check("member", row.from, row.values); (err == nil) != row.ok {
			t.Errorf("%d values from %d as %s: %v", row.values, row.from, row.text, err)
		}
	}
}

// TestWrongRanges: parts that do not fit together are no values.
func TestWrongRanges(t *testing.T) {
	for name, attribute := range map[string]string{"too few": "member;range=0-2", "too many": "member;range=0-0", "not the beginning": "member;range=2-3"} {
		p := newPeer(t, 0, ldapd.Options{})
		p.add("cn=g,"+staff, map[string][]string{"objectClass": {"groupOfNames"}, attribute: {"a", "b"}})
		if _, err := read(t.Context(), p.dial(p.config), Search{Base: staff, Scope: One}); core.ClassOf(err) != core.Permanent {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzDescription: what is read is in the one form that is used for it.
func FuzzDescription(f *testing.F) {
	for _, s := range []string{"member;range=0-1499", "cn;lang-fr", ";", "a;range=1-*", "userCertificate;binary;binary"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := parseDescription(text)
		if err != nil {
			return
		}
		if d.name != strings.ToLower(d.name) || strings.Contains(d.name, ";binary;") || d.slice.of && !d.slice.last && d.slice.to < d.slice.from {
			t.Fatalf("%q is %+v", text, d)
		}
		again, err := parseDescription(d.name)
		if err != nil || again.name != d.name || again.slice.of {
			t.Fatalf("%q is %q, which is %+v, %v", text, d.name, again, err)
		}
	})
}
