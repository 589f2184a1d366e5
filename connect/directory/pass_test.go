package directory_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/connect/memory"
	"lockstep/core"
	"lockstep/engine"
	"lockstep/format/element"
	"lockstep/internal/mapping"
	"lockstep/reconcile"
	"lockstep/state"
	statemem "lockstep/state/memory"
)

// sameNames pairs collections of equal path.
type sameNames struct{}

func (sameNames) Map(_ core.Side, c core.Collection) (string, bool, string) { return c.Path, true, "" }
func (sameNames) ByRole() bool                                              { return false }

// office is a directory and a mail server in memory, with a link between them.
type office struct {
	t      *testing.T
	server *memory.Server
	store  state.Store
	now    int64
	policy reconcile.Policy
	// change changes the rules, if set.
	change func(mapping.Rules)
}

func newOffice(t *testing.T) *office {
	digest := func(b []byte) core.Sum {
		sum, _, err := element.Digest(bytes.NewReader(b))
		if err != nil {
			t.Error(err)
		}
		return sum
	}
	o := &office{t: t, store: statemem.New(), now: 1_700_000_000, server: memory.NewServer("right", memory.Shape{
		Ops: core.Operations{Create: core.Checked, Update: core.Checked, Delete: core.Checked}, TellsSum: true, TellsID: true, NamedIDs: true,
		UniqueKeys: true, Exact: true, Digest: digest,
	})}
	o.policy = reconcile.Policy{Mode: reconcile.Provision, Write: [2]bool{false, true}, Deletes: [2]bool{false, true}, OwnerResource: "users",
		Resources: map[core.CollectionID]reconcile.Resource{}}
	for order, r := range []element.Resource{element.User, element.Alias, element.Quota} {
		o.server.AddFolder(string(r), core.RoleNone, core.Vocabulary{})
		o.policy.Resources[r.Collection()] = reconcile.Resource{Exact: true, Order: order, NeedsOwner: r.NeedsOwner()}
	}
	return o
}

// pass syncs once.
func (o *office) pass(corp *shelf) engine.Report {
	o.t.Helper()
	o.now += 3600
	rules := rules(o.t)
	for _, r := range []element.Resource{element.Contact, element.Forward} {
		delete(rules.Resources, r)
	}
	if o.change != nil {
		o.change(rules)
	}
	e := engine.Engine{Now: func() time.Time { return time.Unix(o.now, 0) }, Sleep: func(context.Context, time.Duration) error { return nil },
		NewRun: func() string { return fmt.Sprint("run ", o.now) }, Attempts: 3, BatchItems: 10, BatchBytes: 1 << 20}
	link := engine.Link{Name: "staff", Replicas: [2]core.Replica{open(o.t, rules, corp), memory.Open(o.server)}, Store: o.store,
		Traits: element.Traits(), Policy: o.policy, Mapper: sameNames{}}
	report, err := e.Pass(context.Background(), link, engine.Options{})
	if err != nil {
		o.t.Fatal(err)
	}
	return report
}

