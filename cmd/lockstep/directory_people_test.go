package main

import (
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"lockstep/peers/ldapd"
)

// person is somebody in the directory of a test; what they have follows from
// the fields.
type person struct {
	uid, mail                   string // mail without its domain
	aliases, mappings, forwards []string
	quota                       int64 // 0 = none
}

// staff makes n people, u01 and so on, who have one of everything.
func staff(n int) map[string]*person {
	all := map[string]*person{}
	for i := range n {
		all[uidOf(i)] = newPerson(uidOf(i))
	}
	return all
}

func uidOf(i int) string { return fmt.Sprintf("u%02d", i+1) }

func newPerson(uid string) *person {
	return &person{uid: uid, mail: uid, aliases: []string{"alias." + uid + "@$d"}, mappings: []string{uid + "@mapped.example"},
		forwards: []string{uid + "@forwarded.example"}, quota: 1 << 30}
}

// wishes are what shall stand because of a person.
func (p *person) wishes() (out []string) {
	mail := p.mail + "@$d"
	out = append(out, "user "+mail)
	for _, a := range p.aliases {
		out = append(out, "alias "+mail+" "+a)
	}
	for _, a := range p.mappings {
		out = append(out, "mapping "+mail+" "+a)
	}
	for _, a := range p.forwards {
		out = append(out, "forward "+mail+" "+a)
	}
	if p.quota != 0 {
		out = append(out, fmt.Sprintf("quota %s %d", mail, p.quota))
	}
	return out
}

// wishes of all, and more lines.
func wishes(all map[string]*person, more ...string) (out []string) {
	for _, uid := range slices.Sorted(maps.Keys(all)) {
		out = append(out, all[uid].wishes()...)
	}
	return append(out, more...)
}

func (p *person) dn() string { return "uid=" + p.uid + ",ou=people,dc=example,dc=com" }

// attributes of the entry; the identity depends on the uid alone.
func (p *person) attributes(s *mailServer) map[string][]string {
	id := hex.EncodeToString([]byte(p.uid))
	a := map[string][]string{"objectClass": {"inetOrgPerson"}, "uid": {p.uid}, "cn": {p.uid}, "sn": {p.uid},
		"entryUUID": {"5d3b1f0e-0000-4000-8000-" + (id + strings.Repeat("0", 12))[:12]},
		"mailAlias": nil, "otherMailbox": nil, "mailForward": nil, "mailQuotaSize": nil}
	put := func(name string, values ...string) {
		for _, v := range values {
			a[name] = append(a[name], s.fill(v))
		}
	}
	put("mail", p.mail+"@$d")
	put("mailAlias", p.aliases...)
	put("otherMailbox", p.mappings...)
	put("mailForward", p.forwards...)
	if p.quota != 0 {
		put("mailQuotaSize", fmt.Sprint(p.quota))
	}
	return a
}

// inLDIF is the directory as a dump.
func inLDIF(s *mailServer, all map[string]*person) string {
	var b strings.Builder
	for _, uid := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&b, "dn: %s\n", all[uid].dn())
		attributes := all[uid].attributes(s)
		for _, name := range slices.Sorted(maps.Keys(attributes)) {
			for _, v := range attributes[name] {
				fmt.Fprintf(&b, "%s: %s\n", name, v)
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

// everything is a link that provisions all that a person has and takes away
// what the directory no longer names, at once: nothing but the guard and the
// proof that the directory was read to its end keeps a mistake from doing harm.
const everything = departing + resources

const departing = `deletes = true
deletion = "account"
grace = "0"
grace_passes = 1
`

const resources = `[links.staff.directory]
page = 5
[links.staff.users]
[links.staff.aliases]
values = "mailAlias"
[links.staff.mappings]
values = "otherMailbox"
[links.staff.forwards]
values = "mailForward"
[links.staff.quotas]
value = "mailQuotaSize"
`

const readerDN = "cn=reader,dc=example,dc=com"

// corp is an LDAP server with people, which wants TLS and a login.
type corp struct {
	*ldapd.Server
	server  *mailServer
	address string
	people  map[string]*person
}

// newCorp is a provisioning from an LDAP server with n people.
func newCorp(t *testing.T, s *mailServer, n int, tables string) (*provisioning, *corp) {
	t.Helper()
	c := &corp{Server: ldapd.New(ldapd.Options{Users: map[string]string{readerDN: "s3cret"}}), server: s, people: map[string]*person{}}
	t.Cleanup(func() { c.Close() })
	var err error
	c.address, err = c.ListenTLS("127.0.0.1:0")
	must(t, err)
	for _, dn := range []string{"dc=example,dc=com", "ou=people,dc=example,dc=com", "ou=nobody,dc=example,dc=com"} {
		must(t, c.Add(ldapd.Entry{DN: dn, Attributes: map[string][]string{"objectClass": {"organizationalUnit"}}}))
	}
	for i := range n {
		c.hire(t, newPerson(uidOf(i)))
	}
	p := newProvisioning(t, s, "")
	must(t, os.WriteFile(p.path("ca.pem"), c.CAPEM(), 0o600))
	must(t, os.WriteFile(p.path("reader"), []byte("s3cret"), 0o600))
	p.configure(t, c.account("dc=example,dc=com", "?ca=ca.pem"), tables)
	return p, c
}

// account is how a configuration names the server.
func (c *corp) account(base, query string) string {
	return "address = \"ldaps://" + c.address + "/" + base + query + "\"\nuser = \"" + readerDN + "\"\npassword = {file = \"reader\"}"
}

func (c *corp) hire(t *testing.T, one *person) {
	t.Helper()
	c.people[one.uid] = one
	must(t, c.Add(ldapd.Entry{DN: one.dn(), Attributes: one.attributes(c.server)}))
}

func (c *corp) fire(t *testing.T, uid string) {
	t.Helper()
	must(t, c.Delete(c.people[uid].dn()))
	delete(c.people, uid)
}

// changes writes a person's entry anew.
func (c *corp) changes(t *testing.T, one *person) {
	t.Helper()
	must(t, c.Modify(one.dn(), one.attributes(c.server)))
}
