package dav_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/connect/dav"
	"lockstep/connect/memory"
	"lockstep/core"
	"lockstep/engine"
	"lockstep/format/vcard"
	"lockstep/merge"
	"lockstep/merge/contact"
	"lockstep/peers/davd"
	"lockstep/reconcile"
	"lockstep/state"
	statemem "lockstep/state/memory"
	"lockstep/undo"
)

// sameNames pairs collections of equal path.
type sameNames struct{}

func (sameNames) Map(_ core.Side, c core.Collection) (string, bool, string) { return c.Path, true, "" }
func (sameNames) ByRole() bool                                              { return false }

// desk is a store of cards in memory on the left, an account on the right, and a link
// between them that merges.
type desk struct {
	*account
	t      *testing.T
	local  *memory.Server
	remote *dav.Account
	store  state.Store
	undo   *undo.Area
	merger core.Merger
	now    time.Time
	runs   int
}

func newDesk(t *testing.T, o davd.Options) *desk {
	merger := merge.Properties{Format: contact.Format{}}
	sum := func(b []byte) core.Sum { s, _ := merger.Sum(b); return s }
	key := func(b []byte) core.Key { uid, _, _ := vcard.Describe(b); return core.Key(uid) }
	d := &desk{t: t, merger: merger, store: statemem.New(), undo: undo.Open(filepath.Join(t.TempDir(), "undo")), now: time.Unix(1_800_000_000, 0)}
	d.account = serve(t, flavours()["carddav"], o, "Friends")
	d.config.Now = func() time.Time { return d.now }
	var err error
	d.remote, err = dav.NewAccount(d.config)
	must(t, err)
	t.Cleanup(func() { d.remote.Close() })
	d.local = memory.NewServer("left", memory.Shape{
		Ops:        core.Operations{Create: core.Checked, Update: core.Checked, Delete: core.Checked, Named: true},
		UniqueKeys: true, TellsRev: true, TellsSum: true, TellsID: true, Exact: true, Deltas: true, Digest: sum, Keys: key,
	})
	d.local.AddFolder("Friends", core.RoleNone, core.Vocabulary{})
	return d
}

func (d *desk) book() string { return d.books["Friends"] }

// put edits the account behind the link's back, as a program does that names items by
// their UID.
func (d *desk) put(body []byte) {
	d.t.Helper()
	uid, _, err := vcard.Describe(body)
	must(d.t, err)
	for path, text := range d.Truth() {
		if u, _, err := vcard.Describe([]byte(text)); err == nil && u == uid {
			must(d.t, d.Server.Put(path, string(body)))
			return
		}
	}
	must(d.t, d.Server.Put(d.book()+strings.ReplaceAll(uid, "@", "%40")+".vcf", string(body)))
}

func (d *desk) drop(n int) {
	d.t.Helper()
	for path, text := range d.Truth() {
		if strings.Contains(text, "UID:"+string(uid(n))) {
			must(d.t, d.Delete(path))
			return
		}
	}
	d.t.Fatalf("there is no %s", uid(n))
}

func (d *desk) add(bodies ...[]byte) {
	for _, b := range bodies {
		uid, _, err := vcard.Describe(b)
		must(d.t, err)
		d.local.Add("Friends", memory.Message{Body: b, Key: core.Key(uid)})
	}
}

func (d *desk) edit(body []byte) {
	uid, _, err := vcard.Describe(body)
	must(d.t, err)
	ref, there := d.local.ByKey(core.Key(uid))
	if !there {
		d.t.Fatalf("there is no %s", uid)
	}
	d.local.Edit(ref, body)
}

func (d *desk) remove(n int) {
	ref, there := d.local.ByKey(uid(n))
	if !there {
		d.t.Fatalf("there is no %s", uid(n))
	}
	d.local.Remove(ref)
}

