package ldapd

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"reflect"
	"runtime"
	"slices"
	"testing"
	"time"

	goldap "github.com/go-ldap/ldap/v3"
)

const suffix = "dc=example,dc=com"

// small is a server with the suffix, the people's place and three people.
func small(t *testing.T, o Options) (*Server, *goldap.Conn) {
	t.Helper()
	if o.Users == nil {
		o.Users = map[string]string{admin: "secret"}
	}
	s := New(o)
	t.Cleanup(func() { s.Close() })
	for _, dn := range []string{suffix, staff, "uid=a," + staff, "uid=b," + staff, "uid=c," + staff} {
		if err := s.Add(Entry{DN: dn, Attributes: map[string][]string{"objectClass": {"account"}, "uid": {dn[4:5]}, "mail": {"x@example.com", "y@example.com", "z@example.com"}}}); err != nil {
			t.Fatal(err)
		}
	}
	address, err := s.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c, err := goldap.DialURL("ldap://" + address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetTimeout(5 * time.Second)
	return s, c
}

func (s *Server) trust() *tls.Config {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(s.CAPEM())
	return &tls.Config{RootCAs: roots, ServerName: "localhost"}
}

func all(page uint32) *goldap.SearchRequest {
	r := goldap.NewSearchRequest(suffix, 2, 0, 0, 0, false, "(objectClass=*)", []string{"uid"}, nil)
	if page > 0 {
		r.Controls = []goldap.Control{goldap.NewControlPaging(page)}
	}
	return r
}

// TestEdits: what is done behind the clients' backs is seen by them, and an
// entry keeps its identity for as long as it is there.
func TestEdits(t *testing.T) {
	s, c := small(t, Options{Anonymous: true})
	see := func(dn string) map[string][]string {
		t.Helper()
		r, err := c.Search(goldap.NewSearchRequest(dn, 0, 0, 0, 0, false, "(objectClass=*)", []string{"mail", "entryUUID", "uid"}, nil))
		if goldap.IsErrorWithCode(err, 32) {
			return nil
		}
		if err != nil || len(r.Entries) != 1 {
			t.Fatal(r, err)
		}
		out := map[string][]string{}
		for _, a := range r.Entries[0].Attributes {
			out[a.Name] = a.Values
		}
		return out
	}
	dn := "uid=a," + staff
	id := see(dn)["entryUUID"]
	if err := s.Modify("UID=A, "+staff, map[string][]string{"MAIL": {"new@example.com"}, "uid": nil}); err != nil {
		t.Fatal(err)
	}
	if got := see(dn); !reflect.DeepEqual(got, map[string][]string{"MAIL": {"new@example.com"}, "entryUUID": id}) {
		t.Error(got)
	}
	if err := s.Rename(dn, "uid=z,"+staff); err != nil {
		t.Fatal(err)
	}
	if got := see("uid=z," + staff); see(dn) != nil || !reflect.DeepEqual(got["entryUUID"], id) {
		t.Error(see(dn), got)
	}
	if err := s.Delete("uid=z," + staff); err != nil || see("uid=z,"+staff) != nil {
		t.Error(err)
	}
	if err := s.Add(Entry{DN: dn, Attributes: map[string][]string{"objectClass": {"account"}}}); err != nil || reflect.DeepEqual(see(dn)["entryUUID"], id) {
		t.Error("a new entry has the identity of an old one", err)
	}
	for name, err := range map[string]error{"twice": s.Add(Entry{DN: "UID=a," + staff}), "no name": s.Add(Entry{DN: "a"}), "nobody": s.Modify("uid=q,"+staff, nil),
		"delete nobody": s.Delete("uid=q," + staff), "onto another": s.Rename(dn, "uid=b,"+staff), "to no name": s.Rename(dn, "a")} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if n := len(s.Entries()); n != 5 {
		t.Errorf("%d entries", n)
	}
}

// TestOptions: each takes something away or adds something strange.
func TestOptions(t *testing.T) {
	t.Run("RequireTLS", func(t *testing.T) {
		s, c := small(t, Options{RequireTLS: true})
		if err := c.Bind(admin, "secret"); code(err) != 13 {
			t.Error(err)
		}
		if _, err := c.Search(all(0)); code(err) != 13 {
			t.Error(err)
		}
		if err := c.StartTLS(s.trust()); err != nil {
			t.Fatal(err)
		}
		if err := c.Bind(admin, "secret"); err != nil {
			t.Error(err)
		}
	})
	t.Run("NoStartTLS", func(t *testing.T) {
		s, c := small(t, Options{NoStartTLS: true})
		if err := c.StartTLS(s.trust()); code(err) != 2 {
			t.Error(err)
		}
	})
	t.Run("NoPages", func(t *testing.T) {
		_, c := small(t, Options{NoPages: true, Anonymous: true})
		r, err := c.Search(all(2))
		if err != nil || len(r.Entries) != 5 || len(r.Controls) != 0 {
			t.Error(r, err)
		}
		critical := all(0)
		critical.Controls = []goldap.Control{goldap.NewControlString(goldap.ControlTypePaging, true, "")}
		if _, err := c.Search(critical); code(err) != 12 {
			t.Error(err)
		}
	})
	t.Run("Range", func(t *testing.T) {
		_, c := small(t, Options{Range: 2, Anonymous: true})
		for asked, want := range map[string]string{"mail": "mail;range=0-1 2", "mail;range=2-*": "mail;range=2-* 1", "uid": "uid 1"} {
			r, err := c.Search(goldap.NewSearchRequest("uid=a,"+staff, 0, 0, 0, 0, false, "(objectClass=*)", []string{asked}, nil))
			if err != nil || len(r.Entries) != 1 || len(r.Entries[0].Attributes) != 1 {
				t.Fatal(r, err)
			}
			a := r.Entries[0].Attributes[0]
			if got := fmt.Sprint(a.Name, " ", len(a.Values)); got != want {
				t.Errorf("%s gives %s, want %s", asked, got, want)
			}
		}
	})
	t.Run("Limits", func(t *testing.T) {
		_, c := small(t, Options{Anonymous: true, Limits: map[string]Limit{"": {Size: 2, Paged: 4}}})
		if r, err := c.Search(all(0)); code(err) != 4 || len(r.Entries) != 2 {
			t.Error(r, err)
		}
		if r, err := c.SearchWithPaging(all(0), 3); code(err) != 4 || len(r.Entries) != 4 {
			t.Error(r, err)
		}
	})
	t.Run("Hidden", func(t *testing.T) {
		_, c := small(t, Options{Anonymous: true, Hidden: []string{"MAIL"}})
		r, err := c.Search(goldap.NewSearchRequest(suffix, 2, 0, 0, 0, false, "(|(mail=*)(uid=a))", nil, nil))
		if err != nil || len(r.Entries) != 1 || r.Entries[0].GetAttributeValue("mail") != "" {
			t.Error(r, err)
		}
	})
}

// TestFaults: each does what it says.
func TestFaults(t *testing.T) {
	two := 2
	for name, row := range map[string]struct {
		fault   Fault
		code    int // of go-ldap's error; 200 = the connection is gone
		entries int
	}{
		"none":     {Fault{}, 0, 5},
		"refuse":   {Fault{Refuse: &Result{Code: 51}, RefuseAfter: 3}, 51, 3},
		"partial":  {Fault{Partial: &two}, 0, 2},
		"lost":     {Fault{Lost: []string{"UID"}}, 0, 5},
		"cut":      {Fault{CutAfter: &two}, -1, 2},
		"drop":     {Fault{Drop: true}, -1, 0},
		"huge":     {HugeMessage(1 << 31), -1, 0},
		"hangs up": {Disconnection(52, "bye"), -1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s, c := small(t, Options{Anonymous: true})
			s.SetFaults(Script(Scripted{Request: "SEARCH", Fault: row.fault}))
			r, err := c.Search(all(0))
			if got := code(err); got != row.code && !(row.code == -1 && got == 200) || r != nil && len(r.Entries) != row.entries {
				t.Errorf("%v, %v", r, err)
			}
			if name == "lost" && len(r.Entries[2].Attributes) != 0 {
				t.Errorf("%+v", r.Entries[2].Attributes)
			}
		})
	}
	s, c := small(t, Options{Anonymous: true})
	s.SetFaults(OnPage(2, Fault{Same: true}))
	paging := goldap.NewControlPaging(2)
	r := all(0)
	r.Controls = []goldap.Control{paging}
	var seen []string
	for range 3 {
		page, err := c.Search(r)
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, page.Entries[0].DN)
		paging.SetCookie(goldap.FindControl(page.Controls, goldap.ControlTypePaging).(*goldap.ControlPaging).Cookie)
	}
	if seen[0] == seen[1] || seen[1] != seen[2] {
		t.Errorf("pages began with %q", seen)
	}
}

