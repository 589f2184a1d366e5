package imap_test

import (
	"context"
	"net"
	"strconv"
	"strings"
	"testing"

	"lockstep/connect/imap"
	"lockstep/core"
	"lockstep/peers/fault"
	"lockstep/peers/imapd"
	"lockstep/replicatest"
)

// afar is a connection that looks as if it led to another machine.
type afar struct{ net.Conn }

func (afar) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 143} }

func dialAfar(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	return afar{conn}, err
}

// TestCompressed: to another machine bytes are compressed where the server can
// do that; on this one they are not. It costs no round trip.
func TestCompressed(t *testing.T) {
	for name, c := range map[string]struct {
		afar, offered bool
		fault         imapd.Fault
		asked         int
	}{
		"another machine": {afar: true, offered: true, asked: 1},
		"this machine":    {offered: true},
		"not offered":     {afar: true},
		"refused":         {afar: true, offered: true, asked: 1, fault: imapd.Fault{No: "not now"}},
	} {
		t.Run(name, func(t *testing.T) {
			capabilities := imapd.Without("AUTH=SCRAM-SHA-256")
			capabilities["COMPRESS=DEFLATE"] = c.offered
			a := serve(t, imapd.Options{Capabilities: capabilities, Faults: imapd.Script(imapd.Scripted{Command: "COMPRESS", Fault: c.fault})}, "a")
			body := append(message(1), strings.Repeat("the same line again\n", 5000)...)
			a.add(t, "a", body)
			p, err := fault.Listen(net.JoinHostPort(a.config.Host, strconv.Itoa(a.config.Port)), fault.Plan{})
			must(t, err)
			defer p.Close()
			a.config = configAt(t, p.Addr())
			if c.afar {
				a.config.Dial = dialAfar
			}
			r := a.open(t)
			if n := p.Stats().RoundTrips; n > 2 {
				t.Errorf("%d round trips for the login", n)
			}
			_, err = r.Collections(t.Context())
			must(t, err)
			_, failed := readAll(t, r, []core.Ref{{Collection: "a", ID: "0000000001"}})
			if len(failed) > 0 {
				t.Errorf("%v", failed)
			}
			if n := a.server.Counts()["COMPRESS"]; n != c.asked {
				t.Errorf("it is asked for %d times", n)
			}
			if small := p.Stats().Down < int64(len(body))/2; small != (c.asked == 1 && c.fault.No == "") {
				t.Errorf("%d bytes came", p.Stats().Down)
			}
		})
	}
}

// TestConformanceCompressed runs the suite of the contract over compressed
// connections, with a server in memory and with a real one.
func TestConformanceCompressed(t *testing.T) {
	t.Run("in process", func(t *testing.T) {
		replicatest.Run(t, harness(func(t *testing.T) replicatest.Peer {
			a := serve(t, imapd.Options{Capabilities: imapd.Without("AUTH=SCRAM-SHA-256")}, "a", "b")
			a.config.Dial = dialAfar
			for range 100 { // so that the UIDs of two mailboxes differ
				must(t, a.Expunge("b", a.add(t, "b", message(0))))
			}
			return edits{a}
		}))
	})
	t.Run("Dovecot", func(t *testing.T) {
		config := dovecot(t)
		config.Dial = dialAfar
		r, err := imap.Open(t.Context(), config)
		must(t, err)
		found, err := r.Probe(t.Context())
		must(t, err)
		must(t, r.Close())
		for _, f := range found {
			if f.Name == "COMPRESS=DEFLATE" && f.Value != "yes" {
				t.Skip("NOT RUN: this server does not compress")
			}
		}
		replicatest.Run(t, harness(func(t *testing.T) replicatest.Peer {
			m := newMUA(t, config, "a", "b")
			if strings.Contains(t.Name(), "Place") {
				m.burn(t, "b")
			}
			return m
		}))
	})
}
