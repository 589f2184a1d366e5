package imap

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// mustRefuse dials and wants an error of security; no password may be seen.
func mustRefuse(t *testing.T, o Options) {
	t.Helper()
	c, err := Dial(t.Context(), o)
	if err == nil {
		c.Close()
		t.Fatal("it connects")
	}
	var s *SecurityError
	if !errors.As(err, &s) {
		t.Fatalf("%T %v, want a SecurityError", err, err)
	}
}

func wantBroken(t *testing.T, err error) {
	t.Helper()
	var p *ProtocolError
	if !errors.As(err, &p) {
		t.Errorf("%T %v, want a ProtocolError", err, err)
	}
}

// What is said in clear after the OK to STARTTLS, in the same segment or in
// the next, ends the connection, although TLS would go well.
func TestAttack01PlaintextAfterSTARTTLS(t *testing.T) {
	cert, pool := certificate(t, nil)
	for name, early := range map[string]bool{"same segment": true, "after the handshake began": false} {
		t.Run(name, func(t *testing.T) {
			o := listen(t, func(f *fake) {
				injected := "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n* LIST () \"/\" evil\r\n"
				f.say("* OK [CAPABILITY IMAP4rev1 STARTTLS] hello\r\n")
				tag, _ := f.line()
				if early {
					f.say(tag + " OK begin\r\n" + injected)
				} else {
					f.say(tag + " OK begin\r\n")
					f.in.Peek(1) // the client's first word of TLS
					f.say(injected)
				}
				safe := tls.Server(&peeked{f.Conn, f.in}, &tls.Config{Certificates: []tls.Certificate{cert}})
				after := &fake{Conn: safe, in: bufio.NewReader(safe), t: t}
				after.serve(map[string]string{"CAPABILITY": "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n% OK\r\n"})
			})
			o.Security, o.Roots = StartTLS, pool
			mustRefuse(t, o)
		})
	}
}

// peeked is a connection of which some was read already.
type peeked struct {
	net.Conn
	in io.Reader
}

func (p *peeked) Read(b []byte) (int, error) { return p.in.Read(b) }

// An OK that is sent before the question is no answer to it.
func TestAttack02AnswerBeforeSTARTTLS(t *testing.T) {
	said := make(chan string, 1)
	o := listen(t, func(f *fake) {
		f.say("* OK [CAPABILITY IMAP4rev1 STARTTLS] hello\r\nA1 OK begin\r\n")
		f.line() // STARTTLS may have been on its way
		_, more := f.line()
		said <- more
	})
	o.Security = StartTLS
	if c, err := Dial(t.Context(), o); err == nil {
		c.Close()
		t.Fatal("it goes on")
	}
	if more := <-said; more != "" {
		t.Errorf("it goes on in clear: %q", more)
	}
}

// PREAUTH leaves no way to TLS.
func TestAttack03PREAUTHBeforeTLS(t *testing.T) {
	o := listen(t, func(f *fake) { f.say("* PREAUTH hello\r\n") })
	o.Security = StartTLS
	mustRefuse(t, o)
}

// Without STARTTLS, or if it is refused, nothing more is said.
func TestAttack04NoSTARTTLS(t *testing.T) {
	for name, script := range map[string]func(*fake){
		"not offered": func(f *fake) { f.say("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hello\r\n") },
		"not listed": func(f *fake) {
			f.say("* OK hello\r\n")
			tag, _ := f.line()
			f.say("* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n" + tag + " OK\r\n")
		},
		"refused": func(f *fake) {
			f.say("* OK [CAPABILITY IMAP4rev1 STARTTLS] hello\r\n")
			tag, _ := f.line()
			f.say(tag + " NO not now\r\n")
		},
	} {
		t.Run(name, func(t *testing.T) {
			said := make(chan string, 1)
			o := listen(t, func(f *fake) {
				script(f)
				_, more := f.line()
				said <- more
			})
			o.Security = StartTLS
			mustRefuse(t, o)
			if more := <-said; more != "" {
				t.Errorf("it said %q", more)
			}
		})
	}
}

