package bundle_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lockstep/connect/bundle"
	"lockstep/core"
	"lockstep/format/vcard"
	"lockstep/replicatest"
)

// cards is a way to read .vcf files; the digest is that of the bytes.
func cards(path, name string) bundle.Config {
	return bundle.Config{Path: path, Name: name, Finish: vcard.WithUID, Digest: digest, Split: func(file []byte) iter.Seq[bundle.Part] {
		return func(yield func(bundle.Part) bool) {
			for p := range vcard.Split(file) {
				uid, label, _ := vcard.Describe(p.Body)
				if !yield(bundle.Part{Line: p.Line, Body: p.Body, UID: uid, Label: label, Err: p.Err}) {
					return
				}
			}
		}
	}}
}

func digest(r io.Reader) (core.Sum, int64, error) {
	b, err := io.ReadAll(r)
	return core.Sum(fmt.Sprintf("%q", b)), int64(len(b)), err
}

func card(uid, name string) string {
	return "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:" + uid + "\r\nFN:" + name + "\r\nEND:VCARD\r\n"
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, c bundle.Config) *bundle.Replica {
	t.Helper()
	r, err := bundle.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// files are two files beside each other: the suite wants two collections.
type files struct {
	dir   string
	cards map[string][]string // by name of the file
}

func newFiles(t *testing.T) replicatest.Peer {
	f := &files{dir: t.TempDir(), cards: map[string][]string{}}
	f.put(t, "a")
	f.put(t, "b")
	return f
}

// put writes a file anew, as a program that exports does.
func (f *files) put(t *testing.T, name string) {
	path := filepath.Join(f.dir, name+".vcf")
	write(t, path+".new", strings.Join(f.cards[name], ""))
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

func (f *files) Open(t *testing.T) core.Replica {
	b := beside{}
	for _, name := range []string{"a", "b"} {
		c := cards(filepath.Join(f.dir, name+".vcf"), name)
		c.Page = 2
		b = append(b, open(t, c))
	}
	return b
}

func (f *files) Add(t *testing.T, path string, body []byte, _ core.Key, _ core.Marks) {
	f.cards[path] = append(f.cards[path], string(body))
	f.put(t, path)
}

// take removes the card of a ref, and returns it.
func (f *files) take(t *testing.T, ref core.Ref) string {
	r := open(t, cards(filepath.Join(f.dir, string(ref.Collection)+".vcf"), string(ref.Collection)))
	for item, err := range r.Fetch(t.Context(), []core.Ref{ref}) {
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(item.Body)
		all := f.cards[string(ref.Collection)]
		f.cards[string(ref.Collection)] = slices.Delete(all, slices.Index(all, string(body)), slices.Index(all, string(body))+1)
		f.put(t, string(ref.Collection))
		return string(body)
	}
	t.Fatal(ref, "is not there")
	return ""
}

func (f *files) Remove(t *testing.T, ref core.Ref) { f.take(t, ref) }

func (f *files) Move(t *testing.T, ref core.Ref, path string) {
	f.cards[path] = append(f.cards[path], f.take(t, ref))
	f.put(t, path)
}

func (f *files) Edit(t *testing.T, ref core.Ref, body []byte) {
	f.take(t, ref)
	f.Add(t, string(ref.Collection), body, "", "")
}

func (f *files) Mark(t *testing.T, _ core.Ref, _ core.Marks) { t.Fatal("cards have no marks") }

// beside is several files as one replica.
type beside []*bundle.Replica

func (b beside) Operations() core.Operations { return b[0].Operations() }

func (b beside) Collections(ctx context.Context) (all core.Survey, err error) {
	all.Complete = true
	for _, r := range b {
		s, err := r.Collections(ctx)
		if err != nil {
			return s, err
		}
		all.Collections, all.Complete = append(all.Collections, s.Collections...), all.Complete && s.Complete
	}
	return all, nil
}

func (b beside) Changes(ctx context.Context, feed core.FeedID, since core.Token) (d core.Delta, err error) {
	for _, r := range b {
		if d, err = r.Changes(ctx, feed, since); core.ClassOf(err) != core.Missing {
			break
		}
	}
	return d, err
}

func (b beside) Fetch(ctx context.Context, refs []core.Ref) iter.Seq2[core.Item, error] {
	return func(yield func(core.Item, error) bool) {
		for _, ref := range refs {
			for item, err := range b[max(strings.Index("ab", string(ref.Collection)), 0)].Fetch(ctx, []core.Ref{ref}) {
				if !yield(item, err) {
					return
				}
			}
		}
	}
}

func (b beside) Apply(ctx context.Context, writes iter.Seq[core.Write]) iter.Seq2[core.Result, error] {
	return b[0].Apply(ctx, writes)
}

func (b beside) Close() error { return errors.Join(b[0].Close(), b[1].Close()) }

func TestConformance(t *testing.T) {
	replicatest.Run(t, replicatest.Harness{
		New: newFiles, Traits: core.Traits{UniqueKeys: true, Digest: digest}, Paths: [2]string{"a", "b"}, BadToken: "nonsense",
		Item: func(n int) ([]byte, core.Key) {
			return []byte(card(fmt.Sprintf("u%d", n), strings.Repeat("x", n))), core.Key(fmt.Sprintf("u%d", n))
		},
	})
}
