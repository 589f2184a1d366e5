package vdir

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"lockstep/core"
	"lockstep/internal/nofollow"
)

// A directory keeps no history, so every listing is full; what makes it cheap is
// that an item is read only when the directory tells something else of it than last
// time. A page's token names the last file of the page; the next page goes on after
// it, whatever comes and goes.
const (
	tokenListed = "1"
	tokenPage   = "1+"
)

// Changes implements core.Replica.
func (r *Replica) Changes(ctx context.Context, feed core.FeedID, since core.Token) (core.Delta, error) {
	const op = "vdir.Changes"
	if err := ctx.Err(); err != nil {
		return core.Delta{}, err
	}
	last, paging := strings.CutPrefix(string(since), tokenPage)
	if !paging && since != "" && since != tokenListed {
		return core.Delta{}, core.Errorf(op, core.Resync, "token %q is not one of a vdir", since)
	}
	f, err := r.folder(ctx, op, core.CollectionID(feed))
	if err != nil {
		return core.Delta{}, err
	}
	if !paging {
		f.names = nil
	}
	for range mostReads {
		if err := r.load(f); err != nil {
			return core.Delta{}, err
		}
		from := 0
		if paging {
			n, found := slices.BinarySearch(f.names, unescape(last))
			if from = n; found {
				from++
			}
		}
		d, err := r.page(ctx, f, from)
		if !errors.Is(err, nofollow.Moved{}) {
			return d, err
		}
		f.names = nil
	}
	return core.Delta{}, unsettled(op, f.place.dir)
}

// page lists items from a place in the names on. nofollow.Moved: one of them is gone
// meanwhile, so the names have to be read again.
func (r *Replica) page(ctx context.Context, f *folder, from int) (core.Delta, error) {
	names := f.names[from:min(from+r.config.Page, len(f.names))]
	files := make([]file, len(names))
	for i, name := range names {
		if err := ctx.Err(); err != nil {
			return core.Delta{}, err
		}
		seen, err := f.root.Lstat(name)
		if errors.Is(err, fs.ErrNotExist) {
			return core.Delta{}, nofollow.Moved{}
		}
		if err != nil {
			return core.Delta{}, failure("vdir.list", f.place.at(name), err)
		}
		files[i] = file{name: name, seen: seen, size: -1}
	}
	if err := r.identify(f, files); err != nil {
		return core.Delta{}, err
	}
	d := core.Delta{Full: true, Next: tokenListed, Changed: make([]core.Stub, len(files)), Incarnation: f.place.incarnation}
	for i := range files {
		x := &files[i]
		d.Changed[i] = r.stub(f, x)
		stat, _, _ := splitRev(x.rev)
		f.learn(x.name, stat, x.key)
	}
	if from+len(names) < len(f.names) {
		d.More = true
		d.Next = tokenPage + core.Token(escapeUnfit(names[len(names)-1]))
	}
	return d, nil
}

// identify finds out what the items of a page are: what is known of them, where they
// certainly are as they were, else by reading them. The bytes of one that was
// touched and says what it said have the Sum of then.
func (r *Replica) identify(f *folder, files []file) error {
	var then map[core.Ref]core.Stub
	if r.recall != nil && len(files) > 0 {
		refs := make([]core.Ref, len(files))
		for i := range files {
			refs[i] = f.ref(r.idOf(files[i].name))
		}
		then = r.recall(refs)
	}
	now := r.config.Now()
	var unknown []int
	for i := range files {
		x := &files[i]
		was, listed := then[f.ref(r.idOf(x.name))]
		if listed && was.Bad == "" && unchanged(was.Rev, x.seen, now) {
			x.rev, x.key, x.label, x.sum, x.size = was.Rev, was.Key, was.Label, was.Sum, was.Size
			continue
		}
		unknown = append(unknown, i)
	}
	if err := r.readAll(f, files, unknown); err != nil {
		return err
	}
	for _, i := range unknown {
		x := &files[i]
		was := then[f.ref(r.idOf(x.name))]
		_, _, before := splitRev(was.Rev)
		_, _, digest := splitRev(x.rev)
		if x.bad == nil && x.sum == "" && was.Sum != "" && digest != "" && digest == before {
			x.sum, x.size = was.Sum, was.Size
		}
	}
	return nil
}
