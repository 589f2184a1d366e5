package vdir

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"

	"lockstep/core"
	"lockstep/internal/nofollow"
	"lockstep/internal/rename"
)

const (
	// colorFile holds the colour of its collection, "#rrggbb", as vdir programs have it.
	colorFile = "color"
	// mostColor is how many bytes such a file may have.
	mostColor = 64
)

// colorIn reads the colour of a collection. What cannot be read tells none: nobody's
// items wait for a colour.
func colorIn(dir *os.Root) string {
	seen, err := dir.Lstat(colorFile)
	if err != nil || !tellsColor(seen) {
		return ""
	}
	f, _, err := nofollow.Open(dir, colorFile, seen)
	if err != nil {
		return ""
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, mostColor))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

func tellsColor(seen fs.FileInfo) bool { return seen.Mode().IsRegular() && seen.Size() <= mostColor }

// SetColor implements core.Painter. The file is written as items are: beside, and then
// it changes places with the one that was looked at.
func (r *Replica) SetColor(ctx context.Context, id core.CollectionID, color string) error {
	const op = "vdir.SetColor"
	if color == "" || core.ColorOf(color) != color {
		return refused(op, string(id), "", "%q is no colour", color)
	}
	f, err := r.folder(ctx, op, id)
	if err != nil {
		return err
	}
	was, err := r.colorToReplace(f)
	there := core.ClassOf(err) != core.Missing || err == nil
	if err != nil && there {
		return err
	}
	if p := r.tree.byID[id]; there && p != nil && p.color != text(was) {
		return core.Errorf(op, core.Conflict, "%s was changed by another program", f.place.at(colorFile))
	}
	word := newDraft
	if there {
		word = swapDraft
	}
	d := &draft{folder: f}
	if d.name, d.out, err = r.newFile(f, word); err != nil {
		return failure(op, f.place.dir, err)
	}
	defer d.drop()
	if _, err = d.out.WriteString(color); err == nil {
		err = d.out.Sync()
	}
	if err != nil {
		return core.Errorf(op, core.Transient, "%w", failure(op, f.place.dir, err))
	}
	if there {
		err = r.swap(f, colorFile, d, was)
	} else if err = rename.File(f.file, d.name, f.file, colorFile); err == nil {
		d.name = ""
	}
	if err != nil {
		return failure(op, f.place.at(colorFile), err)
	}
	r.pending[f.place.dir] = true
	return r.Flush(ctx) // there may be no other write in this pass
}

// colorToReplace is the file of the colour. Missing: there is none. Permanent: it is
// something else.
func (r *Replica) colorToReplace(f *folder) (file, error) {
	const op, remedy = "vdir.SetColor", "let the file color say #rrggbb, or remove it"
	at := f.place.at(colorFile)
	seen, err := f.root.Lstat(colorFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return file{}, missing(op, at)
	case err != nil:
		return file{}, failure(op, at, err)
	case !tellsColor(seen):
		return file{}, refused(op, at, remedy, "it is no file with a colour")
	}
	was, err := r.holds(f, colorFile, core.Condition{})
	switch {
	case err != nil:
		return file{}, err
	case was.body == nil:
		return file{}, failure(op, at, was.bad)
	case text(was) != "" && core.ColorOf(text(was)) == "":
		return file{}, refused(op, at, remedy, "it says %q, which is no colour", text(was))
	}
	return was, nil
}

func text(x file) string { return strings.TrimSpace(string(x.body)) }
