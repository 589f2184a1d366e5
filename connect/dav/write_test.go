package dav_test

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"lockstep/connect/dav"
	"lockstep/core"
	"lockstep/peers/davd"
)

func newAccount(t testing.TB, config dav.Config) *dav.Account {
	t.Helper()
	remote, err := dav.NewAccount(config)
	must(t, err)
	t.Cleanup(func() { remote.Close() })
	return remote
}

// TestNames: the name of a new item is the engine's, or is made of its UID; what is
// listed has the same ID (case 74).
func TestNames(t *testing.T) {
	a := serve(t, flavours()["carddav"], davd.Options{}, "A")
	book := core.CollectionID(a.books["A"])
	ids := map[core.ID]bool{}
	for i, id := range []core.ID{"", "u-1", "./bare", "a%20b", "U-1"} {
		key := core.Key(fmt.Sprint("key ", i))
		res, errs := apply(t, a.open(t), creating(book, id, key, cardOf(string(key), "x")))
		must(t, errs[0])
		if id != "" && res[0].Stub.ID != id {
			t.Errorf("%q becomes %q", id, res[0].Stub.ID)
		}
		ids[res[0].Stub.ID] = true
	}
	must(t, a.Server.Put(string(book)+"no-extension", string(cardOf("n", "x"))))
	must(t, a.Server.Put(string(book)+"caps.VCF", string(cardOf("c", "x"))))
	ids["./no-extension"], ids["./caps.VCF"] = true, true
	r := a.open(t)
	stubs, _, full, _ := list(t, r, core.FeedID(book), "")
	for id, s := range stubs {
		if !ids[id] || s.Bad != "" || s.Key == "" {
			t.Errorf("%q is listed: %+v", id, s)
		}
	}
	if len(stubs) != len(ids) || !full {
		t.Errorf("%d listed, %d written", len(stubs), len(ids))
	}
	for item, err := range r.Fetch(context.Background(), []core.Ref{{Collection: book, ID: "./caps.VCF"}, {Collection: book, ID: "a%20b"}}) {
		must(t, err)
		item.Body.Close()
	}
	for _, bad := range []core.ID{"a/b", "../x", "./..", "./.", "./", "a b", "a%2", "./a.vcf", "x%2e"} {
		_, errs := apply(t, a.open(t), creating(book, bad, "k", cardOf("k", "x")), core.Write{Op: core.OpDelete, Ref: core.Ref{Collection: book, ID: bad}})
		wantClass(t, errs[0], core.Permanent)
		wantClass(t, errs[1], core.Permanent)
	}
	// A name that another item has: of the same UID it is a conflict, else a second
	// name is taken.
	must(t, a.Server.Put(string(book)+"taken.vcf", string(cardOf("other", "x"))))
	res, errs := apply(t, a.open(t), creating(book, "", "taken", cardOf("taken", "x")))
	must(t, errs[0])
	if !strings.HasPrefix(string(res[0].Stub.ID), "taken-") {
		t.Error(res[0].Stub.ID)
	}
	_, errs = apply(t, a.open(t), creating(book, "", "other", cardOf("other", "x")), creating(book, "taken", "else", cardOf("else", "x")))
	wantClass(t, errs[0], core.Conflict)
	wantClass(t, errs[1], core.Conflict)
}

