package directory_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"lockstep/connect/directory"
	"lockstep/core"
	"lockstep/format/element"
	"lockstep/internal/mapping"
)

// TestListing: what two directories wish together, whatever their order.
func TestListing(t *testing.T) {
	for seed := range uint64(10) {
		dice := rand.New(rand.NewPCG(seed, 0))
		corp := &shelf{name: "corp", dice: dice, entries: []mapping.Entry{
			person(1, "mail=Ann@d", "mailAlias=A@d", "mailAlias=b@d", "givenName=Ann", "sn=Other", "mailQuotaSize=4 GiB", "userPassword=s3cret"),
			person(2, "mail=bob@d", "mailAlias=ann@d", "mailQuotaSize=much"),
			person(3, "cn=printer"),
			person(4, "mail=dan@d", "mailForward=eve@d"),
		}}
		export := &shelf{name: "export", dice: dice, entries: []mapping.Entry{
			person(1, "mail=eve@d", "mailForward=dan@d", "mailForward=x@y"), person(5, "mail=a@d"),
		}}
		r := open(t, rules(t), corp, export)
		users, full, err := list(r, "users")
		if !full || err != nil {
			t.Fatalf("full %v, %v", full, err)
		}
		expect(t, "users", users,
			"corp!"+id(1)+" users/ann@d", "corp!"+id(2)+" users/bob@d", "corp!"+id(3)+" users/corp!"+id(3)+" BAD no address in mail: it has no address",
			"corp!"+id(4)+" users/dan@d", "export!"+id(1)+" users/eve@d", "export!"+id(5)+" users/a@d")
		aliases, _, _ := list(r, "aliases")
		expect(t, "aliases", aliases,
			"corp!"+id(1)+"!a@d aliases/ann@d/a@d BAD a@d, which is to be an alias of ann@d (uid=u1,dc=d), is the address of uid=u5,dc=d; take it away from one of them",
			"corp!"+id(1)+"!b@d aliases/ann@d/b@d",
			"corp!"+id(2)+"!ann@d aliases/bob@d/ann@d BAD ann@d, which is to be an alias of bob@d (uid=u2,dc=d), is the address of uid=u1,dc=d; take it away from one of them")
		forwards, _, _ := list(r, "forwards")
		expect(t, "forwards", forwards, "corp!"+id(4)+"!eve@d forwards/dan@d/eve@d",
			"export!"+id(1)+"!dan@d forwards/eve@d/dan@d BAD mail would go in a circle: eve@d -> dan@d -> eve@d; take one of these away", "export!"+id(1)+"!x@y forwards/eve@d/x@y")
		quotas, _, _ := list(r, "quotas")
		expect(t, "quotas", quotas, "corp!"+id(1)+" quotas/ann@d (4 GiB)", "corp!"+id(2)+" quotas/bob@d BAD the quota \"much\" is no number...")
		contacts, _, _ := list(r, "contacts")
		expect(t, "contacts", contacts, "corp!"+id(1)+" contacts/ann@d (Ann Other)", "corp!"+id(2)+" contacts/bob@d",
			"corp!"+id(4)+" contacts/dan@d", "export!"+id(1)+" contacts/eve@d", "export!"+id(5)+" contacts/a@d")
		for _, s := range slices.Concat(users, aliases, forwards, quotas, contacts) {
			if s.Where != "uid="+"u"+string(s.Where[5])+",dc=d" || !strings.HasPrefix(string(s.ID), string(s.Same)) || s.Same == "" || strings.Count(string(s.Same), "!") != 1 {
				t.Errorf("%s: Where %q, Same %q", print(s), s.Where, s.Same)
			}
			if bad := s.Bad != ""; bad != (s.Size < 0) || bad != (s.Sum == "") {
				t.Errorf("%s: size %d, Sum %q", print(s), s.Size, s.Sum)
			}
			if e, ok := element.Parse(s.Key); s.Owner != "" && (!ok || e.Owner != s.Owner) {
				t.Errorf("%s: owner %q", print(s), s.Owner)
			}
		}
		if corp.reads != 1 || export.reads != 1 {
			t.Errorf("%d and %d reads of the sources", corp.reads, export.reads)
		}
		if want := rules(t).Attributes(); !slices.Equal(corp.asked, want) {
			t.Errorf("asked for %q, want %q", corp.asked, want)
		}
	}
}

