package maildir

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"lockstep/core"
	"lockstep/internal/nofollow"
)

// tree is everything that a scan finds.
type tree struct {
	places []*place // sorted by ID
	byID   map[core.CollectionID]*place
	// dirs of all names of layout Nested, folders or not.
	dirs map[core.CollectionID]string
	// unmade folders of layout Maildir++ are directories that somebody has begun
	// to make into one.
	unmade []string
	// hidden tells what could not be looked into: more folders may be there.
	hidden []error
}

// scan looks at every folder of the tree, and at no message.
func (r *Replica) scan(ctx context.Context) (*tree, error) {
	t := &tree{byID: map[core.CollectionID]*place{}, dirs: map[core.CollectionID]string{}}
	var err error
	switch r.layout {
	case Single:
		t.add(look(r.root, ".", r.config.Name))
	case Nested:
		if err = t.walk(ctx, r.root, ".", nil); err == nil {
			t.findInbox(r.root)
		}
	default:
		if err = t.flat(ctx, r.root); err == nil && len(t.places) > 0 {
			t.add(cmp.Or(look(r.root, ".", inbox), &place{id: inbox, dir: ".", obstacle: noInbox(r.config.Path)}))
		} else if err == nil {
			t.add(look(r.root, ".", inbox))
		}
	}
	if err != nil {
		return nil, failure("maildir.scan", r.config.Path, err)
	}
	if len(t.places) == 0 {
		return nil, noMaildir(r.config.Path)
	}
	t.settle()
	return t, nil
}

// add takes a folder; nil = it was none.
func (t *tree) add(p *place) {
	if p != nil {
		t.places = append(t.places, p)
	}
}

// flat reads the folders of layout Maildir++.
func (t *tree) flat(ctx context.Context, root *os.Root) error {
	entries, err := nofollow.List(root)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		base := e.Name()
		if !strings.HasPrefix(base, ".") || e.Type().IsRegular() {
			continue
		}
		err := t.visit(root, base, base, flatPath(nil, base), func(dir *os.Root) error {
			p := look(dir, base, flatPath(dir, base))
			if t.add(p); p == nil && begun(dir) {
				t.unmade = append(t.unmade, base)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// begun tells a directory in which there is nothing, or only a part of a folder,
// from what programs keep for themselves beside the folders.
func begun(dir *os.Root) bool {
	entries, err := nofollow.List(dir)
	return err == nil && !slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
		return !slices.Contains([]string{inTmp.String(), inNew.String(), inCur.String()}, e.Name())
	})
}

// flatPath is the path of a directory of layout Maildir++.
func flatPath(dir *os.Root, base string) string {
	if dir != nil {
		text, long := longName(dir, base)
		if _, err := splitPath(text); long && err == nil {
			return text
		}
	}
	names := strings.Split(base[1:], ".")
	for i, text := range names {
		names[i] = nameOf(text)
	}
	if rest, of := strings.CutPrefix(base, ".."); of && rest != "" && rest[0] != '.' { // "..sub": so mbsync spells INBOX/sub
		names[0] = inbox
	}
	return joinPath(names)
}

// walk reads the folders of layout Nested.
func (t *tree) walk(ctx context.Context, dir *os.Root, dirPath string, names []string) error {
	if len(names) > maxLevels {
		t.hidden = append(t.hidden, refused("maildir.scan", dirPath, "move it higher up, or out of the tree", "it is %d levels deep, and %d are looked at", len(names), maxLevels))
		return nil
	}
	entries, err := nofollow.List(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		base := e.Name()
		if base == "cur" || base == "new" || base == "tmp" || strings.HasPrefix(base, ".") || e.Type().IsRegular() {
			continue
		}
		below := path.Join(dirPath, base)
		own := append(slices.Clip(names), nameOf(base))
		err := t.visit(dir, base, below, joinPath(own), func(sub *os.Root) error {
			if text, ok := longName(sub, base); ok {
				own[len(own)-1] = text
			}
			id := joinPath(own)
			if _, twice := t.dirs[core.CollectionID(id)]; !twice {
				t.dirs[core.CollectionID(id)] = below
			}
			t.add(look(sub, below, id))
			return t.walk(ctx, sub, below, own)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// visit enters a directory. One that cannot be looked into is a folder that
// cannot be listed, and may hide others; what is no directory is none. The
// error is the context's.
func (t *tree) visit(dir *os.Root, base, dirPath, id string, inside func(*os.Root) error) error {
	sub, err := nofollow.Enter(dir, base)
	if err == nil {
		err = inside(sub)
		sub.Close()
	}
	switch {
	case err == nil, errors.Is(err, fs.ErrNotExist), noFolder(dir, base):
		return nil
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	err = failure("maildir.scan", dirPath, err)
	t.hidden = append(t.hidden, err)
	if !slices.ContainsFunc(t.places, func(p *place) bool { return p.dir == dirPath }) {
		t.add(&place{id: core.CollectionID(id), dir: dirPath, obstacle: err})
	}
	return nil
}

// findInbox gives layout Nested its INBOX: the directory of that name, else
// one in other case, else the root if it is a folder. A directory goes before
// the root, so that a cur and a new that somebody makes in the root one day do
// not take its place.
func (t *tree) findInbox(root *os.Root) {
	slices.SortFunc(t.places, func(a, b *place) int { return strings.Compare(a.dir, b.dir) })
	found := slices.ContainsFunc(t.places, func(p *place) bool { return p.id == inbox })
	for _, p := range t.places {
		if !found && strings.EqualFold(p.dir, inbox) {
			t.rename(p.dir, string(p.id), inbox)
			found = true
		}
	}
	if p := look(root, ".", inbox); p != nil && p.cur != nil && p.new != nil {
		if found {
			p.id += "~2"
		}
		t.add(p)
	}
}

// rename gives a directory, and what is below it, another path.
func (t *tree) rename(dir, from, to string) {
	for _, p := range t.places {
		if p.dir == dir || strings.HasPrefix(p.dir, dir+"/") {
			p.id = core.CollectionID(to + strings.TrimPrefix(string(p.id), from))
		}
	}
	for id, d := range t.dirs {
		if d == dir || strings.HasPrefix(d, dir+"/") {
			delete(t.dirs, id)
			t.dirs[core.CollectionID(to+strings.TrimPrefix(string(id), from))] = d
		}
	}
}

// settle sorts the folders and gives each its own path: two directories may
// spell one name, such as ".Entw&APw-rfe" and ".Entwürfe". The first in order
// keeps it.
func (t *tree) settle() {
	slices.SortFunc(t.places, func(a, b *place) int { return strings.Compare(a.dir, b.dir) })
	for _, p := range t.places {
		own := p.id
		for n := 2; t.byID[p.id] != nil; n++ {
			p.id = core.CollectionID(fmt.Sprintf("%s~%d", own, n))
		}
		t.byID[p.id] = p
	}
	t.sort()
}

func (t *tree) sort() {
	slices.SortFunc(t.places, func(a, b *place) int { return strings.Compare(string(a.id), string(b.id)) })
}

// made takes in a folder that was made since the scan, and the directories
// above it.
func (t *tree) made(p *place, names []string, nested bool) {
	t.places = slices.DeleteFunc(t.places, func(o *place) bool { return o.id == p.id })
	t.places = append(t.places, p)
	t.byID[p.id] = p
	t.sort()
	for at := p.dir; nested && len(names) > 0 && at != "."; at, names = path.Dir(at), names[:len(names)-1] {
		if id := core.CollectionID(joinPath(names)); t.dirs[id] == "" {
			t.dirs[id] = at
		}
	}
}
