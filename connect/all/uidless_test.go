package all

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lockstep/config"
	"lockstep/core"
	"lockstep/engine"
	"lockstep/format/vcard"
	"lockstep/peers/davd"
	"lockstep/reconcile"
	"lockstep/state"
	"lockstep/state/memory"
)

// samePaths pairs collections of equal path.
type samePaths struct{}

func (samePaths) Map(_ core.Side, c core.Collection) (string, bool, string) { return c.Path, true, "" }
func (samePaths) ByRole() bool                                              { return false }

// books is a vdir and an address book of a server, and a link between them.
type books struct {
	t      *testing.T
	dir    string
	server *davd.Server
	path   string
	ends   [2]config.End
	store  state.Store
}

func newBooks(t *testing.T) *books {
	b := &books{t: t, dir: filepath.Join(t.TempDir(), "Contacts"), server: davd.New(davd.Options{}), store: memory.New()}
	if err := os.MkdirAll(filepath.Join(b.dir, "friends"), 0o700); err != nil {
		t.Fatal(err)
	}
	url, err := b.server.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if v := b.server.Violations(); len(v) > 0 {
			t.Errorf("not CardDAV: %q", v)
		}
		b.server.Close()
	})
	b.server.AddUser("ann", "secret")
	if b.path, err = b.server.AddCollection("ann", core.Contact, "friends", "friends"); err != nil {
		t.Fatal(err)
	}
	secret := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(secret, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	conf, err := load(t, fmt.Sprintf("[accounts.here]\naddress = \"vdir:%s\"\n[accounts.there]\naddress = \"carddav+%s\"\npassword = {file = %q}\n",
		b.dir, strings.Replace(url, "//", "//ann@", 1), secret))
	if err != nil {
		t.Fatal(err)
	}
	for x, name := range []string{"here", "there"} {
		account, _ := conf.Account(name)
		b.ends[x] = config.End{Account: account}
	}
	return b
}

// pass syncs once, a while later than anything was written.
func (b *books) pass() engine.Report {
	b.t.Helper()
	link := engine.Link{Name: "cards", Local: [2]bool{true, false}, Store: b.store, Mapper: samePaths{},
		Policy: reconcile.Policy{Mode: reconcile.TwoWay, Write: [2]bool{true, true}, Deletes: [2]bool{true, true}}}
	for x, end := range b.ends {
		r, traits, err := Open(b.t.Context(), end, Options{Kind: core.Contact})
		if err != nil {
			b.t.Fatal(err)
		}
		defer r.Close()
		link.Replicas[x], link.Traits = r, traits
	}
	e := engine.New()
	e.Sleep = func(context.Context, time.Duration) error { return nil }
	report, err := e.Pass(b.t.Context(), link, engine.Options{})
	if err != nil {
		b.t.Fatal(err)
	}
	for _, n := range report.Plan.Notes {
		b.t.Errorf("noted: %+v", n)
	}
	return report
}

// quiet passes until nothing is written, and once more.
func (b *books) quiet() {
	b.t.Helper()
	b.pass()
	for range 2 {
		if r := b.pass(); r.Writes() != 0 {
			b.t.Errorf("a quiet pass makes %d writes: %+v", r.Writes(), r)
		}
	}
}