func TestBodies(t *testing.T) {
	corp := &shelf{name: "corp", entries: []mapping.Entry{person(1, "mail=ann@d", "mailAlias=a!b@d", "givenName=Ann", "mailQuotaSize=x", "userPassword=s3cret")}}
	r := open(t, rules(t), corp) // nothing was listed: it is read for the bodies
	ref := func(c core.CollectionID, id core.ID) core.Ref { return core.Ref{Collection: c, ID: id} }
	if v, err := body(t, r, ref("users", core.ID("corp!"+id(1)))); err != nil || v != (element.Value{Password: "s3cret"}) {
		t.Errorf("user: %+v, %v", v, err)
	}
	if v, err := body(t, r, ref("contacts", core.ID("corp!"+id(1)))); err != nil || v != (element.Value{Given: "Ann"}) {
		t.Errorf("contact: %+v, %v", v, err)
	}
	if v, err := body(t, r, ref("aliases", core.ID("corp!"+id(1)+"!a!b@d"))); err != nil || v != (element.Value{}) {
		t.Errorf("alias: %+v, %v", v, err)
	}
	if _, err := body(t, r, ref("quotas", core.ID("corp!"+id(1)))); core.ClassOf(err) != core.Permanent || !strings.Contains(err.Error(), `the quota "x" is no number`) {
		t.Errorf("bad quota: %v", err)
	}
	for _, missing := range []core.Ref{ref("aliases", core.ID("corp!"+id(1)+"!z@d")), ref("aliases", core.ID("corp!"+id(1))), ref("users", "corp!x"), ref("users", ""), ref("aliases", ""), ref("other", "corp!x")} {
		if _, err := body(t, r, missing); core.ClassOf(err) != core.Missing {
			t.Errorf("%v: %v", missing, err)
		}
	}
	users, _, _ := list(r, "users")
	sum, size := element.Value{}.Sum()
	if users[0].Sum != sum || users[0].Size != size {
		t.Error("the password is part of the Sum")
	}
	if corp.reads != 1 {
		t.Errorf("%d reads", corp.reads)
	}
	corp.last = core.Errorf("test", core.Transient, "gone")
	r = open(t, rules(t), corp)
	for range 5 {
		if _, err := body(t, r, ref("users", "corp!x")); core.ClassOf(err) != core.Transient {
			t.Errorf("what was not read is %v", err)
		}
	}
}

// TestIncomplete: a source that fails is never taken for one that is empty, nor
// for what it gave: the listing is of what was read, says what failed, and
// neither it nor the survey after it is whole.
func TestIncomplete(t *testing.T) {
	whole := &shelf{name: "whole", entries: []mapping.Entry{person(9, "mail=z@d")}}
	for _, c := range []struct {
		name  string
		shelf *shelf
		lists int
		text  string
		reads int
	}{
		{"cut off", &shelf{cut: 2, last: core.Errorf("ldap.Search", core.Transient, "the connection was lost")}, 3, "directory.Read half: not read completely: ldap.Search: the connection was lost", 3},
		{"at once", &shelf{cut: 0, last: core.Errorf("ldap.Search", core.Permanent, "no such object")}, 1, "no such object", 1},
		{"at the end", &shelf{cut: 99, last: core.Errorf("ldap.Search", core.Permanent, "parts lie elsewhere")}, 5, "parts lie elsewhere", 1},
		{"one bad record", &shelf{errs: []error{core.Errorf("directory.ldif", core.Permanent, "line 7: odd")}}, 5, "line 7: odd", 1},
		{"many bad records", &shelf{errs: []error{errPermanent("one"), errPermanent("two"), errPermanent("three")}}, 5, "one, and 2 more faults", 1},
		{"the gravest counts", &shelf{errs: []error{errPermanent("one")}, cut: 1, last: core.Errorf("ldap.Search", core.Transient, "the connection was lost")}, 2, "lost, and 1 more fault", 3},
		{"an error without a class", &shelf{cut: 1, last: errors.New("odd")}, 2, "odd", 3},
	} {
		c.shelf.name = "half"
		c.shelf.entries = []mapping.Entry{person(1, "mail=a@d"), person(2, "mail=b@d"), person(3, "mail=c@d"), person(4, "mail=e@d")}
		r := open(t, rules(t), c.shelf, whole)
		users, full, err := list(r, "users")
		users, text := failed(users)
		if full || err != nil || len(users) != c.lists || !strings.Contains(text, c.text) || c.shelf.reads != c.reads {
			t.Errorf("%s: %d users after %d reads, full %v, %q, %v; want %d, %d reads and %q", c.name, len(users), c.shelf.reads, full, text, err, c.lists, c.reads, c.text)
		}
		contacts, full, err := list(r, "contacts")
		if full || err != nil || len(contacts) != c.lists {
			t.Errorf("%s: %d contacts, full %v, %v", c.name, len(contacts), full, err)
		}
		if s, err := r.Collections(context.Background()); err != nil || s.Complete {
			t.Errorf("%s: the survey is complete: %v", c.name, err)
		}
	}
	refused := &shelf{name: "half", entries: []mapping.Entry{person(1, "mail=a@d")}, last: core.Errorf("ldap.Bind", core.Auth, "no"), cut: 0}
	r := open(t, rules(t), whole, refused)
	for range 5 {
		if users, _, err := list(r, "users"); len(users) > 0 || err == nil || core.ClassOf(err) != core.Auth {
			t.Errorf("a login that is refused: %d users, %v", len(users), err)
		}
	}
}