// TestConditions: what was not seen is not overwritten, and where the version is not
// known the body is compared.
func TestConditions(t *testing.T) {
	for _, p := range []davd.Profile{{}, {ETags: davd.Weak}, {ETags: davd.Unquoted}, davd.Radicale()} {
		a := serve(t, flavours()["carddav"], davd.Options{Profile: p}, "A")
		book := core.CollectionID(a.books["A"])
		ref := core.Ref{Collection: book, ID: "1"}
		must(t, a.Server.Put(string(book)+"1.vcf", string(card(1))))
		stubs, _, _, _ := list(t, a.open(t), core.FeedID(book), "")
		rev := stubs["1"].Rev
		update := func(n int, c core.Condition) (core.Result, error) {
			res, errs := apply(t, a.open(t), core.Write{Op: core.OpUpdate, Ref: ref, If: c, Item: item(uid(1), card(n))})
			return res[0], errs[0]
		}
		sum := item("", card(1)).Sum
		_, err := update(101, core.Condition{Sum: item("", card(2)).Sum})
		wantClass(t, err, core.Conflict)
		res, err := update(101, core.Condition{Rev: rev})
		if err != nil || res.AsSent || res.Stub.Sum != "" || res.Stub.Ref != ref {
			t.Errorf("%+v, %v", res, err)
		}
		_, err = update(201, core.Condition{Rev: rev})
		wantClass(t, err, core.Conflict)
		_, err = update(201, core.Condition{Sum: sum})
		wantClass(t, err, core.Conflict)
		_, err = update(201, core.Condition{Sum: item("", card(101)).Sum})
		must(t, err)
		_, errs := apply(t, a.open(t), core.Write{Op: core.OpDelete, Ref: ref, If: core.Condition{Rev: rev}})
		wantClass(t, errs[0], core.Conflict)
		stubs, _, _, _ = list(t, a.open(t), core.FeedID(book), "")
		_, errs = apply(t, a.open(t), core.Write{Op: core.OpDelete, Ref: ref, If: core.Condition{Rev: stubs["1"].Rev}})
		must(t, errs[0])
		for _, w := range []core.Write{{Op: core.OpDelete}, {Op: core.OpUpdate, Item: item(uid(1), card(1))}} { // gone since
			w.Ref, w.If.Rev = ref, stubs["1"].Rev
			_, errs = apply(t, a.open(t), w)
			wantClass(t, errs[0], core.Missing)
		}
		_, errs = apply(t, a.open(t), core.Write{Op: core.OpMark, Ref: ref, Add: core.NewMarks("x")}, core.Write{Op: core.OpCreate, Ref: core.Ref{Collection: book}},
			core.Write{Op: core.OpCreate, Ref: core.Ref{Collection: "/nowhere/"}, Item: item("k", card(1))})
		wantClass(t, errs[0], core.Permanent)
		wantClass(t, errs[1], core.Permanent)
		wantClass(t, errs[2], core.Missing)
	}
}

// TestMove: where the server moves, the item keeps its name and its body.
func TestMove(t *testing.T) {
	a := serve(t, flavours()["carddav"], davd.Options{Profile: davd.Radicale()}, "A", "B")
	from, to := core.CollectionID(a.books["A"]), core.CollectionID(a.books["B"])
	must(t, a.Server.Put(string(from)+"1.vcf", string(card(1))))
	must(t, a.Server.Put(string(from)+"2.vcf", string(card(2))))
	must(t, a.Server.Put(string(to)+"2.vcf", string(card(3))))
	r := a.open(t)
	_, err := r.Collections(context.Background())
	must(t, err)
	if r.Operations().Move != core.Checked {
		t.Fatal("it is not known to move")
	}
	stubs, _, _, _ := list(t, r, core.FeedID(from), "")
	res, errs := apply(t, r,
		core.Write{Op: core.OpMove, Ref: core.Ref{Collection: from, ID: "1"}, To: to, If: core.Condition{Rev: stubs["1"].Rev}},
		core.Write{Op: core.OpMove, Ref: core.Ref{Collection: from, ID: "2"}, To: to},
		core.Write{Op: core.OpMove, Ref: core.Ref{Collection: from, ID: "3"}, To: to},
		core.Write{Op: core.OpMove, Ref: core.Ref{Collection: from, ID: "2"}, To: "/nowhere/"})
	must(t, errs[0])
	wantClass(t, errs[1], core.Conflict)
	wantClass(t, errs[2], core.Missing)
	wantClass(t, errs[3], core.Missing)
	if res[0].Stub.Ref != (core.Ref{Collection: to, ID: "1"}) || a.Truth()[string(to)+"1.vcf"] != string(card(1)) || a.Truth()[string(to)+"2.vcf"] != string(card(3)) {
		t.Errorf("%+v\n%v", res[0], a.Truth())
	}
	stubs, _, _, _ = list(t, a.open(t), core.FeedID(to), "")
	if stubs["1"].Key != uid(1) || len(stubs) != 2 {
		t.Error(stubs)
	}
}