// LOGINDISABLED: the password stays here.
func TestAttack04LoginDisabled(t *testing.T) {
	said := make(chan string, 1)
	o := listen(t, func(f *fake) {
		f.say("* OK [CAPABILITY IMAP4rev1 LOGINDISABLED] hello\r\n")
		_, rest := f.line()
		said <- rest
	})
	c, err := Dial(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	err = c.Login(t.Context(), "me", "secret", Best)
	c.Close()
	var s *StatusError
	if !errors.As(err, &s) || s.Code != "LOGINDISABLED" {
		t.Errorf("%v", err)
	}
	if text := <-said; text != "" {
		t.Errorf("it said %q", text)
	}
}

// What was said before TLS, capabilities, lists and counts, does not count
// after it.
func TestAttack05DataBeforeTLSIsDropped(t *testing.T) {
	cert, pool := certificate(t, nil)
	o := listen(t, func(f *fake) {
		f.say("* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED X-INJECTED] hello\r\n")
		tag, _ := f.line()
		f.say("* CAPABILITY IMAP4rev1 STARTTLS X-INJECTED\r\n* LIST () \"/\" evil\r\n* 7 EXISTS\r\n* SEARCH 1 2 3\r\n" + tag + " OK begin\r\n")
		safe := tls.Server(f.Conn, &tls.Config{Certificates: []tls.Certificate{cert}})
		after := &fake{Conn: safe, in: bufio.NewReader(safe), t: t}
		after.serve(map[string]string{"CAPABILITY": "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n% OK\r\n", "LIST": "* LIST () \"/\" good\r\n% OK\r\n"})
	})
	o.Security, o.Roots = StartTLS, pool
	c, err := Dial(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if c.Has("X-INJECTED") || c.Has("LOGINDISABLED") || !c.Has("AUTH=PLAIN") || c.Mailbox() != nil {
		t.Errorf("capabilities %v, mailbox %v", c.Capabilities(), c.Mailbox())
	}
	var names []string
	if err := c.ListStatus(t.Context(), "*", func(d ListData) { names = append(names, d.Name) }, nil); err != nil || !slices.Equal(names, []string{"good"}) {
		t.Errorf("%q, %v", names, err)
	}
	found, told, err := c.Search(t.Context(), Between(1, 9))
	if err != nil || told {
		t.Errorf("a search finds %v, %v", found, err)
	}
}

// A certificate of another host, an old one, an unknown one, one that is
// signed with SHA-1, and an old TLS are refused.
func TestAttack06BadCertificates(t *testing.T) {
	good, pool := certificate(t, nil)
	other, otherPool := certificate(t, func(c *x509.Certificate) { c.IPAddresses = []net.IP{net.IPv4(10, 0, 0, 1)} })
	named, namedPool := certificate(t, func(c *x509.Certificate) {
		c.IPAddresses, c.DNSNames, c.Subject.CommonName = nil, []string{"*.example.org"}, "127.0.0.1" // no name of the subject counts
	})
	old, oldPool := certificate(t, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) })
	early, earlyPool := certificate(t, func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Minute) })
	weak, weakPool := weakCertificate(t)
	for name, c := range map[string]struct {
		config *tls.Config
		pool   *x509.CertPool
	}{
		"unknown":       {&tls.Config{Certificates: []tls.Certificate{good}}, otherPool},
		"of no root":    {&tls.Config{Certificates: []tls.Certificate{good}}, nil},
		"other host":    {&tls.Config{Certificates: []tls.Certificate{other}}, otherPool},
		"other name":    {&tls.Config{Certificates: []tls.Certificate{named}}, namedPool},
		"expired":       {&tls.Config{Certificates: []tls.Certificate{old}}, oldPool},
		"not yet":       {&tls.Config{Certificates: []tls.Certificate{early}}, earlyPool},
		"SHA-1":         {&tls.Config{Certificates: []tls.Certificate{weak}}, weakPool},
		"TLS 1.1":       {&tls.Config{Certificates: []tls.Certificate{good}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, pool},
		"no TLS at all": {nil, pool},
	} {
		for security, how := range map[Security]string{Implicit: "implicit", StartTLS: "STARTTLS"} {
			t.Run(name+", "+how, func(t *testing.T) {
				o := listen(t, func(f *fake) {
					if security == StartTLS {
						f.say("* OK [CAPABILITY IMAP4rev1 STARTTLS] hello\r\n")
						tag, _ := f.line()
						f.say(tag + " OK begin\r\n")
					}
					if c.config == nil {
						f.in.Peek(1)
						f.say("* OK hello\r\n")
						f.in.Peek(1 << 10)
						return
					}
					safe := tls.Server(f.Conn, c.config)
					if safe.Handshake() == nil {
						safe.Write([]byte("* OK [CAPABILITY IMAP4rev1] hello\r\n"))
					}
				})
				o.Security, o.Roots = security, c.pool
				mustRefuse(t, o)
			})
		}
	}
	t.Run("a good one", func(t *testing.T) { // so that the others fail for what is wrong with them
		o := listen(t, func(f *fake) {
			safe := tls.Server(f.Conn, &tls.Config{Certificates: []tls.Certificate{good}})
			safe.Write([]byte("* OK [CAPABILITY IMAP4rev1] hello\r\n"))
			safe.Read(make([]byte, 1))
		})
		o.Security, o.Roots = Implicit, pool
		c, err := Dial(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		c.Close()
	})
}

// weakCertificate is signed with SHA-1 by a root that is trusted.
func weakCertificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	root, pool := certificate(t, nil)
	parent, err := x509.ParseCertificate(root.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "weak"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), SignatureAlgorithm: x509.ECDSAWithSHA1}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, root.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// The client has no switch that turns the check of certificates off: whoever