// TestReadAgain: a failure that passes costs another read, and nothing else.
func TestReadAgain(t *testing.T) {
	ctx := context.Background()
	corp := &shelf{name: "corp", entries: []mapping.Entry{person(1, "mail=a@d", "mailAlias=x@d"), person(2, "mail=b@d")}, cut: 1, last: core.Errorf("test", core.Transient, "busy")}
	corp.repair = func(s *shelf) {
		if s.reads == 3 {
			s.last = nil
		}
	}
	r := open(t, rules(t), corp)
	for range 2 {
		if _, err := r.Changes(ctx, "aliases", ""); err == nil || core.ClassOf(err) != core.Transient {
			t.Errorf("%v", err)
		}
	}
	if stubs, full, err := list(r, "users"); len(stubs) != 2 || !full || err != nil || corp.reads != 3 {
		t.Errorf("after all: %d users, full %v, %v, %d reads", len(stubs), full, err, corp.reads)
	}
	if s, err := r.Collections(ctx); !s.Complete || err != nil {
		t.Errorf("%+v, %v", s, err)
	}
}

func errPermanent(text string) error { return core.Errorf("test", core.Permanent, "%s", text) }

// TestUseless: where no entry shows what every one must, nothing is made of
// them, and nothing is concluded.
func TestUseless(t *testing.T) {
	withoutID := func(n int, attributes ...string) mapping.Entry {
		e := person(n, attributes...)
		delete(e.Attributes, "entryuuid")
		return e
	}
	for _, c := range []struct {
		name    string
		entries []mapping.Entry
		text    string
		lists   int
	}{
		{"no ids", []mapping.Entry{withoutID(1, "mail=a@d"), withoutID(2, "mail=b@d")}, "none of its entries (2) shows entryUUID (set id to", 0},
		{"no addresses", []mapping.Entry{person(1), person(2)}, "none of its entries (2) has an address in mail (set mail to", 0},
		{"one without an id", []mapping.Entry{withoutID(1, "mail=a@d"), person(2, "mail=b@d")}, "", 2},
		{"nobody", nil, "", 0},
	} {
		users, full, err := list(open(t, rules(t), &shelf{name: "corp", entries: c.entries}), "users")
		users, text := failed(users)
		if err != nil || full != (text == "") || len(users) != c.lists || (c.text == "") != (text == "") || !strings.Contains(text, c.text) {
			t.Errorf("%s: %d users, full %v, %q, %v", c.name, len(users), full, text, err)
		}
	}
	odd := person(1, "mail=a@d")
	odd.Attributes["entryuuid"] = []string{"7"}
	users, _, _ := list(open(t, rules(t), &shelf{name: "corp", entries: []mapping.Entry{odd, withoutID(2, "mail=b@d"), person(3, "mail=c@d")}}), "users")
	expect(t, "ids", users,
		"corp!!uid=u1,dc=d users/a@d BAD entryUUID is \"7\"...", "corp!!uid=u2,dc=d users/b@d BAD it shows no entryUUID...", "corp!"+id(3)+" users/c@d")
}

