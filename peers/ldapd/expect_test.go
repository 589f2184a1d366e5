package ldapd

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	goldap "github.com/go-ldap/ldap/v3"
)

// peer is a server that the expectations are put to.
type peer struct {
	address, addressTLS string // StartTLS; TLS from the first byte
	roots               *x509.CertPool
	certificate         tls.Certificate
	users               int
}

// peers are the server of this package and, where LOCKSTEP_SLAPD names one
// (peers/real/slapd.sh), OpenLDAP's.
func peers(t *testing.T) map[string]peer {
	t.Helper()
	real, ok := realPeer(t)
	users := 1200
	if ok {
		users = real.users
	} else {
		t.Log("skipped: LOCKSTEP_SLAPD is not set, so nothing is compared with a real slapd")
	}
	s := people(t, users, Options{})
	address, err := s.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addressTLS, err := s.ListenTLS("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(s.CAPEM())
	all := map[string]peer{"ldapd": {address, addressTLS, roots, s.ClientCertificate("reader-certificate"), users}}
	if ok {
		all["slapd"] = real
	}
	return all
}

// realPeer reads HOST:PORT,TLS-DIRECTORY,USERS.
func realPeer(t *testing.T) (peer, bool) {
	t.Helper()
	value, ok := os.LookupEnv("LOCKSTEP_SLAPD")
	if !ok {
		return peer{}, false
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
	p := peer{address: part[0], addressTLS: net.JoinHostPort(host, strconv.Itoa(number+1)), roots: x509.NewCertPool()}
	if p.users, err = strconv.Atoi(part[2]); err != nil {
		t.Fatal(err)
	}
	pem, err := os.ReadFile(filepath.Join(part[1], "ca.crt"))
	if err != nil || !p.roots.AppendCertsFromPEM(pem) {
		t.Fatal(err)
	}
	if p.certificate, err = tls.LoadX509KeyPair(filepath.Join(part[1], "client.crt"), filepath.Join(part[1], "client.key")); err != nil {
		t.Fatal(err)
	}
	return p, true
}

func (p peer) tls() *tls.Config { return &tls.Config{RootCAs: p.roots, ServerName: "localhost"} }

// dial opens a connection with StartTLS, not logged in.
func (p peer) dial(t *testing.T) *goldap.Conn {
	t.Helper()
	c, err := goldap.DialURL("ldap://" + p.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetTimeout(20 * time.Second)
	if err := c.StartTLS(p.tls()); err != nil {
		t.Fatal(err)
	}
	return c
}

const (
	reader = "cn=reader,dc=example,dc=com"
	admin  = "cn=admin,dc=example,dc=com"
	staff  = "ou=people,dc=example,dc=com"
)

// as logs in.
func (p peer) as(t *testing.T, who string) *goldap.Conn {
	t.Helper()
	c := p.dial(t)
	password := map[string]string{reader: "reader", admin: "secret"}[who]
	if who != "" {
		if err := c.Bind(who, password); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// code of an error; 0 = there is none.
func code(err error) int {
	var e *goldap.Error
	switch {
	case err == nil:
		return 0
	case errors.As(err, &e):
		return int(e.ResultCode)
	}
	return -1
}

// TestExpectationsOfLogins: what servers say to every kind of login.
func TestExpectationsOfLogins(t *testing.T) {
	simple := func(dn, password string) func(*testing.T, peer) error {
		return func(t *testing.T, p peer) error {
			_, err := p.dial(t).SimpleBind(&goldap.SimpleBindRequest{Username: dn, Password: password, AllowEmptyPassword: true})
			return err
		}
	}
	external := func(certificate bool) func(*testing.T, peer) error {
		return func(t *testing.T, p peer) error {
			config := p.tls()
			if certificate {
				config.Certificates = []tls.Certificate{p.certificate}
			}
			c, err := goldap.DialURL("ldaps://"+p.addressTLS, goldap.DialWithTLSConfig(config))
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if err := c.ExternalBind(); err != nil {
				return err
			}
			who, err := c.WhoAmI(nil)
			if err == nil && who.AuthzID != "dn:"+reader {
				t.Errorf("the certificate logs in as %s", who.AuthzID)
			}
			return err
		}
	}
	rows := []struct {
		name string
		do   func(*testing.T, peer) error
		want int
	}{
		{"an entry with its password", simple(reader, "reader"), 0},
		{"its name in other letters and spaces", simple("CN=Reader, DC=Example,DC=com", "reader"), 0},
		{"a person", simple("uid=user00007,"+staff, "pass7"), 0},
		{"the administrator, who has no entry", simple(admin, "secret"), 0},
		{"a wrong password", simple(reader, "Reader"), 49},
		{"an unknown name", simple("cn=nobody,dc=example,dc=com", "reader"), 49},
		{"an entry without a password", simple("ou=people,dc=example,dc=com", "x"), 49},
		{"an empty password", simple(reader, ""), 53},
		{"a name that is none", simple("reader", "reader"), 34},
		{"nobody", simple("", ""), 0},
		{"a certificate", external(true), 0},
		{"no certificate", external(false), 7},
		{"StartTLS twice", func(t *testing.T, p peer) error {
			c, err := goldap.DialURL("ldaps://"+p.addressTLS, goldap.DialWithTLSConfig(p.tls()))
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			_, err = c.Extended(goldap.NewExtendedRequest("1.3.6.1.4.1.1466.20037", nil))
			return err
		}, 1},
		{"an operation that there is not", func(t *testing.T, p peer) error {
			_, err := p.as(t, reader).Extended(goldap.NewExtendedRequest("1.2.3.4", nil))
			return err
		}, 2},
	}
	for name, p := range peers(t) {
		for _, row := range rows {
			t.Run(name+"/"+row.name, func(t *testing.T) {
				if got := row.do(t, p); code(got) != row.want {
					t.Errorf("result %v, want code %d", got, row.want)
				}
			})
		}
	}
}

// asked is a search and what is to come of it.
type asked struct {
	name    string
	who     string // "" = nobody
	base    string // "" = the people
	scope   string // base, one; "" = sub
	filter  string
	want    []string // attributes
	page    uint32
	limit   int
	types   bool
	manage  bool // RFC 3296
	expects string
}

// expectations of searches. What is approximately equal is every server's own
// idea (here: what is equal; of slapd: what sounds alike), so nothing is
// expected of it. n is the number of people, a multiple of 20.
func expectations(n int) []asked {
	user5 := "uid=user00005," + staff
	entries := func(n int) string { return fmt.Sprintf("0, %d entries", n) }
	only := func(dn string) string { return "0, 1 entries, " + dn }
	return []asked{
		// Scopes.
		{name: "the people", who: admin, filter: "(objectClass=*)", expects: entries(n + 1)},
		{name: "one below", who: admin, scope: "one", filter: "(objectClass=*)", expects: entries(n)},
		{name: "one below the top", who: admin, base: "dc=example,dc=com", scope: "one", filter: "(objectClass=*)", expects: entries(3)},
		{name: "the base", who: reader, scope: "base", filter: "(objectClass=*)", expects: only(staff)},
		{name: "the base, in other letters", who: reader, base: "OU=People, dc=EXAMPLE,dc=com", scope: "base", filter: "(ou=PEOPLE)", expects: only(staff)},
		{name: "no such base", who: reader, base: "ou=nowhere,dc=example,dc=com", filter: "(objectClass=*)", expects: "32, 0 entries, above dc=example,dc=com"},
		{name: "no such suffix", who: reader, base: "dc=nowhere", filter: "(objectClass=*)", expects: "32, 0 entries"},
		{name: "a base that is no name", who: reader, base: "people", filter: "(objectClass=*)", expects: "34, 0 entries"},
		{name: "nobody sees nothing", filter: "(objectClass=*)", expects: "32, 0 entries"},
		// Filters.
		{name: "equal, in other letters", who: reader, filter: "(uid=USER00005)", expects: only(user5)},
		{name: "equal, with more spaces", who: reader, filter: "(cn=given5   family5)", expects: only(user5)},
		{name: "several values", who: reader, filter: "(mailAlias=second00005@example.com)", expects: only(user5)},
		{name: "and", who: reader, filter: "(&(uid=user00005)(sn=Family5))", expects: only(user5)},
		{name: "and not", who: reader, filter: "(&(uid=user00005)(sn=Family6))", expects: entries(0)},
		{name: "or", who: reader, filter: "(|(uid=user00005)(uid=nobody))", expects: only(user5)},
		{name: "not", who: admin, filter: "(!(uid=user00005))", expects: entries(n)},
		{name: "empty and", who: reader, scope: "base", filter: "(&)", expects: only(staff)},
		{name: "empty or", who: reader, scope: "base", filter: "(|)", expects: entries(0)},
		{name: "present", who: admin, filter: "(mail=*)", expects: entries(n)},
		{name: "not present", who: admin, filter: "(!(mail=*))", expects: only(staff)},
		{name: "begins", who: reader, filter: "(uid=user0000*)", expects: entries(10)},
		{name: "ends", who: reader, filter: "(mail=*00005@example.com)", expects: only(user5)},
		{name: "holds", who: reader, filter: "(cn=Given5 *Family5*)", expects: only(user5)},
		{name: "begins, holds, ends", who: reader, filter: "(mail=user*00005*example.com)", expects: only(user5)},
		{name: "at least", who: admin, filter: "(&(mailQuotaSize>=10737418240)(uid=*))", expects: entries(n / 10)},
		{name: "at most", who: admin, filter: "(mailQuotaSize<=2147483648)", expects: entries(n / 5)},
		{name: "at least, of what has no order", who: admin, filter: "(uid>=user00005)", expects: entries(0)},
		{name: "at least, of a number with what is none", who: admin, filter: "(mailQuotaSize>=much)", expects: entries(0)},
		{name: "part of a number", who: admin, filter: "(mailQuotaSize=1*)", expects: entries(0)},
		{name: "a name as value", who: admin, filter: "(memberOf=CN=dept5, ou=groups,dc=example,dc=com)", expects: entries(n / 20)},
		{name: "members", who: reader, base: "dc=example,dc=com", filter: "(member=" + user5 + ")", expects: only("cn=dept5,ou=groups,dc=example,dc=com")},
		{name: "a superior class", who: admin, filter: "(objectClass=person)", expects: entries(n)},
		{name: "an unknown attribute", who: admin, filter: "(nosuch=x)", expects: entries(0)},
		{name: "not an unknown attribute", who: admin, filter: "(!(nosuch=x))", expects: entries(0)},
		{name: "an unknown attribute or", who: reader, filter: "(|(nosuch=x)(uid=user00005))", expects: only(user5)},
		{name: "a hidden attribute", who: reader, filter: "(userPassword=*)", expects: entries(0)},
		{name: "not a hidden attribute", who: reader, filter: "(!(userPassword=pass5))", expects: entries(0)},
		{name: "escaped", who: reader, filter: `(uid=\75ser00005)`, expects: only(user5)},
		{name: "an escaped star is none", who: reader, filter: `(uid=user0000\2a)`, expects: entries(0)},
		{name: "exactly", who: reader, filter: "(uid:caseExactMatch:=user00005)", expects: only(user5)},
		{name: "exactly, in other letters", who: reader, filter: "(uid:caseExactMatch:=User00005)", expects: entries(0)},
		{name: "part of the name", who: reader, base: "ou=groups,dc=example,dc=com", scope: "one", filter: "(ou:dn:=groups)", expects: entries(20)},
		{name: "bits, all", who: admin, filter: "(mailQuotaSize:1.2.840.113556.1.4.803:=3221225472)", expects: entries(n / 10 * 2)},
		{name: "bits, one", who: admin, filter: "(mailQuotaSize:1.2.840.113556.1.4.804:=3221225472)", expects: entries(n / 10 * 8)},
		{name: "an unknown rule", who: admin, filter: "(uid:1.2.3.4:=x)", expects: entries(0)},
		// Attributes.
		{name: "some attributes", who: reader, filter: "(uid=user00005)", want: []string{"MAIL", "sn", "nosuch"},
			expects: only(user5) + " {mail=user00005@example.com; sn=Family5}"},
		{name: "no attributes", who: reader, filter: "(uid=user00005)", want: []string{"1.1"}, expects: only(user5)},
		{name: "names of attributes", who: reader, filter: "(uid=user00005)", want: []string{"mail"}, types: true, expects: only(user5) + " {mail=}"},
		{name: "all attributes", who: reader, filter: "(uid=user00005)", want: []string{"*"}, expects: only(user5) +
			" {cn=Given5 Family5; departmentNumber=5; givenName=Given5; mail=user00005@example.com; mailAlias=alias00005@example.com|second00005@example.com;" +
			" mailQuotaSize=6442450944; objectClass=inetOrgPerson|mailAccount; otherMailbox=other00005@example.com; sn=Family5; uid=user00005}"},
		{name: "operational attributes are not among all", who: reader, filter: "(uid=user00005)", want: []string{"1.1", "entryUUID"}, expects: only(user5) + " {entryUUID}"},
		{name: "a hidden one", who: reader, filter: "(uid=user00005)", want: []string{"userPassword"}, expects: only(user5)},
		// Limits and pages.
		{name: "too much at once", who: reader, filter: "(uid=*)", expects: "4, 500 entries"},
		{name: "as much as the client wants", who: reader, filter: "(uid=*)", limit: 3, expects: "4, 3 entries"},
		{name: "no more than the client wants", who: reader, filter: "(uid=user0000*)", limit: 10, expects: entries(10)},
		{name: "in pages", who: reader, filter: "(uid=*)", page: 500, expects: fmt.Sprintf("0, %d entries, %d pages", n, (n+499)/500)},
		{name: "in pages that end with the last entry", who: reader, filter: "(uid=user0000*)", page: 5, expects: "0, 10 entries, 2 pages"},
		{name: "in one page", who: reader, filter: "(uid=user0000*)", page: 100, expects: "0, 10 entries, 1 pages"},
		{name: "no entries in pages", who: reader, filter: "(uid=nobody)", page: 100, expects: "0, 0 entries, 1 pages"},
		// References.
		{name: "a reference", who: reader, base: "dc=referring", filter: "(uid=*)",
			expects: "0, 1 entries, uid=here,dc=referring, to ldap://127.0.0.1:9/ou=elsewhere,dc=referring??sub"},
		{name: "a reference that is asked for", who: reader, base: "dc=referring", filter: "(ou=elsewhere)", manage: true, want: []string{"ref"},
			expects: "0, 1 entries, ou=elsewhere,dc=referring {ref=ldap://127.0.0.1:9/ou=elsewhere,dc=referring}"},
		{name: "below a referral", who: reader, base: "uid=x,ou=elsewhere,dc=referring", filter: "(uid=*)", expects: "10, 0 entries, above ou=elsewhere,dc=referring"},
		// The root DSE.
		{name: "what it holds", base: "-", scope: "base", filter: "(objectClass=*)", want: []string{"namingContexts"},
			expects: "0, 1 entries,  {namingContexts=dc=example,dc=com|dc=referring}"},
	}
}

// TestExpectationsOfSearches: what servers find.
func TestExpectationsOfSearches(t *testing.T) {
	for name, p := range peers(t) {
		conns := map[string]*goldap.Conn{"": p.as(t, ""), reader: p.as(t, reader), admin: p.as(t, admin)}
		for _, row := range expectations(p.users) {
			t.Run(name+"/"+row.name, func(t *testing.T) {
				if got := row.ask(t, conns[row.who]); got != row.expects {
					t.Errorf("got  %s\nwant %s", got, row.expects)
				}
			})
		}
	}
}

// TestExpectationsOfCookies: a cookie that the server never gave is refused.
func TestExpectationsOfCookies(t *testing.T) {
	for name, p := range peers(t) {
		t.Run(name, func(t *testing.T) {
			paging := goldap.NewControlPaging(10)
			paging.SetCookie([]byte("never"))
			r := goldap.NewSearchRequest(staff, 2, 0, 0, 0, false, "(uid=*)", nil, []goldap.Control{paging})
			if _, err := p.as(t, reader).Search(r); code(err) != 2 {
				t.Errorf("result %v, want code 2", err)
			}
		})
	}
}

// ask puts a search and tells what came of it.
func (a asked) ask(t *testing.T, c *goldap.Conn) string {
	t.Helper()
	base := a.base
	switch base {
	case "":
		base = staff
	case "-":
		base = ""
	}
	scope := map[string]int{"base": 0, "one": 1, "": 2}[a.scope]
	r := goldap.NewSearchRequest(base, scope, 0, a.limit, 0, a.types, a.filter, a.want, nil)
	if a.manage {
		r.Controls = append(r.Controls, goldap.NewControlManageDsaIT(true))
	}
	var paging *goldap.ControlPaging
	if a.page > 0 {
		paging = goldap.NewControlPaging(a.page)
		r.Controls = append(r.Controls, paging)
	}
	var entries []*goldap.Entry
	var refers []string
	pages := 0
	var err error
	for {
		var answer *goldap.SearchResult
		answer, err = c.Search(r)
		if answer == nil {
			break
		}
		entries, refers, pages = append(entries, answer.Entries...), append(refers, answer.Referrals...), pages+1
		told, _ := goldap.FindControl(answer.Controls, goldap.ControlTypePaging).(*goldap.ControlPaging)
		if err != nil || told == nil || len(told.Cookie) == 0 {
			break
		}
		paging.SetCookie(told.Cookie)
	}
	out := fmt.Sprintf("%d, %d entries", code(err), len(entries))
	var failed *goldap.Error
	if errors.As(err, &failed) && failed.MatchedDN != "" {
		out += ", above " + failed.MatchedDN
	}
	if a.page > 0 {
		out += fmt.Sprintf(", %d pages", pages)
	}
	if len(entries) == 1 {
		out += ", " + entries[0].DN
		if len(a.want) > 0 && len(entries[0].Attributes) > 0 {
			out += " {" + strings.Join(told(entries[0]), "; ") + "}"
		}
	}
	for _, uri := range refers {
		out += ", to " + uri
	}
	return out
}

// told lists attributes; of what every server makes itself, the names.
func told(e *goldap.Entry) (out []string) {
	for _, a := range e.Attributes {
		if a.Name == "entryUUID" {
			out = append(out, a.Name)
			continue
		}
		values := slices.Clone(a.Values)
		slices.Sort(values)
		out = append(out, a.Name+"="+strings.Join(values, "|"))
	}
	slices.Sort(out)
	return out
}
