package replicatest

import (
	"bytes"
	"context"
	"io"
	"slices"
	"testing"

	"lockstep/core"
)

func bytesReader(b []byte) io.Reader { return bytes.NewReader(b) }

func bodyRoundTrip(t *testing.T, b *bench) {
	for n := range 5 {
		body, _ := b.h.Item(n)
		s := b.add(n, b.h.Paths[0], "")
		bodies, errs := b.fetch(s.Ref)
		if errs[s.Ref] != nil {
			t.Fatal(errs[s.Ref])
		}
		if b.sum(bodies[s.Ref]) != b.sum(body) {
			t.Errorf("item %d reads back as %q, want %q", n, bodies[s.Ref], body)
		}
	}
}

// refuses tells whether a replica cannot do an operation. Then it says so, with
// class Permanent, and nothing changes.
func (b *bench) refuses(w core.Write) bool {
	b.t.Helper()
	if b.ops().Of(w.Op) != core.Unsupported {
		return false
	}
	before := b.list(b.h.Paths[0])
	_, errs := b.apply(w)
	b.wantClass(errs[0], core.Permanent)
	if after := b.list(b.h.Paths[0]); !slices.Equal(after, before) {
		b.t.Fatalf("a write that it cannot do changes %v into %v", before, after)
	}
	return true
}

func createIsListed(t *testing.T, b *bench) {
	if b.refuses(b.create(1, b.h.Paths[0], "")) {
		return
	}
	var marks core.Marks
	if len(b.h.Marks) > 0 {
		marks = b.marks(0, 2)
	}
	body, key := b.h.Item(1)
	results, errs := b.apply(b.create(1, b.h.Paths[0], marks))
	b.must(errs[0])
	s := b.only(b.h.Paths[0])
	if id := results[0].Stub.ID; id != "" && s.Ref != results[0].Stub.Ref {
		t.Errorf("the result names %v, the listing %v", results[0].Stub.Ref, s.Ref)
	}
	if s.Marks.Intersect(core.NewMarks(b.h.Marks...)) != marks {
		t.Errorf("it is listed with marks %q, want %q", s.Marks, marks)
	}
	if s.Key != key && !b.h.Keyless {
		t.Errorf("it is listed with Key %q, want %q", s.Key, key)
	}
	bodies, errsF := b.fetch(s.Ref)
	b.must(errsF[s.Ref])
	if results[0].AsSent && b.sum(bodies[s.Ref]) != b.sum(body) {
		t.Errorf("stored as sent, it says, but %q became %q", body, bodies[s.Ref])
	}
}

func createManyAtOnce(t *testing.T, b *bench) {
	if b.ops().Create == core.Unsupported {
		return
	}
	var writes []core.Write
	for n := range 20 {
		writes = append(writes, b.create(n, b.h.Paths[n%2], ""))
	}
	_, errs := b.apply(writes...)
	for _, err := range errs {
		b.must(err)
	}
	if n := len(b.list(b.h.Paths[0])); n != 10 {
		t.Errorf("%d items in the first collection, want 10", n)
	}
	if n := len(b.list(b.h.Paths[1])); n != 10 {
		t.Errorf("%d items in the second collection, want 10", n)
	}
}

func resultForEveryWrite(t *testing.T, b *bench) {
	if ops := b.ops(); ops.Create == core.Unsupported || ops.Delete == core.Unsupported {
		return
	}
	s := b.add(1, b.h.Paths[0], "")
	gone := s.Ref
	gone.ID = b.add(2, b.h.Paths[0], "").ID
	b.peer.Remove(t, gone)
	_, errs := b.apply( // a bad one in the middle does not stop the others
		b.create(3, b.h.Paths[1], ""),
		core.Write{Op: core.OpDelete, Ref: gone},
		b.create(4, b.h.Paths[1], ""),
	)
	b.must(errs[0])
	b.wantClass(errs[1], core.Missing)
	b.must(errs[2])
}

func fetchGoneIsMissing(t *testing.T, b *bench) {
	s := b.add(1, b.h.Paths[0], "")
	b.peer.Remove(t, s.Ref)
	_, errs := b.fetch(s.Ref)
	b.wantClass(errs[s.Ref], core.Missing)
}