// try syncs once, each time an hour later.
func (d *desk) try(options engine.Options) (engine.Report, error) {
	d.t.Helper()
	d.runs++
	d.now = d.now.Add(time.Hour)
	e := engine.Engine{Now: func() time.Time { return d.now }, Sleep: func(context.Context, time.Duration) error { return nil },
		NewRun: func() string { return fmt.Sprint("run", d.runs) }, Attempts: 3, BatchItems: 100, BatchBytes: 1 << 20}
	r := d.remote.Open()
	defer r.Close()
	return e.Pass(d.t.Context(), engine.Link{Name: "cards", Replicas: [2]core.Replica{memory.Open(d.local), r}, Local: [2]bool{true, false}, Store: d.store, Undo: d.undo,
		Traits: core.Traits{UniqueKeys: true, Digest: d.digest, Merger: d.merger}, Mapper: sameNames{},
		Policy: reconcile.Policy{Mode: reconcile.TwoWay, Write: [2]bool{true, true}, Deletes: [2]bool{true, true}, Guard: reconcile.GuardPolicy{Percent: 20, Count: 10}}}, options)
}

func (d *desk) digest(r io.Reader) (core.Sum, int64, error) {
	var b bytes.Buffer
	n, err := b.ReadFrom(r)
	if err != nil {
		return "", 0, err
	}
	sum, err := d.merger.Sum(b.Bytes())
	return sum, n, err
}

func (d *desk) pass() engine.Report {
	d.t.Helper()
	r, err := d.try(engine.Options{})
	must(d.t, err)
	return r
}

// cards of both sides by UID, in the meaning that counts.
func (d *desk) cards() (left, right map[string]string) {
	left, right = map[string]string{}, map[string]string{}
	take := func(into map[string]string, body []byte) {
		uid, _, err := vcard.Describe(body)
		must(d.t, err)
		if _, twice := into[uid]; twice {
			d.t.Errorf("%s is there twice", uid)
		}
		sum, err := d.merger.Sum(body)
		must(d.t, err)
		into[uid] = string(sum)
	}
	for _, ref := range d.local.Refs() {
		take(left, d.local.At(ref).Body)
	}
	for path, body := range d.Truth() {
		if !strings.HasSuffix(path, "/") {
			take(right, []byte(body))
		}
	}
	return left, right
}

func (d *desk) wantSame(what string, n int) {
	d.t.Helper()
	if l, r := d.cards(); !maps.Equal(l, r) || len(l) != n {
		d.t.Errorf("%s: %d on the left, %d on the right, want %d:\n%v\n%v", what, len(l), len(r), n, l, r)
	}
}

// wantQuiet: another pass writes nothing, reads no body and asks little.
func (d *desk) wantQuiet(what string, requests int64) {
	d.t.Helper()
	before := d.remote.Requests()
	r := d.pass()
	if r.Writes() != 0 || r.BytesRead != 0 || len(r.Plan.Notes) != 0 || d.remote.Requests()-before > requests {
		d.t.Errorf("%s: a quiet pass: %d writes, %d bytes read, %d requests, %v", what, r.Writes(), r.BytesRead, d.remote.Requests()-before, r.Plan.Notes)
	}
}

// bodies tells how many bodies were asked for: one by one, and in how many reports.
func (d *desk) bodies() (gets, multigets int) {
	c := d.Counts()
	return c["GET"], c["REPORT addressbook-multiget"]
}

