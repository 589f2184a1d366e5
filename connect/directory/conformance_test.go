package directory_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lockstep/connect/directory"
	"lockstep/core"
	"lockstep/format/element"
	"lockstep/format/ldif"
	"lockstep/internal/mapping"
	"lockstep/peers/ldapd"
	"lockstep/protocol/ldap"
	"lockstep/replicatest"
)

const (
	suffix = "dc=example,dc=com"
	reader = "cn=reader,dc=example,dc=com"
)

// directoryPeer is a directory whose entries say by businessCategory which
// elements they wish.
type directoryPeer struct {
	entries map[string]map[string][]string // attributes by entryUUID
	// put makes the directory hold these entries.
	put    func(t *testing.T)
	source func(t *testing.T) directory.Source
}

func (p *directoryPeer) Open(t *testing.T) core.Replica {
	contacts, err := mapping.ParseFilter("(businessCategory=contacts)")
	if err != nil {
		t.Fatal(err)
	}
	identities, err := mapping.ParseFilter("(businessCategory=identities)")
	if err != nil {
		t.Fatal(err)
	}
	r, err := directory.Open(directory.Config{Page: 2, Sources: []directory.Source{p.source(t)}, Rules: mapping.Rules{
		Mail: parse(t, "mail"), ID: parse(t, "entryUUID"), Resources: map[element.Resource]mapping.Resource{
			element.Contact:  {Given: parse(t, "givenName"), Filter: contacts},
			element.Identity: {Name: parse(t, "givenName"), Filter: identities},
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (p *directoryPeer) Add(t *testing.T, path string, body []byte, key core.Key, _ core.Marks) {
	e, ok := element.Parse(key)
	v, err := element.ReadValue(bytes.NewReader(body))
	if !ok || err != nil {
		t.Fatalf("%s, %v", key, err)
	}
	n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(e.Owner, "u"), "@example.com"))
	if err != nil {
		t.Fatal(err)
	}
	uuid := fmt.Sprintf("%08x-0000-4000-8000-000000000000", n)
	p.entries[uuid] = map[string][]string{
		"objectClass": {"inetOrgPerson"}, "uid": {fmt.Sprintf("u%d", n)}, "sn": {"x"}, "cn": {"x"}, "mail": {strings.ToUpper(e.Owner)},
		"givenName": {v.Given}, "entryUUID": {uuid}, "businessCategory": {path},
	}
	p.put(t)
}

func (p *directoryPeer) Remove(t *testing.T, ref core.Ref) {
	delete(p.entries, uuidOf(ref))
	p.put(t)
}

func (p *directoryPeer) Move(t *testing.T, ref core.Ref, path string) {
	p.entries[uuidOf(ref)]["businessCategory"] = []string{path}
	p.put(t)
}

func (p *directoryPeer) Mark(t *testing.T, _ core.Ref, _ core.Marks) {
	t.Fatal("elements have no marks")
}

func uuidOf(ref core.Ref) string { return strings.TrimPrefix(string(ref.ID), "corp!") }

// dn of an entry.
func dn(attributes map[string][]string) string {
	return "uid=" + attributes["uid"][0] + ",ou=people," + suffix
}

// newLDAPPeer has its directory on a server.
func newLDAPPeer(t *testing.T) replicatest.Peer {
	server, source := serve(t, ldapd.Options{})
	p := &directoryPeer{entries: map[string]map[string][]string{}, source: func(t *testing.T) directory.Source { return source(t, "(mail=*)", 2) }}
	p.put = func(t *testing.T) {
		for _, e := range server.Entries() {
			if strings.HasPrefix(e.DN, "uid=") {
				if err := server.Delete(e.DN); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, uuid := range slices.Sorted(maps.Keys(p.entries)) {
			if err := server.Add(ldapd.Entry{DN: dn(p.entries[uuid]), Attributes: p.entries[uuid]}); err != nil {
				t.Fatal(err)
			}
		}
	}
	return p
}

// serve starts a directory server that is reached by TLS, and returns how to
// make a source of it.
func serve(t testing.TB, options ldapd.Options) (*ldapd.Server, func(t testing.TB, filter string, page uint32) directory.Source) {
	t.Helper()
	options.Users = map[string]string{reader: "s3cret"}
	server := ldapd.New(options)
	t.Cleanup(func() { server.Close() })
	for _, e := range []ldapd.Entry{{DN: suffix, Attributes: map[string][]string{"objectClass": {"domain"}}}, {DN: "ou=people," + suffix, Attributes: map[string][]string{"objectClass": {"organizationalUnit"}}}} {
		if err := server.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	address, err := server.ListenTLS("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(server.CAPEM())
	host, port, _ := net.SplitHostPort(address)
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	return server, func(t testing.TB, filter string, page uint32) directory.Source {
		source, err := directory.NewLDAP(directory.LDAPConfig{Name: "corp", Base: "ou=people," + suffix, Filter: filter, Page: page, Server: ldap.Config{
			Host: host, Port: number, TLS: ldap.Implicit, Roots: roots, User: reader, Timeout: 10 * time.Second,
			Password: func(context.Context) (string, error) { return "s3cret", nil },
		}})
		if err != nil {
			t.Fatal(err)
		}
		return source
	}
}

// newLDIFPeer has its directory in a file.
func newLDIFPeer(t *testing.T) replicatest.Peer {
	path := filepath.Join(t.TempDir(), "people.ldif")
	p := &directoryPeer{entries: map[string]map[string][]string{}, source: func(t *testing.T) directory.Source { return fileSource(t, directory.LDIFConfig{Path: path}) }}
	p.put = func(t *testing.T) {
		text := []byte(ldif.Version)
		for _, uuid := range slices.Sorted(maps.Keys(p.entries)) {
			record := ldif.Record{DN: dn(p.entries[uuid])}
			for _, name := range slices.Sorted(maps.Keys(p.entries[uuid])) {
				for _, value := range p.entries[uuid][name] {
					record.Attributes = append(record.Attributes, ldif.Attribute{Name: name, Value: value})
				}
			}
			text = record.Append(text)
		}
		write(t, path, string(text))
	}
	p.put(t)
	return p
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func fileSource(t testing.TB, config directory.LDIFConfig) directory.Source {
	t.Helper()
	config.Name = "corp"
	s, err := directory.NewLDIF(config)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestConformance(t *testing.T) {
	for name, peer := range map[string]func(*testing.T) replicatest.Peer{"ldap": newLDAPPeer, "ldif": newLDIFPeer} {
		t.Run(name, func(t *testing.T) {
			replicatest.Run(t, replicatest.Harness{
				New: peer, Traits: element.Traits(), Paths: [2]string{"contacts", "identities"}, BadToken: "nonsense",
				Item: func(n int) ([]byte, core.Key) {
					return element.Value{Given: fmt.Sprintf("Given %d", n)}.Body(), core.Key(fmt.Sprintf("contacts/u%d@example.com", n))
				},
			})
		})
	}
}
