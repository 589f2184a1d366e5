package ldapd

import (
	"fmt"
	"testing"
)

// people is the directory of peers/real/slapd.sh: what it says, here.
func people(t testing.TB, n int, o Options) *Server {
	t.Helper()
	o.Suffixes = []string{"dc=example,dc=com", "dc=referring"}
	o.Users = map[string]string{"cn=admin,dc=example,dc=com": "secret"}
	o.Certificates = map[string]string{"reader-certificate": "cn=reader,dc=example,dc=com"}
	if o.Limits == nil {
		o.Limits = map[string]Limit{"cn=reader,dc=example,dc=com": {Size: 500}}
	}
	s := New(o)
	t.Cleanup(func() { s.Close() })
	add := func(dn string, attributes map[string][]string) {
		t.Helper()
		if err := s.Add(Entry{DN: dn, Attributes: attributes}); err != nil {
			t.Fatal(err)
		}
	}
	one := func(pairs ...string) map[string][]string {
		m := map[string][]string{}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i]] = append(m[pairs[i]], pairs[i+1])
		}
		return m
	}
	add("dc=example,dc=com", one("objectClass", "dcObject", "objectClass", "organization", "o", "Example", "dc", "example"))
	add("ou=people,dc=example,dc=com", one("objectClass", "organizationalUnit", "ou", "people"))
	add("ou=groups,dc=example,dc=com", one("objectClass", "organizationalUnit", "ou", "groups"))
	add("cn=reader,dc=example,dc=com", one("objectClass", "organizationalRole", "objectClass", "simpleSecurityObject", "cn", "reader", "userPassword", "reader"))
	for i := range n {
		d := "example.com"
		if i%3 == 0 {
			d = "example.org"
		}
		at := func(name string) string { return fmt.Sprintf("%s%05d@%s", name, i, d) }
		m := one("objectClass", "inetOrgPerson", "objectClass", "mailAccount", "uid", fmt.Sprintf("user%05d", i),
			"cn", fmt.Sprintf("Given%d Family%d", i, i), "givenName", fmt.Sprintf("Given%d", i), "sn", fmt.Sprintf("Family%d", i),
			"mail", at("user"), "mailAlias", at("alias"), "otherMailbox", at("other"), "mailQuotaSize", fmt.Sprint((i%10+1)<<30),
			"departmentNumber", fmt.Sprint(i%20), "userPassword", fmt.Sprintf("pass%d", i), "memberOf", fmt.Sprintf("cn=dept%d,ou=groups,dc=example,dc=com", i%20))
		if i%5 == 0 {
			m["mailAlias"] = append(m["mailAlias"], at("second"))
		}
		add(fmt.Sprintf("uid=user%05d,ou=people,dc=example,dc=com", i), m)
	}
	for g := range min(20, n) {
		var members []string
		for i := g; i < n; i += 20 {
			members = append(members, fmt.Sprintf("uid=user%05d,ou=people,dc=example,dc=com", i))
		}
		m := one("objectClass", "groupOfNames", "cn", fmt.Sprintf("dept%d", g))
		m["member"] = members
		add(fmt.Sprintf("cn=dept%d,ou=groups,dc=example,dc=com", g), m)
	}
	add("dc=referring", one("objectClass", "dcObject", "objectClass", "organization", "o", "Referring", "dc", "referring"))
	add("uid=here,dc=referring", one("objectClass", "inetOrgPerson", "uid", "here", "cn", "Here", "sn", "Here", "mail", "here@example.com"))
	add("ou=elsewhere,dc=referring", one("objectClass", "referral", "objectClass", "extensibleObject", "ou", "elsewhere", "ref", "ldap://127.0.0.1:9/ou=elsewhere,dc=referring"))
	return s
}
