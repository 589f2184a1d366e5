package ldap

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/core"
	"lockstep/peers/ldapd"
)

func at(n int) *int { return &n }

// TestAttack20Incomplete: whatever cuts an answer short, the read ends in an error of
// the right class, and what came before is not more than what was sent.
func TestAttack20Incomplete(t *testing.T) {
	const again = "it will be tried again"
	code := func(code, after int) ldapd.Fault {
		return ldapd.Fault{Refuse: &ldapd.Result{Code: code, Text: "as told"}, RefuseAfter: after}
	}
	rows := []struct {
		name   string
		fault  ldapd.Fault
		page   int // at which it happens, of pages of 4; 0 = without pages
		class  core.Class
		remedy string
	}{
		{"size limit", code(4, 7), 0, core.Permanent, "read in pages (page = 500), or let the server allow the account a larger answer"},
		{"size limit in a page", code(4, 2), 2, core.Permanent, "read in pages (page = 500), or let the server allow the account a larger answer"},
		{"size limit, no entries", code(4, 0), 1, core.Permanent, "read in pages (page = 500), or let the server allow the account a larger answer"},
		{"time limit", code(3, 2), 2, core.Transient, "read in pages; let the server index the filter's attributes, or allow the account more time"},
		{"administrative limit", code(11, 2), 2, core.Permanent, "read in smaller pages; let the server index the filter's attributes, or allow the account more"},
		{"busy", code(51, 0), 2, core.Transient, ""},
		{"unavailable", code(52, 0), 1, core.Transient, ""},
		{"no such object", code(32, 0), 1, core.Permanent, "check the base; and whether the account may see it"},
		{"no rights", code(50, 0), 0, core.Permanent, "let the account read the base and the attributes"},
		{"cut between entries", ldapd.Fault{CutAfter: at(3)}, 0, core.Transient, again},
		{"cut before the first entry", ldapd.Fault{CutAfter: at(0)}, 1, core.Transient, again},
		{"cut before the result", ldapd.Fault{CutAfter: at(4)}, 2, core.Transient, again},
		{"cut between pages", ldapd.Fault{Drop: true}, 2, core.Transient, again},
		{"the same page again", ldapd.Fault{Same: true}, 2, core.Permanent, "set page = 0, and let the server allow the account a larger answer"},
		{"no control in the middle", ldapd.Fault{NoControl: true}, 2, core.Permanent, "is this an LDAP server?"},
		{"silence", ldapd.Fault{Hang: true}, 2, core.Transient, "the server is silent for too long; check host and port, or ask its administrator"},
		{"the server hangs up", ldapd.Disconnection(52, "shutting down"), 2, core.Transient, ""},
		{"the server hangs up without a reason", ldapd.Disconnection(0, ""), 2, core.Transient, again},
		{"an entry that is none", ldapd.TwistedEntry(), 0, core.Permanent, "is this an LDAP server?"},
		{"not LDAP", ldapd.Bytes([]byte("HTTP/1.1 400 Bad Request\r\n\r\n")), 0, core.Permanent, "is this an LDAP server?"},
		{"half a message", ldapd.Bytes([]byte{0x30, 0x20, 2, 1}), 0, core.Transient, again},
		{"the answer to another request", answerTo(99), 0, core.Permanent, "is this an LDAP server?"},
		{"the answer to another kind of request", ldapd.Bytes([]byte{0x30, 12, 2, 1, 3, 0x61, 7, 10, 1, 0, 4, 0, 4, 0}), 0, core.Permanent, "is this an LDAP server?"},
		{"a control of pages that is none", brokenPages(), 1, core.Permanent, "is this an LDAP server?"},
		{"pages that nobody asked for", pagesUnasked(), 0, core.Permanent, "is this an LDAP server?"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			p := newPeer(t, 12, ldapd.Options{})
			config := p.config
			if row.fault.Hang {
				config.Timeout = 200 * time.Millisecond
			}
			c := p.dial(config)
			page := uint32(0)
			if row.page > 0 {
				page = 4
			}
			p.SetFaults(func(a ldapd.Ask) ldapd.Fault {
				if a.Request == "SEARCH" && a.Page == row.page {
					return row.fault
				}
				return ldapd.Fault{}
			})
			list, err := read(t.Context(), c, people(page))
			failed(t, err, row.class, row.remedy)
			if len(list) > p.Sent()+4 { // what a torn answer held is not counted as sent
				t.Errorf("%d entries of %d that were sent", len(list), p.Sent())
			}
		})
	}
}

