// Package replicatest is the conformance suite of the connector contract
// (core.Replica). Every connector runs it, against its in-process peer and
// against the real servers it stands for.
//
// It never looks inside a connector: it opens replicas, and a Peer edits the
// server behind their back. What a connector cannot do it declares in its
// Operations and in the Harness; a test never skips for another reason. Start
// with Run.
package replicatest

import (
	"bytes"
	"context"
	"io"
	"maps"
	"slices"
	"testing"

	"lockstep/core"
)

// Peer is one server, fresh for each test, with two empty collections whose
// paths are the Harness's.
type Peer interface {
	// Open returns a replica for one pass. The suite closes it.
	Open(t *testing.T) core.Replica
	// The outside world edits behind the replica's back.
	Add(t *testing.T, path string, body []byte, key core.Key, marks core.Marks)
	Remove(t *testing.T, ref core.Ref)
	Move(t *testing.T, ref core.Ref, path string)
	Mark(t *testing.T, ref core.Ref, marks core.Marks)
}

// Editor is a Peer whose items change their bodies.
type Editor interface {
	Edit(t *testing.T, ref core.Ref, body []byte)
}

// Rebirther is a Peer that can give a collection a new incarnation.
type Rebirther interface {
	Rebirth(t *testing.T, path string)
}

// Harness tells the suite about a connector.
type Harness struct {
	// New makes a peer.
	New func(t *testing.T) Peer
	// Traits of the kind; Digest is needed.
	Traits core.Traits
	// Paths of the two collections.
	Paths [2]string
	// Item makes the n-th body and its Key; the same n gives the same.
	Item func(n int) ([]byte, core.Key)
	// Marks that both collections hold, at least three; empty = marks are
	// not supported.
	Marks []string
	// Keyless: Keys are told only by reading the body (Stub.Key may be "").
	Keyless bool
	// Watched is the path of one of them whose changes a watch tells; "" = a watch
	// promises nothing.
	Watched string
	// Resync: an unknown token gives Resync or a full listing, never silence.
	BadToken core.Token
}

// Run runs the suite.
func Run(t *testing.T, h Harness) {
	tests := map[string]func(*testing.T, *bench){
		"EmptyListing":              emptyListing,
		"OutsideAddIsListed":        outsideAddIsListed,
		"BodyRoundTrip":             bodyRoundTrip,
		"CreateIsListed":            createIsListed,
		"CreateManyAtOnce":          createManyAtOnce,
		"ResultForEveryWrite":       resultForEveryWrite,
		"TokenSeesAdd":              tokenSeesAdd,
		"TokenSeesRemove":           tokenSeesRemove,
		"TokenSeesRemoveOfOurs":     tokenSeesRemoveOfOurs,
		"HeadersTellApart":          headersTellApart,
		"TokenSeesMove":             tokenSeesMove,
		"TokenSeesMarks":            tokenSeesMarks,
		"QuietTokenIsQuiet":         quietTokenIsQuiet,
		"BadTokenIsNotSilence":      badTokenIsNotSilence,
		"RevMovesWithContent":       revMovesWithContent,
		"ReadingChangesNothing":     readingChangesNothing,
		"FetchGoneIsMissing":        fetchGoneIsMissing,
		"FetchKeepsGoing":           fetchKeepsGoing,
		"WriteGoneIsMissing":        writeGoneIsMissing,
		"MarksCommute":              marksCommute,
		"MarksKeepOthers":           marksKeepOthers,
		"MoveKeepsBody":             moveKeepsBody,
		"PlaceKeepsBoth":            placeKeepsBoth,
		"DeleteTakesOne":            deleteTakesOne,
		"UpdateStaleIsConflict":     updateStaleIsConflict,
		"DeleteStaleIsConflict":     deleteStaleIsConflict,
		"CreateOfKeyIsConflict":     createOfKeyIsConflict,
		"OldIncarnationIsResync":    oldIncarnationIsResync,
		"SurveyPositionCoversNewID": surveyPositionCoversNewID,
		"TreeMakesCollections":      treeMakesCollections,
		"CancelStops":               cancelStops,
		"ColourIsReadBack":          colourIsReadBack,
		"ColourAsSpelled":           colourAsSpelled,
		"OddColourStays":            oddColourStays,
		"NoColourIsRefused":         noColourIsRefused,
		"ColourOfGoneIsMissing":     colourOfGoneIsMissing,
		"ColourOfMeanwhile":         colourOfMeanwhile,
		"ColourRefused":             colourRefused,
		"PaintingChangesNoItem":     paintingChangesNoItem,
		"RecallIsNotStale":          recallIsNotStale,
		"FindTellsBoth":             findTellsBoth,
		"VetAllowsWhatIsDone":       vetAllowsWhatIsDone,
		"FlushTwice":                flushTwice,
		"ExplainingWritesNothing":   explainingWritesNothing,
		"ProbingChangesNothing":     probingChangesNothing,
		"WatchHints":                watchHints,
	}
	for _, name := range slices.Sorted(maps.Keys(tests)) {
		t.Run(name, func(t *testing.T) {
			tests[name](t, &bench{t: t, h: h, peer: h.New(t)})
		})
	}
}