// wants no TLS says None, for one connection.
func TestAttack07NothingIsInsecureByDefault(t *testing.T) {
	if (Options{}).withDefaults().Security != Implicit {
		t.Error("the standard is not TLS")
	}
	cert, _ := certificate(t, nil)
	o := listen(t, func(f *fake) { tls.Server(f.Conn, &tls.Config{Certificates: []tls.Certificate{cert}}).Handshake() })
	mustRefuse(t, Options{Address: o.Address})
}

// A referral to another host (RFC 2221), wherever it stands, is a refusal and
// nothing else: no second connection, no password for anybody.
func TestAttack08ReferralIsNotFollowed(t *testing.T) {
	const referral = "[REFERRAL imap://evil.example/] go there\r\n"
	for name, script := range map[string]func(*fake){
		"greeting": func(f *fake) { f.say("* BYE " + referral) },
		"login": func(f *fake) {
			f.say("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hello\r\n")
			f.serve(map[string]string{"AUTHENTICATE": "% NO " + referral})
		},
		"after login": func(f *fake) {
			f.say("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hello\r\n")
			f.serve(map[string]string{"AUTHENTICATE": "% OK [CAPABILITY IMAP4rev1] in\r\n", "SELECT": "% NO " + referral})
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := listen(t, script)
			var dialed atomic.Int32
			o.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
				dialed.Add(1)
				return new(net.Dialer).DialContext(ctx, network, address)
			}
			c, err := Dial(t.Context(), o)
			if err == nil {
				defer c.Close()
				err = c.Login(t.Context(), "me", "secret", Best)
			}
			if err == nil {
				_, err = c.Select(t.Context(), Mailbox("x"), false)
			}
			var s *StatusError
			if !errors.As(err, &s) || s.Code != "REFERRAL" {
				t.Fatalf("%v", err)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Error("the error holds the password")
			}
			if n := dialed.Load(); n != 1 {
				t.Errorf("it connects %d times", n)
			}
		})
	}
}