// answerTo is the success of another request.
func answerTo(id byte) ldapd.Fault {
	return ldapd.Bytes([]byte{0x30, 12, 2, 1, id, 0x65, 7, 10, 1, 0, 4, 0, 4, 0})
}

// brokenPages is a success whose control of pages is cut short: there might be
// a cookie.
func brokenPages() ldapd.Fault {
	return ldapd.Fault{Raw: func(w io.Writer, id int64) error {
		done := encode(nil, opDone, encodeInt(tagEnum, 0), encodeText(tagOctets, ""), encodeText(tagOctets, ""))
		control := encode(nil, 0xa0, encode(nil, tagSequence, encodeText(tagOctets, oidPages), encodeText(tagOctets, "\x30\x03\x02\x01\x00")))
		_, err := w.Write(encode(nil, tagSequence, encodeInt(tagInteger, id), done, control))
		return err
	}}
}

// pagesUnasked is a success with a cookie.
func pagesUnasked() ldapd.Fault {
	return ldapd.Fault{Raw: func(w io.Writer, id int64) error {
		done := encode(nil, opDone, encodeInt(tagEnum, 0), encodeText(tagOctets, ""), encodeText(tagOctets, ""))
		_, err := w.Write(encode(nil, tagSequence, encodeInt(tagInteger, id), done, Search{Page: 5}.pages("more")))
		return err
	}}
}

// TestLie: a list that is cut short and called complete cannot be told from a
// small directory here: it is for the guard to see. This says so.
func TestLie(t *testing.T) {
	p := newPeer(t, 12, ldapd.Options{})
	p.SetFaults(ldapd.OnPage(2, ldapd.Fault{Partial: at(1)}))
	if list, err := read(t.Context(), p.dial(p.config), people(4)); err != nil || len(list) != 5 {
		t.Errorf("%d entries, %v", len(list), err)
	}
}

// TestRefusedGoesOn: after a result that is an error the connection is as it
// was; after a broken answer it is closed.
func TestRefusedGoesOn(t *testing.T) {
	p := newPeer(t, 12, ldapd.Options{Limits: map[string]ldapd.Limit{reader: {Size: 5}}})
	c := p.dial(p.config)
	if _, err := read(t.Context(), c, people(0)); err == nil {
		t.Fatal("the limit is ignored")
	}
	if list, err := read(t.Context(), c, people(5)); err != nil || len(list) != 12 {
		t.Error(len(list), err)
	}
	p.SetFaults(ldapd.OnPage(1, ldapd.TwistedEntry()))
	if _, err := read(t.Context(), c, people(5)); err == nil {
		t.Fatal("an entry that is none is read")
	}
	p.SetFaults(nil)
	if _, err := read(t.Context(), c, people(5)); err == nil || !strings.Contains(err.Error(), "an entry is not what LDAP allows") {
		t.Errorf("of the broken connection is said: %v", err)
	}
}

// TestCancel: the end of a context ends everything, at any point.
func TestCancel(t *testing.T) {
	p := newPeer(t, 12, ldapd.Options{})
	for name, when := range map[string]func(c *Client, cancel context.CancelFunc){
		"before": func(c *Client, cancel context.CancelFunc) { cancel() },
		"during": func(c *Client, cancel context.CancelFunc) {
			p.SetFaults(func(a ldapd.Ask) ldapd.Fault {
				if a.Request == "SEARCH" {
					cancel()
					return ldapd.Fault{Hang: true}
				}
				return ldapd.Fault{}
			})
		},
		"between pages": func(c *Client, cancel context.CancelFunc) {
			p.SetFaults(func(a ldapd.Ask) ldapd.Fault {
				if a.Page == 3 {
					cancel()
				}
				return ldapd.Fault{Hang: a.Page == 3}
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			defer p.SetFaults(nil)
			config := p.config
			config.Timeout = time.Hour
			c := p.dial(config)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			when(c, cancel)
			_, err := read(ctx, c, people(4))
			failed(t, err, core.Transient, "")
		})
	}
}

// TestSlowReader: who takes long to handle an entry loses none.
func TestSlowReader(t *testing.T) {
	p := newPeer(t, 50, ldapd.Options{})
	config := p.config
	config.Timeout = 150 * time.Millisecond
	c := p.dial(config)
	n := 0
	for _, err := range c.Search(t.Context(), people(10)) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n%20 == 1 {
			time.Sleep(2 * config.Timeout)
		}
	}
	if n != 50 {
		t.Errorf("%d entries of 50", n)
	}
}

