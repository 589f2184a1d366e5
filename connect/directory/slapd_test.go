package directory_test

import (
	"context"
	"crypto/x509"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"lockstep/connect/directory"
	"lockstep/core"
	"lockstep/format/element"
	"lockstep/internal/mapping"
	"lockstep/protocol/ldap"
)

// TestSlapd lists a real directory, which hands out 500 entries at a time
// (peers/real/slapd.sh).
func TestSlapd(t *testing.T) {
	value, ok := os.LookupEnv("LOCKSTEP_SLAPD")
	if !ok {
		t.Skip("LOCKSTEP_SLAPD is not set: not tried with a real slapd (peers/real/slapd.sh)")
	}
	part := strings.Split(value, ",")
	if len(part) != 3 {
		t.Fatalf("LOCKSTEP_SLAPD is %q, not HOST:PORT,TLS-DIRECTORY,USERS", value)
	}
	host, portText, err := net.SplitHostPort(part[0])
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(portText)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(part[2])
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if pem, err := os.ReadFile(filepath.Join(part[1], "ca.crt")); err != nil || !roots.AppendCertsFromPEM(pem) {
		t.Fatal(err)
	}
	source := func(base string, page uint32) directory.Source {
		s, err := directory.NewLDAP(directory.LDAPConfig{Name: "corp", Base: base, Filter: "(mail=*)", Page: page, Server: ldap.Config{
			Host: host, Port: port, TLS: ldap.StartTLS, Roots: roots, User: reader, Password: func(context.Context) (string, error) { return "reader", nil },
		}})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	rules := mapping.Rules{Mail: parse(t, "mail"), ID: parse(t, "entryUUID"), Resources: map[element.Resource]mapping.Resource{
		element.Alias: {Values: parse(t, "mailAlias")}, element.Mapping: {Values: parse(t, "otherMailbox")}, element.Quota: {Value: parse(t, "mailQuotaSize")},
		element.Identity: {Given: parse(t, "givenName"), Family: parse(t, "sn")},
	}}
	r := open(t, rules, source("ou=people,"+suffix, 500))
	ids := map[core.Ref]bool{}
	for feed, want := range map[core.FeedID]int{"users": n, "aliases": n + (n+4)/5, "mappings": n, "quotas": n, "identities": n} {
		stubs, full, err := list(r, feed)
		if len(stubs) != want || !full || err != nil {
			t.Errorf("%d %s, full %v, %v; want %d", len(stubs), feed, full, err, want)
		}
		for _, s := range stubs {
			if s.Bad != "" || ids[s.Ref] || !strings.HasSuffix(s.Where, ",ou=people,"+suffix) {
				t.Fatalf("%s at %s", print(s), s.Where)
			}
			ids[s.Ref] = true
		}
	}
	for name, s := range map[string]directory.Source{"without pages": source("ou=people,"+suffix, 0), "parts elsewhere": source("dc=referring", 500), "no base": source("ou=nobody,"+suffix, 500)} {
		users, full, err := list(open(t, rules, s), "users")
		users, text := failed(users)
		if full || err != nil || text == "" {
			t.Errorf("%s: %d users, full %v, %q, %v", name, len(users), full, text, err)
		}
		t.Logf("%s: %d users, then %s", name, len(users), text)
	}
	found, err := open(t, rules, source("ou=people,"+suffix, 500)).Probe(context.Background())
	t.Logf("%v, %v", found, err)
	for _, f := range found {
		if f.Bad || err != nil {
			t.Errorf("%+v, %v", f, err)
		}
	}
}