// TestPasses: cases 1 to 8, against every sort of server.
func TestPasses(t *testing.T) {
	for _, p := range append(davd.Profiles(), davd.Profile{Name: "ctag", Changes: davd.CTag}, davd.Profile{Name: "nothing", Changes: davd.Nothing}, davd.Profile{NoETag: true}, davd.Profile{PageSize: 2, ETags: davd.Weak}) {
		name := p.Name
		if name == "" {
			name = fmt.Sprintf("the letter %v %d", p.NoETag, p.PageSize)
		}
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, davd.Options{Profile: p, TLS: p.Shards})
			idle := int64(1) // the home; a server that tells nothing is listed as well
			if p.Changes == davd.Nothing {
				idle = 2
			}
			for n := range 3 {
				d.add(card(n))
			}
			if r := d.pass(); r.Writes() != 3 {
				t.Errorf("%d writes", r.Writes())
			}
			d.wantSame("pushed", 3)
			d.pass()
			d.wantQuiet("pushed", idle)
			for n := range 20 {
				d.put(card(n + 10))
			}
			d.put(card(5))
			d.add(card(5)) // on both sides
			d.pass()
			d.wantSame("pulled", 24)
			d.pass()
			d.wantQuiet("pulled", idle)
			d.edit(card(100)) // of 0
			d.put(card(111))  // of 11
			d.remove(1)
			d.drop(12)
			d.remove(13)
			d.drop(13)
			if r := d.pass(); r.Writes() != 4 {
				t.Errorf("%d writes for four edits", r.Writes())
			}
			d.wantSame("edited", 21)
			d.pass()
			d.wantQuiet("edited", idle)
			for _, c := range d.Requests() {
				if c.Status == 412 {
					t.Errorf("%s %s got 412", c.Name, c.Path)
				}
			}
		})
	}
}

// TestBodiesAreReadOnce: a first download reads every body once, and an edit one.
func TestBodiesAreReadOnce(t *testing.T) {
	d := newDesk(t, davd.Options{})
	for n := range 100 {
		d.put(card(n))
	}
	d.pass()
	d.wantSame("pulled", 100)
	if gets, multigets := d.bodies(); gets != 0 || multigets != 2 {
		t.Errorf("%d GET and %d multigets for 100 cards", gets, multigets)
	}
	for _, ref := range d.local.Refs() { // case 2
		if got, want := d.local.At(ref).Body, d.Truth(); !slices.Contains(slices.Collect(maps.Values(want)), string(got)) {
			t.Errorf("%q is nowhere on the server", got)
		}
	}
	d.wantQuiet("pulled", 1)
	d.put(card(107))
	d.Forget()
	d.pass()
	if gets, multigets := d.bodies(); gets+multigets != 1 {
		t.Errorf("%d GET and %d multigets for one edit", gets, multigets)
	}
}

// TestMerges: cases 3, 12 and 18: what is written carries both edits, guarded by the
// ETag that was seen.
func TestMerges(t *testing.T) {
	for _, p := range []davd.Profile{{}, davd.Radicale(), davd.Xandikos(), davd.DAViCal(), davd.Nextcloud()} {
		d := newDesk(t, davd.Options{Profile: p})
		text := func(tel, note string) []byte {
			return fmt.Appendf(nil, "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u\r\nFN:Ann\r\nN:Ann;;;;\r\nTEL:%s\r\nNOTE:%s\r\nX-FOO:kept\r\nEND:VCARD\r\n", tel, note)
		}
		d.add(text("+49301", "one"))
		d.pass()
		d.edit(text("+49302", "one"))
		for path, body := range d.Truth() {
			if !strings.HasSuffix(path, "/") {
				must(t, d.Server.Put(path, strings.Replace(body, "NOTE:one", "NOTE:two", 1)))
			}
		}
		d.pass()
		for range 10 { // case 28: no ping-pong
			if r := d.pass(); r.Writes() != 0 {
				t.Errorf("%s: %d writes in a quiet pass", p.Name, r.Writes())
			}
		}
		for path, body := range d.Truth() {
			if !strings.HasSuffix(path, "/") && !(strings.Contains(body, "TEL:+49302") && strings.Contains(body, "NOTE:two") && strings.Contains(body, "X-FOO:kept")) {
				t.Errorf("%s: on the server %s", p.Name, body)
			}
		}
		ref, _ := d.local.ByKey("u")
		if body := string(d.local.At(ref).Body); !strings.Contains(body, "TEL:+49302") || !strings.Contains(body, "NOTE:two") || !strings.Contains(body, "X-FOO:kept") {
			t.Errorf("%s: on the left %s", p.Name, body)
		}
	}
}

