package imap_test

import (
	"fmt"
	"testing"

	"lockstep/core"
	"lockstep/format/mime"
	"lockstep/peers/imapd"
	"lockstep/replicatest"
)

// worlds is every set of extensions that the suite runs with: all, each one
// off, none, and other shapes of the tree. SCRAM, which takes its time, is in
// the first alone.
func worlds() map[string]imapd.Options {
	const slow = "AUTH=SCRAM-SHA-256"
	fast := imapd.Without(slow)
	all := map[string]imapd.Options{
		"everything": {},
		"UTF8":       {Capabilities: with(imapd.Without(slow), "UTF8=ACCEPT")},
		"LITERAL-":   {Capabilities: with(imapd.Without(slow, "LITERAL+"), "LITERAL-")},
		"bare":       {Capabilities: imapd.Only()},
		"dots":       {Capabilities: fast, Delimiter: "."},
		"INBOX.":     {Capabilities: fast, Delimiter: ".", Prefix: "INBOX."},
		"~user/":     {Capabilities: fast, Prefix: "~user/"},
		"UTF8 dots":  {Capabilities: with(imapd.Without(slow), "UTF8=ACCEPT"), Delimiter: ".", Prefix: "Büro."},
		// What some large providers have.
		"Gmail": {Capabilities: imapd.Only("LITERAL+", "SASL-IR", "AUTH=PLAIN", "ID", "ENABLE", "NAMESPACE", "UIDPLUS", "MOVE", "LIST-EXTENDED", "SPECIAL-USE", "LIST-STATUS",
			"CONDSTORE", "ESEARCH", "UNSELECT", "IDLE", "CHILDREN", "COMPRESS=DEFLATE", "UTF8=ACCEPT", "X-GM-EXT-1", "APPENDLIMIT=35651584")},
		"Outlook":                {Capabilities: imapd.Only("LITERAL+", "SASL-IR", "AUTH=PLAIN", "ID", "NAMESPACE", "UIDPLUS", "MOVE", "UNSELECT", "IDLE", "CHILDREN")},
		"VANISHED without a set": {Capabilities: fast, Faults: imapd.Script(imapd.Scripted{Command: "EXAMINE", Fault: imapd.OtherVanished("")})},
	}
	for name := range imapd.AllCapabilities() {
		all["no "+name] = imapd.Options{Capabilities: imapd.Without(slow, name)}
	}
	return all
}

func with(set map[string]bool, names ...string) map[string]bool {
	for _, n := range names {
		set[n] = true
	}
	return set
}

// TestConformanceInProcess runs the suite of the contract against a server in
// memory, with every set of extensions.
func TestConformanceInProcess(t *testing.T) {
	for name, options := range worlds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			replicatest.Run(t, harness(func(t *testing.T) replicatest.Peer {
				a := serve(t, options, "a", "b")
				for range 100 { // so that the UIDs of two mailboxes differ
					must(t, a.Expunge(a.name("b"), a.add(t, a.name("b"), message(0))))
				}
				return edits{a}
			}))
		})
	}
}

func harness(peer func(*testing.T) replicatest.Peer) replicatest.Harness {
	return replicatest.Harness{
		New:    peer,
		Traits: core.Traits{Digest: mime.Digest, Immutable: true},
		Paths:  [2]string{"a", "b"},
		Item: func(n int) ([]byte, core.Key) {
			return message(n), core.Key(fmt.Sprintf("m%d@example.org", n%100))
		},
		Marks:    []string{core.Seen, core.Flagged, "work"},
		BadToken: "another",
	}
}