// hostileTexts are what somebody may put into a name, a flag or a password to
// have it read as something else.
func hostileTexts() []string {
	return []string{
		"a\r\nA1 DELETE INBOX", "a\nA1 LOGOUT", "a\rA1 LOGOUT", "a\x00b", "\r\n", "\n", "a b", `a" "b`, `a\`, `\"`, `"`, `a)`, "(a", "a]", "",
		"x{5}", "x{5+}", "x {5}", "{5}", "{3+}\r\nabc", "~{5}", "x\r\n{5}", "*", "%", "a%b*", "+", "]", "\x7f", "\t", "\xff\xfe", "ü{5}", "NIL",
		strings.Repeat("x", 3000), strings.Repeat("é", 600) + "{9}", `\Seen`, `\*`, "&", "&AGE-", "INBOX\x00x", "é", "\u2028A1 NOOP",
	}
}

// heard is what a plain server understands: it reads a line and, if that ends
// in {n}, the literal and the line that goes on after it.
func heard(f *fake, log chan<- string) {
	defer close(log)
	size := regexp.MustCompile(`\{([0-9]+)(\+?)\}\r\n$`)
	for {
		command := ""
		for {
			line, err := f.in.ReadString('\n')
			if err != nil {
				return
			}
			command += line
			m := size.FindStringSubmatch(line)
			if m == nil {
				break
			}
			if m[2] == "" {
				f.say("+ go\r\n")
			}
			n, _ := strconv.Atoi(m[1])
			literal := make([]byte, n)
			if _, err := io.ReadFull(f.in, literal); err != nil {
				return
			}
			command += string(literal)
		}
		tag, rest, _ := strings.Cut(command, " ")
		log <- rest
		f.say(tag + " OK done\r\n")
	}
}

// Whatever an argument holds, each command is one command or none, and what
// follows is not swallowed.
func everyArgument(t *testing.T, capabilities string, texts []string) {
	log := make(chan string, 10_000)
	o := listen(t, func(f *fake) {
		f.say("* OK [CAPABILITY IMAP4rev1 ID ENABLE LIST-EXTENDED LIST-STATUS SPECIAL-USE CREATE-SPECIAL-USE " + capabilities + "] hello\r\n")
		heard(f, log)
	})
	c, err := Dial(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	caps := c.caps
	sent, refused := 0, 0
	for _, text := range texts {
		for name, command := range map[string]func() error{
			"LOGIN":  func() error { return c.login(ctx, caps, text, text, Login) },
			"PLAIN":  func() error { return c.login(ctx, map[string]bool{"SASL-IR": true}, text, text, Plain) },
			"XOAUTH": func() error { return c.login(ctx, map[string]bool{"SASL-IR": true}, text, text, XOAuth2) },
			"BEARER": func() error { return c.login(ctx, map[string]bool{"SASL-IR": true}, text, text, OAuthBearer) },
			"SELECT": func() error { _, err := c.Select(ctx, Mailbox(text), true); return err },
			"RAW":    func() error { _, err := c.Select(ctx, RawMailbox(text), true); return err },
			"CREATE": func() error { return c.Create(ctx, Mailbox(text), text) },
			"LIST":   func() error { return c.ListStatus(ctx, text, func(ListData) {}, func(StatusData) {}) },
			"STATUS": func() error { return c.wait(ctx, c.StartStatus(ctx, Mailbox(text), func(StatusData) {})) },
			"COPY":   func() error { return c.wait(ctx, c.StartCopy(ctx, NewUIDSet(1), Mailbox(text))) },
			"MOVE":   func() error { return c.wait(ctx, c.StartMove(ctx, NewUIDSet(1), RawMailbox(text))) },
			"STORE":  func() error { return c.wait(ctx, c.StartStore(ctx, NewUIDSet(1), true, Flags(text))) },
			"APPEND": func() error {
				return c.wait(ctx, c.StartAppend(ctx, Mailbox(text), Flags(text), nil, Literal{Size: int64(len(text)), Body: strings.NewReader(text)}))
			},
			"ID":     func() error { return c.Do(ctx, "ID", List{String("name"), String(text)}) },
			"ENABLE": func() error { return c.Wait(ctx, c.StartEnable(ctx, text)) },
			"RENAME": func() error { return c.Do(ctx, "RENAME", Mailbox("a"), Mailbox(text)) },
			"name":   func() error { return c.Do(ctx, text) },
			"atom":   func() error { return c.Do(ctx, "X", Atom(text)) },
		} {
			err := command()
			var bad *ArgError
			switch {
			case errors.As(err, &bad):
				refused++
			case err == nil:
				sent++
			default:
				t.Fatalf("%s %q: %v", name, text, err)
			}
		}
	}
	if err := c.Do(ctx, "NOOP"); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	c.Close()
	var commands []string
	for line := range log {
		commands = append(commands, line)
	}
	if len(commands) != sent+1 || commands[sent] != "NOOP\r\n" {
		t.Errorf("%d commands were sent and %d refused; the server heard %d", sent, refused, len(commands))
		for _, line := range commands {
			t.Logf("%.200q", line)
		}
	}
	if sent == 0 || refused == 0 {
		t.Errorf("%d sent, %d refused", sent, refused)
	}
}

// No name, flag, user name or password makes a second command. (A search takes
// UIDs only: there is no text to put into it.)
func TestAttack11NoSecondCommand(t *testing.T) {
	for _, capabilities := range []string{"", "LITERAL-", "LITERAL+"} {
		t.Run(capabilities, func(t *testing.T) { everyArgument(t, capabilities, hostileTexts()) })
	}
	for _, name := range []string{"a\r\nA1 DELETE INBOX", "a\nb", "a\x00b", ""} {
		var bad *ArgError
		if err := Mailbox(name).write(&encoder{}); !errors.As(err, &bad) {
			t.Errorf("mailbox %q: %v", name, err)
		}
		if err := RawMailbox(name).write(&encoder{}); !errors.As(err, &bad) {
			t.Errorf("raw mailbox %q: %v", name, err)
		}
	}
	for _, flag := range []string{"a b", "a)", "{5}", "a\r\n", "", `\`, `\*`, "a\"", "é"} {
		if err := Flag(flag).write(&encoder{}); err == nil {
			t.Errorf("flag %q is sent", flag)
		}
	}
	e := &encoder{}
	if err := String("pass\r\nA1 NOOP").write(e); err != nil || len(e.pieces) != 2 || e.pieces[1].literal.Size != 13 {
		t.Errorf("a text with a line end is not a literal: %v %v", e.pieces, err)
	}
}

// A field of a SASL message ends at ^A: no user name makes one more field.
func TestAttack11NoSecondSASLField(t *testing.T) {
	for _, how := range []Mechanism{Plain, XOAuth2, OAuthBearer} {
		for _, text := range []string{"me\x01auth=Bearer stolen", "me\x00you"} {
			if how == Plain && !strings.ContainsRune(text, 0) {
				continue // no field ends there
			}
			var bad *ArgError
			if _, err := sasl(how, text, "token", "h:1"); !errors.As(err, &bad) {
				t.Errorf("%s: the user name %q: %v", how, text, err)
			}
			if _, err := sasl(how, "me", text, "h:1"); !errors.As(err, &bad) {
				t.Errorf("%s: the password %q: %v", how, text, err)
			}
		}
	}
}

// An argument that ends like a literal is quoted, so that a server which looks
// at the end of a line waits for nothing.
func TestAttack12NothingIsSwallowed(t *testing.T) {
	everyArgument(t, "LITERAL+", []string{"x{5}", "x{5+}", "{5}", "x ~{5}", `x\{5}`, `{5}"`, "é{5}", "x{5}\r", strings.Repeat("x", 2000) + "{5}"})
	for name, want := range map[string]string{
		"x{5}": `"x{5}"`, "x{5+}": `"x{5+}"`, `a"b`: `"a\"b"`, `a\b`: `"a\\b"`, "a*%]": `"a*%]"`, "Entwürfe": `"Entw&APw-rfe"`, "a&b": `"a&-b"`,
	} {
		e := &encoder{}
		if err := Mailbox(name).write(e); err != nil || e.text.String() != want || len(e.pieces) != 0 {
			t.Errorf("%q is sent as %s, %v", name, e.text.String(), err)
		}
	}
}

