package all

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lockstep/config"
	"lockstep/core"
	"lockstep/format/element"
	"lockstep/protocol/ldap"
)

const provisioningText = `
[accounts.corp]
address = "ldaps://cn=reader,dc=example,dc=org@ldap.example.org/dc=example,dc=org"
password = {env = "WORD"}
[accounts.plain]
address = "ldap://127.0.0.1:3890/dc=example,dc=org?tls=none"
[accounts.file]
address = "ldif:people.ldif"
[accounts.mail]
address = "james+https://james.example.org:8443/admin"
max_connections = 7
[accounts.open]
address = "james+http://127.0.0.1:8000"
[links.staff]
left = ["corp", "plain", "file"]
right = "mail"
[links.staff.directory]
base = "ou=people,dc=example,dc=org"
scope = "one"
page = 7
filter = "(uid=*)"
[links.staff.users]
[links.staff.contacts]
domains = ["example.org"]
`

// TestDirectoryConfig: what an account and a link say reaches the connectors.
func TestDirectoryConfig(t *testing.T) {
	conf, err := load(t, provisioningText)
	if err != nil {
		t.Fatal(err)
	}
	l, _ := conf.Link("staff")
	corp, err := ldapConfig(t.Context(), l.Left, l.Directory)
	if err != nil || corp.Name != "corp" || corp.Base != "ou=people,dc=example,dc=org" || corp.Scope != ldap.One || corp.Filter != "(uid=*)" || corp.Page != 7 ||
		corp.Server.Host != "ldap.example.org" || corp.Server.Port != 636 || corp.Server.TLS != ldap.Implicit || corp.Server.User != "cn=reader,dc=example,dc=org" || corp.Server.Password == nil {
		t.Errorf("%+v, %v", corp, err)
	}
	plain, err := ldapConfig(t.Context(), l.Also[0], config.StandardProvisioning().Directory)
	if err != nil || plain.Base != "dc=example,dc=org" || plain.Server.TLS != ldap.Plain || plain.Server.Password != nil || plain.Scope != ldap.Sub || plain.Filter != "(mail=*)" {
		t.Errorf("%+v, %v", plain, err)
	}
	mail, err := jamesConfig(l.Right.Account, l)
	if err != nil || mail.URL != "https://james.example.org:8443/admin" || mail.MaxConnections != 7 || mail.Password != nil ||
		len(mail.Resources) != 2 || mail.Resources[1] != element.Contact || strings.Join(mail.Domains, "") != "example.org" {
		t.Errorf("%+v, %v", mail, err)
	}
	open, _ := conf.Account("open")
	if c, err := jamesConfig(open, config.StandardProvisioning()); err != nil || c.URL != "http://127.0.0.1:8000" {
		t.Errorf("%+v, %v", c, err)
	}
}

// TestOpenDirectories: several directories are one side, and a file that is not
// there is no empty one.
func TestOpenDirectories(t *testing.T) {
	dir := t.TempDir()
	var ends []config.End
	for _, name := range []string{"a", "b"} {
		file := filepath.Join(dir, name+".ldif")
		text := "version: 1\n\ndn: uid=" + name + ",dc=example\nuid: " + name + "\nentryUUID: 5d3b1f0e-0000-4000-8000-00000000000" + name + "\nmail: " + name + "@example.org\n"
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		ends = append(ends, config.End{Account: &config.Account{Address: config.Address{Type: config.LDIF, Path: file}}})
	}
	list := func(first config.End, also ...config.End) (keys []string, full bool, err error) {
		r, traits, err := Open(t.Context(), first, Options{Kind: core.Entry, Also: also})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if !traits.UniqueKeys || traits.Immutable {
			t.Errorf("%+v", traits)
		}
		for since := core.Token(""); ; {
			d, err := r.Changes(t.Context(), "users", since)
			for _, s := range d.Changed {
				keys = append(keys, string(s.Key))
			}
			if err != nil || !d.More {
				return keys, d.Full, err
			}
			since = d.Next
		}
	}
	if keys, full, err := list(ends[0], ends[1]); err != nil || !full || strings.Join(keys, " ") != "users/a@example.org users/b@example.org" {
		t.Errorf("%v, %v", keys, err)
	}
	if err := os.Remove(ends[1].Account.Address.Path); err != nil {
		t.Fatal(err)
	}
	if Vacant(ends[1]) {
		t.Error("a file that is not there is taken for a place to make a Maildir in")
	}
	if keys, full, err := list(ends[0], ends[1]); full {
		t.Errorf("a file that is not there is read as %v, %v", keys, err)
	}
}

// TestClientCertificate: certificate and key are read, belong together, and the
// key is nobody else's to read.
func TestClientCertificate(t *testing.T) {
	dir := t.TempDir()
	write := func(name, kind string, der []byte, mode os.FileMode) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), mode); err != nil {
			t.Fatal(err)
		}
	}
	pair := func(name string) {
		t.Helper()
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0)}
		cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
		if err != nil {
			t.Fatal(err)
		}
		private, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		write(name+".pem", "CERTIFICATE", cert, 0o644)
		write(name+".key", "PRIVATE KEY", private, 0o600)
	}
	pair("one")
	pair("two")
	account := func(certificate, key string) *config.Account {
		t.Helper()
		c, err := load(t, "[accounts.x]\naddress = \"ldaps://h/dc=x\"\nauth = \"external\"\ncertificate = \""+filepath.Join(dir, certificate)+"\"\nkey = \""+filepath.Join(dir, key)+"\"\n")
		if err != nil {
			t.Fatal(err)
		}
		return c.Accounts[0]
	}
	got, err := ldapConfig(t.Context(), config.End{Account: account("one.pem", "one.key")}, config.StandardProvisioning().Directory)
	if err != nil || got.Server.Certificate == nil || !got.Server.External {
		t.Fatalf("%+v, %v", got.Server, err)
	}
	for _, bad := range [][2]string{{"one.pem", "two.key"}, {"one.pem", "none.key"}, {"none.pem", "one.key"}, {"one.key", "one.key"}} {
		if c, err := certificateOf(t.Context(), account(bad[0], bad[1])); err == nil || strings.Contains(err.Error(), "BEGIN") {
			t.Errorf("%v: %v, %v", bad, c, err)
		}
	}
	if err := os.Chmod(filepath.Join(dir, "one.key"), 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := certificateOf(t.Context(), account("one.pem", "one.key")); err == nil || !strings.Contains(err.Error(), "private key of [accounts.x]") || !strings.Contains(err.Error(), "may be read by others") {
		t.Error(err)
	}
}

func TestRoots(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{file, file + ".none"} {
		if _, err := rootsOf(bad); core.ClassOf(err) != core.Permanent || !strings.Contains(err.Error(), bad) {
			t.Errorf("%v", err)
		}
	}
	if pool, err := rootsOf(""); pool != nil || err != nil {
		t.Errorf("%v, %v", pool, err)
	}
}
