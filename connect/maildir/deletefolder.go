package maildir

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"

	"lockstep/core"
	"lockstep/internal/nofollow"
)

// DeleteCollection implements core.Tree. It deletes the messages that were
// counted, what Maildir programs keep beside them, and nothing else: with a
// file in it that nobody here knows, the folder stays as it is.
func (r *Replica) DeleteCollection(ctx context.Context, id core.CollectionID, count int) error {
	const op = "maildir.DeleteCollection"
	t, err := r.scan(ctx)
	if err != nil {
		return err
	}
	p := t.byID[id]
	switch {
	case p == nil:
		return missing(op, string(id))
	case p.obstacle != nil:
		return p.obstacle
	case p.dir == ".":
		return refused(op, string(id), "", "the root of a Maildir cannot be deleted")
	}
	if err := r.Flush(ctx); err != nil {
		return err
	}
	r.forget()
	f, err := openFolder(r.root, p)
	if err != nil {
		return failure(op, p.dir, err)
	}
	defer f.close()
	if err := f.read(r.config.Now()); err != nil {
		return err
	}
	if len(f.index) != count {
		return core.Errorf(op, core.Conflict, "%s holds %d messages, not %d", id, len(f.index), count)
	}
	metadata, err := r.onlyOurs(f)
	if err != nil {
		return failure(op, p.dir, err)
	}
	for _, e := range f.index {
		if err := f.parts[e.in].root.Remove(e.name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return failure(op, p.dir, err)
		}
	}
	return failure(op, p.dir, r.removeFolder(f, metadata))
}

// onlyOurs looks through a folder for what must not be deleted, before anything
// is. It returns the files beside the messages that go with the folder.
func (r *Replica) onlyOurs(f *folder) (metadata []string, err error) {
	for _, e := range f.index {
		seen, err := f.parts[e.in].root.Lstat(e.name)
		if err != nil {
			return nil, err
		}
		if !seen.Mode().IsRegular() {
			return nil, foreign(f, path.Join(e.in.String(), e.name))
		}
	}
	for _, in := range []sub{inCur, inNew} {
		entries, err := nofollow.List(f.parts[in].root)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if strings.HasPrefix(e.Name(), ".") {
				return nil, foreign(f, path.Join(in.String(), e.Name()))
			}
		}
	}
	entries, err := nofollow.List(f.dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		switch name := e.Name(); {
		case name == "cur" || name == "new":
		case name == "tmp":
			if err := r.noDelivery(f); err != nil {
				return nil, err
			}
		case e.Type().IsRegular() && knownFile(name):
			metadata = append(metadata, name)
		case e.IsDir() && r.layout == Nested && !strings.HasPrefix(name, "."): // folders below stay
		default:
			return nil, foreign(f, name)
		}
	}
	return metadata, nil
}

// knownFile tells whether a file beside the messages says nothing without them:
// those of Dovecot, Courier, mbsync, mutt and our own.
func knownFile(name string) bool {
	switch name {
	case "maildirfolder", nameFile, "courierimapuiddb", "courierimapkeywords", "maildirsize", ".uidvalidity", ".isyncuidmap.db", ".mh_sequences":
		return true
	}
	for _, prefix := range []string{"dovecot-", "dovecot.index", ".mbsyncstate"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

func foreign(f *folder, name string) error {
	return refused("maildir.DeleteCollection", f.place.dir, "move it away or delete it by hand", "it holds %q, which is no message", name)
}

// noDelivery tells whether nothing is being delivered: a file in tmp is, until
// it is old.
func (r *Replica) noDelivery(f *folder) error {
	tmp, err := f.tmp()
	if err != nil {
		return err
	}
	entries, err := nofollow.List(tmp.root)
	if err != nil {
		return err
	}
	for _, e := range entries {
		seen, err := tmp.root.Lstat(e.Name())
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return err
		case !seen.Mode().IsRegular():
			return foreign(f, "tmp/"+e.Name())
		case !r.abandoned(e.Name(), seen):
			return core.Errorf("maildir.DeleteCollection", core.Conflict, "something is being delivered to it")
		}
	}
	return nil
}

// removeFolder removes the directories of an empty folder. tmp is the first:
// nothing can be delivered any more. If something came in until then, the
// folder is made whole again and stays.
func (r *Replica) removeFolder(f *folder, metadata []string) error {
	for _, in := range []sub{inTmp, inNew, inCur} {
		err := r.emptied(f, in)
		if err == nil {
			err = f.dir.Remove(in.String())
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			if again := makeFolder(r.root, f.place.dir, false); again != nil {
				return again
			}
			return core.Errorf("maildir.DeleteCollection", core.Conflict, "a message came in: %w", err)
		}
	}
	for _, name := range metadata {
		if err := f.dir.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	parent, err := enterAll(r.root, path.Dir(f.place.dir))
	if err != nil {
		return err
	}
	defer parent.Close()
	r.pending.directory(f.place.dir)
	r.pending.directory(path.Dir(f.place.dir))
	err = parent.Remove(path.Base(f.place.dir))
	if err != nil && r.layout == Nested && hasEntries(f.dir) {
		return nil // folders below it keep the directory
	}
	return err
}

// emptied removes the abandoned deliveries that noDelivery let pass.
func (r *Replica) emptied(f *folder, in sub) error {
	if in != inTmp || f.parts[inTmp] == nil {
		return nil
	}
	entries, err := nofollow.List(f.parts[inTmp].root)
	if err != nil {
		return err
	}
	for _, e := range entries {
		seen, err := f.parts[inTmp].root.Lstat(e.Name())
		if err == nil && seen.Mode().IsRegular() && r.abandoned(e.Name(), seen) {
			err = f.parts[inTmp].root.Remove(e.Name())
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func hasEntries(dir *os.Root) bool {
	entries, err := nofollow.List(dir)
	return err == nil && len(entries) > 0
}
