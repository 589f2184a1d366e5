package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// person is an entry of the directory, and what its owner has a right to.
type person struct {
	n                int
	given, family    string
	aliases          []string
	mapping, forward string
	quota            int64
}

// base of the directory, and of its people.
const (
	base   = "dc=example,dc=com"
	people = "ou=people," + base
)

// domains are managed by the mail server.
func domains() []string { return []string{"example.com", "example.org"} }

// makePeople returns the first n people: each has an account, an alias (one in
// five has two), a mapping, a forward, a quota, a contact and an identity. The
// same number makes the same people.
func makePeople(n int) []person {
	out := make([]person, n)
	for i := range out {
		out[i] = makePerson(i)
	}
	return out
}

func makePerson(n int) person {
	given := []string{"Ana", "Bo", "Chidi", "Dora", "Émile", "Freya", "Goran", "Hana", "Ivo", "Jūratė", "Kofi", "Lea", "Milan"}
	family := []string{"Adler", "Babić", "Costa", "Diallo", "Eriksen", "Fabbri", "Gül", "Holm", "Ito", "Jansen", "Kiss"}
	p := person{
		n: n, given: given[n%len(given)], family: family[n%len(family)], quota: int64(n%10+1) << 30,
		mapping: fmt.Sprintf("Person.%06d@mapped.example.net", n), forward: fmt.Sprintf("person.%06d@forwarded.example.net", n),
	}
	p.aliases = []string{p.alias("alias")}
	if n%5 == 0 {
		p.aliases = append(p.aliases, p.alias("second"))
	}
	return p
}

func (p person) uid() string  { return fmt.Sprintf("user%06d", p.n) }
func (p person) name() string { return p.given + " " + p.family }
func (p person) dn() string   { return "uid=" + p.uid() + "," + people }

// domain of a person; a third are in the second one.
func (p person) domain() string { return domains()[min(p.n%3, 1)^1] }

func (p person) mail() string { return p.uid() + "@" + p.domain() }

func (p person) alias(what string) string { return fmt.Sprintf("%s%06d@%s", what, p.n, p.domain()) }

// attribute of an entry.
type attribute struct {
	name   string
	values []string
}

// attributes of the entry, but for its uuid.
func (p person) attributes() []attribute {
	return []attribute{
		{"objectClass", []string{"inetOrgPerson", "mailAccount"}},
		{"uid", []string{p.uid()}}, {"cn", []string{p.name()}}, {"givenName", []string{p.given}}, {"sn", []string{p.family}},
		{"mail", []string{p.mail()}}, {"mailAlias", p.aliases}, {"otherMailbox", []string{p.mapping}}, {"mailForward", []string{p.forward}},
		{"mailQuotaSize", []string{fmt.Sprint(p.quota)}},
	}
}

// writeLDIF writes people as an export of the directory. Its text is UTF-8
// without Base64, which readers take.
func writeLDIF(out io.Writer, all []person) error {
	var text strings.Builder
	for _, p := range all {
		fmt.Fprintf(&text, "dn: %s\nentryUUID: 00000000-0000-4000-8000-%012d\n", p.dn(), p.n)
		for _, a := range p.attributes() {
			for _, v := range a.values {
				fmt.Fprintf(&text, "%s: %s\n", a.name, v)
			}
		}
		text.WriteString("\n")
	}
	_, err := io.WriteString(out, text.String())
	return err
}

// change edits one in a hundred: for most of them a quota, an alias more,
// another alias or another mapping; beside the rest somebody is new. Nobody
// leaves, as the model deletes nobody.
func change(all []person) []person {
	out := make([]person, 0, len(all))
	next := len(all)
	for i, p := range all {
		if i%100 == 50 {
			p.aliases = slices.Clone(p.aliases)
			switch i / 100 % 10 {
			case 0, 1, 2:
				p.quota += 1 << 30
			case 3, 4:
				p.aliases = append(p.aliases, p.alias("third"))
			case 5, 6:
				p.aliases[0] = p.alias("other")
			case 7:
				p.mapping = "Another." + p.mapping
			default:
				out = append(out, makePerson(next))
				next++
			}
		}
		out = append(out, p)
	}
	return out
}
