package sqlite_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"lockstep/core"
	"lockstep/state"
	"lockstep/state/sqlite"
)

// message is a row as mail makes them: an IMAP UID on the left, a Maildir name
// on the right, one digest, a Message-ID of common length.
func message(n int64) core.Row {
	digest := sha256.Sum256(fmt.Append(nil, n))
	folder := core.CollectionID([]string{"INBOX", "Archive/2025", "Sent", "Lists/golang-nuts"}[n%4])
	sum := core.Sum(base64.RawURLEncoding.EncodeToString(digest[:]))
	r := core.Row{
		N: n, Key: core.Key(fmt.Sprintf("<CAF%s-%06d@mail.gmail.example.com>", hex.EncodeToString(digest[:18]), n%1000000)),
		Size: 3000 + n%90000, Marks: core.NewMarks(core.Seen), Origin: core.Ours,
	}
	r.Side[0] = core.Bound{Ref: core.Ref{Collection: folder, ID: core.ID(fmt.Sprint(100 + n))}, Place: folder, Sum: sum}
	right := "maildir:" + folder
	r.Side[1] = core.Bound{Ref: core.Ref{Collection: right, ID: core.ID(fmt.Sprintf("%d.M%06dP4711Q%d.hostname", 1700000000+n, n*7%1000000, n%100))}, Place: right, Sum: sum}
	if n%3 == 0 {
		r.Marks = core.NewMarks(core.Seen, core.Answered)
	}
	return r
}

// fill commits messages first to last, 500 at a time, as passes do.
func fill(tb testing.TB, s *sqlite.Store, first, last int64) {
	tb.Helper()
	for n := first; n <= last; n += 500 {
		b := &state.Batch{}
		for i := n; i < n+500 && i <= last; i++ {
			b.PutRows = append(b.PutRows, message(i))
		}
		if err := s.Commit(context.Background(), b); err != nil {
			tb.Fatal(err)
		}
	}
}

// TestRowsAreSmall: a mailbox of 100,000 messages costs at most 400 bytes for
// each, with all indexes.
func TestRowsAreSmall(t *testing.T) {
	count, most := int64(100_000), 400.0
	if testing.Short() {
		count = 20_000
	}
	path := filepath.Join(t.TempDir(), "state.db")
	s := open(t, path)
	fill(t, s, 1, count)
	if err := s.Close(); err != nil { // so that nothing is left in the -wal
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	each := float64(info.Size()) / float64(count)
	t.Logf("%d rows in %d bytes: %.0f bytes each", count, info.Size(), each)
	if each > most {
		t.Errorf("a row takes %.0f bytes and not at most %.0f", each, most)
	}
}

// BenchmarkCommit500Creates is what the engine does for 500 creates: a commit
// of their intents, and one that drops them and puts the rows.
func BenchmarkCommit500Creates(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "state.db"))
	fill(b, s, 1, 20_000)
	ctx, next := context.Background(), int64(20_001)
	for b.Loop() {
		before, after := &state.Batch{}, &state.Batch{}
		for n := next; n < next+500; n++ {
			row := message(n)
			before.PutIntents = append(before.PutIntents, core.Intent{
				N: n, Run: "20251121T090000-4711", Op: core.OpCreate, Side: core.Right, At: core.Ref{Collection: row.Side[1].Ref.Collection},
				To: row.Side[1].Place, Key: row.Key, Sum: row.Side[0].Sum, Size: row.Size, Marks: row.Marks, Origin: core.Ours,
				Source:    core.Stub{Ref: row.Side[0].Ref, Key: row.Key, Sum: row.Side[0].Sum, Marks: row.Marks, Size: row.Size},
				Positions: map[core.CollectionID]core.Watermark{row.Side[1].Place: {Position: uint64(n), Incarnation: "1"}},
			})
			after.DropIntents = append(after.DropIntents, n)
			after.PutRows = append(after.PutRows, row)
		}
		next += 500
		for _, batch := range []*state.Batch{before, after} {
			if err := s.Commit(ctx, batch); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkRowsAt1000(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "state.db"))
	fill(b, s, 1, 100_000)
	var refs []core.Ref
	for n := range int64(1000) {
		refs = append(refs, message(1 + n*97).Side[core.Right].Ref)
	}
	for b.Loop() {
		rows, err := s.RowsAt(context.Background(), core.Right, refs)
		if err != nil || len(rows) != len(refs) {
			b.Fatal(len(rows), err)
		}
	}
}

func BenchmarkRowsIn100k(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "state.db"))
	const count = 100_000
	for n := int64(1); n <= count; n += 500 {
		batch := &state.Batch{}
		for i := n; i < n+500; i++ {
			r := message(i)
			r.Side[0].Ref.Collection = "INBOX"
			batch.PutRows = append(batch.PutRows, r)
		}
		if err := s.Commit(context.Background(), batch); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		found := 0
		for _, err := range s.RowsIn(context.Background(), core.Left, "INBOX") {
			if err != nil {
				b.Fatal(err)
			}
			found++
		}
		if found != count {
			b.Fatal(found)
		}
	}
}
