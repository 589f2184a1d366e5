package cli_test

import (
	"crypto/x509"
	"encoding/pem"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"lockstep/peers/ldapd"
)

// documentedLDAP is the directory of pages; it is put where the one of this test is.
const documentedLDAP = "ldaps://ldap.example.com/dc=example,dc=com"

// startLDAP is a command of the scripts, an LDAP server with a person, and a reader whose
// password is secret, or whose certificate is the login:
//
//	ldapd start FILE...      starts it, and writes its address into files
//
// What a configuration names besides lies beside each file: ldap.password, client.pem,
// client.key and a dump, people.ldif.
func startLDAP(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 || args[0] != "start" {
		ts.Fatalf("usage: ldapd start FILE...")
	}
	const reader = "cn=reader,dc=example,dc=com"
	s := ldapd.New(ldapd.Options{Users: map[string]string{reader: "secret"}, Certificates: map[string]string{"sync": reader}})
	ts.Defer(func() { s.Close() })
	ts.Check(s.Add(ldapd.Entry{DN: "dc=example,dc=com", Attributes: map[string][]string{"objectClass": {"domain"}, "dc": {"example"}}}))
	ts.Check(s.Add(ldapd.Entry{DN: "uid=ann,dc=example,dc=com", Attributes: map[string][]string{
		"objectClass": {"inetOrgPerson"}, "uid": {"ann"}, "cn": {"Ann"}, "sn": {"Other"}, "mail": {"ann@example.com"}}}))
	address, err := s.ListenTLS("127.0.0.1:0")
	ts.Check(err)
	ca := ts.MkAbs("ldap-ca.pem")
	ts.Check(os.WriteFile(ca, s.CAPEM(), 0o600))
	here := "ldaps://" + address + "/dc=example,dc=com?ca=" + url.QueryEscape(ca)
	ts.Setenv("LDAP", strings.TrimPrefix(here, "ldaps://"))
	certificate := s.ClientCertificate("sync")
	key, err := x509.MarshalPKCS8PrivateKey(certificate.PrivateKey)
	ts.Check(err)
	for _, name := range args[1:] {
		name = ts.MkAbs(name)
		text, err := os.ReadFile(name)
		ts.Check(err)
		ts.Check(os.WriteFile(name, []byte(strings.ReplaceAll(string(text), documentedLDAP, here)), 0o600))
		for beside, text := range map[string]string{
			"ldap.password": "secret\n",
			"client.pem":    string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]})),
			"client.key":    string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})),
			"people.ldif":   "version: 1\n\ndn: uid=bob,dc=example,dc=com\nuid: bob\nentryUUID: 5d3b1f0e-94c3-4c1e-9c2a-2a8e6e1f0002\nmail: bob@example.com\n",
		} {
			ts.Check(os.WriteFile(filepath.Join(filepath.Dir(name), beside), []byte(text), 0o600))
		}
	}
}