// TestCreateOfWhatCameMeanwhile: on a server that takes two items with one UID, one that
// came since the list is not doubled.
func TestCreateOfWhatCameMeanwhile(t *testing.T) {
	a := serve(t, flavours()["carddav"], davd.Options{Profile: davd.Xandikos()}, "A")
	book := core.CollectionID(a.books["A"])
	must(t, a.Server.Put(string(book)+"0.vcf", string(card(0))))
	r := a.open(t)
	list(t, r, core.FeedID(book), "")
	must(t, a.Server.Put(string(book)+"theirs.vcf", string(card(1))))
	_, errs := apply(t, r, creating(book, "mine-1", uid(1), card(1)), creating(book, "mine-2", uid(2), card(2)))
	wantClass(t, errs[0], core.Conflict)
	must(t, errs[1])
	if len(a.Truth()) != 4 { // the book, 0, theirs and 2
		t.Errorf("%v", a.Truth())
	}
	before := a.Counts()["REPORT sync-collection"]
	var writes []core.Write
	for n := range 90 {
		writes = append(writes, creating(book, core.ID(fmt.Sprint("n-", n)), core.Key(fmt.Sprint("many-", n)), cardOf(fmt.Sprint("many-", n), "x")))
	}
	writes = append(writes, creating(book, "mine-3", uid(1), card(1)))
	_, errs = apply(t, r, writes...)
	for _, err := range errs[:90] {
		must(t, err)
	}
	wantClass(t, errs[90], core.Conflict) // as long as no list has told of it
	if n := a.Counts()["REPORT sync-collection"] - before; n > 2 {
		t.Errorf("%d questions for 91 creates", n)
	}
}

// TestSizes: what is larger than is taken is refused before it is sent, and not read.
func TestSizes(t *testing.T) {
	a := serve(t, flavours()["carddav"], davd.Options{MaxSize: 2000}, "A")
	book := core.CollectionID(a.books["A"])
	a.config.MaxSize = 1000
	large := func(n int) []byte { return cardOf("large", strings.Repeat("x", n)) }
	must(t, a.Server.Put(string(book)+"large.vcf", string(large(1500))))
	must(t, a.Server.Put(string(book)+"small.vcf", string(card(1))))
	a.Forget()
	stubs, _, _, _ := list(t, a.open(t), core.FeedID(book), "")
	if s := stubs["large"]; s.Bad == "" || s.Key != "" || stubs["small"].Bad != "" || a.Counts()["GET"] != 1 {
		t.Errorf("%+v, %v", stubs, a.Counts())
	}
	_, errs := apply(t, a.open(t), creating(book, "x", "large", large(1500)))
	wantClass(t, errs[0], core.Permanent)
	if a.Counts()["PUT"] != 0 {
		t.Error("it was sent")
	}
	a.config.MaxSize = 0
	_, errs = apply(t, a.open(t), creating(book, "x", "large", large(3000)))
	wantClass(t, errs[0], core.Permanent)
}

// TestWrongPasswordStops: a refused login is not tried for every write.
func TestWrongPasswordStops(t *testing.T) {
	a := serve(t, flavours()["carddav"], davd.Options{}, "A")
	r := a.open(t)
	book := core.CollectionID(a.books["A"])
	list(t, r, core.FeedID(book), "")
	a.Revoke("ann")
	a.Forget()
	var writes []core.Write
	for n := range 60 {
		w := creating(book, core.ID(fmt.Sprint("n-", n)), uid(n), card(n))
		w.If.Absent = false
		writes = append(writes, w)
	}
	_, errs := apply(t, r, writes...)
	for _, err := range errs {
		wantClass(t, err, core.Auth)
	}
	if n := a.Counts()["PUT"]; n > 8 {
		t.Errorf("%d requests", n)
	}
}

// TestKept: bodies that were read for their UIDs are not read again, whether memory, a
// file or nothing holds them.
func TestKept(t *testing.T) {
	for _, o := range []struct {
		memory, file int64
		again        bool
	}{{0, 0, false}, {500, 0, false}, {1, 0, false}, {1, 1, true}} {
		a := serve(t, flavours()["carddav"], davd.Options{}, "A")
		a.config.KeepMemory, a.config.KeepFile = o.memory, o.file
		book := core.CollectionID(a.books["A"])
		var refs []core.Ref
		for n := range 30 {
			must(t, a.Server.Put(fmt.Sprintf("%s%d.vcf", book, n), string(card(n))))
			refs = append(refs, core.Ref{Collection: book, ID: core.ID(fmt.Sprint(n))})
		}
		r := a.open(t)
		list(t, r, core.FeedID(book), "")
		a.Forget()
		n := 0
		for item, err := range r.Fetch(context.Background(), slices.Concat(refs, refs)) {
			must(t, err)
			body, err := io.ReadAll(item.Body)
			must(t, err)
			if string(body) != a.Truth()[a.path(item.Ref)] || item.Rev == "" || item.Key == "" {
				t.Errorf("%+v %q", item.Stub, body)
			}
			n++
		}
		if asked := a.Counts()["GET"]+a.Counts()["REPORT addressbook-multiget"] > 0; n != 30 || asked != o.again {
			t.Errorf("%+v: %d read, asked again: %v", o, n, asked)
		}
		// What is written is not had from there.
		_, errs := apply(t, r, core.Write{Op: core.OpUpdate, Ref: refs[3], If: core.Condition{Sum: item("", card(3)).Sum}, Item: item(uid(3), card(103))})
		must(t, errs[0])
		for item, err := range r.Fetch(context.Background(), refs[3:4]) {
			must(t, err)
			if body, _ := io.ReadAll(item.Body); string(body) != string(card(103)) {
				t.Errorf("%q", body)
			}
		}
	}
}