func (b *books) write(name, text string) {
	b.t.Helper()
	if err := os.WriteFile(filepath.Join(b.dir, "friends", name), []byte(strings.ReplaceAll(text, "\n", "\r\n")), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// cards of both sides, by FN or, without, by NOTE.
func (b *books) cards() (all [2]map[string]string) {
	b.t.Helper()
	all = [2]map[string]string{{}, {}}
	put := func(x int, text string) {
		_, label, err := vcard.Describe([]byte(text))
		if err != nil {
			b.t.Fatal(err)
		}
		if all[x][label] != "" {
			b.t.Errorf("there are two cards of %q on the %s", label, core.Side(x))
		}
		all[x][label] = text
	}
	files, err := filepath.Glob(filepath.Join(b.dir, "friends", "*.vcf"))
	if err != nil {
		b.t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			b.t.Fatal(err)
		}
		put(0, string(text))
	}
	for _, text := range b.onServer() {
		put(1, text)
	}
	return all
}

// onServer are the cards there, by path.
func (b *books) onServer() map[string]string {
	all := b.server.Truth()
	maps.DeleteFunc(all, func(path, _ string) bool { return strings.HasSuffix(path, "/") })
	return all
}

func uidOf(text string) string {
	uid, _, _ := vcard.Describe([]byte(text))
	return uid
}

// TestItemsWithoutUID: case 66. A card without a UID is synced, from either side, and
// gets one where it is written: the same each time. The card itself is written only
// when something of it changes.
func TestItemsWithoutUID(t *testing.T) {
	b := newBooks(t)
	const here, there = "BEGIN:VCARD\nVERSION:3.0\nFN:Ann\nN:Ann;;;;\nEND:VCARD\n", "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Bob\r\nN:Bob;;;;\r\nEND:VCARD\r\n"
	b.write("ann.vcf", here)
	b.write("bare.vcf", "BEGIN:VCARD\nVERSION:3.0\nUID:bare\nNOTE:neither FN nor N\nEND:VCARD\n")
	if err := b.server.Put(b.path+"bob.vcf", there); err != nil {
		t.Fatal(err)
	}
	b.quiet()
	all := b.cards()
	if len(all[0]) != 3 || len(all[1]) != 3 {
		t.Fatalf("there are %q and %q", all[0], all[1])
	}
	if all[0]["Ann"] != strings.ReplaceAll(here, "\n", "\r\n") || all[1]["Bob"] != there {
		t.Errorf("a card that nobody changed was written: %q, %q", all[0]["Ann"], all[1]["Bob"])
	}
	ann, bob := uidOf(all[1]["Ann"]), uidOf(all[0]["Bob"])
	if len(ann) != 36 || len(bob) != 36 || ann == bob {
		t.Errorf("the UIDs are %q and %q", ann, bob)
	}

	b.write("ann.vcf", strings.Replace(here, "END", "NOTE:edited here\nEND", 1))
	if err := b.server.Put(b.path+"bob.vcf", strings.Replace(there, "END", "NOTE:edited there\r\nEND", 1)); err != nil {
		t.Fatal(err)
	}
	b.quiet()
	all = b.cards()
	if !strings.Contains(all[1]["Ann"], "edited here") || !strings.Contains(all[0]["Bob"], "edited there") || uidOf(all[1]["Ann"]) != ann || uidOf(all[0]["Bob"]) != bob {
		t.Errorf("after edits there are %q and %q", all[0], all[1])
	}

	for path, text := range b.onServer() { // the other way: the card is written, and gets its UID
		if uidOf(text) == ann {
			if err := b.server.Put(path, strings.Replace(text, "edited here", "answered there", 1)); err != nil {
				t.Fatal(err)
			}
		}
	}
	b.quiet()
	if all = b.cards(); !strings.Contains(all[0]["Ann"], "answered there") || uidOf(all[0]["Ann"]) != ann || len(all[0]) != 3 || len(all[1]) != 3 {
		t.Errorf("after an answer there are %q and %q", all[0], all[1])
	}

	b.store = memory.New() // what was agreed is lost: the cards find each other again
	b.quiet()
	if all = b.cards(); len(all[0]) != 3 || len(all[1]) != 3 {
		t.Errorf("after a loss of the state there are %q and %q", all[0], all[1])
	}
	if err := os.Remove(filepath.Join(b.dir, "friends", "ann.vcf")); err != nil {
		t.Fatal(err)
	}
	b.quiet()
	if all = b.cards(); len(all[0]) != 2 || len(all[1]) != 2 || all[1]["Ann"] != "" {
		t.Errorf("after a deletion there are %q and %q", all[0], all[1])
	}
}

// TestUIDOfAProgram: a program gives a card a UID of its own after it was synced. It
// stays the same card, and is synced both ways.
func TestUIDOfAProgram(t *testing.T) {
	b := newBooks(t)
	const card = "BEGIN:VCARD\nVERSION:3.0\nFN:Ann\nN:Ann;;;;\nEND:VCARD\n"
	b.write("ann.vcf", card)
	b.quiet()
	b.write("ann.vcf", strings.Replace(card, "END", "UID:of-a-program\nNOTE:edited here\nEND", 1))
	b.quiet()
	for path, text := range b.onServer() {
		if !strings.Contains(text, "edited here") {
			t.Errorf("on the server there is %q", text)
		}
		if err := b.server.Put(path, strings.Replace(text, "edited here", "answered there", 1)); err != nil {
			t.Fatal(err)
		}
	}
	b.quiet()
	if all := b.cards(); len(all[0]) != 1 || len(all[1]) != 1 || !strings.Contains(all[0]["Ann"], "answered there") || uidOf(all[0]["Ann"]) != "of-a-program" {
		t.Errorf("there are %q and %q", all[0], all[1])
	}
}
