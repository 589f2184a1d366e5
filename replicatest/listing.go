package replicatest

import (
	"context"
	"slices"
	"testing"

	"lockstep/core"
)

func emptyListing(t *testing.T, b *bench) {
	for _, path := range b.h.Paths {
		if all := b.list(path); len(all) != 0 {
			t.Fatalf("an empty collection lists %v", all)
		}
	}
}

func outsideAddIsListed(t *testing.T, b *bench) {
	body, key := b.h.Item(1)
	s := b.add(1, b.h.Paths[0], "")
	_, size, err := b.h.Traits.Digest(bytesReader(body))
	b.must(err)
	if s.Key != key && !b.h.Keyless {
		t.Errorf("Key is %q, want %q", s.Key, key)
	}
	if s.Size != size && s.Size != -1 {
		t.Errorf("Size is %d, want the canonical %d", s.Size, size)
	}
	if s.Sum != "" && s.Sum != b.sum(body) {
		t.Errorf("Sum is %q, want the canonical one or none", s.Sum)
	}
	if len(b.list(b.h.Paths[1])) != 0 {
		t.Error("it is listed in the other collection too")
	}
}

// changes reads a feed after one outside edit.
func (b *bench) changes(path string, edit func()) (map[core.Ref]core.Stub, map[core.Ref]bool, bool) {
	b.t.Helper()
	feed := b.at(path).Feed
	_, _, _, token := b.read(feed, "")
	edit()
	changed, gone, full, _ := b.read(feed, token)
	return changed, gone, full
}

func tokenSeesAdd(t *testing.T, b *bench) {
	b.add(1, b.h.Paths[0], "")
	body, key := b.h.Item(2)
	changed, _, _ := b.changes(b.h.Paths[0], func() { b.peer.Add(t, b.h.Paths[0], body, key, "") })
	for _, s := range changed {
		if s.Key == key || b.h.Keyless {
			return
		}
	}
	t.Fatalf("the token does not see a new item: %v", changed)
}

func tokenSeesRemove(t *testing.T, b *bench) {
	s := b.add(1, b.h.Paths[0], "")
	b.add(2, b.h.Paths[0], "")
	changed, gone, full := b.changes(b.h.Paths[0], func() { b.peer.Remove(t, s.Ref) })
	if _, still := changed[s.Ref]; still {
		t.Fatal("a removed item is listed")
	}
	if !gone[s.Ref] && !full {
		t.Fatal("the token does not see a removal")
	}
}

// tokenSeesRemoveOfOurs: what was made since the token, and was told by the
// result of its write, is told to be gone, too.
func tokenSeesRemoveOfOurs(t *testing.T, b *bench) {
	if b.ops().Create == core.Unsupported {
		return
	}
	b.add(2, b.h.Paths[0], "")
	feed := b.at(b.h.Paths[0]).Feed
	before, _, _, token := b.read(feed, "")
	_, errs := b.apply(b.create(1, b.h.Paths[0], ""))
	b.must(errs[0])
	for ref := range b.now(feed) {
		if _, was := before[ref]; was {
			continue
		}
		b.peer.Remove(t, ref)
		changed, gone, full, _ := b.read(feed, token)
		if _, still := changed[ref]; still {
			t.Fatal("a removed item is listed")
		}
		if !gone[ref] && !full {
			t.Fatal("the token does not see that what was made since is gone")
		}
		return
	}
	t.Fatal("what was made is not listed")
}

// headersTellApart: copies of one body have equal headers, other bodies have
// not.
func headersTellApart(t *testing.T, b *bench) {
	r := b.open()
	h, can := r.(core.Header)
	if !can {
		return
	}
	one, other := b.add(1, b.h.Paths[0], ""), b.add(2, b.h.Paths[0], "")
	copied := b.add(1, b.h.Paths[1], "")
	_, err := r.Collections(context.Background())
	b.must(err)
	sums, err := h.HeaderSums(context.Background(), []core.Ref{one.Ref, other.Ref, copied.Ref})
	b.must(err)
	if len(sums) == 0 {
		return // its bodies have none
	}
	if sums[one.Ref] == "" || sums[one.Ref] != sums[copied.Ref] {
		t.Errorf("two copies have the headers %q and %q", sums[one.Ref], sums[copied.Ref])
	}
	if sums[one.Ref] == sums[other.Ref] {
		t.Error("two bodies have one header")
	}
}

func tokenSeesMove(t *testing.T, b *bench) {
	s := b.add(1, b.h.Paths[0], "")
	target := b.at(b.h.Paths[1]).Feed
	_, _, _, token := b.read(target, "")
	changed, gone, full := b.changes(b.h.Paths[0], func() { b.peer.Move(t, s.Ref, b.h.Paths[1]) })
	if _, still := changed[s.Ref]; still || !gone[s.Ref] && !full {
		t.Fatal("the token of the old collection does not see a move")
	}
	changed, _, _, _ = b.read(target, token)
	there := b.at(b.h.Paths[1]).ID
	for ref := range changed {
		if ref.Collection == there {
			return
		}
	}
	t.Fatal("the token of the new collection does not see a move")
}