// keys of what is on the server.
func (o *office) keys() string {
	var out []string
	for _, ref := range o.server.Refs() {
		out = append(out, string(o.server.At(ref).Key))
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func (o *office) want(name, keys string) {
	o.t.Helper()
	if got := o.keys(); got != keys {
		o.t.Errorf("%s: the server has %s, want %s", name, got, keys)
	}
}

// TestPass: with the engine, what a directory wishes is made; what was not read
// completely deletes nothing, and makes what was read all the same.
func TestPass(t *testing.T) {
	o := newOffice(t)
	ann, bob := person(1, "mail=ann@d", "mailAlias=x@d", "mailAlias=y@d", "mailQuotaSize=1 GB", "userPassword=s3cret"), person(2, "mail=bob@d", "mailQuotaSize=2 GB")
	corp := &shelf{name: "corp", entries: []mapping.Entry{ann, bob}}
	o.pass(corp)
	o.want("at first", "aliases/ann@d/x@d aliases/ann@d/y@d quotas/ann@d quotas/bob@d users/ann@d users/bob@d")

	// The connection is lost before bob: cid is made, neither bob nor y@d goes.
	ann.Attributes["mailalias"] = []string{"x@d"}
	cid := person(3, "mail=cid@d", "mailAlias=z@d")
	corp = &shelf{name: "corp", entries: []mapping.Entry{cid, ann}, cut: 2, last: core.Errorf("ldap.Search", core.Transient, "the connection was lost")}
	report := o.pass(corp)
	o.want("cut off", "aliases/ann@d/x@d aliases/ann@d/y@d aliases/cid@d/z@d quotas/ann@d quotas/bob@d users/ann@d users/bob@d users/cid@d")
	if corp.reads != 3 || len(report.Plan.Notes) == 0 || !slices.ContainsFunc(report.Plan.Notes, func(n core.Note) bool {
		return n.Parked && strings.Contains(n.Why, "directory.Read corp: not read completely: ldap.Search: the connection was lost")
	}) {
		t.Errorf("%d reads, notes %+v", corp.reads, report.Plan.Notes)
	}

	// A pass that sees all has no more to say about it.
	report = o.pass(&shelf{name: "corp", entries: []mapping.Entry{cid, ann, bob}})
	o.want("whole again", "aliases/ann@d/x@d aliases/cid@d/z@d quotas/ann@d quotas/bob@d users/ann@d users/bob@d users/cid@d")
	if len(report.Plan.Notes) > 0 {
		t.Errorf("whole again: notes %+v", report.Plan.Notes)
	}

	// A bad quota keeps what stands.
	bob.Attributes["mailquotasize"] = []string{"much"}
	o.pass(&shelf{name: "corp", entries: []mapping.Entry{cid, ann, bob}})
	o.want("a bad quota", "aliases/ann@d/x@d aliases/cid@d/z@d quotas/ann@d quotas/bob@d users/ann@d users/bob@d users/cid@d")

	// An address that is none keeps everything that its entry has.
	ann.Attributes["mail"] = []string{"ann"}
	o.pass(&shelf{name: "corp", entries: []mapping.Entry{cid, ann, bob}})
	o.want("no address", "aliases/ann@d/x@d aliases/cid@d/z@d quotas/ann@d quotas/bob@d users/ann@d users/bob@d users/cid@d")

	// Nobody shows an id any more: nothing is concluded.
	for _, e := range []mapping.Entry{ann, bob, cid} {
		e.Attributes["entryuuid"] = nil
	}
	o.pass(&shelf{name: "corp", entries: []mapping.Entry{cid, ann, bob}})
	o.want("no ids", "aliases/ann@d/x@d aliases/cid@d/z@d quotas/ann@d quotas/bob@d users/ann@d users/bob@d users/cid@d")
}

// TestUnwishedAccount: an entry that users leaves out names its owner all the
// same: no account is made, one that stands stays, and what is taken from it goes.
func TestUnwishedAccount(t *testing.T) {
	o := newOffice(t)
	ann, bob := person(1, "mail=ann@d", "mailAlias=x@d", "mailAlias=y@d", "mailQuotaSize=1 GB"), person(2, "mail=bob@d", "mailAlias=z@d", "mailQuotaSize=1 GB")
	o.pass(&shelf{name: "corp", entries: []mapping.Entry{ann}})
	o.want("at first", "aliases/ann@d/x@d aliases/ann@d/y@d quotas/ann@d users/ann@d")
	o.change = func(rules mapping.Rules) {
		rules.Resources[element.User] = mapping.Resource{Filter: filter(t, "(objectClass=account)")}
	}
	ann.Attributes["mailalias"] = []string{"x@d"}
	for range 5 { // beyond any grace
		o.pass(&shelf{name: "corp", entries: []mapping.Entry{ann, bob}})
	}
	o.want("left out", "aliases/ann@d/x@d aliases/bob@d/z@d quotas/ann@d users/ann@d")
	bob.Attributes["objectclass"] = []string{"account"}
	o.pass(&shelf{name: "corp", entries: []mapping.Entry{ann, bob}})
	o.want("taken in", "aliases/ann@d/x@d aliases/bob@d/z@d quotas/ann@d quotas/bob@d users/ann@d users/bob@d")
}