// TestRecall: what is known with the same ETag is not read.
func TestRecall(t *testing.T) {
	a := serve(t, flavours()["carddav"], davd.Options{Profile: davd.Profile{Name: "ctag", Changes: davd.CTag}}, "A")
	book := core.CollectionID(a.books["A"])
	for n := range 10 {
		must(t, a.Server.Put(fmt.Sprintf("%s%d.vcf", book, n), string(card(n))))
	}
	first, _, _, token := list(t, a.open(t), core.FeedID(book), "")
	must(t, a.Server.Put(string(book)+"3.vcf", string(card(103))))
	must(t, a.Touch(string(book)+"4.vcf"))
	a.Forget()
	r := a.open(t)
	r.Recall(func(refs []core.Ref) map[core.Ref]core.Stub {
		out := map[core.Ref]core.Stub{}
		for _, ref := range refs {
			if s, is := first[ref.ID]; is {
				s.Label = "of then"
				out[ref] = s
			}
		}
		return out
	})
	now, _, full, _ := list(t, r, core.FeedID(book), token)
	if !full || len(now) != 10 || a.Counts()["REPORT addressbook-multiget"] != 1 || a.Counts()["GET"] != 0 {
		t.Errorf("%v %d %v", full, len(now), a.Counts())
	}
	for id, s := range now {
		switch known := s.Label == "of then"; {
		case known == (id == "3" || id == "4"):
			t.Errorf("%s is known: %v", id, known)
		case s.Key != first[id].Key || id != "3" && s.Sum != first[id].Sum || known && s.Rev != first[id].Rev:
			t.Errorf("%+v, was %+v", s, first[id])
		}
	}
}

// TestExplain says what is asked.
func TestExplain(t *testing.T) {
	a := serve(t, flavours()["carddav"], davd.Options{}, "A")
	r := a.open(t)
	for want, w := range map[string]core.Write{
		"PUT /b/x-1.vcf If-None-Match: *":                                   {Op: core.OpCreate, Ref: core.Ref{Collection: "/b/", ID: "x-1"}},
		"PUT /b/ If-None-Match: *":                                          {Op: core.OpCreate, Ref: core.Ref{Collection: "/b/"}},
		`PUT /b/x.vcf If-Match: "1"`:                                        {Op: core.OpUpdate, Ref: core.Ref{Collection: "/b/", ID: "x"}, If: core.Condition{Rev: `"1"`}},
		"DELETE /b/x If-Match: its ETag, once it is read":                   {Op: core.OpDelete, Ref: core.Ref{Collection: "/b/", ID: "./x"}},
		`PUT /c/x.vcf If-None-Match: *, then DELETE /b/x.vcf If-Match: "1"`: {Op: core.OpMove, Ref: core.Ref{Collection: "/b/", ID: "x"}, To: "/c/", If: core.Condition{Rev: `"1"`}},
	} {
		if got := r.Explain(w); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestReading says for people what a token proves.
func TestReading(t *testing.T) {
	a := serve(t, flavours()["carddav"], davd.Options{}, "A")
	_, _, _, token := list(t, a.open(t), core.FeedID(a.books["A"]), "")
	if how, proof := dav.Reading(token); how == "" || !strings.Contains(proof, "20") {
		t.Errorf("%q %q", how, proof)
	}
	if how, proof := dav.Reading("l"); how == "" || proof == "" {
		t.Errorf("%q %q", how, proof)
	}
	for _, none := range []core.Token{"", "x", "p1", "sx"} {
		if how, _ := dav.Reading(none); how != "" {
			t.Errorf("%q is %q", none, how)
		}
	}
	for _, bad := range []core.Token{"x", "p1", "p-1", "s", "s1", "sx:y", "f:", "lx"} {
		_, err := a.open(t).Changes(context.Background(), core.FeedID(a.books["A"]), bad)
		wantClass(t, err, core.Resync)
	}
}