func tokenSeesMarks(t *testing.T, b *bench) {
	if len(b.h.Marks) == 0 {
		return
	}
	s := b.add(1, b.h.Paths[0], b.marks(0))
	if !s.Marks.Has(b.h.Marks[0]) {
		t.Fatalf("an item is listed with %q, want %q", s.Marks, b.marks(0))
	}
	b.changes(b.h.Paths[0], func() { b.peer.Mark(t, s.Ref, b.marks(1, 2)) })
	if now := b.only(b.h.Paths[0]); now.Marks.Intersect(b.marks(0, 1, 2)) != b.marks(1, 2) {
		t.Fatalf("after an outside change the marks are %q, want %q", now.Marks, b.marks(1, 2))
	}
}

func quietTokenIsQuiet(t *testing.T, b *bench) {
	s := b.add(1, b.h.Paths[0], "")
	_, gone, full := b.changes(b.h.Paths[0], func() {})
	if gone[s.Ref] {
		t.Fatal("nothing happened, and an item is gone")
	}
	if full {
		if now := b.only(b.h.Paths[0]); now.Ref != s.Ref {
			t.Fatalf("nothing happened, and %v became %v", s.Ref, now.Ref)
		}
	}
}

func badTokenIsNotSilence(t *testing.T, b *bench) {
	if b.h.BadToken == "" {
		return
	}
	s := b.add(1, b.h.Paths[0], "")
	changed, _, full, _ := b.read(b.at(b.h.Paths[0]).Feed, b.h.BadToken)
	if _, named := changed[s.Ref]; !named || !full {
		t.Fatal("an unknown token gives neither Resync nor a full listing")
	}
}

func revMovesWithContent(t *testing.T, b *bench) {
	before := b.at(b.h.Paths[0])
	if before.Rev == "" {
		return // it tells none, and is listed in every pass
	}
	b.add(1, b.h.Paths[0], "")
	after := b.at(b.h.Paths[0])
	if after.Rev == before.Rev {
		t.Fatal("an item was added, and the collection's Rev stays")
	}
	if again := b.at(b.h.Paths[0]); again.Rev != after.Rev && again.Rev != "" {
		t.Log("the Rev moves although nothing happens: this collection is listed more often than needed")
	}
}

func readingChangesNothing(t *testing.T, b *bench) {
	s := b.add(1, b.h.Paths[0], "")
	b.fetch(s.Ref)
	if now := b.only(b.h.Paths[0]); now.Ref != s.Ref || now.Marks != s.Marks || now.Rev != s.Rev {
		t.Fatalf("reading changed %+v into %+v", s, now)
	}
}

func surveyPositionCoversNewID(t *testing.T, b *bench) {
	b.add(1, b.h.Paths[0], "")
	before := b.at(b.h.Paths[0])
	s := b.add(2, b.h.Paths[0], "")
	if s.Position != 0 && s.Position <= before.Position {
		t.Fatalf("a new ID has position %d, not beyond the %d of the survey before", s.Position, before.Position)
	}
	after := b.at(b.h.Paths[0])
	if s.Position > after.Position {
		t.Fatalf("the survey's position %d is before that of an ID that is there, %d", after.Position, s.Position)
	}
	if before.Count >= 0 && after.Count != before.Count+1 {
		t.Fatalf("the survey counts %d, then %d", before.Count, after.Count)
	}
}

func cancelStops(t *testing.T, b *bench) {
	s := b.add(1, b.h.Paths[0], "")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r := b.open()
	if _, err := r.Collections(ctx); err == nil {
		t.Error("Collections works with a cancelled context")
	}
	for item, err := range r.Fetch(ctx, []core.Ref{s.Ref}) {
		if err == nil {
			item.Body.Close()
			t.Error("Fetch works with a cancelled context")
		}
	}
}

func treeMakesCollections(t *testing.T, b *bench) {
	tree, can := b.open().(core.Tree)
	if !can {
		return
	}
	ctx := context.Background()
	made, err := tree.CreateCollection(ctx, "made", core.RoleNone)
	b.must(err)
	if again, err := tree.CreateCollection(ctx, "made", core.RoleNone); err != nil || again.ID != made.ID {
		t.Fatalf("creating a collection that is there: %v, %v", again.ID, err)
	}
	body, key := b.h.Item(1)
	b.peer.Add(t, "made", body, key, "")
	renamed, err := b.open().(core.Tree).RenameCollection(ctx, made.ID, "renamed")
	b.must(err)
	if s := b.only("renamed"); s.Collection != renamed.ID {
		t.Fatalf("after a rename the item is in %s, not in %s", s.Collection, renamed.ID)
	}
	b.wantClass(b.open().(core.Tree).DeleteCollection(ctx, renamed.ID, 0), core.Conflict)
	b.peer.Remove(t, b.only("renamed").Ref)
	b.must(b.open().(core.Tree).DeleteCollection(ctx, renamed.ID, 0))
	for _, c := range b.survey().Collections {
		if c.Path == "renamed" || c.Path == "made" {
			t.Fatalf("%s is still there", c.Path)
		}
	}
	r := b.open() // what is not listed is only taken for gone if it is said to be
	survey, err := r.Collections(ctx)
	b.must(err)
	if slices.ContainsFunc(survey.Collections, func(c core.Collection) bool { return c.Feed == renamed.Feed }) {
		return // one feed for all
	}
	_, err = r.Changes(ctx, renamed.Feed, "")
	b.wantClass(err, core.Missing)
}
