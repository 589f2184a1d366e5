package replicatest

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"lockstep/core"
)

// recallIsNotStale: a replica that is told what it listed last time lists the same as one
// that is not, also where an item was edited, came or went since. (Where bodies are for
// ever, one that was edited all the same may be taken for a new item.)
func recallIsNotStale(t *testing.T, b *bench) {
	if _, can := b.open().(core.Recaller); !can {
		return
	}
	edited, gone := b.add(1, b.h.Paths[0], ""), b.add(2, b.h.Paths[0], "")
	b.add(3, b.h.Paths[0], "")
	known := map[core.Ref]core.Stub{}
	for _, s := range b.list(b.h.Paths[0]) {
		known[s.Ref] = s
	}
	if editor, can := b.peer.(Editor); can && !b.h.Traits.Immutable {
		body, _ := b.h.Item(101)
		editor.Edit(t, edited.Ref, body)
	}
	b.peer.Remove(t, gone.Ref)
	body, key := b.h.Item(4)
	b.peer.Add(t, b.h.Paths[0], body, key, "")
	feed := b.at(b.h.Paths[0]).Feed
	told, _, _, _ := b.readWith(feed, "", func(refs []core.Ref) map[core.Ref]core.Stub {
		out := map[core.Ref]core.Stub{}
		for _, ref := range refs {
			if s, was := known[ref]; was {
				out[ref] = s
			}
		}
		return out
	})
	if untold := b.now(feed); !reflect.DeepEqual(told, untold) {
		t.Errorf("told of the last listing it lists %+v, and else %+v", told, untold)
	}
}

// findTellsBoth: of each Key that is asked for it is told once which item bears it, or
// that none does.
func findTellsBoth(t *testing.T, b *bench) {
	r := b.open()
	finder, can := r.(core.Finder)
	if !can {
		return
	}
	s := b.add(1, b.h.Paths[0], "")
	_, other := b.h.Item(2)
	_, err := r.Collections(context.Background())
	b.must(err)
	found := map[core.Key]core.Ref{}
	for stub, err := range finder.Find(context.Background(), s.Collection, []core.Key{s.Key, other}) {
		b.must(err)
		if _, twice := found[stub.Key]; twice {
			t.Fatalf("%q is told twice", stub.Key)
		}
		found[stub.Key] = stub.Ref
	}
	if len(found) != 2 || found[s.Key] != s.Ref || found[other].ID != "" {
		t.Fatalf("asked for %q and %q, which only %v is one of, it finds %v", s.Key, other, s.Ref, found)
	}
}

// vetAllowsWhatIsDone: what is then done is not said to be refused.
func vetAllowsWhatIsDone(t *testing.T, b *bench) {
	r := b.open()
	vetter, can := r.(core.Vetter)
	if !can || b.ops().Create == core.Unsupported {
		return
	}
	_, err := r.Collections(context.Background())
	b.must(err)
	w := b.create(1, b.h.Paths[0], "")
	b.must(vetter.Vet(w))
	_, errs := b.apply(w)
	b.must(errs[0])
}

// flushTwice: there may be nothing to flush.
func flushTwice(t *testing.T, b *bench) {
	f, can := b.open().(core.Flusher)
	if !can {
		return
	}
	for range 2 {
		b.must(f.Flush(context.Background()))
	}
}

// explainingWritesNothing: a plan shows one line for a write, and nothing is done.
func explainingWritesNothing(t *testing.T, b *bench) {
	r := b.open()
	e, can := r.(core.Explainer)
	if !can || b.ops().Create == core.Unsupported {
		return
	}
	_, err := r.Collections(context.Background())
	b.must(err)
	if line := e.Explain(b.create(1, b.h.Paths[0], "")); line == "" || strings.Contains(line, "\n") {
		t.Errorf("a write is explained as %q", line)
	}
	if all := b.list(b.h.Paths[0]); len(all) > 0 {
		t.Fatalf("explaining a write made %v", all)
	}
}

// probingChangesNothing: doctor may look at what people use.
func probingChangesNothing(t *testing.T, b *bench) {
	p, can := b.open().(core.Prober)
	if !can {
		return
	}
	b.add(1, b.h.Paths[0], "")
	before, collections := b.list(b.h.Paths[0]), len(b.survey().Collections)
	findings, err := p.Probe(context.Background())
	b.must(err)
	for _, f := range findings {
		if f.Name == "" || f.Value == "" {
			t.Errorf("a finding says too little: %+v", f)
		}
	}
	if len(findings) == 0 {
		t.Error("it finds nothing out")
	}
	if after := b.list(b.h.Paths[0]); !reflect.DeepEqual(after, before) || len(b.survey().Collections) != collections {
		t.Errorf("probing changed %+v into %+v", before, after)
	}
}

// watchHints: from the first hint on, which tells that the watch stands, a change of the
// watched collection is hinted at; and a watch ends with its context.
func watchHints(t *testing.T, b *bench) {
	w, can := b.open().(core.Watcher)
	if !can || b.h.Watched == "" {
		return
	}
	feed := b.at(b.h.Watched).Feed
	body, key := b.h.Item(1)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	stands, told := false, false
	for hint, err := range w.Watch(ctx) {
		b.must(err)
		if !stands {
			stands = true
			b.peer.Add(t, b.h.Watched, body, key, "")
			continue
		}
		if hint == feed || hint == "" {
			told = true
			cancel()
		}
	}
	if !told {
		t.Fatalf("a change of %s is not told, within a minute", b.h.Watched)
	}
}