// A name comes back from a server as it was sent, and one that is written in
// no proper way is never taken for another.
func TestAttack13NamesComeBack(t *testing.T) {
	names := []string{"INBOX", "Entwürfe", "送信済み", "a&b", `q"u\o`, "a*b%c]", "*", "%", "😀", "&", "~x", "{5}", "NIL", " a ", "a/b", "&APw-"}
	for _, how := range []string{"quoted", "literal"} {
		answer := ""
		for _, name := range names {
			e := &encoder{}
			if err := Mailbox(name).write(e); err != nil || len(e.pieces) != 0 {
				t.Fatalf("%q: %v", name, err)
			}
			raw := e.text.String()
			if how == "literal" {
				plain := strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(raw[1 : len(raw)-1])
				raw = fmt.Sprintf("{%d}\r\n%s", len(plain), plain)
			}
			answer += "* LIST () \"/\" " + raw + "\r\n"
		}
		o := listen(t, func(f *fake) {
			f.say("* OK [CAPABILITY IMAP4rev1] hello\r\n")
			tag, _ := f.line()
			f.say(answer + tag + " OK\r\n")
		})
		c, err := Dial(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		var got []string
		err = c.ListStatus(t.Context(), "*", func(d ListData) {
			if got = append(got, d.Name); !d.Exact {
				t.Errorf("%q is not exact", d.Raw)
			}
		}, nil)
		if err != nil || !slices.Equal(got, names) {
			t.Errorf("%s: %q, want %q, %v", how, got, names, err)
		}
	}
	c := dial(t, "", map[string]string{"LIST": "* LIST () \"/\" \"&AGE-\"\r\n* LIST () \"/\" \"Entw\xfcrfe\"\r\n% OK\r\n"})
	err := c.ListStatus(t.Context(), "*", func(d ListData) {
		if d.Exact || d.Name != d.Raw {
			t.Errorf("%q is taken for %q", d.Raw, d.Name)
		}
	}, nil)
	if err != nil {
		t.Error(err)
	}
}

// counted counts what is read of an endless or large answer.
type counted struct {
	r io.Reader
	n int64
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	return n, err
}

// repeated says a text again and again, for so many bytes, and holds none.
type repeated struct {
	text string
	left int64
	at   int // in the text
}

func (r *repeated) Read(b []byte) (n int, err error) {
	for n < len(b) && r.left > 0 {
		k := copy(b[n:min(int64(len(b)), int64(n)+r.left)], r.text[r.at:])
		n, r.left, r.at = n+k, r.left-int64(k), (r.at+k)%len(r.text)
	}
	if r.left == 0 {
		err = io.EOF
	}
	return n, err
}

func again(text string, size int64) *repeated {
	return &repeated{text: strings.Repeat(text, 1+4096/len(text)), left: size}
}

// hear reads answers with a client that waits for data of all sorts. It tells
// how many bytes were read and reserved.
func hear(limits Limits, answer ...io.Reader) (read, reserved int64, err error) {
	in := &counted{r: io.MultiReader(answer...)}
	c := &Conn{prefix: "A", mailbox: &MailboxState{}, caps: map[string]bool{}}
	c.r = newReader(in, limits.withDefaults(), 32<<10)
	c.pending = []*Command{{tag: "A1", name: "X", copies: true, h: handlers{
		list: func(ListData) {}, status: func(StatusData) {}, search: func(UIDSet) {}, words: func([]string) {}, malformed: func() {},
		uids: Between(1, 1<<32-1), fetch: func(*Message) {}}}}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for err == nil {
		err = c.read()
	}
	runtime.ReadMemStats(&after)
	return in.n, int64(after.TotalAlloc - before.TotalAlloc), err
}

// A literal of 4 GiB, wherever it is announced, reserves nothing and ends the
// connection.
func TestAttack26HugeLiteral(t *testing.T) {
	for _, before := range []string{
		"* 1 FETCH (UID 1 BODY[] ", "* 1 FETCH (BODY[] ", "* 1 FETCH (UID 1 BODY[HEADER] ", "* 1 FETCH (UID 1 X-NEW ", "* LIST () \"/\" ", "* STATUS ",
		"* VENDOR ", "* 1 FETCH (UID oops ", "* LIST (", "* OK [PERMANENTFLAGS (", "* 1 FETCH (UID 1 BODY[] ~",
	} {
		for _, size := range []string{"4294967295", "18446744073709551615", "268435457"} {
			read, reserved, err := hear(Limits{}, strings.NewReader(before+"{"+size+"}\r\nabc"), again("abc)\r\n", 1<<20))
			if strings.HasPrefix(before, "* OK") && errors.Is(err, io.ErrUnexpectedEOF) {
				continue // the text of a code that is not known has no literals: it is a line
			}
			if err == nil || reserved > 1<<20 || read > 1<<17 {
				t.Errorf("%s{%s}: %d bytes read, %d reserved, %v", before, size, read, reserved, err)
			}
		}
	}
	c := dial(t, "", map[string]string{"UID FETCH": "* 1 FETCH (UID 1 BODY[] {4294967295}\r\nabc"})
	err := c.Fetch(t.Context(), NewUIDSet(1), ItemBody, func(*Message) { t.Error("it is handed over") })
	if wantBroken(t, err); c.Err() == nil {
		t.Error("the connection is used on")
	}
}

// Texts that are each small enough are not, together, more than one response
// may hold in memory.
func TestAttack26ManyLargeTexts(t *testing.T) {
	text := "{262144}\r\n" + strings.Repeat("x", 262144) + " "
	for _, before := range []string{"* LIST (", "* 1 FETCH (UID 1 FLAGS (", "* ESEARCH (", "* OK [PERMANENTFLAGS ("} {
		read, _, err := hear(Limits{}, strings.NewReader(before), again(text, 1<<30))
		if wantBroken(t, err); read > 4<<20 {
			t.Errorf("%s: %d bytes were read into memory", before, read)
		}
	}
}

// Deep lists and floods of parts end the connection; a range of all UIDs is
// not expanded.
func TestAttack27Floods(t *testing.T) {
	for name, before := range map[string]string{"item": "* 1 FETCH (UID 1 X ", "attributes": "* LIST ", "status": "* STATUS a (MESSAGES ", "tag": "* ESEARCH "} {
		read, reserved, err := hear(Limits{Search: 64 << 10}, strings.NewReader(before), again("(", 1<<30))
		if err == nil || read > 1<<17 || reserved > 1<<20 {
			t.Errorf("%s: %d bytes read, %d reserved, %v", name, read, reserved, err)
		}
	}
	for name, answer := range map[string]string{
		"depth":  "* 1 FETCH (UID 1 X " + strings.Repeat("(", 5000) + "\r\n",
		"braces": "* LIST " + strings.Repeat("(", 100_000) + "\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			c := dial(t, "", map[string]string{"NOOP": answer})
			wantBroken(t, c.Do(t.Context(), "NOOP"))
		})
	}
	c := dial(t, "ESEARCH", map[string]string{"UID SEARCH": "* ESEARCH (TAG \"%\") UID ALL 1:4294967295\r\n% OK\r\n"})
	found, _, err := c.Search(t.Context(), Between(1, 10))
	if err != nil || len(found) != 1 || found.Count() != 1<<32-1 {
		t.Errorf("%v %v", found, err)
	}
}

