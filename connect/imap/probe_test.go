package imap_test

import (
	"testing"

	"lockstep/core"
	"lockstep/peers/imapd"
)

// TestDoctor: what is missing is told with what it costs, what is there without.
func TestDoctor(t *testing.T) {
	names := []string{"LIST-STATUS", "CONDSTORE", "QRESYNC", "COMPRESS=DEFLATE", "IDLE", "NOTIFY", "UIDPLUS", "MOVE", "ESEARCH", "LITERAL+", "MULTIAPPEND", "UNSELECT", "SPECIAL-USE", "CREATE-SPECIAL-USE", "OBJECTID", "NAMESPACE"}
	for name, c := range map[string]struct {
		capabilities map[string]bool
		value        string
		login        string
	}{
		"all":  {imapd.AllCapabilities(), "yes", "SCRAM-SHA-256"},
		"bare": {imapd.Only(), "no", "LOGIN"},
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, imapd.Options{Capabilities: c.capabilities})
			a.config.MaxConnections = 3
			found, err := a.open(t).Probe(t.Context())
			must(t, err)
			all := map[string]core.Finding{}
			for _, f := range found {
				if _, twice := all[f.Name]; twice || f.Bad {
					t.Errorf("%+v", f)
				}
				all[f.Name] = f
			}
			for _, n := range names {
				if f := all[n]; f.Value != c.value || (f.Value == "no") != (f.Effect != "") {
					t.Errorf("%s: %+v", n, f)
				}
			}
			for n, want := range map[string]string{"protection": "none", "login": c.login, "mailboxes": "no prefix", "connections": "3 at a time"} {
				if all[n].Value != want {
					t.Errorf("%+v, want %q", all[n], want)
				}
			}
			if len(all) != len(names)+4 {
				t.Errorf("%d findings", len(all))
			}
		})
	}
	a := serve(t, imapd.Options{})
	r := a.open(t)
	a.server.SetFaults(imapd.Script(imapd.Scripted{Command: "AUTHENTICATE", Fault: imapd.Fault{No: "[LIMIT] no more"}}))
	found, err := r.Probe(t.Context())
	must(t, err)
	if f := found[len(found)-1]; f.Value != "1 at a time" || f.Effect == "" {
		t.Errorf("%+v", f)
	}
}
