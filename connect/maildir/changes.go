package maildir

import (
	"context"
	"errors"
	"slices"
	"strings"

	"lockstep/core"
	"lockstep/internal/nofollow"
)

// A folder keeps no history, so every listing is full; what makes it cheap is
// that a folder is listed only when its directories changed, and a message read
// only when its file did. A page's token names the last message of the page:
// it is the same while flags come and go, and the next page goes on after it.
const (
	tokenListed = "1"
	tokenPage   = "1+"
)

// Changes implements core.Replica.
func (r *Replica) Changes(ctx context.Context, feed core.FeedID, since core.Token) (core.Delta, error) {
	const op = "maildir.Changes"
	if err := ctx.Err(); err != nil {
		return core.Delta{}, err
	}
	after, paging := strings.CutPrefix(string(since), tokenPage)
	if !paging && since != "" && since != tokenListed {
		return core.Delta{}, core.Errorf(op, core.Resync, "token %q is not one of a Maildir", since)
	}
	if err := r.seen(ctx, core.Ref{Collection: core.CollectionID(feed)}); err != nil {
		return core.Delta{}, err
	}
	f, err := r.folder(ctx, op, core.CollectionID(feed))
	if err != nil {
		return core.Delta{}, err
	}
	if !paging {
		f.loaded = false
	}
	at := uniqueAfter{}
	if paging {
		at.unique, _ = uniqueOf(core.ID(after))
		at.set = true
	}
	for range mostReads {
		if err := f.load(r.config.Now()); err != nil {
			return core.Delta{}, err
		}
		d, err := r.page(ctx, f, at)
		if !errors.Is(err, nofollow.Moved{}) {
			return d, err
		}
		f.loaded = false
	}
	return core.Delta{}, unsettled(op, f.place.dir)
}

// uniqueAfter is where a page begins.
type uniqueAfter struct {
	unique string
	set    bool
}

// page lists the messages after a name.
func (r *Replica) page(ctx context.Context, f *folder, at uniqueAfter) (core.Delta, error) {
	from := 0
	if at.set {
		from, _ = slices.BinarySearchFunc(f.index, at.unique, func(e entry, unique string) int {
			if e.unique <= unique {
				return -1
			}
			return 1
		})
	}
	k, err := f.keywords()
	if err != nil {
		return core.Delta{}, err
	}
	files := make([]file, 0, min(len(f.index)-from, r.config.Page))
	groups := make([][]file, 0, cap(files))
	for n := 0; from < len(f.index) && n < r.config.Page; {
		group := f.group(f.index[from].unique)
		from += len(group)
		seen, err := stat(f, group)
		if err != nil {
			return core.Delta{}, err
		}
		groups, n = append(groups, seen), n+len(seen)
		if err := ctx.Err(); err != nil {
			return core.Delta{}, err
		}
	}
	r.remember(f, groups)
	defer func() { r.asked = nil }()
	for _, seen := range groups {
		named, err := r.identify(f, seen)
		if err != nil {
			return core.Delta{}, err
		}
		files = append(files, named...)
	}
	if err := r.summarise(f, files); err != nil {
		return core.Delta{}, err
	}
	d := core.Delta{Full: true, Next: tokenListed, Changed: make([]core.Stub, 0, len(files))}
	for i := range files {
		names := k
		if k.lacks(parseName(files[i].name).flags) {
			names = r.filled(k)
		}
		d.Changed = append(d.Changed, files[i].stub(f, names))
	}
	if from < len(f.index) {
		d.More = true
		d.Next = tokenPage + core.Token(idOf(f.index[from-1].unique))
	}
	return d, nil
}
