//go:build unix

package maildir_test

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"lockstep/connect/maildir"
	"lockstep/core"
	"lockstep/format/mime"
)

func survey(t testing.TB, r *maildir.Replica) map[string]core.Collection {
	t.Helper()
	s, err := r.Collections(context.Background())
	must(t, err)
	out := map[string]core.Collection{}
	for _, c := range s.Collections {
		if _, twice := out[c.Path]; twice {
			t.Fatalf("%q is listed twice", c.Path)
		}
		out[c.Path] = c
	}
	return out
}

// listing reads a folder to its end.
func listing(r *maildir.Replica, path string) ([]core.Stub, error) {
	var out []core.Stub
	since := core.Token("")
	for {
		d, err := r.Changes(context.Background(), core.FeedID(path), since)
		if err != nil {
			return nil, err
		}
		out = append(out, d.Changed...)
		if since = d.Next; !d.More {
			return out, nil
		}
	}
}

func list(t testing.TB, r *maildir.Replica, path string) []core.Stub {
	t.Helper()
	out, err := listing(r, path)
	must(t, err)
	return out
}

func only(t testing.TB, r *maildir.Replica, path string) core.Stub {
	t.Helper()
	all := list(t, r, path)
	if len(all) != 1 {
		t.Fatalf("%d items in %s, want 1: %+v", len(all), path, all)
	}
	return all[0]
}

// write makes one write and flushes.
func write(t testing.TB, r *maildir.Replica, w core.Write) (core.Result, error) {
	t.Helper()
	var res core.Result
	var failed error
	for got, err := range r.Apply(context.Background(), slices.Values([]core.Write{w})) {
		res, failed = got, err
	}
	must(t, r.Flush(context.Background()))
	return res, failed
}

func create(path string, body []byte, marks core.Marks) core.Write {
	sum, size, _ := mime.Digest(bytes.NewReader(body))
	return core.Write{Op: core.OpCreate, Ref: core.Ref{Collection: core.CollectionID(path)}, Add: marks,
		Item: core.Item{Stub: core.Stub{Sum: sum, Size: size, Time: 1_600_000_000}, Body: io.NopCloser(bytes.NewReader(body))}}
}

func deliver(t testing.TB, r *maildir.Replica, path string, body []byte, marks core.Marks) core.Stub {
	t.Helper()
	res, err := write(t, r, create(path, body, marks))
	must(t, err)
	return res.Stub
}

func fetch(t testing.TB, r *maildir.Replica, ref core.Ref) (string, error) {
	t.Helper()
	for item, err := range r.Fetch(context.Background(), []core.Ref{ref}) {
		if item.Ref != ref {
			t.Fatalf("fetching %v yields %v", ref, item.Ref)
		}
		if err != nil {
			return "", err
		}
		body, err := io.ReadAll(item.Body)
		must(t, err)
		return string(body), nil
	}
	t.Fatalf("fetching %v yields nothing", ref)
	return "", nil
}

func wantClass(t testing.TB, err error, class core.Class) {
	t.Helper()
	if err == nil || core.ClassOf(err) != class {
		t.Fatalf("want an error of class %s, got %v", class, err)
	}
}

// files lists everything below a directory: path, kind and permissions, and
// where a link leads.
func files(t testing.TB, root string) []string {
	t.Helper()
	var out []string
	must(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(root, path)
		if d.Type()&fs.ModeSymlink != 0 {
			to, _ := os.Readlink(path)
			name += " -> " + to
		}
		out = append(out, name)
		return nil
	}))
	return out
}

// names of the files in a directory.
func names(t testing.TB, elem ...string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(elem...))
	must(t, err)
	out := []string{}
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

// memoryOf remembers listings, as the engine does.
type memoryOf map[core.Ref]core.Stub

func (m memoryOf) recall(refs []core.Ref) map[core.Ref]core.Stub {
	out := map[core.Ref]core.Stub{}
	for _, ref := range refs {
		if s, ok := m[ref]; ok {
			out[ref] = s
		}
	}
	return out
}

func (m memoryOf) keep(stubs []core.Stub) memoryOf {
	clear(m)
	for _, s := range stubs {
		m[s.Ref] = s
	}
	return m
}
