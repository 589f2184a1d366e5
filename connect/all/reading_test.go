package all

import (
	"strings"
	"testing"

	"lockstep/config"
	"lockstep/core"
)

// TestReadingIsOfWhatWasRead: what a real listing leaves behind is explained, and
// what none leaves behind is not.
func TestReadingIsOfWhatWasRead(t *testing.T) {
	at := end(t.TempDir()+"/new", "")
	replica, _, err := Open(t.Context(), at, Options{Kind: core.Mail, Vacancy: Make})
	if err != nil {
		t.Fatal(err)
	}
	defer replica.Close()
	survey, err := replica.Collections(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c := survey.Collections[0]
	d, err := replica.Changes(t.Context(), c.Feed, "")
	if err != nil || d.More {
		t.Fatal(d, err)
	}
	for rev, want := range map[core.Rev]string{"": "the next sync scans again", "5.x": "when its times change"} {
		c.Rev = rev
		if how, proof := Reading(at, c, d.Next); !strings.HasPrefix(how, "a scan of the files") || !strings.HasSuffix(proof, want) {
			t.Errorf("with the rev %q: %q, %q", rev, how, proof)
		}
	}
	for _, none := range []core.Token{"", "1+x", "strange"} {
		if how, proof := Reading(at, c, none); how != "" || proof != "" {
			t.Errorf("%q: %q, %q", none, how, proof)
		}
	}
	for _, typ := range []config.Type{config.James, config.LDAP, config.LDIF} {
		at.Account.Address.Type = typ
		if how, proof := Reading(at, c, "1"); how == "" || (proof == "") != (typ != config.James) {
			t.Errorf("%s: %q, %q", typ, how, proof)
		}
		if how, proof := Reading(at, c, ""); how != "" || proof != "" {
			t.Errorf("%s, not read: %q, %q", typ, how, proof)
		}
	}
}

// TestReadingOfBooks: what the listings of address books leave behind is explained.
func TestReadingOfBooks(t *testing.T) {
	b := newBooks(t)
	b.pass()
	for x, begins := range []string{"a look at every file", "changes (sync-collection)"} {
		replica, _, err := Open(t.Context(), b.ends[x], Options{Kind: core.Contact})
		if err != nil {
			t.Fatal(err)
		}
		defer replica.Close()
		survey, err := replica.Collections(t.Context())
		if err != nil || len(survey.Collections) != 1 {
			t.Fatal(survey, err)
		}
		c := survey.Collections[0]
		d, err := replica.Changes(t.Context(), c.Feed, "")
		if err != nil || d.More {
			t.Fatal(d, err)
		}
		if how, proof := Reading(b.ends[x], c, d.Next); !strings.HasPrefix(how, begins) || proof == "" {
			t.Errorf("side %d: %q, %q", x, how, proof)
		}
		if how, proof := Reading(b.ends[x], c, "strange"); how != "" || proof != "" {
			t.Errorf("side %d, of a strange token: %q, %q", x, how, proof)
		}
	}
}
