package ldap

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	goldap "github.com/go-ldap/ldap/v3"

	"lockstep/core"
)

// slapd is the one that LOCKSTEP_SLAPD names (peers/real/slapd.sh): the port of
// StartTLS, its authority, the certificate of the reader, and how many people
// it holds.
func slapd(t *testing.T) (config Config, certificate *tls.Certificate, people int) {
	t.Helper()
	value, ok := os.LookupEnv("LOCKSTEP_SLAPD")
	if !ok {
		t.Skip("LOCKSTEP_SLAPD is not set: not tried with a real slapd (peers/real/slapd.sh)")
	}
	part := strings.Split(value, ",")
	if len(part) != 3 {
		t.Fatalf("LOCKSTEP_SLAPD is %q, not HOST:PORT,TLS-DIRECTORY,USERS", value)
	}
	host, port, err := net.SplitHostPort(part[0])
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	if people, err = strconv.Atoi(part[2]); err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	pem, err := os.ReadFile(filepath.Join(part[1], "ca.crt"))
	if err != nil || !roots.AppendCertsFromPEM(pem) {
		t.Fatal(err)
	}
	pair, err := tls.LoadX509KeyPair(filepath.Join(part[1], "client.crt"), filepath.Join(part[1], "client.key"))
	if err != nil {
		t.Fatal(err)
	}
	return Config{Host: host, Port: number, TLS: StartTLS, Roots: roots, User: reader, Password: secret("reader")}, &pair, people
}

// open is Dial, closed with the test.
func open(t *testing.T, config Config) *Client {
	t.Helper()
	c, err := Dial(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// TestSlapd reads a real directory in every way there is.
func TestSlapd(t *testing.T) {
	config, certificate, n := slapd(t)
	implicit := config
	implicit.TLS, implicit.Port = Implicit, config.Port+1
	external := implicit
	external.User, external.Password, external.External, external.Certificate = "", nil, true, certificate
	for name, how := range map[string]Config{"StartTLS": config, "TLS": implicit, "certificate": external} {
		t.Run(name, func(t *testing.T) {
			c := open(t, how)
			seen := map[string]bool{}
			for e, err := range c.Search(t.Context(), Search{Base: suffix, Filter: "(mail=*)", Attributes: []string{"mail", "entryUUID"}, Page: 500}) {
				if err != nil {
					t.Fatal(err)
				}
				id, err := UUID("entryUUID", e.Attributes["entryuuid"][0])
				if err != nil || len(e.Attributes["mail"]) != 1 {
					t.Fatal(e, err)
				}
				seen[id] = true
			}
			if len(seen) != n {
				t.Errorf("%d people of %d", len(seen), n)
			}
		})
	}
	c := open(t, config)
	list, err := read(t.Context(), c, Search{Base: suffix, Filter: "(mail=*)"})
	failed(t, err, core.Permanent, "read in pages (page = 500), or let the server allow the account a larger answer")
	if len(list) != 500 {
		t.Errorf("%d entries before the limit", len(list))
	}
	for dn, want := range map[string]bool{suffix: true, staff: true, "ou=nobody," + suffix: false} {
		if got, err := c.BaseExists(t.Context(), dn); err != nil || got != want {
			t.Errorf("%s: %t, %v", dn, got, err)
		}
	}
	root, err := c.RootDSE(t.Context())
	if err != nil || root.Vendor != "OpenLDAP" || !root.Pages() || !root.StartTLS() || !slices.Contains(root.NamingContexts, suffix) {
		t.Errorf("%+v, %v", root, err)
	}
	list, err = read(t.Context(), c, Search{Base: "dc=referring", Page: 10})
	if len(list) != 2 || core.ClassOf(err) != core.Permanent {
		t.Errorf("with a reference: %v, %v", list, err)
	}
}

// TestSlapdRefuses: logins that a real server does not take.
func TestSlapdRefuses(t *testing.T) {
	config, _, _ := slapd(t)
	wrong, unknown, wrongPort, untrusted := config, config, config, config
	wrong.Password = secret("wrong")
	unknown.User = "reader"
	wrongPort.Port++
	untrusted.Roots = x509.NewCertPool()
	for name, row := range map[string]struct {
		config Config
		class  core.Class
	}{"wrong password": {wrong, core.Auth}, "no name": {unknown, core.Auth}, "the port of TLS": {wrongPort, core.Transient}, "untrusted": {untrusted, core.Permanent}} {
		if _, err := Dial(context.Background(), row.config); core.ClassOf(err) != row.class {
			t.Errorf("%s: %v, of class %s", name, err, core.ClassOf(err))
		}
	}
	anonymous := config
	anonymous.User, anonymous.Password = "", nil
	if list, err := read(t.Context(), open(t, anonymous), Search{Base: staff, Page: 10}); core.ClassOf(err) != core.Permanent {
		t.Errorf("%d entries are shown to nobody, %v", len(list), err)
	}
}

// TestSlapdPosition: it changes with every change that somebody else makes.
func TestSlapdPosition(t *testing.T) {
	config, _, _ := slapd(t)
	c := open(t, config)
	admin, err := goldap.DialURL(fmt.Sprintf("ldap://%s", config.address()))
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	if err := admin.Bind("cn=admin,"+suffix, "secret"); err != nil {
		t.Fatal(err)
	}
	position := func() string {
		t.Helper()
		s, err := c.Position(t.Context(), staff)
		if err != nil || s == "" {
			t.Fatalf("%q, %v", s, err)
		}
		return s
	}
	dn := "uid=passing,ou=groups," + suffix
	add := goldap.NewAddRequest(dn, nil)
	add.Attribute("objectClass", []string{"inetOrgPerson"})
	for _, name := range []string{"uid", "cn", "sn"} {
		add.Attribute(name, []string{"passing"})
	}
	change := goldap.NewModifyRequest(dn, nil)
	change.Replace("sn", []string{"passed"})
	last := position()
	if again := position(); again != last {
		t.Errorf("it changes by itself, from %s to %s", last, again)
	}
	for _, do := range []func() error{func() error { return admin.Add(add) }, func() error { return admin.Modify(change) },
		func() error { return admin.Del(goldap.NewDelRequest(dn, nil)) }} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
		now := position()
		if now == last {
			t.Error("it did not change")
		}
		last = now
	}
}
