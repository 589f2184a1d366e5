package ldap

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"net"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/core"
	"lockstep/peers/ldapd"
)

// noLogin asserts that nobody tried to log in, and no password left.
func (p *peer) noLogin() {
	p.t.Helper()
	if n := p.Counts()["BIND"]; n != 0 {
		p.t.Errorf("%d logins were tried", n)
	}
}

// TestAttack01PlaintextAfterStartTLS: what a machine in the middle adds behind
// the answer to StartTLS is not taken for an answer of the server.
func TestAttack01PlaintextAfterStartTLS(t *testing.T) {
	p := newPeer(t, 1, ldapd.Options{})
	bound := encode(nil, tagSequence, encodeInt(tagInteger, 2), encode(nil, opBindResponse, encodeInt(tagEnum, 0), encodeText(tagOctets, ""), encodeText(tagOctets, "")))
	p.SetFaults(ldapd.Script(ldapd.Scripted{Request: "STARTTLS", Fault: ldapd.Fault{Inject: bound}}))
	_, err := Dial(t.Context(), p.config)
	failed(t, err, core.Permanent, "the connection would not be safe; check host, port, tls and ca")
	p.noLogin()
}

// TestAttack04NoStartTLS: whatever is answered instead of starting TLS, no
// password is sent.
func TestAttack04NoStartTLS(t *testing.T) {
	refused := "the server offers no StartTLS; use ldaps://"
	for name, row := range map[string]struct {
		fault  ldapd.Fault
		class  core.Class
		remedy string
	}{
		"not supported":          {ldapd.Fault{Refuse: &ldapd.Result{Code: 2, Text: "unsupported extended operation"}}, core.Permanent, refused},
		"unwilling":              {ldapd.Fault{Refuse: &ldapd.Result{Code: 53}}, core.Permanent, refused},
		"elsewhere":              {ldapd.Fault{Refuse: &ldapd.Result{Code: 10, Referrals: []string{"ldap://evil.example.com/"}}}, core.Permanent, refused},
		"not now":                {ldapd.Fault{Refuse: &ldapd.Result{Code: 52}}, core.Transient, ""},
		"another kind of answer": {ldapd.Bytes([]byte{0x30, 12, 2, 1, 1, 0x61, 7, 10, 1, 0, 4, 0, 4, 0}), core.Permanent, "is this an LDAP server?"},
		"success without TLS": {ldapd.Bytes([]byte{0x30, 12, 2, 1, 1, 0x78, 7, 10, 1, 0, 4, 0, 4, 0}), core.Transient,
			"check host and port; if this port does not speak TLS from the first byte: use ldap:// (with StartTLS)"},
		"silence": {ldapd.Fault{Hang: true}, core.Transient, "the server is silent for too long; check host and port, or ask its administrator"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPeer(t, 1, ldapd.Options{})
			p.SetFaults(ldapd.Script(ldapd.Scripted{Request: "STARTTLS", Fault: row.fault}))
			config := p.config
			if row.fault.Hang {
				config.Timeout = 200 * time.Millisecond
			}
			_, err := Dial(t.Context(), config)
			failed(t, err, row.class, row.remedy)
			p.noLogin()
		})
	}
	p := newPeer(t, 1, ldapd.Options{NoStartTLS: true})
	_, err := Dial(t.Context(), p.config)
	failed(t, err, core.Permanent, refused)
	p.noLogin()
}