func fetchKeepsGoing(t *testing.T, b *bench) {
	one, two, three := b.add(1, b.h.Paths[0], ""), b.add(2, b.h.Paths[0], ""), b.add(3, b.h.Paths[1], "")
	b.peer.Remove(t, two.Ref)
	bodies, _ := b.fetch(one.Ref, two.Ref, three.Ref)
	if bodies[one.Ref] == nil || bodies[three.Ref] == nil {
		t.Fatal("one missing item keeps the others from being read")
	}
}

func writeGoneIsMissing(t *testing.T, b *bench) {
	ops := b.ops()
	s := b.add(1, b.h.Paths[0], "")
	b.peer.Remove(t, s.Ref)
	to := b.at(b.h.Paths[1]).ID
	for _, w := range []core.Write{
		{Op: core.OpDelete, Ref: s.Ref},
		{Op: core.OpMove, Ref: s.Ref, To: to},
		{Op: core.OpMark, Ref: s.Ref, Add: core.NewMarks(b.h.Marks...)},
	} {
		if ops.Of(w.Op) == core.Unsupported || w.Op == core.OpMark && len(b.h.Marks) == 0 {
			continue
		}
		_, errs := b.apply(w)
		if errs[0] == nil || core.ClassOf(errs[0]) != core.Missing {
			t.Errorf("%s of an item that is gone: %v, want class missing", w.Op, errs[0])
		}
	}
}

func marksCommute(t *testing.T, b *bench) {
	if len(b.h.Marks) == 0 || b.ops().Mark == core.Unsupported {
		return
	}
	if safety := b.ops().Mark; safety != core.Commutative && safety != core.Checked {
		t.Fatalf("marks are written %s, which loses edits", safety)
	}
	s := b.add(1, b.h.Paths[0], b.marks(0))
	r := b.open()
	_, err := r.Collections(context.Background())
	b.must(err)
	b.peer.Mark(t, s.Ref, b.marks(0, 1)) // after the plan, before the write
	var failed error
	for _, err := range r.Apply(context.Background(), slices.Values([]core.Write{{Op: core.OpMark, Ref: s.Ref, Add: b.marks(2), Remove: b.marks(0)}})) {
		failed = err
	}
	now := b.only(b.h.Paths[0]).Marks
	if failed != nil {
		b.wantClass(failed, core.Conflict)
		if now.Intersect(b.marks(0, 1, 2)) != b.marks(0, 1) {
			t.Fatalf("refused, but the marks are %q", now)
		}
		return
	}
	if now.Intersect(b.marks(0, 1, 2)) != b.marks(1, 2) {
		t.Fatalf("an unseen mark was overwritten: %q, want %q", now, b.marks(1, 2))
	}
}

func marksKeepOthers(t *testing.T, b *bench) {
	if len(b.h.Marks) == 0 || b.ops().Mark == core.Unsupported {
		return
	}
	s := b.add(1, b.h.Paths[0], b.marks(0, 1))
	_, errs := b.apply(core.Write{Op: core.OpMark, Ref: s.Ref, Add: b.marks(2), Remove: b.marks(1)})
	b.must(errs[0])
	now := b.only(b.h.Paths[0])
	if now.Marks.Intersect(core.NewMarks(b.h.Marks...)) != b.marks(0, 2) {
		t.Fatalf("marks are %q, want %q", now.Marks, b.marks(0, 2))
	}
	if now.Ref != s.Ref {
		t.Fatalf("a change of marks changed the ID from %v to %v", s.Ref, now.Ref)
	}
}

func moveKeepsBody(t *testing.T, b *bench) {
	if b.ops().Move == core.Unsupported {
		return
	}
	var marks core.Marks
	if len(b.h.Marks) > 0 {
		marks = b.marks(1)
	}
	body, _ := b.h.Item(1)
	s := b.add(1, b.h.Paths[0], marks)
	results, errs := b.apply(core.Write{Op: core.OpMove, Ref: s.Ref, To: b.at(b.h.Paths[1]).ID})
	b.must(errs[0])
	if n := len(b.list(b.h.Paths[0])); n != 0 {
		t.Fatalf("%d items stay behind", n)
	}
	now := b.only(b.h.Paths[1])
	if results[0].Stub.ID != "" && now.Ref != results[0].Stub.Ref {
		t.Errorf("the result names %v, the listing %v", results[0].Stub.Ref, now.Ref)
	}
	if now.Marks.Intersect(core.NewMarks(b.h.Marks...)) != marks {
		t.Errorf("the move changed the marks from %q to %q", marks, now.Marks)
	}
	bodies, _ := b.fetch(now.Ref)
	if b.sum(bodies[now.Ref]) != b.sum(body) {
		t.Error("the move changed the body")
	}
}