// bench is one test's server and its helpers.
type bench struct {
	t    *testing.T
	h    Harness
	peer Peer
}

func (b *bench) open() core.Replica {
	r := b.peer.Open(b.t)
	b.t.Cleanup(func() { r.Close() })
	return r
}

func (b *bench) ops() core.Operations { return b.open().Operations() }

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) survey() core.Survey {
	b.t.Helper()
	s, err := b.open().Collections(context.Background())
	b.must(err)
	if !s.Complete {
		b.t.Fatal("the survey says that it is not complete")
	}
	return s
}

// at returns the collection of a path.
func (b *bench) at(path string) core.Collection {
	b.t.Helper()
	for _, c := range b.survey().Collections {
		if c.Path == path {
			return c
		}
	}
	b.t.Fatalf("no collection %q in the survey", path)
	return core.Collection{}
}

// read reads a feed to its end and checks what every feed must keep.
func (b *bench) read(feed core.FeedID, since core.Token) (changed map[core.Ref]core.Stub, gone map[core.Ref]bool, full bool, next core.Token) {
	b.t.Helper()
	return b.readWith(feed, since, nil)
}

// readWith is read of a replica that may ask what was listed last time; nil = it may not.
func (b *bench) readWith(feed core.FeedID, since core.Token, known func([]core.Ref) map[core.Ref]core.Stub) (changed map[core.Ref]core.Stub, gone map[core.Ref]bool, full bool, next core.Token) {
	b.t.Helper()
	r := b.open()
	_, err := r.Collections(context.Background())
	b.must(err)
	if recaller, can := r.(core.Recaller); can && known != nil {
		recaller.Recall(known)
	}
	changed, gone = map[core.Ref]core.Stub{}, map[core.Ref]bool{}
	for page := 0; ; page++ {
		d, err := r.Changes(context.Background(), feed, since)
		if err != nil && core.ClassOf(err) == core.Resync && since != "" {
			return b.read(feed, "")
		}
		b.must(err)
		if page > 0 && d.Full != full {
			b.t.Fatal("the pages of one listing disagree about Full")
		}
		full = d.Full
		for _, s := range d.Changed {
			changed[s.Ref] = s
		}
		for _, ref := range d.Gone {
			if _, again := changed[ref]; !again {
				gone[ref] = true
			}
		}
		since = d.Next
		if !d.More {
			return changed, gone, full, since
		}
	}
}

// list returns everything in a collection.
func (b *bench) list(path string) []core.Stub {
	b.t.Helper()
	c := b.at(path)
	changed, _, full, _ := b.read(c.Feed, "")
	if !full {
		b.t.Fatal("a listing from the beginning is not Full")
	}
	var out []core.Stub
	for _, s := range changed {
		if s.Collection == c.ID {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b core.Stub) int { return a.Ref.Compare(b.Ref) })
	return out
}

