package maildir

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"time"

	"lockstep/core"
	"lockstep/internal/rename"
)

// Probe implements core.Prober. It delivers a file to tmp and removes it again,
// to know what the file system can do; it reads no message.
func (r *Replica) Probe(ctx context.Context) ([]core.Finding, error) {
	out := []core.Finding{{Name: "layout", Value: string(r.layout)}}
	t, err := r.scan(ctx)
	if err != nil {
		return out, err
	}
	out = append(out, core.Finding{Name: "folders", Value: strconv.Itoa(len(t.places))})
	for _, err := range t.hidden {
		out = append(out, core.Finding{Name: "not looked into", Value: err.Error(), Bad: true,
			Effect: "folders may be missing from the list, so none is created or deleted"})
	}
	for _, p := range t.places {
		if p.obstacle != nil {
			out = append(out, core.Finding{Name: "not listed", Value: fmt.Sprintf("%s: %v", p.id, p.obstacle), Bad: true,
				Effect: "nothing of it is synced"})
			continue
		}
		found, err := r.probeKeywords(ctx, p)
		if err != nil {
			return out, err
		}
		out = append(out, found...)
	}
	seen, err := r.root.Stat(".")
	if err != nil {
		return out, failure("maildir.Probe", r.config.Path, err)
	}
	if seen.Mode().Perm()&0o077 != 0 {
		out = append(out, core.Finding{Name: "permissions", Value: seen.Mode().Perm().String(), Bad: true,
			Effect: "other users of this machine may be able to read the mail"})
	}
	return append(out, r.probeRename(ctx, t)...), nil
}

// probeKeywords tells what is wrong with the names of keywords in a folder.
func (r *Replica) probeKeywords(ctx context.Context, p *place) (out []core.Finding, err error) {
	f, err := r.folder(ctx, "maildir.Probe", p.id)
	if err != nil {
		return nil, err
	}
	k, err := f.keywords()
	if core.ClassOf(err) == core.Permanent && err != nil {
		return []core.Finding{{Name: "keywords", Value: fmt.Sprintf("%s: %v", p.id, err), Bad: true, Effect: "nothing of it is synced"}}, nil
	}
	if err != nil {
		return nil, err
	}
	for _, line := range f.names.bad {
		out = append(out, core.Finding{Name: "keywords", Value: fmt.Sprintf("%s, line %d: %q", path.Join(p.dir, keywordsFile), line.number, line.text), Bad: true,
			Effect: `it names no keyword, so none is synced; write a number from 0 to 25, a blank and a word, such as "0 work", or remove it`})
	}
	if !slices.Contains(k[:], "") {
		out = append(out, core.Finding{Name: "keywords", Value: fmt.Sprintf("%s uses all 26", p.id), Bad: true,
			Effect: "messages with another keyword are refused there"})
	}
	return out, nil
}

// probeRename tells how new messages get their names, and how exactly the file
// system keeps time.
func (r *Replica) probeRename(ctx context.Context, t *tree) []core.Finding {
	failed := func(err error) []core.Finding {
		return []core.Finding{{Name: "writing", Value: "not possible: " + err.Error(), Effect: "nothing can be delivered, marked or moved", Bad: true}}
	}
	for _, p := range t.places {
		if p.obstacle != nil {
			continue
		}
		f, err := r.folder(ctx, "maildir.Probe", p.id)
		if err != nil {
			return failed(err)
		}
		tmp, err := f.tmp()
		if err != nil {
			return failed(failure("maildir.Probe", p.dir, err))
		}
		target, file, err := r.newFile(f, tmp, "")
		if err != nil {
			return failed(failure("maildir.Probe", p.dir, err))
		}
		file.Close()
		name := target.unique
		defer tmp.root.Remove(name)
		how := core.Finding{Name: "renaming", Value: "exclusive, in one step"}
		other := r.uniqueName()
		err = rename.InOneStep(tmp.file, name, tmp.file, other)
		if err != nil {
			how.Value, how.Effect = "by a second link", "a crash may leave a message with two names, which is noticed and mended"
			err = rename.File(tmp.file, name, tmp.file, other)
		}
		if err != nil {
			return failed(failure("maildir.Probe", p.dir, err))
		}
		defer tmp.root.Remove(other)
		out := []core.Finding{how}
		if err := tmp.root.Chtimes(other, time.Unix(1, 1), time.Unix(1, 1)); err == nil {
			if seen, err := tmp.root.Lstat(other); err == nil && seen.ModTime().Nanosecond() == 0 {
				out = append(out, core.Finding{Name: "file times", Value: "whole seconds",
					Effect: "a message that is edited twice in a second may not be noticed"})
			}
		}
		return out
	}
	return failed(errors.New("there is no folder to write to"))
}
