package cli

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lockstep/peers/ldapd"
	"lockstep/peers/webadmind"
)

const readerDN = "cn=reader,dc=example,dc=com"

// newCorp is a machine with the link "staff" from an LDAP server, which speaks
// TLS, and a file, to a mail server.
func newCorp(t *testing.T, people int) (*machine, *ldapd.Server, *webadmind.Server) {
	t.Helper()
	m := newMachine(t)
	corp := ldapd.New(ldapd.Options{Users: map[string]string{readerDN: "s3cret"}, Certificates: map[string]string{"sync": readerDN}})
	address, err := corp.ListenTLS("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { corp.Close() })
	add := func(e ldapd.Entry) {
		t.Helper()
		if err := corp.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	add(ldapd.Entry{DN: "dc=example,dc=com", Attributes: map[string][]string{"objectClass": {"domain"}, "dc": {"example"}}})
	add(ldapd.Entry{DN: "ou=people,dc=example,dc=com", Attributes: map[string][]string{"objectClass": {"organizationalUnit"}, "ou": {"people"}}})
	for i := range people {
		add(ldapd.Entry{DN: person(i), Attributes: map[string][]string{
			"objectClass": {"inetOrgPerson"}, "uid": {fmt.Sprintf("u%02d", i)}, "cn": {"U"}, "sn": {"U"}, "mail": {fmt.Sprintf("u%02d@example.com", i)}, "mailAlias": {fmt.Sprintf("A%02d@example.com", i)},
		}})
	}
	mail := webadmind.New(webadmind.Options{Version: webadmind.V310})
	url, err := mail.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mail.Close() })
	m.write("ca.pem", string(corp.CAPEM()))
	m.write("word", "s3cret\n")
	certificate := corp.ClientCertificate("sync")
	key, err := x509.MarshalPKCS8PrivateKey(certificate.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	m.write("client.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]})))
	m.write("client.key", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})))
	m.write("lockstep.toml", fmt.Sprintf(`
[accounts.corp]
address = "ldaps://%s/dc=example,dc=com?ca=ca.pem"
user = "%s"
password = {file = "word"}
[accounts.certified]
address = "ldaps://%s/dc=example,dc=com?ca=ca.pem"
auth = "external"
certificate = "client.pem"
key = "client.key"
[accounts.mail]
address = "james+%s"
[links.staff]
left = ["corp", "ldif:people.ldif"]
right = "mail"
deletes = true
grace = "0"
grace_passes = 1
[links.staff.directory]
page = 3
[links.staff.users]
[links.staff.aliases]
values = "flatten([mailAlias, alias])"
`, address, readerDN, address, url))
	m.people(0, "")
	m.write("people.ldif", "version: 1\n\ndn: uid=more,dc=other\nuid: more\nentryUUID: 5d3b1f0e-0000-4000-8000-000000000099\nmail: more@example.com\nalias: m@example.com\n")
	return m, corp, mail
}

func person(i int) string { return fmt.Sprintf("uid=u%02d,ou=people,dc=example,dc=com", i) }

func TestFromLDAP(t *testing.T) {
	m, corp, mail := newCorp(t, 8)
	if text := m.want(exitDiffers, "plan"); !strings.Contains(text, "u03@example.com  "+person(3)+"\n  + users ") || !strings.Contains(text, "a03@example.com") {
		t.Errorf("%s", text)
	}
	m.want(exitDone, "sync")
	if truth := mail.Truth(); !slices.Contains(truth, "address/aliases/u07@example.com/sources/a07@example.com") || !slices.Contains(truth, "address/aliases/more@example.com/sources/m@example.com") {
		t.Errorf("%v", truth)
	}
	lines, _ := auditLines(t, m.auditFile())
	if one := lines[slices.IndexFunc(lines, func(l auditJSON) bool { return l.Owner == "u03@example.com" })]; one.DN != person(3) || len(one.EntryUUID) != 36 {
		t.Errorf("%+v", one)
	}
	if text := m.want(exitDone, "explain", strings.ToUpper(person(3))); !strings.Contains(text, "The directory has it as "+person(3)) {
		t.Errorf("%s", text)
	}
	m.want(exitDone, "sync")
	if asked := corp.Violations(); len(asked) > 0 {
		t.Errorf("%v", asked)
	}

	// A new address of the same entry is a rename.
	if err := corp.Modify(person(3), map[string][]string{"mail": {"married@example.com"}}); err != nil {
		t.Fatal(err)
	}
	if text := m.want(exitDiffers, "plan"); !strings.Contains(text, "  = users     u03@example.com -> married@example.com") && !strings.Contains(text, "  = users  u03@example.com -> married@example.com") {
		t.Errorf("%s", text)
	}
	m.want(exitDone, "sync")
	if truth := mail.Truth(); !slices.Contains(truth, "users/married@example.com") || slices.Contains(truth, "users/u03@example.com") || !slices.Contains(truth, "address/aliases/married@example.com/sources/a03@example.com") {
		t.Errorf("%v", truth)
	}
	lines, _ = auditLines(t, m.auditFile())
	if i := slices.IndexFunc(lines, func(l auditJSON) bool { return l.Op == "rename" }); i < 0 || lines[i].Owner != "married@example.com" || lines[i].Before != "u03@example.com" || lines[i].After != "married@example.com" {
		t.Errorf("%+v", lines[len(lines)-1])
	}
	m.want(exitDone, "sync")
}