func placeKeepsBoth(t *testing.T, b *bench) {
	if b.ops().Place == core.Unsupported {
		return
	}
	s := b.add(1, b.h.Paths[0], "")
	results, errs := b.apply(core.Write{Op: core.OpPlace, Ref: s.Ref, To: b.at(b.h.Paths[1]).ID})
	b.must(errs[0])
	now := b.only(b.h.Paths[1])
	if b.only(b.h.Paths[0]).Ref != s.Ref {
		t.Error("the item left its first place")
	}
	if results[0].Stub.ID != "" && now.Ref != results[0].Stub.Ref {
		t.Errorf("the result names %v, the listing %v", results[0].Stub.Ref, now.Ref)
	}
	if b.ops().Shared != (now.ID == s.ID) {
		t.Errorf("Shared is %v, but the IDs are %v and %v", b.ops().Shared, s.ID, now.ID)
	}
}

func deleteTakesOne(t *testing.T, b *bench) {
	s := b.add(1, b.h.Paths[0], "")
	other := b.add(2, b.h.Paths[0], "")
	if b.refuses(core.Write{Op: core.OpDelete, Ref: s.Ref}) {
		return
	}
	_, errs := b.apply(core.Write{Op: core.OpDelete, Ref: s.Ref})
	b.must(errs[0])
	if left := b.only(b.h.Paths[0]); left.Ref != other.Ref {
		t.Fatalf("%v is left, want %v", left.Ref, other.Ref)
	}
}

func updateStaleIsConflict(t *testing.T, b *bench) {
	editor, can := b.peer.(Editor)
	if !can || b.ops().Update == core.Unsupported {
		return
	}
	s := b.add(1, b.h.Paths[0], "")
	first, _ := b.h.Item(1)
	second, key := b.h.Item(101)
	third, _ := b.h.Item(201)
	editor.Edit(t, s.Ref, second)
	w := core.Write{Op: core.OpUpdate, Ref: s.Ref, If: condition(s, b.sum(first))}
	w.Item = core.Item{Stub: core.Stub{Key: key, Sum: b.sum(third), Size: int64(len(third))}, Body: io.NopCloser(bytes.NewReader(third))}
	_, errs := b.apply(w)
	b.wantClass(errs[0], core.Conflict)
	bodies, _ := b.fetch(s.Ref)
	if b.sum(bodies[s.Ref]) != b.sum(second) {
		t.Fatal("an unseen edit was overwritten")
	}
}

func condition(s core.Stub, sum core.Sum) core.Condition {
	if s.Rev != "" {
		return core.Condition{Rev: s.Rev}
	}
	return core.Condition{Sum: sum}
}

func deleteStaleIsConflict(t *testing.T, b *bench) {
	editor, can := b.peer.(Editor)
	if !can || b.ops().Delete != core.Checked {
		return
	}
	s := b.add(1, b.h.Paths[0], "")
	first, _ := b.h.Item(1)
	second, _ := b.h.Item(101)
	editor.Edit(t, s.Ref, second)
	_, errs := b.apply(core.Write{Op: core.OpDelete, Ref: s.Ref, If: condition(s, b.sum(first))})
	b.wantClass(errs[0], core.Conflict)
	b.only(b.h.Paths[0])
}

func createOfKeyIsConflict(t *testing.T, b *bench) {
	if !b.h.Traits.UniqueKeys || b.ops().Create == core.Unsupported {
		return
	}
	b.add(1, b.h.Paths[0], "")
	_, errs := b.apply(b.create(1, b.h.Paths[0], ""))
	b.wantClass(errs[0], core.Conflict)
	b.only(b.h.Paths[0])
}

func oldIncarnationIsResync(t *testing.T, b *bench) {
	peer, can := b.peer.(Rebirther)
	if !can {
		return
	}
	s := b.add(1, b.h.Paths[0], "")
	before := b.at(b.h.Paths[0])
	peer.Rebirth(t, b.h.Paths[0])
	if after := b.at(b.h.Paths[0]); after.Incarnation == before.Incarnation {
		t.Fatal("a new incarnation has the old name")
	}
	_, errs := b.apply(core.Write{Op: core.OpDelete, Ref: s.Ref, Incarnation: before.Incarnation})
	b.wantClass(errs[0], core.Resync)
	b.only(b.h.Paths[0])
}
