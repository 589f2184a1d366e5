package ldap

import (
	"bufio"
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strconv"
	"testing"
	"time"

	"lockstep/core"
	"lockstep/peers/ldapd"
)

const (
	suffix = "dc=example,dc=com"
	staff  = "ou=people,dc=example,dc=com"
	reader = "cn=reader,dc=example,dc=com"
)

// peer is a server with people, and how to reach it.
type peer struct {
	*ldapd.Server
	t      testing.TB
	config Config // StartTLS, as the reader
}

// newPeer makes a server with so many people.
func newPeer(t testing.TB, people int, o ldapd.Options) *peer {
	t.Helper()
	s := ldapd.New(o)
	t.Cleanup(func() { s.Close() })
	p := &peer{Server: s, t: t}
	p.add(suffix, map[string][]string{"objectClass": {"domain"}, "dc": {"example"}})
	p.add(staff, map[string][]string{"objectClass": {"organizationalUnit"}, "ou": {"people"}})
	p.add(reader, map[string][]string{"objectClass": {"organizationalRole"}, "cn": {"reader"}, "userPassword": {"secret"}})
	for i := range people {
		p.person(i)
	}
	p.config = p.reach(s.Listen)
	p.config.TLS = StartTLS
	return p
}

func (p *peer) add(dn string, attributes map[string][]string) {
	p.t.Helper()
	if err := p.Add(ldapd.Entry{DN: dn, Attributes: attributes}); err != nil {
		p.t.Fatal(err)
	}
}

func (p *peer) person(i int) {
	p.t.Helper()
	uid := fmt.Sprintf("u%05d", i)
	p.add("uid="+uid+","+staff, map[string][]string{"objectClass": {"inetOrgPerson"}, "uid": {uid}, "cn": {"Person " + strconv.Itoa(i)},
		"sn": {strconv.Itoa(i)}, "mail": {uid + "@example.com"}})
}

// reach listens and tells how to log in there as the reader.
func (p *peer) reach(listen func(string) (string, error)) Config {
	p.t.Helper()
	address, err := listen("127.0.0.1:0")
	if err != nil {
		p.t.Fatal(err)
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		p.t.Fatal(err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		p.t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(p.CAPEM())
	return Config{Host: host, Port: number, Roots: roots, User: reader, Password: secret("secret"), Timeout: 10 * time.Second}
}

func secret(s string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return s, nil }
}

// dial opens a connection that is closed with the test.
func (p *peer) dial(config Config) *Client {
	p.t.Helper()
	c, err := Dial(p.t.Context(), config)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { c.Close() })
	return c
}

// read reads everything.
func read(ctx context.Context, c *Client, s Search) (list []Entry, err error) {
	for e, err := range c.Search(ctx, s) {
		if err != nil {
			return list, err
		}
		list = append(list, e)
	}
	return list, nil
}

// people is the search for all of them.
func people(page uint32) Search {
	return Search{Base: staff, Filter: "(mail=*)", Attributes: []string{"mail", "entryUUID"}, Page: page}
}

// failed asserts the class of an error, and that it says what to do where
// something can be done.
func failed(t *testing.T, err error, class core.Class, remedy string) {
	t.Helper()
	var e *core.Error
	if !errors.As(err, &e) {
		t.Fatalf("%v is no error with a class", err)
	}
	if e.Class != class || e.Remedy != remedy || e.Thing == "" {
		t.Errorf("%v\nis of class %s with the remedy %q on %q; want %s and %q", err, e.Class, e.Remedy, e.Thing, class, remedy)
	}
}

// clean asserts that the client kept to the protocol.
func (p *peer) clean() {
	p.t.Helper()
	for _, v := range p.Violations() {
		p.t.Error(v)
	}
}

func newTestReader(data []byte) *bufio.Reader { return bufio.NewReader(bytes.NewReader(data)) }