// 200,000 tiny literals cost in proportion, where a limit lets them pass at
// all.
func TestAttack27TinyLiterals(t *testing.T) {
	for name, parts := range map[string][2]string{"unknown": {"* X (", "{1}\r\na "}, "flags": {"* LIST (", "{1}\r\na "}, "empty": {"* LIST (", "{0}\r\n "}} {
		cost := func(n int64) (read, reserved int64) {
			read, reserved, err := hear(Limits{Line: 16 << 20}, strings.NewReader(parts[0]), again(parts[1], n*int64(len(parts[1]))), strings.NewReader(") \"/\" a\r\n"))
			if !errors.Is(err, io.ErrUnexpectedEOF) { // all was read, and the answer never came
				t.Errorf("%s: %v", name, err)
			}
			return read, reserved
		}
		_, few := cost(20_000)
		read, many := cost(200_000)
		if want := int64(len(parts[0]) + 200_000*len(parts[1])); read < want || many > 40*few+1<<20 {
			t.Errorf("%s: %d bytes read of %d, %d reserved, for a tenth %d", name, read, want, many, few)
		}
	}
	c := dial(t, "", map[string]string{"NOOP": "* X (" + strings.Repeat("{1}\r\na ", 9_000) + ")\r\n% OK\r\n"})
	if err := c.Do(t.Context(), "NOOP"); err != nil {
		t.Error(err)
	}
	c = dial(t, "", map[string]string{"NOOP": "* X (" + strings.Repeat("{1}\r\na ", 200_000) + ")\r\n% OK\r\n"})
	wantBroken(t, c.Do(t.Context(), "NOOP"))
}