// TestAttack06BadCertificates: nobody who cannot prove to be the server gets a
// password.
func TestAttack06BadCertificates(t *testing.T) {
	now := time.Now()
	good := certificate(t, "127.0.0.1", now.Add(-time.Hour), now.Add(time.Hour))
	for name, row := range map[string]struct {
		config *tls.Config
		trust  *x509.Certificate
		remedy string
	}{
		"an unknown authority": {&tls.Config{Certificates: []tls.Certificate{good}}, nil, "the certificate's authority is not known: name it with ca"},
		"another host": {&tls.Config{Certificates: []tls.Certificate{certificate(t, "192.0.2.1", now.Add(-time.Hour), now.Add(time.Hour))}}, nil,
			"the certificate is for another host: use its name in the address"},
		"expired": {&tls.Config{Certificates: []tls.Certificate{certificate(t, "127.0.0.1", now.Add(-2*time.Hour), now.Add(-time.Hour))}}, nil,
			"the connection would not be safe; check host, port, tls and ca"},
		"TLS 1.1": {&tls.Config{Certificates: []tls.Certificate{good}, MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}, good.Leaf,
			"the connection would not be safe; check host, port, tls and ca"},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := tls.Listen("tcp", "127.0.0.1:0", row.config)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			got := make(chan int, 1)
			go func() {
				c, err := l.Accept()
				if err != nil {
					got <- 0
					return
				}
				defer c.Close()
				n, _ := c.Read(make([]byte, 100)) // nothing is said if there is no handshake
				got <- n
			}()
			roots := x509.NewCertPool()
			trust := row.trust
			if trust == nil && name != "an unknown authority" {
				trust = row.config.Certificates[0].Leaf
			}
			if trust != nil {
				roots.AddCert(trust)
			}
			_, err = Dial(t.Context(), Config{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, Roots: roots, User: reader,
				Password: secret("secret"), Timeout: 5 * time.Second})
			failed(t, err, core.Permanent, row.remedy)
			if n := <-got; n != 0 {
				t.Errorf("%d bytes were said", n)
			}
		})
	}
}

// certificate signs itself.
func certificate(t *testing.T, ip string, from, to time.Time) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: ip}, IPAddresses: []net.IP{net.ParseIP(ip)}, NotBefore: from, NotAfter: to,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// nasty values that mean something in filters, names or terminals.
func nasty() []string {
	return []string{"*)(uid=*", "*", "a*b", "a)(|(objectClass=*", `a\`, `\2a`, "a\x00b", "\x00", "Müller", "日本", "(", ")", "&", "|(a=b)", " lead", "trail ",
		"#hash", "a,b", "a+b", "a=b", `"quoted"`, "<a>", "a;b", "\xff\xfe", "a\r\nb", "a/b", "a\u202eb", ",", "+", "  "}
}

// TestAttack17Filter: a value that is escaped stands for itself, whatever is
// in it: it finds its entry and no other, and the server sees one comparison.
func TestAttack17Filter(t *testing.T) {
	p := newPeer(t, 5, ldapd.Options{})
	for i, value := range nasty() {
		p.add(fmt.Sprintf("uid=n%d,%s", i, staff), map[string][]string{"objectClass": {"account"}, "userCertificate": {value}}) // compared byte by byte
	}
	c := p.dial(p.config)
	for i, value := range nasty() {
		filter := "(userCertificate=" + EscapeFilter(value) + ")"
		if err := CheckFilter(filter); err != nil {
			t.Errorf("%q: %v", value, err)
		}
		list, err := read(t.Context(), c, Search{Base: staff, Filter: filter, Page: 10})
		if err != nil || len(list) != 1 || list[0].DN != fmt.Sprintf("uid=n%d,%s", i, staff) {
			t.Errorf("%q finds %v, %v", value, list, err)
		}
		if got := p.Searches()[len(p.Searches())-1].Filter; got != filter {
			t.Errorf("%q is asked for as %s, not %s", value, got, filter)
		}
	}
	// What is not escaped is refused, or is what it says.
	for _, text := range []string{"(uid=*)(uid=*)", "(uid=a\x00)", `(uid=a\)`, "(uid=(x))", "(&(uid=a)(uid=*)", "(uid=\xff)"} {
		if err := CheckFilter(text); err == nil {
			t.Errorf("%q is a filter", text)
		}
	}
	p.clean()
}

// TestAttack18Names: whatever a name holds, it comes back as it is, leads to its
// entry and to no other, and is not taken for a place further up.
func TestAttack18Names(t *testing.T) {
	p := newPeer(t, 0, ldapd.Options{})
	names := []string{`uid=a\,b`, `uid=a\+b`, `uid=a\=b`, `uid=\#hash`, `uid=\ lead`, `uid=trail\ `, `uid=\"q\"`, `uid=a\\`, `uid=a\00b`, `uid=\c3\a4`, `uid=日本`,
		`uid=x\,ou=people\,dc=example\,dc=com`, `uid=a+cn=b`, `uid=\2a`}
	for _, n := range names {
		p.add(n+","+staff, map[string][]string{"objectClass": {"account"}, "mail": {"x@example.com"}})
	}
	c := p.dial(p.config)
	list, err := read(t.Context(), c, people(3))
	if err != nil || len(list) != len(names) {
		t.Fatalf("%d entries, %v", len(list), err)
	}
	for i, e := range list {
		if e.DN != names[i]+","+staff {
			t.Errorf("%s came back as %s", names[i], e.DN)
		}
		below, err := read(t.Context(), c, Search{Base: e.DN})
		if err != nil || len(below) != 1 || below[0].DN != e.DN {
			t.Errorf("%s leads to %v, %v", e.DN, below, err)
		}
	}
	r := &RootDSE{NamingContexts: []string{staff}}
	if got := r.suffix(`uid=x\,ou=people\,dc=example\,dc=com`); got != "" {
		t.Errorf("an escaped comma makes a place: %s", got)
	}
	p.clean()
}

