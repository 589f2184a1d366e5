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

// CreateCollection implements core.Tree. It goes by the last look at the tree:
// a thousand new folders are not a thousand scans.
func (r *Replica) CreateCollection(ctx context.Context, name string, _ core.Role) (core.Collection, error) {
	const op = "maildir.CreateCollection"
	if r.tree == nil {
		t, err := r.scan(ctx)
		if err != nil {
			return core.Collection{}, err
		}
		r.tree = t
	}
	p := r.tree.byID[core.CollectionID(name)]
	if p == nil || p.obstacle != nil {
		made, err := r.create(p, name)
		if err != nil {
			return core.Collection{}, failure(op, name, err)
		}
		p = made
	}
	c := p.collection(r.config.Now())
	c.Role = r.rolesOf(r.tree)[p.id]
	return c, nil
}

// create makes a folder, or what is missing of one.
func (r *Replica) create(half *place, name string) (*place, error) {
	dirPath, long, err := r.directoryFor(r.tree, name)
	if err != nil {
		return nil, err
	}
	if half != nil {
		dirPath, long = half.dir, nil
	}
	if err := r.keepLongNames(long); err != nil {
		return nil, err
	}
	if err := makeFolder(r.root, dirPath, r.layout == MaildirPP && dirPath != "."); err != nil {
		return nil, err
	}
	for at := dirPath; at != "."; at = path.Dir(at) {
		r.pending.directory(at)
	}
	r.pending.directory(".")
	dir, err := enterAll(r.root, dirPath)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	p := look(dir, dirPath, name)
	if p == nil {
		return nil, missing("maildir.CreateCollection", name)
	}
	names, err := splitPath(name)
	if err != nil {
		return nil, err
	}
	r.tree.made(p, names, r.layout == Nested)
	return p, nil
}

// makeFolder makes a folder's directories. cur is the last one: with it the
// folder is there.
func makeFolder(root *os.Root, dirPath string, marked bool) error {
	if dirPath != "." {
		at := ""
		for name := range strings.SplitSeq(dirPath, "/") {
			at = path.Join(at, name)
			if err := makeDirAt(root, at); err != nil {
				return err
			}
		}
	}
	dir, err := enterAll(root, dirPath)
	if err != nil {
		return err
	}
	defer dir.Close()
	if marked {
		f, err := nofollow.MakeFile(dir, "maildirfolder")
		if err == nil {
			err = f.Close()
		}
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	for _, name := range []string{"tmp", "new", "cur"} {
		if err := nofollow.MakeDir(dir, name); err != nil {
			return err
		}
	}
	return nil
}

func makeDirAt(root *os.Root, dirPath string) error {
	parent, err := enterAll(root, path.Dir(dirPath))
	if err != nil {
		return err
	}
	defer parent.Close()
	return nofollow.MakeDir(parent, path.Base(dirPath))
}

func (r *Replica) makeParents(dirPath string) error {
	at := ""
	for name := range strings.SplitSeq(dirPath, "/") {
		at = path.Join(at, name)
		if err := makeDirAt(r.root, at); err != nil {
			return err
		}
		r.pending.directory(path.Dir(at))
	}
	return nil
}