// A line of 1 GiB is cut off at the limit, whatever it is a line of.
func TestAttack28EndlessLine(t *testing.T) {
	for before, text := range map[string]string{
		"":                               "x",
		"* ":                             "x",
		"* OK ":                          "x",
		"* OK [":                         "x",
		"* OK [CAPABILITY ":              "X ",
		"* OK [PERMANENTFLAGS (":         `\x `,
		"+ ":                             "x",
		"A1 OK ":                         "x",
		"A1 ":                            "x",
		"* LIST () \"/\" \"":             "x",
		"* LIST () \"/\" ":               "x",
		"* LIST ":                        " ",
		"* CAPABILITY ":                  "x ",
		"* 1 FETCH (UID 1 BODY[":         "x",
		"* 1 FETCH (UID 1 INTERNALDATE ": "x",
		"* STATUS a (":                   "X 1 ",
		"* ENABLED ":                     "x ",
		"* 1":                            "1",
		"* ID (":                         "\"x\" ",
		"* VENDOR ":                      "{",
		"* OK\r":                         "\r",
	} {
		read, reserved, err := hear(Limits{}, strings.NewReader(before), again(text, 1<<30))
		if wantBroken(t, err); read > 1<<18 || reserved > 4<<20 {
			t.Errorf("%q: %d bytes read, %d reserved, %v", before, read, reserved, err)
		}
	}
	for before, text := range map[string]string{"* SEARCH ": "9 ", "* ESEARCH UID ALL ": "1,", "* ESEARCH UID ALL 1:": "9"} { // these name every message
		read, reserved, err := hear(Limits{Search: 1 << 20}, strings.NewReader(before), again(text, 1<<30))
		if wantBroken(t, err); read > 2<<20 || reserved > 64<<20 {
			t.Errorf("%q: %d bytes read, %d reserved, %v", before, read, reserved, err)
		}
	}
	o := listen(t, func(f *fake) {
		f.say("* OK [CAPABILITY IMAP4rev1] hello\r\n")
		f.line()
		io.Copy(f.Conn, again("x", 1<<30))
	})
	c, err := Dial(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	wantBroken(t, c.Do(t.Context(), "NOOP"))
}

// Garbage in a SASL dialogue ends the login and nothing else.
func TestAttack29GarbageInSASL(t *testing.T) {
	encoded := base64.StdEncoding.EncodeToString
	for _, how := range []Mechanism{Plain, Login, Scram, XOAuth2, OAuthBearer} {
		for _, challenge := range []string{"!!!not base64!!!", "=", "====", "AAA", "\xff\xfe", strings.Repeat("A", 60_000), encoded([]byte("r=,s=,i=0")),
			encoded([]byte("r=x,s=x,i=99999999999")), encoded([]byte("m=ext,r=x,s=,i=1")), encoded([]byte("e=other-error")), encoded([]byte{0, 1, 2, 0xff})} {
			o := listen(t, func(f *fake) {
				f.say("* OK [CAPABILITY IMAP4rev1 AUTH=" + string(how) + "] hello\r\n")
				tag, _ := f.line()
				for range 5 {
					f.say("+ " + challenge + "\r\n")
					if _, err := f.in.Peek(1); err != nil {
						return
					}
					if line, _ := f.in.ReadString('\n'); line == "*\r\n" {
						break
					}
				}
				f.say(tag + " BAD cancelled\r\n")
				f.serve(nil)
			})
			c, err := Dial(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			var s *StatusError
			if err := c.Login(t.Context(), "me", "secret", how); !errors.As(err, &s) {
				t.Errorf("%s, %.20q: %v", how, challenge, err)
			}
			if err := c.Do(t.Context(), "NOOP"); err != nil {
				t.Errorf("%s, %.20q: the connection is lost: %v", how, challenge, err)
			}
			c.Close()
		}
	}
}

// COPYUID lists that do not fit are no evidence.
func TestAttack41CopyUIDLies(t *testing.T) {
	wanted := Between(1, 3)
	for _, c := range []CopyUID{
		{From: []Range{{1, 3}}, To: []Range{{7, 8}}},
		{From: []Range{{1, 4294967295}}, To: []Range{{1, 4294967295}}},
		{From: []Range{{8, 9}}, To: []Range{{1, 2}}},
	} {
		if p := c.Pairs(wanted); p != nil {
			t.Errorf("%v is believed: %v", c, p)
		}
	}
	good := CopyUID{From: []Range{{3, 3}, {1, 1}}, To: []Range{{10, 11}}}
	if p := good.Pairs(wanted); p[3] != 10 || p[1] != 11 || len(p) != 2 {
		t.Errorf("%v", p)
	}
}

// Counts that shrink, grow or expunge what is not there change no count below
// zero and crash nothing.
func TestAttack41CountsLie(t *testing.T) {
	c := dial(t, "", map[string]string{
		"SELECT": "* 3 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\n* OK [UIDNEXT 9] x\r\n% OK [READ-WRITE] x\r\n",
		"NOOP":   "* 9 EXPUNGE\r\n* 0 EXPUNGE\r\n* 4294967296 EXPUNGE\r\n* 1 EXPUNGE\r\n% OK\r\n",
		"CHECK":  strings.Repeat("* 1 EXPUNGE\r\n", 5) + "% OK\r\n",
		"X":      "* 4294967295 EXISTS\r\n* 2 EXISTS\r\n% OK\r\n",
	})
	m, err := c.Select(t.Context(), Mailbox("x"), false)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		command          string
		exists, expunged uint32
	}{{"NOOP", 2, 1}, {"CHECK", 0, 3}, {"X", 2, 3}} {
		if err := c.Do(t.Context(), step.command); err != nil || m.Exists != step.exists || m.Expunged != step.expunged {
			t.Errorf("after %s: %+v, %v", step.command, m, err)
		}
	}
}