// TestAttack18ReferralsAreNotFollowed: wherever a server sends us, and with
// whatever answer, nobody else is spoken to.
func TestAttack18ReferralsAreNotFollowed(t *testing.T) {
	evil := newPeer(t, 1, ldapd.Options{})
	uri := fmt.Sprintf("ldap://127.0.0.1:%d/%s", evil.config.Port, staff)
	refer := ldapd.Fault{Refuse: &ldapd.Result{Code: 10, Referrals: []string{uri}}}
	p := newPeer(t, 3, ldapd.Options{})
	p.add("ou=far,"+staff, map[string][]string{"objectClass": {"referral"}, "ref": {uri}})
	c := p.dial(p.config)
	if list, err := read(t.Context(), c, people(2)); len(list) != 3 || core.ClassOf(err) != core.Permanent || !strings.Contains(err.Error(), uri) {
		t.Errorf("%d entries, %v", len(list), err)
	}
	p.SetFaults(ldapd.Script(ldapd.Scripted{Request: "SEARCH", Fault: refer}))
	if _, err := read(t.Context(), c, people(2)); core.ClassOf(err) != core.Permanent || !strings.Contains(err.Error(), uri) {
		t.Error(err)
	}
	if _, err := c.BaseExists(t.Context(), staff); core.ClassOf(err) != core.Permanent {
		t.Error(err)
	}
	if _, err := c.RootDSE(t.Context()); core.ClassOf(err) != core.Permanent {
		t.Error(err)
	}
	for _, request := range []string{"BIND", "STARTTLS"} {
		p.SetFaults(ldapd.Script(ldapd.Scripted{Request: request, Fault: refer}))
		if _, err := Dial(t.Context(), p.config); err == nil {
			t.Errorf("a referral as the answer to %s is success", request)
		}
	}
	if ever, _ := evil.Connections(); ever != 0 {
		t.Errorf("%d connections to where the server referred", ever)
	}
}

// TestAttack18ManyReferrals: as many are kept as a person reads.
func TestAttack18ManyReferrals(t *testing.T) {
	uri := encodeText(tagOctets, "ldap://far.example.com/")
	body := slices.Concat(encodeInt(tagEnum, 10), encodeText(tagOctets, ""), encodeText(tagOctets, ""), encode(nil, 0xa3, slices.Repeat(uri, 5000)))
	var refused *ResultError
	if err := (message{body: body}).result(); !errors.As(err, &refused) || len(refused.Referrals) != 10 {
		t.Errorf("%d are kept", len(refused.Referrals))
	}
}