// only returns the one item of a collection.
func (b *bench) only(path string) core.Stub {
	b.t.Helper()
	all := b.list(path)
	if len(all) != 1 {
		b.t.Fatalf("%s holds %d items, not 1: %v", path, len(all), all)
	}
	return all[0]
}

func (b *bench) add(n int, path string, marks core.Marks) core.Stub {
	b.t.Helper()
	before := map[core.Ref]bool{}
	for _, s := range b.list(path) {
		before[s.Ref] = true
	}
	body, key := b.h.Item(n)
	b.peer.Add(b.t, path, body, key, marks)
	for _, s := range b.list(path) {
		if !before[s.Ref] {
			return s
		}
	}
	b.t.Fatalf("an item added to %s is not listed", path)
	return core.Stub{}
}

// now is a full listing of a feed.
func (b *bench) now(feed core.FeedID) map[core.Ref]core.Stub {
	b.t.Helper()
	changed, _, _, _ := b.read(feed, "")
	return changed
}

// fetch reads bodies.
func (b *bench) fetch(refs ...core.Ref) (bodies map[core.Ref][]byte, errs map[core.Ref]error) {
	b.t.Helper()
	bodies, errs = map[core.Ref][]byte{}, map[core.Ref]error{}
	for item, err := range b.open().Fetch(context.Background(), refs) {
		if err != nil {
			errs[item.Ref] = err
			continue
		}
		body, err := io.ReadAll(item.Body)
		item.Body.Close()
		b.must(err)
		bodies[item.Ref] = body
	}
	return bodies, errs
}

func (b *bench) sum(body []byte) core.Sum {
	b.t.Helper()
	sum, _, err := b.h.Traits.Digest(bytes.NewReader(body))
	b.must(err)
	return sum
}

// apply makes writes with one replica.
func (b *bench) apply(writes ...core.Write) ([]core.Result, []error) {
	b.t.Helper()
	r := b.open()
	if _, err := r.Collections(context.Background()); err != nil {
		b.t.Fatal(err)
	}
	results, errs := make([]core.Result, len(writes)), make([]error, len(writes))
	answered := make([]bool, len(writes))
	for i := range writes {
		writes[i].Seq = i
	}
	for res, err := range r.Apply(context.Background(), slices.Values(writes)) {
		if res.Seq < 0 || res.Seq >= len(writes) || answered[res.Seq] {
			b.t.Fatalf("a result for write %d, which is not one of the %d, or a second one", res.Seq, len(writes))
		}
		answered[res.Seq] = true
		results[res.Seq], errs[res.Seq] = res, err
	}
	for i, ok := range answered {
		if !ok {
			b.t.Fatalf("no result for write %d (%s)", i, writes[i].Op)
		}
	}
	if f, can := r.(core.Flusher); can {
		b.must(f.Flush(context.Background()))
	}
	return results, errs
}

// create makes the write of the n-th item.
func (b *bench) create(n int, path string, marks core.Marks) core.Write {
	b.t.Helper()
	body, key := b.h.Item(n)
	sum, size, err := b.h.Traits.Digest(bytes.NewReader(body))
	b.must(err)
	c := b.at(path)
	w := core.Write{Op: core.OpCreate, Ref: core.Ref{Collection: c.ID}, To: c.ID, Incarnation: c.Incarnation, Add: marks}
	w.Item = core.Item{Stub: core.Stub{Key: key, Sum: sum, Size: size, Time: 1_600_000_000}, Body: io.NopCloser(bytes.NewReader(body))}
	w.If.Absent = b.h.Traits.UniqueKeys
	return w
}

func (b *bench) wantClass(err error, class core.Class) {
	b.t.Helper()
	if err == nil || core.ClassOf(err) != class {
		b.t.Fatalf("want an error of class %s, got %v", class, err)
	}
}

func (b *bench) marks(names ...int) core.Marks {
	var all []string
	for _, n := range names {
		all = append(all, b.h.Marks[n])
	}
	return core.NewMarks(all...)
}
