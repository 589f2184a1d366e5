package mapping_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"lockstep/format/element"
	"lockstep/internal/mapping"
)

func parse(t testing.TB, text string) mapping.Expression {
	t.Helper()
	e, err := mapping.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func condition(t testing.TB, text string) mapping.Condition {
	t.Helper()
	c, err := mapping.ParseCondition(text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func filter(t testing.TB, text string) mapping.Filter {
	t.Helper()
	f, err := mapping.ParseFilter(text)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// everything is rules for all resources.
func everything(t testing.TB) mapping.Rules {
	return mapping.Rules{
		Mail: parse(t, "mail"), ID: parse(t, "entryUUID"),
		Resources: map[element.Resource]mapping.Resource{
			element.User:     {Password: parse(t, "userPassword")},
			element.Alias:    {Values: parse(t, "mailAlias")},
			element.Mapping:  {Values: parse(t, "otherMailbox")},
			element.Forward:  {Values: parse(t, "mailForward")},
			element.Quota:    {Value: parse(t, "mailQuotaSize")},
			element.Contact:  {Given: parse(t, "givenName"), Family: parse(t, "sn")},
			element.Identity: {Given: parse(t, "givenName"), Family: parse(t, "sn")},
		},
	}
}

// entry makes one of a list of attribute=value.
func entry(n int, attributes ...string) mapping.Entry {
	dn := fmt.Sprintf("uid=u%d,dc=example,dc=org", n)
	e := mapping.Entry{Source: "corp", DN: dn, Where: dn, Attributes: map[string][]string{"entryuuid": {fmt.Sprintf("u%d", n)}}}
	for _, a := range attributes {
		name, value, _ := strings.Cut(a, "=")
		name = strings.ToLower(name)
		e.Attributes[name] = append(e.Attributes[name], value)
	}
	return e
}

// print tells an element in a line.
func print(f mapping.Found) string {
	s := string(f.Key())
	if e := f.Element(); e.Value != (element.Value{}) {
		s += " " + string(e.Value.Body())
	}
	if f.Out {
		s += " out"
	}
	if f.Unlisted {
		s += " unlisted"
	}
	if f.Bad != "" {
		s += " BAD " + f.Bad
	}
	return s
}

func printAll(found []mapping.Found) (out []string) {
	for _, f := range found {
		out = append(out, print(f))
	}
	return out
}

// expect compares elements with lines; a line may end in "...", where only its
// beginning counts.
func expect(t *testing.T, name string, got []mapping.Found, want ...string) {
	t.Helper()
	lines := printAll(got)
	same := slices.EqualFunc(lines, want, func(line, want string) bool {
		begin, open := strings.CutSuffix(want, "...")
		return line == want || open && strings.HasPrefix(line, begin)
	})
	if !same {
		t.Errorf("%s gives\n\t%s\nwant\n\t%s", name, strings.Join(lines, "\n\t"), strings.Join(want, "\n\t"))
	}
}

func TestElements(t *testing.T) {
	for _, c := range []struct {
		name  string
		entry mapping.Entry
		want  []string
	}{
		{"a whole one", entry(1, "mail=Ann@D.org", "mailAlias=A.Other@d.org", "mailAlias=a+tag@d.org", "otherMailbox=Ann@Home.example",
			"mailForward=x@y.example", "mailQuotaSize=4 GiB", "givenName=Ann", "sn=Other", "userPassword=s3cret"), []string{
			`users/ann@d.org {"password":"s3cret"}`, "aliases/ann@d.org/a+tag@d.org", "aliases/ann@d.org/a.other@d.org",
			"mappings/ann@d.org/Ann@home.example", "forwards/ann@d.org/x@y.example", `quotas/ann@d.org {"bytes":4294967296}`,
			`contacts/ann@d.org {"given":"Ann","family":"Other"}`, `identities/ann@d.org {"name":"Ann Other"}`}},
		{"only an address", entry(1, "mail=a@d"), []string{"users/a@d", "contacts/a@d", `identities/a@d {"name":"a@d"}`}},
		{"only a given name", entry(1, "mail=a@d", "givenName=Ann"), []string{"users/a@d", `contacts/a@d {"given":"Ann"}`, `identities/a@d {"name":"Ann"}`}},
		{"only a family name", entry(1, "mail=a@d", "sn=Other"), []string{"users/a@d", `contacts/a@d {"family":"Other"}`, `identities/a@d {"name":"Other"}`}},
		{"blanks in names", entry(1, "mail=a@d", "sn= van \n  den\tBerg "), []string{"users/a@d", `contacts/a@d {"family":"van den Berg"}`, `identities/a@d {"name":"van den Berg"}`}},
		{"itself", entry(1, "mail=a@d", "mailAlias=A@D", "otherMailbox=a@D", "mailForward=A@d"), []string{"users/a@d", "contacts/a@d", `identities/a@d {"name":"a@d"}`}},
		{"the same twice", entry(1, "mail=a@d", "mailAlias=X@d", "mailAlias=x@D", "otherMailbox=Y@E", "otherMailbox=Y@e"),
			[]string{"users/a@d", "aliases/a@d/x@d", "mappings/a@d/Y@e", "contacts/a@d", `identities/a@d {"name":"a@d"}`}},
		{"no limit", entry(1, "mail=a@d", "mailQuotaSize=-1"), []string{"users/a@d", `quotas/a@d {"bytes":-1}`, "contacts/a@d", `identities/a@d {"name":"a@d"}`}},
		{"nothing allowed", entry(1, "mail=a@d", "mailQuotaSize=0"), []string{"users/a@d", "quotas/a@d", "contacts/a@d", `identities/a@d {"name":"a@d"}`}},
		{"a bad quota", entry(1, "mail=a@d", "mailQuotaSize=plenty"), []string{"users/a@d",
			`quotas/a@d BAD the quota "plenty" is no number...`, "contacts/a@d", `identities/a@d {"name":"a@d"}`}},
		{"two quotas", entry(1, "mail=a@d", "mailQuotaSize=1", "mailQuotaSize=2"), []string{"users/a@d",
			`quotas/a@d BAD it has 2 quotas (1, 2); say which one counts, as in first(mailQuotaSize)`, "contacts/a@d", `identities/a@d {"name":"a@d"}`}},
		{"bad addresses", entry(1, "mail=a@d", "mailAlias=no address", "otherMailbox=|/bin/sh", "mailForward=é@d", "mailAlias=b@d"), []string{"users/a@d",
			"aliases/a@d/b@d", `aliases/a@d/no address BAD "no address" has no domain`, `mappings/a@d/|/bin/sh BAD "|/bin/sh" has no domain`,
			`forwards/a@d/é@d BAD "é@d" is not an address`, "contacts/a@d", `identities/a@d {"name":"a@d"}`}},
		{"a hash for a password", entry(1, "mail=a@d", "userPassword={SSHA}c2VjcmV0"), []string{
			"users/a@d BAD its password is a hash, and the mail server needs it in clear text; leave password out of users for a random one",
			"contacts/a@d", `identities/a@d {"name":"a@d"}`}},
		{"a name that is no text", entry(1, "mail=a@d", "sn=\xff\xfe"), []string{"users/a@d",
			"contacts/a@d BAD the name in sn is not UTF-8", "identities/a@d BAD the name in sn is not UTF-8"}},
		{"no address", entry(1, "mailAlias=b@d", "mailQuotaSize=1"), []string{
			"users/corp!u1 BAD no address in mail: it has no address"}},
		{"a bad address", entry(1, "mail=a@b@d"), []string{
			`users/corp!u1 BAD no address in mail: "a@b@d" is not an address`}},
		{"a slash in an address", entry(1, "mail=a/b@d"), []string{
			`users/corp!u1 BAD no address in mail: "a/b@d" is not an address`}},
		{"several addresses", entry(1, "mail=zoe@d", "mail=Ann@d", "mail=not one"), []string{"users/ann@d", "contacts/ann@d", `identities/ann@d {"name":"ann@d"}`}},
	} {
		expect(t, c.name, everything(t).Elements(c.entry), c.want...)
	}
}

// TestExchange: proxyAddresses tells the primary address and the others, in one
// list with what is no mail.
func TestExchange(t *testing.T) {
	rules := mapping.Rules{
		Mail: parse(t, "proxyAddresses"), ID: parse(t, "entryUUID"),
		Resources: map[element.Resource]mapping.Resource{element.Alias: {Values: parse(t, "proxyAddresses")}},
	}
	values := []string{"proxyAddresses=smtp:a@d", "proxyAddresses=SMTP:Zoe@D", "proxyAddresses=x500:/o=Org/cn=zoe", "proxyAddresses=SIP:zoe@d", "proxyAddresses=smtp:b@d"}
	for range 10 {
		rand.Shuffle(len(values), func(i, j int) { values[i], values[j] = values[j], values[i] })
		expect(t, "proxyAddresses", rules.Elements(entry(1, values...)), "users/zoe@d", "aliases/zoe@d/a@d", "aliases/zoe@d/b@d")
	}
	// Without a primary one the first counts; a sort of another kind is bad where
	// nothing says that the list has sorts.
	expect(t, "without SMTP", rules.Elements(entry(1, "proxyAddresses=smtp:b@d", "proxyAddresses=smtp:a@d")), "users/a@d", "aliases/a@d/b@d")
	expect(t, "no list of Exchange", rules.Elements(entry(1, "proxyAddresses=b@d", "proxyAddresses=sip:a@d")),
		"users/b@d", `aliases/b@d/sip:a@d BAD "sip:a@d" is not an address`)
}

func TestIdentityOfEntries(t *testing.T) {
	rules := everything(t)
	rules.Resources = nil
	none := entry(1, "mail=a@d")
	delete(none.Attributes, "entryuuid")
	expect(t, "no id", rules.Elements(none), "users/a@d BAD it shows no entryUUID, by which it would be known again; set id to...")
	expect(t, "two ids", rules.Elements(entry(1, "mail=a@d", "entryUUID=x")), "users/a@d BAD it has 2 values of entryUUID...")
	for _, c := range []struct{ id, want string }{
		{"entryUUID", "corp!u1"}, {"dn", "corp!uid=u1,dc=example,dc=org"}, {`first(attr("odd"))`, "corp!a%21b%2F%25c"},
	} {
		rules.ID = parse(t, c.id)
		found := rules.Elements(entry(1, "mail=a@d", "odd=a!b/%c"))
		if got := found[0].Of.Handle; got != c.want {
			t.Errorf("%s: the handle is %s, want %s", c.id, got, c.want)
		}
	}
	if named, other := rules.Elements(none)[0].Of.Handle, "corp!!uid=u1,dc=example,dc=org"; named != other {
		t.Errorf("without an id the handle is %s", named)
	}
}

func TestConditionsOfResources(t *testing.T) {
	rules := everything(t)
	rules.Resources = map[element.Resource]mapping.Resource{
		element.User:    {Filter: filter(t, "(objectClass=obmUser)")},
		element.Alias:   {Values: parse(t, "mailAlias"), When: condition(t, `has(objectClass, "obmUser")`)},
		element.Contact: {Domains: []string{"D"}},
		element.Forward: {Values: parse(t, "mailForward"), LocalCopy: true},
		element.Quota:   {Value: parse(t, "mailQuotaSize"), Unit: 1 << 20},
	}
	expect(t, "all hold", rules.Elements(entry(1, "mail=a@d", "objectClass=OBMuser", "mailAlias=b@d", "mailForward=A@d", "mailForward=x@y", "mailQuotaSize=2")),
		"users/a@d", "aliases/a@d/b@d", "forwards/a@d/a@d", "forwards/a@d/x@y", `quotas/a@d {"bytes":2097152}`, "contacts/a@d")
	// The account is named, the contact is none of ours, and there is no alias.
	expect(t, "none holds", rules.Elements(entry(1, "mail=a@other", "mailAlias=b@d")), "users/a@other out", "contacts/a@other out")

	rules.When = condition(t, `not has(employeeType, "robot")`)
	expect(t, "left out", rules.Elements(entry(1, "mail=a@d", "employeeType=robot")))
	// What cannot be told is never an omission.
	rules.When = condition(t, `employeeType[0] == "x"`)
	expect(t, "when fails", rules.Elements(entry(1, "mail=a@d", "mailAlias=b@d", "objectClass=obmUser")),
		"users/a@d BAD when: the expression fails on this entry...", "aliases/a@d/b@d BAD when...", "contacts/a@d BAD when...")
	rules.When = mapping.Condition{}
	rules.Resources = map[element.Resource]mapping.Resource{
		element.Alias:   {Values: parse(t, "mailAlias"), When: condition(t, `employeeType[0] == "x"`)},
		element.Mapping: {Values: parse(t, "[mailAlias[7]]")},
	}
	expect(t, "aliases fail", rules.Elements(entry(1, "mail=a@d", "mailAlias=b@d", "mailAlias=c@d")),
		"users/a@d", "aliases/a@d/b@d BAD when: the expression fails...", "aliases/a@d/c@d BAD when...", "mappings/a@d unlisted BAD [mailAlias[7]]: the expression fails...")
}

func TestPasswords(t *testing.T) {
	rules := everything(t)
	rules.Resources = map[element.Resource]mapping.Resource{element.User: {Password: parse(t, "userPassword")}}
	for _, c := range []struct {
		values []string
		clear  string
	}{
		{nil, ""}, {[]string{"geheim"}, "geheim"}, {[]string{" with blanks "}, " with blanks "}, {[]string{"{}x"}, "{}x"}, {[]string{"{no scheme}x"}, "{no scheme}x"},
		{[]string{"{SSHA}geheim"}, ""}, {[]string{"{crypt}geheim"}, ""}, {[]string{"{PBKDF2-SHA512}geheim"}, ""}, {[]string{"$6$geheim"}, ""}, {[]string{"$argon2id$geheim"}, ""},
		{[]string{"geheim", "geheim2"}, ""}, {[]string{"geheim\x00"}, ""}, {[]string{"geheim\xff"}, ""}, {[]string{strings.Repeat("geheim", 1000)}, ""},
	} {
		e := entry(1, "mail=a@d")
		e.Attributes["userpassword"] = c.values
		found := rules.Elements(e)
		if got := found[0].Element().Value.Password; got != c.clear {
			t.Errorf("%q gives %q, want %q", c.values, got, c.clear)
		}
		if bad := c.clear == "" && len(c.values) > 0; bad != (found[0].Bad != "") {
			t.Errorf("%q: Bad is %q", c.values, found[0].Bad)
		}
		if text := found[0].Bad + string(found[0].Key()) + found[0].Element().Label(); strings.Contains(text, "geheim") {
			t.Errorf("%q is told in %s", c.values, text)
		}
	}
}

// TestAttributes: everything that any rule reads is asked for, once.
func TestAttributes(t *testing.T) {
	rules := everything(t)
	rules.When = condition(t, `has(attr("Employee-Type"), "x")`)
	alias := rules.Resources[element.Alias]
	alias.Filter = filter(t, "(|(objectClass=a)(!(cn>=b)))")
	rules.Resources[element.Alias] = alias
	want := []string{"cn", "employee-type", "entryuuid", "givenname", "mail", "mailalias", "mailforward", "mailquotasize", "objectclass", "othermailbox", "sn", "userpassword"}
	if got := rules.Attributes(); !slices.Equal(got, want) {
		t.Errorf("asks for %q, want %q", got, want)
	}
}