// TestAttack20EmptyAnswers: of an answer that is empty because of an error, or
// of rights that are gone, nothing says that there is nothing.
func TestAttack20EmptyAnswers(t *testing.T) {
	for _, code := range []int{1, 3, 4, 10, 11, 32, 50, 51, 52, 53, 80, 9999} {
		for _, after := range []int{0, 2} {
			p := newPeer(t, 5, ldapd.Options{})
			p.SetFaults(ldapd.Script(ldapd.Scripted{Request: "SEARCH", Fault: ldapd.Fault{Refuse: &ldapd.Result{Code: code}, RefuseAfter: after}}))
			for _, page := range []uint32{0, 10} {
				list, err := read(t.Context(), p.dial(p.config), people(page))
				if err == nil || len(list) != after {
					t.Errorf("code %d: %d entries, %v", code, len(list), err)
				}
			}
		}
	}
	p := newPeer(t, 5, ldapd.Options{})
	anonymous := p.config
	anonymous.User, anonymous.Password = "", nil
	if list, err := read(t.Context(), p.dial(anonymous), people(10)); err == nil {
		t.Errorf("nobody sees %d entries", len(list))
	}
}

// TestAttack26HugeMessage: what is announced reserves no memory.
func TestAttack26HugeMessage(t *testing.T) {
	const other = "is this an LDAP server?"
	for name, row := range map[string]struct {
		fault  ldapd.Fault
		class  core.Class
		remedy string
	}{
		"more than allowed":         {ldapd.HugeMessage(1<<32 - 1), core.Permanent, other},
		"a byte more than allowed":  {ldapd.HugeMessage(maxMessage + 1), core.Permanent, other},
		"as much as allowed":        {ldapd.HugeMessage(maxMessage), core.Transient, "it will be tried again"},
		"a length of eight octets":  {ldapd.Bytes([]byte{0x30, 0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}), core.Permanent, other},
		"a length of ninety octets": {ldapd.Bytes(append([]byte{0x30, 0xda}, slices.Repeat([]byte{1}, 90)...)), core.Permanent, other},
		"no length":                 {ldapd.Bytes([]byte{0x30, 0x80, 2, 1, 2, 0, 0}), core.Permanent, other},
	} {
		p := newPeer(t, 1, ldapd.Options{})
		c := p.dial(p.config)
		p.SetFaults(ldapd.Script(ldapd.Scripted{Request: "SEARCH", Fault: row.fault}))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := read(t.Context(), c, people(10))
		runtime.ReadMemStats(&after)
		failed(t, err, row.class, row.remedy)
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 4<<20 {
			t.Errorf("%s: %d bytes were taken", name, grown)
		}
	}
}

// TestAttack27Floods: messages that are all structure are refused in linear
// time and with little memory.
func TestAttack27Floods(t *testing.T) {
	entry := func(attributes []byte) ldapd.Fault {
		op := encode(nil, opEntry, encodeText(tagOctets, "uid=x,"+staff), encode(nil, tagSequence, attributes))
		return ldapd.Bytes(encode(nil, tagSequence, encodeInt(tagInteger, 3), op))
	}
	one := encode(nil, tagSequence, encodeText(tagOctets, "a"), encode(nil, tagSet))
	values := encode(nil, tagSequence, encodeText(tagOctets, "a"), encode(nil, tagSet, slices.Repeat([]byte{4, 0}, maxValues+1)))
	for name, fault := range map[string]ldapd.Fault{
		"attributes": entry(slices.Repeat(one, maxAttributes+1)),
		"values":     entry(values),
		"nesting":    ldapd.DeepNesting(900),
	} {
		p := newPeer(t, 1, ldapd.Options{})
		c := p.dial(p.config)
		p.SetFaults(ldapd.Script(ldapd.Scripted{Request: "SEARCH", Fault: fault}))
		list, err := read(t.Context(), c, people(10))
		failed(t, err, core.Permanent, "is this an LDAP server?")
		if len(list) != 0 {
			t.Errorf("%s: %d entries", name, len(list))
		}
	}
}