// TestUnlisted: where the elements of an entry cannot be told, that collection
// is not whole, and the others are.
func TestUnlisted(t *testing.T) {
	rules := rules(t)
	rules.Resources[element.Alias] = mapping.Resource{Values: parse(t, "[mailAlias[1]]")}
	r := open(t, rules, &shelf{name: "corp", entries: []mapping.Entry{person(1, "mail=a@d", "mailAlias=x@d", "mailAlias=y@d"), person(2, "mail=b@d", "mailAlias=z@d")}})
	aliases, full, err := list(r, "aliases")
	if full || err != nil {
		t.Errorf("aliases: full %v, %v", full, err)
	}
	expect(t, "aliases", aliases, "corp!"+id(1)+"!y@d aliases/a@d/y@d", "corp!"+id(2)+"! aliases/b@d BAD [mailAlias[1]]: the expression fails on this entry...")
	if _, full, err := list(r, "users"); !full || err != nil {
		t.Errorf("users: full %v, %v", full, err)
	}
	if s, err := r.Collections(context.Background()); s.Complete || err != nil {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestSurvey(t *testing.T) {
	corp := &shelf{name: "corp"}
	r := open(t, mapping.Rules{Mail: parse(t, "mail"), ID: parse(t, "dn"), Resources: map[element.Resource]mapping.Resource{element.Quota: {}}}, corp)
	s, err := r.Collections(context.Background())
	if err != nil || !s.Complete || len(s.Collections) != 2 || s.Collections[0].ID != "users" || s.Collections[1].Path != "quotas" || s.Collections[1].Rev != "" {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err := r.Changes(context.Background(), "aliases", ""); core.ClassOf(err) != core.Missing {
		t.Errorf("a resource that is not provisioned: %v", err)
	}
	if _, err := r.Changes(context.Background(), "users", "at 1"); core.ClassOf(err) != core.Resync {
		t.Errorf("a token of another pass: %v", err)
	}
	if r.Close(); !corp.closed {
		t.Error("the source is not closed")
	}
}

func TestOpenRefuses(t *testing.T) {
	good := rules(t)
	elsewhere, err := mapping.ParseFilter("(memberOf:1.2.840.113556.1.4.1941:=cn=x)")
	if err != nil {
		t.Fatal(err)
	}
	filtered := rules(t)
	filtered.Resources[element.Alias] = mapping.Resource{Filter: elsewhere}
	for _, c := range []struct {
		name   string
		config directory.Config
		want   string
	}{
		{"no source", directory.Config{Rules: good}, "there is nothing to read"},
		{"one twice", directory.Config{Rules: good, Sources: []directory.Source{&shelf{name: "a"}, &shelf{name: "a"}}}, "directory.open a: it is to be read twice"},
		{"no rules", directory.Config{Sources: []directory.Source{&shelf{}}}, "set mail and id"},
		{"a filter", directory.Config{Rules: filtered, Sources: []directory.Source{&shelf{}}}, `the filter of aliases: the matching rule "1.2.840.113556.1.4.1941" is not known here`},
	} {
		if _, err := directory.Open(c.config); err == nil || !strings.Contains(err.Error(), c.want) || core.ClassOf(err) != core.Permanent {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestProbe(t *testing.T) {
	corp := &shelf{name: "corp", entries: []mapping.Entry{
		person(1, "mail=a@d", "mail=b@d", "sn=x", "mailQuotaSize=x"), person(2, "mail=c@d", "givenName=y"), person(3, "sn=z"),
	}}
	hr := &shelf{name: "hr"}
	found, err := open(t, rules(t), corp, hr).Probe(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, f := range found {
		bad := ""
		if f.Bad {
			bad = " BAD"
		}
		lines = append(lines, f.Name+": "+f.Value+bad)
	}
	want := []string{"corp shelf: corp", "hr shelf: hr", "corp entries: 3", "corp without address: 1 BAD", "corp several addresses: 1",
		`corp bad values: 2, such as uid=u1,dc=d: the quota "x" is no number: write bytes, a number with a unit as in 4 GB or 4 GiB, or -1 for no limit BAD`,
		"hr entries: 0 BAD", "attributes: no entry has mailalias, mailforward, userpassword BAD"}
	if !slices.Equal(lines, want) {
		t.Errorf("finds\n\t%s\nwant\n\t%s", strings.Join(lines, "\n\t"), strings.Join(want, "\n\t"))
	}
	corp.last = errPermanent("cut")
	found, err = open(t, rules(t), corp).Probe(context.Background())
	if last := found[len(found)-1]; err != nil || !slices.ContainsFunc(found, func(f core.Finding) bool { return f.Name == "read" && f.Bad && strings.Contains(f.Value, "cut") }) {
		t.Errorf("a failing source: %v, %v", last, err)
	}
}
