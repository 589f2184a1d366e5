package maildir

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"lockstep/core"
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
		full, err := r.probeKeywords(ctx, p)
		if err != nil {
			return out, err
		}
		if full {
			out = append(out, core.Finding{Name: "keywords", Value: fmt.Sprintf("%s uses all 26", p.id), Bad: true,
				Effect: "messages with another keyword are refused there"})
		}
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

func (r *Replica) probeKeywords(ctx context.Context, p *place) (full bool, err error) {
	f, err := r.folder(ctx, "maildir.Probe", p.id)
	if err != nil {
		return false, err
	}
	k, err := f.keywords()
	if err != nil {
		return false, err
	}
	for _, name := range k {
		if name == "" {
			return false, nil
		}
	}
	return true, nil
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
		err = renameExclusive(int(tmp.file.Fd()), name, int(tmp.file.Fd()), other)
		if err != nil {
			how.Value, how.Effect = "by a second link", "a crash may leave a message with two names, which is noticed and mended"
			err = moveFile(tmp.file, name, tmp.file, other)
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