// FuzzMessage: nothing that a server can send makes a panic.
func FuzzMessage(f *testing.F) {
	f.Add(encode(nil, tagSequence, encodeInt(tagInteger, 1), encode(nil, opEntry, encodeText(tagOctets, "uid=a"),
		encode(nil, tagSequence, encode(nil, tagSequence, encodeText(tagOctets, "member;range=0-0"), encode(nil, tagSet, encodeText(tagOctets, "v")))))))
	f.Add(encode(nil, tagSequence, encodeInt(tagInteger, 1), encode(nil, opDone, encodeInt(tagEnum, 10), encodeText(tagOctets, ""), encodeText(tagOctets, "x"),
		encode(nil, 0xa3, encodeText(tagOctets, "ldap://x"))), Search{Page: 1}.pages("c")))
	f.Add([]byte{0x30, 0x84, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, data []byte) {
		r := newTestReader(data)
		var buf []byte
		for {
			m, grown, err := readMessage(r, buf)
			buf = grown
			if err != nil {
				return
			}
			m.result()
			m.cookie()
			var n names
			if e, open, err := n.entry(m.body); err == nil {
				for _, o := range open {
					if _, ok := e.Attributes[o.name]; !ok || o.next <= 0 {
						t.Fatalf("%q is open at %d", o.name, o.next)
					}
				}
			}
			rr := &reading{c: &Client{}}
			rr.refer(m)
			if cap(buf) > 2*len(data)+512<<10 {
				t.Fatalf("%d bytes are held for %d", cap(buf), len(data))
			}
		}
	})
}

// TestBrokenEntries: an entry that is not what it should be at any place is
// none.
func TestBrokenEntries(t *testing.T) {
	name, values := encodeText(tagOctets, "mail"), encode(nil, tagSet, encodeText(tagOctets, "x"))
	dn := encodeText(tagOctets, "uid=a")
	entry := func(attributes ...[]byte) []byte {
		return append(slices.Clone(dn), encode(nil, tagSequence, attributes...)...)
	}
	whole := entry(encode(nil, tagSequence, name, values))
	if e, _, err := new(names).entry(whole); err != nil || e.DN != "uid=a" || len(e.Attributes["mail"]) != 1 {
		t.Fatal(e, err)
	}
	for what, body := range map[string][]byte{
		"nothing":                        {},
		"no attributes":                  dn,
		"a number for a name":            append(encodeInt(tagInteger, 5), whole[len(dn):]...),
		"an attribute without values":    entry(encode(nil, tagSequence, name)),
		"an attribute without a name":    entry(encode(nil, tagSequence, values)),
		"a sequence for a set":           entry(encode(nil, tagSequence, name, encode(nil, tagSequence, encodeText(tagOctets, "x")))),
		"a number among the values":      entry(encode(nil, tagSequence, name, encode(nil, tagSet, encodeText(tagOctets, "x"), encodeInt(tagInteger, 5)))),
		"a value that is too long":       entry(encode(nil, tagSequence, name, encode(nil, tagSet, []byte{4, 9, 'x'}))),
		"a text for an attribute":        entry(name),
		"another attribute that is none": entry(encode(nil, tagSequence, name, values), []byte{0x30}),
	} {
		if e, _, err := new(names).entry(body); !isProtocol(err) {
			t.Errorf("%s: %+v, %v", what, e, err)
		}
	}
	for n := range whole {
		if e, _, err := new(names).entry(whole[:n]); err == nil {
			t.Errorf("the first %d bytes are an entry: %+v", n, e)
		}
	}
}

func TestEncode(t *testing.T) {
	for _, n := range []int{0, 1, 127, 128, 255, 256, 65535, 65536, 1 << 20} {
		body := bytes.Repeat([]byte{'x'}, n)
		d := &decoder{rest: encode(nil, tagOctets, body)}
		if got := d.next(tagOctets); d.bad || len(got) != n || d.more() {
			t.Errorf("%d bytes come back as %d", n, len(got))
		}
	}
	for _, n := range []int64{0, 1, 127, 128, 255, 256, 32767, 32768, 1<<31 - 1, 1 << 40} {
		d := &decoder{rest: encodeInt(tagInteger, n)}
		if got := d.number(tagInteger); d.bad || got != n {
			t.Errorf("%d comes back as %d", n, got)
		}
	}
}