// TestExpiredToken: case 35: a full compare finds exactly what happened.
func TestExpiredToken(t *testing.T) {
	for _, p := range []davd.Profile{{}, davd.Radicale(), davd.Xandikos(), davd.DAViCal(), {BadToken: davd.Refusal{Status: 410}}, {BadToken: davd.Refusal{Status: 400}}} {
		d := newDesk(t, davd.Options{Profile: p})
		if p.BadTokenLists { // which the real one is known by
			d.SetFaults(func(davd.Ask) davd.Fault {
				return davd.Fault{Header: map[string]string{"X-DAViCal-Version": "DAViCal/1.1.12; DB/1.3.5"}}
			})
		}
		for n := range 30 {
			d.put(card(n))
		}
		d.pass()
		d.put(card(103))
		d.put(card(104))
		d.drop(5)
		must(t, d.Expire(d.book()))
		if r := d.pass(); r.Writes() != 3 {
			t.Errorf("%s: %d writes", p.Name, r.Writes())
		}
		d.wantSame("expired", 29)
		d.wantQuiet("expired", 1)
	}
}

// TestForgottenDeletion: case 37: a server that loses a deletion from its log is found
// out within a week.
func TestForgottenDeletion(t *testing.T) {
	d := newDesk(t, davd.Options{})
	for n := range 30 {
		d.put(card(n))
	}
	d.pass()
	d.drop(5)
	must(t, d.ForgetGone(d.book()))
	d.put(card(101))
	d.pass()
	if l, r := d.cards(); len(l) != 30 || len(r) != 29 {
		t.Fatalf("%d and %d: the server tells what it forgot", len(l), len(r))
	}
	d.now = d.now.Add(7 * 24 * time.Hour)
	d.put(card(102))
	d.pass()
	d.wantSame("a week later", 29)
	d.pass()
	d.wantQuiet("a week later", 1)
}

// TestRevoked: case 43: a refused login changes nothing and is told.
func TestRevoked(t *testing.T) {
	d := newDesk(t, davd.Options{})
	d.add(card(0))
	d.pass()
	d.add(card(1))
	d.Revoke("ann")
	_, err := d.try(engine.Options{})
	wantClass(t, err, core.Auth)
	d.AddUser("ann", password)
	d.pass()
	d.wantSame("let in again", 2)
}

// TestCollectionsOfAnAccount: one that is read-only is read (case 45); one whose home is
// not told keeps its cards (case 55); one that is deleted takes nothing with it but by
// the guard.
func TestCollectionsOfAnAccount(t *testing.T) {
	d := newDesk(t, davd.Options{})
	for n := range 12 {
		d.put(card(n))
	}
	d.pass()
	must(t, d.SetReadOnly(d.book(), true))
	d.put(card(101))
	d.edit(card(102))
	d.pass()
	if l, r := d.cards(); l[string(uid(1))] != r[string(uid(1))] || l[string(uid(2))] == r[string(uid(2))] {
		t.Error("a read-only collection is not read, or written")
	}
	must(t, d.SetReadOnly(d.book(), false))
	d.pass()
	d.wantSame("writable again", 12)

	d.HideHomes(true)
	d.remote, _ = dav.NewAccount(d.config) // another process
	if _, err := d.try(engine.Options{}); err == nil {
		t.Error("an account without a home is taken for one that is empty")
	}
	d.HideHomes(false)
	d.wantSame("without a home", 12)
	_, err := d.AddCollection("ann", d.flavour.kind, "at Others", "Others") // an account without any would be no proof
	must(t, err)
	must(t, d.RemoveCollection(d.book()))
	r := d.pass()
	if l, _ := d.cards(); len(l) != 12 || len(r.Plan.Held) != 12 {
		t.Errorf("%d cards are left, %d deletions held", len(l), len(r.Plan.Held))
	}
}