// TestLDAPInPart: a directory that breaks off in the middle deletes nothing, and
// the pass says so.
func TestLDAPInPart(t *testing.T) {
	m, corp, mail := newCorp(t, 8)
	m.want(exitDone, "sync")
	before := mail.Truth()
	for name, fault := range map[string]ldapd.Fault{
		"a limit":           {Refuse: &ldapd.Result{Code: 4}, RefuseAfter: 1},
		"a lost connection": {CutAfter: new(int)},
		"nobody is allowed": {Refuse: &ldapd.Result{Code: 50}},
	} {
		corp.SetFaults(ldapd.OnPage(2, fault))
		const end = "the directory was read only in part: nothing is deleted until it is read to its end\n"
		for _, command := range []string{"plan", "sync"} {
			if code := m.run(command); code != exitParked || !strings.HasSuffix(m.out.String(), end) {
				t.Errorf("%s: %s ends with %d\n%s%s", name, command, code, &m.out, &m.errors)
			}
		}
		if after := mail.Truth(); !slices.Equal(before, after) {
			t.Errorf("%s: %v", name, after)
		}
	}
	corp.SetFaults(nil)
	m.want(exitDone, "sync")
}

// TestRightInPart: a mail server that does not list all it has is told of at the
// end, too, and who is gone meanwhile keeps everything.
func TestRightInPart(t *testing.T) {
	m, _, mail := newCorp(t, 3)
	m.write("people.ldif", "version: 1\n")
	m.want(exitDone, "sync")
	mail.SetFaults(webadmind.Script(webadmind.Scripted{Route: "GET /mappings", Fault: webadmind.Fault{Rewrite: func([]byte) []byte { return []byte("maintenance") }}}))
	const end = "the mail server was read only in part: what could not be listed stays as it is, and no account is renamed or deleted\n"
	for _, command := range []string{"plan", "sync"} {
		if code := m.run(command); code != exitParked || !strings.HasSuffix(m.out.String(), end) {
			t.Errorf("%s ends with %d\n%s%s", command, code, &m.out, &m.errors)
		}
	}
	mail.SetFaults(nil)
	m.want(exitDone, "sync")
}

// TestLDAPLogin: a refused login ends with its own code and shows no password; a
// certificate logs in without one.
func TestLDAPLogin(t *testing.T) {
	m, _, mail := newCorp(t, 2)
	m.write("word", "wr0ng\n")
	m.want(exitLogin, "sync")
	if text := m.errors.String(); !strings.Contains(text, readerDN) || strings.Contains(text, "wr0ng") {
		t.Errorf("%s", text)
	}
	if changes := mail.Changes(); len(changes) > 0 {
		t.Errorf("%v", changes)
	}
	if text := m.want(exitDone, "doctor", "certified"); !strings.Contains(text, "entries              2") {
		t.Errorf("%s", text)
	}
	m.write("client.key", "nothing")
	m.want(exitFailed, "doctor", "certified")
	if !strings.Contains(m.errors.String(), filepath.Join(m.dir, "client.pem")) {
		t.Errorf("%s", &m.errors)
	}
}