// TestHang: it answers nothing, until the client says something else.
func TestHang(t *testing.T) {
	s, c := small(t, Options{Anonymous: true})
	s.SetFaults(Script(Scripted{Request: "SEARCH", N: 1, Fault: Fault{Hang: true}}))
	c.SetTimeout(100 * time.Millisecond)
	if _, err := c.Search(all(0)); code(err) != 200 {
		t.Fatal(err)
	}
	c.SetTimeout(5 * time.Second)
	if r, err := c.Search(all(0)); err != nil || len(r.Entries) != 5 {
		t.Error(r, err)
	}
}

// TestLedger: everything is told as it was.
func TestLedger(t *testing.T) {
	s, c := small(t, Options{})
	if err := c.Bind(admin, "secret"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.SearchWithPaging(all(0), 3); err != nil {
		t.Fatal(err)
	}
	want := []Asked{
		{Session: 1, User: admin, Base: suffix, Scope: "sub", Filter: "(objectClass=*)", Attributes: []string{"uid"}, Page: 1, Size: 3, Entries: 3},
		{Session: 1, User: admin, Base: suffix, Scope: "sub", Filter: "(objectClass=*)", Attributes: []string{"uid"}, Page: 2, Size: 3, Entries: 2},
	}
	if got := s.Searches(); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
	if s.Sent() != 5 || s.Counts()["BIND"] != 1 || s.Counts()["SEARCH"] != 2 || len(s.Violations()) != 0 {
		t.Error(s.Sent(), s.Counts(), s.Violations())
	}
}

// TestViolations: what is no request is noted, and ends the session.
func TestViolations(t *testing.T) {
	for _, bytes := range []string{"\x30\x05\x02\x01\x01\x04\x00", "\x30\x03\x02\x01\x01", "\x30\x05\x02\x01\x00\x42\x00", "\x30\x06\x02\x01\x01\x7f\x64\x00", "\x04\x00", "\x30\x07\x02\x01\x01\x60\x02\x02\x00"} {
		s, _ := small(t, Options{})
		client, server := net.Pipe()
		done := make(chan bool)
		go func() { s.Serve(server); close(done) }()
		go io.Copy(io.Discard, client)
		client.SetDeadline(time.Now().Add(5 * time.Second))
		io.WriteString(client, bytes)
		client.Close()
		<-done
		if got := s.Violations(); len(got) != 1 {
			t.Errorf("%q: %q", bytes, got)
		}
	}
}

// TestClose: nothing is left running, whatever the clients do.
func TestClose(t *testing.T) {
	before := runtime.NumGoroutine()
	s := New(Options{Faults: Script(Scripted{Request: "SEARCH", Fault: Fault{Delay: time.Hour}})})
	var conns []net.Conn
	for _, listen := range []func(string) (string, error){s.Listen, s.ListenTLS} {
		address, err := listen("127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			c, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			conns = append(conns, c)
		}
	}
	search := "\x30\x25\x02\x01\x01\x63\x20\x04\x00\x0a\x01\x00\x0a\x01\x00\x02\x01\x00\x02\x01\x00\x01\x01\x00\x87\x0bobjectClass\x30\x00"
	io.WriteString(conns[0], search)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	for _, c := range conns {
		c.Close()
	}
	for deadline := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
	}
	if _, err := s.Listen("127.0.0.1:0"); err == nil {
		t.Error("a closed server listens")
	}
}

// TestNames: equal names are equal, others are not.
func TestNames(t *testing.T) {
	equal := []string{"cn=a b,dc=c", "CN=A  B, DC=C", `cn=\61 b,dc=c`}
	for _, n := range equal {
		if key(n) != key(equal[0]) {
			t.Errorf("%s is another name", n)
		}
	}
	others := []string{"cn=a b,dc=c", `cn=a b\,dc=c`, "cn=ab,dc=c", "dc=c", "", "cn=a b+sn=x,dc=c", "no name", "cn=a b,dc=c,dc=d", `cn=a b,dc=c\00dc=d`}
	keys := map[string]bool{}
	for _, n := range others {
		keys[key(n)] = true
	}
	if len(keys) != len(others) {
		t.Errorf("%d keys of %d names", len(keys), len(others))
	}
	a, _ := parseDN(`cn=x\,dc=c`)
	b, _ := parseDN("dc=c")
	if _, ok := below(a, b); ok {
		t.Error("an escaped comma makes a place")
	}
	if !slices.Equal(b, []string{"dc=c"}) {
		t.Error(b)
	}
}
