package vdir

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"

	"lockstep/core"
	"lockstep/internal/nofollow"
	"lockstep/internal/rename"
)

// Probe implements core.Prober. It counts, and makes two files in a collection and
// removes them again, to know what the file system can do; it reads no item.
func (r *Replica) Probe(ctx context.Context) ([]core.Finding, error) {
	t, err := r.scan(ctx)
	if err != nil {
		return nil, err
	}
	out := []core.Finding{{Name: "collections", Value: strconv.Itoa(len(t.places))}}
	items := 0
	for _, p := range t.places {
		if p.obstacle != nil {
			out = append(out, core.Finding{Name: "not listed", Value: fmt.Sprintf("%s: %v", p.id, p.obstacle), Bad: true,
				Effect: "nothing of it is synced"})
			continue
		}
		n, found, err := r.probePlace(ctx, p)
		if err != nil {
			return out, err
		}
		items += n
		out = append(out, found...)
	}
	out = slices.Insert(out, 1, core.Finding{Name: "items", Value: strconv.Itoa(items)})
	if r.config.Name == "" {
		found, err := r.probeRoot()
		if err != nil {
			return out, err
		}
		out = append(out, found...)
	}
	seen, err := r.root.Stat(".")
	if err != nil {
		return out, failure("vdir.Probe", r.config.Path, err)
	}
	if seen.Mode().Perm()&0o077 != 0 {
		out = append(out, core.Finding{Name: "permissions", Value: seen.Mode().Perm().String(), Bad: true,
			Effect: "other users of this machine may be able to read the items"})
	}
	return append(out, r.probeFileSystem(ctx, t)...), nil
}

// probeRoot tells what lies in the root and belongs to no collection.
func (r *Replica) probeRoot() ([]core.Finding, error) {
	entries, err := nofollow.List(r.root)
	if err != nil {
		return nil, failure("vdir.Probe", r.config.Path, err)
	}
	var loose []string
	for _, e := range entries {
		if r.isItem(e.Name()) && !e.IsDir() {
			loose = append(loose, e.Name())
		}
	}
	return some("in no collection", loose, "they are not synced; move them into the directory of a collection"), nil
}

// probePlace counts the items of a collection, and tells what in it is none.
func (r *Replica) probePlace(ctx context.Context, p *place) (items int, out []core.Finding, err error) {
	f, err := r.folder(ctx, "vdir.Probe", p.id)
	if err != nil {
		return 0, nil, err
	}
	entries, err := nofollow.List(f.root)
	if err != nil {
		return 0, nil, failure("vdir.Probe", p.dir, err)
	}
	var foreign, left []string
	for _, e := range entries {
		switch name := e.Name(); {
		case isDraft(name):
			left = append(left, p.at(name))
		case r.isItem(name):
			items++
		case !metadata(name):
			foreign = append(foreign, p.at(name))
		}
	}
	out = some("left behind", left, "a write that was cut off left it; if what it was about is as it should be, remove it")
	return items, append(out, some("no items", foreign, "they are left alone: no name of an item begins with a dot or ends with anything but "+r.config.Extension)...), nil
}

// some names the first of some files.
func some(name string, files []string, effect string) []core.Finding {
	const most = 3
	if len(files) == 0 {
		return nil
	}
	slices.Sort(files)
	shown := make([]string, 0, most)
	for _, f := range files[:min(most, len(files))] {
		shown = append(shown, strconv.Quote(f))
	}
	value := strings.Join(shown, ", ")
	if more := len(files) - most; more > 0 {
		value += fmt.Sprintf(" and %d more", more)
	}
	return []core.Finding{{Name: name, Value: value, Effect: effect, Bad: name == "left behind"}}
}

// probeFileSystem tells how items are replaced, and how exactly time is kept.
func (r *Replica) probeFileSystem(ctx context.Context, t *tree) []core.Finding {
	i := slices.IndexFunc(t.places, func(p *place) bool { return p.obstacle == nil })
	if i < 0 {
		return nil
	}
	failed := func(err error) []core.Finding {
		return []core.Finding{{Name: "writing", Value: "not possible: " + failure("vdir.Probe", t.places[i].dir, err).Error(), Effect: "nothing can be created, changed or deleted", Bad: true}}
	}
	f, err := r.folder(ctx, "vdir.Probe", t.places[i].id)
	if err != nil {
		return failed(err)
	}
	var names [2]string
	for i := range names {
		name, out, err := r.newFile(f, newDraft)
		if err != nil {
			return failed(err)
		}
		out.Close()
		defer f.root.Remove(name)
		names[i] = name
	}
	how := core.Finding{Name: "replacing", Value: "by an exchange, in one step"}
	if err := rename.Exchange(f.file, names[0], names[1]); err != nil {
		how.Value, how.Effect = "by a rename", "what another program saves within the same moment is not noticed"
	}
	out := []core.Finding{how}
	third := r.draftName(newDraft)
	if err := rename.File(f.file, names[0], f.file, third); err != nil {
		return failed(err)
	}
	defer f.root.Remove(third)
	half := time.Unix(1, 500_000_000)
	if err := f.root.Chtimes(third, half, half); err == nil {
		if seen, err := f.root.Lstat(third); err == nil && wholeSeconds(seen) {
			out = append(out, core.Finding{Name: "file times", Value: "whole seconds", Effect: "items that changed in the last seconds are read in every look"})
		}
	}
	return out
}

func wholeSeconds(seen fs.FileInfo) bool { return seen.ModTime().Nanosecond() == 0 }
