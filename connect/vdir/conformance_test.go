//go:build unix

package vdir_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"lockstep/connect/vdir"
	"lockstep/core"
	"lockstep/format/vcard"
	"lockstep/replicatest"
)

// person edits a vdir behind the replica's back, as a contact program does: with
// names of its own, and no locks.
type person struct {
	root   string
	config vdir.Config
	serial int
}

func newPerson(t testing.TB, collections ...string) *person {
	t.Helper()
	p := &person{root: filepath.Join(t.TempDir(), "Contacts")}
	must(t, os.Mkdir(p.root, 0o700))
	for _, c := range collections {
		must(t, os.Mkdir(filepath.Join(p.root, c), 0o700))
	}
	p.config = vdir.Config{Path: p.root, Extension: ".vcf", Describe: vcard.Describe, Digest: digest}
	return p
}

// digest of test bodies: every byte counts.
func digest(r io.Reader) (core.Sum, int64, error) {
	h := sha256.New()
	n, err := io.Copy(h, r)
	return core.Sum(fmt.Sprintf("%x", h.Sum(nil))), n, err
}

func (p *person) open(t testing.TB) *vdir.Replica {
	t.Helper()
	r, err := vdir.Open(p.config)
	must(t, err)
	t.Cleanup(func() { r.Close() })
	return r
}

func (p *person) file(ref core.Ref) string {
	return filepath.Join(p.root, string(ref.Collection), string(ref.ID)+".vcf")
}

func (p *person) write(t testing.TB, name string, body []byte) {
	t.Helper()
	must(t, os.WriteFile(filepath.Join(p.root, name), body, 0o600))
}

func (p *person) read(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(p.root, name))
	must(t, err)
	return string(text)
}

func (p *person) Open(t *testing.T) core.Replica { return p.open(t) }

func (p *person) Add(t *testing.T, path string, body []byte, _ core.Key, _ core.Marks) {
	p.serial++
	p.write(t, filepath.Join(path, fmt.Sprintf("%d.vcf", p.serial)), body)
}

func (p *person) Remove(t *testing.T, ref core.Ref) { must(t, os.Remove(p.file(ref))) }

func (p *person) Move(t *testing.T, ref core.Ref, path string) {
	must(t, os.Rename(p.file(ref), p.file(core.Ref{Collection: core.CollectionID(path), ID: ref.ID + "x"})))
}

func (p *person) Mark(t *testing.T, _ core.Ref, marks core.Marks) { t.Fatalf("marks %q", marks) }

func (p *person) Edit(t *testing.T, ref core.Ref, body []byte) {
	must(t, os.WriteFile(p.file(ref), body, 0o600))
}

// Rebirth puts a copy of a collection in its place.
func (p *person) Rebirth(t *testing.T, path string) {
	dir := filepath.Join(p.root, path)
	old := dir + ".old"
	must(t, os.Rename(dir, old))
	must(t, os.CopyFS(dir, os.DirFS(old)))
	must(t, os.RemoveAll(old))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// card is the n-th version of one of a hundred cards; all have one size.
func card(n int) []byte {
	return fmt.Appendf(nil, "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u%02d@example.org\r\nFN:Ann %03d\r\nN:Other;Ann;;;\r\nEND:VCARD\r\n", n%100, n)
}

func uid(n int) core.Key { return core.Key(fmt.Sprintf("u%02d@example.org", n%100)) }

// cardOf is a card with some UID.
func cardOf(uid, name string) []byte {
	return fmt.Appendf(nil, "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:%s\r\nFN:%s\r\nN:%s;;;;\r\nEND:VCARD\r\n", uid, name, name)
}

func TestConformance(t *testing.T) {
	for name, later := range map[string]time.Duration{"as it happens": 0, "much later": time.Hour} {
		t.Run(name, func(t *testing.T) {
			replicatest.Run(t, replicatest.Harness{
				New: func(t *testing.T) replicatest.Peer {
					p := newPerson(t, "a", "b")
					p.config.Now = func() time.Time { return time.Now().Add(later) }
					return p
				},
				Traits:   core.Traits{Digest: digest, UniqueKeys: true},
				Paths:    [2]string{"a", "b"},
				Item:     func(n int) ([]byte, core.Key) { return card(n), uid(n) },
				BadToken: "another",
				Watched:  "a",
			})
		})
	}
}

// list reads a feed to its end.
func listing(t testing.TB, r *vdir.Replica, path string) ([]core.Stub, error) {
	t.Helper()
	var all []core.Stub
	for since := core.Token(""); ; {
		d, err := r.Changes(t.Context(), core.FeedID(path), since)
		if err != nil {
			return nil, err
		}
		if !d.Full {
			t.Fatal("a listing is not full")
		}
		all = append(all, d.Changed...)
		if !d.More {
			return all, nil
		}
		since = d.Next
	}
}

func list(t testing.TB, r *vdir.Replica, path string) []core.Stub {
	t.Helper()
	all, err := listing(t, r, path)
	must(t, err)
	return all
}

func only(t testing.TB, r *vdir.Replica, path string) core.Stub {
	t.Helper()
	all := list(t, r, path)
	if len(all) != 1 {
		t.Fatalf("%s holds %d items, not 1: %+v", path, len(all), all)
	}
	return all[0]
}

// apply makes one write, and flushes.
func apply(t testing.TB, r *vdir.Replica, w core.Write) (core.Result, error) {
	t.Helper()
	var out core.Result
	var failed error
	n := 0
	for res, err := range r.Apply(t.Context(), func(yield func(core.Write) bool) { yield(w) }) {
		out, failed = res, err
		n++
	}
	if n != 1 {
		t.Fatalf("%d results for one write", n)
	}
	must(t, r.Flush(t.Context()))
	return out, failed
}

func create(path string, id core.ID, body []byte) core.Write {
	key, _, _ := vcard.Describe(body)
	sum, size, _ := digest(bytes.NewReader(body))
	return core.Write{Op: core.OpCreate, Ref: core.Ref{Collection: core.CollectionID(path), ID: id}, To: core.CollectionID(path), If: core.Condition{Absent: true},
		Item: core.Item{Stub: core.Stub{Key: core.Key(key), Sum: sum, Size: size}, Body: io.NopCloser(bytes.NewReader(body))}}
}

func update(s core.Stub, body []byte) core.Write {
	sum, size, _ := digest(bytes.NewReader(body))
	return core.Write{Op: core.OpUpdate, Ref: s.Ref, If: core.Condition{Rev: s.Rev, Sum: s.Sum},
		Item: core.Item{Stub: core.Stub{Key: s.Key, Sum: sum, Size: size}, Body: io.NopCloser(bytes.NewReader(body))}}
}

func wantClass(t testing.TB, err error, class core.Class) {
	t.Helper()
	if err == nil || core.ClassOf(err) != class {
		t.Errorf("want an error of class %s, got %v", class, err)
	}
}

// recalled is what an engine would tell of a listing.
func recalled(stubs []core.Stub) func([]core.Ref) map[core.Ref]core.Stub {
	all := map[core.Ref]core.Stub{}
	for _, s := range stubs {
		all[s.Ref] = s
	}
	return func(refs []core.Ref) map[core.Ref]core.Stub {
		out := map[core.Ref]core.Stub{}
		for _, ref := range refs {
			if s, known := all[ref]; known {
				out[ref] = s
			}
		}
		return out
	}
}