// TestRecreated: a collection that was made anew at its address, empty or with other
// tokens.
func TestRecreated(t *testing.T) {
	d := newDesk(t, davd.Options{})
	for n := range 12 {
		d.put(card(n))
	}
	d.pass()
	must(t, d.Recreate(d.book()))
	r := d.pass()
	if l, _ := d.cards(); len(l) != 12 || len(r.Plan.Held) != 12 {
		t.Errorf("%d cards are left, %d deletions held", len(l), len(r.Plan.Held))
	}
	for n := range 12 { // somebody puts them back, under new addresses
		must(t, d.Server.Put(fmt.Sprintf("%sback-%d.vcf", d.book(), n), string(card(n))))
	}
	d.pass()
	d.wantSame("put back", 12)
	d.pass()
	d.wantQuiet("put back", 1)
}

// TestUIDs: case 74: an item is stored and found again, whatever its UID.
func TestUIDs(t *testing.T) {
	d := newDesk(t, davd.Options{})
	all := []string{"a b", "a/b", "../../etc/passwd", "a@b", "ä", "日本", strings.Repeat("x", 300), "case", "CASE", "%2F", "a%20b", "a?b#c", "urn:uuid:1", ".", "..", "-", "a\\,b", "\U0001F600"}
	for _, u := range all {
		d.add(cardOf(u, "Ann"))
	}
	d.pass()
	d.wantSame("pushed", len(all))
	d.wantQuiet("pushed", 3)
	for i, u := range all {
		if i%2 == 0 {
			d.edit(cardOf(u, "Bob"))
		} else {
			ref, _ := d.local.ByKey(core.Key(strings.ReplaceAll(u, "\\", "")))
			d.local.Remove(ref)
		}
	}
	d.try(engine.Options{})
	d.try(engine.Options{})
	if l, r := d.cards(); len(l) > len(r) {
		t.Errorf("%d, %d", len(l), len(r))
	}
	for path := range d.Truth() {
		if !strings.HasPrefix(path, d.book()) {
			t.Errorf("%s is outside of the collection", path)
		}
	}
}

// TestBadItems are parked, and the rest goes on.
func TestBadItems(t *testing.T) {
	d := newDesk(t, davd.Options{})
	d.put(card(1))
	for name, text := range map[string]string{"none.vcf": "no card at all", "cut.vcf": "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:x\r\nFN:x\r\n", "two.vcf": string(card(2)) + string(card(3)), "index.html": "<html>"} {
		must(t, d.Server.Put(d.book()+name, text))
	}
	r := d.pass()
	parked := 0
	for _, n := range r.Plan.Notes {
		if n.Parked {
			parked++
		}
	}
	if parked != 4 || len(d.local.Refs()) != 1 {
		t.Errorf("%d parked, %d synced: %v", parked, len(d.local.Refs()), r.Plan.Notes)
	}
	must(t, d.Server.Put(d.book()+"cut.vcf", string(card(4))))
	d.pass()
	if len(d.local.Refs()) != 2 {
		t.Error("a card that was mended is not synced")
	}
}

// TestManyCards: cases 77 and 78, on a smaller scale where the time is short.
func TestManyCards(t *testing.T) {
	most := 10_000
	if testing.Short() {
		most = 500
	}
	d := newDesk(t, davd.Options{})
	for n := range most {
		d.add(cardOf(fmt.Sprint("many-", n), fmt.Sprint("Ann ", n)))
	}
	for again := true; again; {
		again = d.pass().Again
	}
	if l, r := d.cards(); len(l) != most || !maps.Equal(l, r) {
		t.Fatalf("%d and %d", len(l), len(r))
	}
	d.pass()
	d.wantQuiet("many", 2)
	for n := range 3 {
		d.edit(cardOf(fmt.Sprint("many-", n), "Bob"))
		d.put(cardOf(fmt.Sprint("many-", n+10), "Bob"))
	}
	before := d.remote.Requests()
	d.pass()
	if n := d.remote.Requests() - before; n > 12 {
		t.Errorf("%d requests for six edits", n)
	}
	if l, r := d.cards(); !maps.Equal(l, r) {
		t.Error("not in step")
	}
}
