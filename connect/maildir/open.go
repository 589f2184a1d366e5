package maildir

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"

	"lockstep/core"
	"lockstep/format/mime"
)

// Replica is one pass's view of a Maildir tree.
type Replica struct {
	config Config
	layout Layout
	root   *os.Root
	roles  map[string]roleName
	// tree as of the last scan; every look at the collections scans anew.
	tree *tree
	// folders that are open, the last used at the end.
	folders []*folder
	recall  func(core.Ref) (core.Stub, bool)
	pending pending
	// Buffers that are used again: a value works for one goroutine.
	scanner mime.Scanner
	lf      lfWriter
}

var (
	_ core.Replica  = (*Replica)(nil)
	_ core.Tree     = (*Replica)(nil)
	_ core.Recaller = (*Replica)(nil)
	_ core.Flusher  = (*Replica)(nil)
	_ core.Prober   = (*Replica)(nil)
)

// Open opens a tree and finds out its layout. Permanent: there is none, or its
// layout is not clear.
func Open(config Config) (*Replica, error) {
	c := config.withDefaults()
	if c.Create {
		if err := makeRoot(c.Path); err != nil {
			return nil, failure("maildir.open", c.Path, err)
		}
	}
	root, err := os.OpenRoot(c.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, noMaildir(c.Path)
	}
	if err != nil {
		if seen, there := os.Stat(c.Path); there == nil && !seen.IsDir() {
			err = notDirectory(c.Path, seen)
		}
		return nil, failure("maildir.open", c.Path, err)
	}
	r := &Replica{config: c, root: root, roles: roleNames()}
	if r.layout, err = findLayout(root, c); err != nil {
		root.Close()
		return nil, failure("maildir.open", c.Path, err)
	}
	return r, nil
}

// makeRoot makes the root that only its owner enters, whatever the umask.
func makeRoot(name string) error {
	if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(name, 0o700); err != nil {
		return err
	}
	return os.Chmod(name, 0o700)
}

// findLayout decides how the folders of a tree lie. A tree that has both kinds
// of folders is refused: taking one kind would make the other disappear.
func findLayout(root *os.Root, c Config) (Layout, error) {
	found, err := kindsOf(root)
	if err != nil {
		return "", err
	}
	switch c.Layout {
	case Detect:
		if found.flat && found.nested {
			return "", refused("maildir.open", c.Path, "set its layout to maildir++ or nested", "it has folders of both layouts")
		}
		c.Layout = MaildirPP
		if found.nested {
			c.Layout = Nested
		}
	case MaildirPP, Nested, Single:
	default:
		return "", refused("maildir.open", c.Path, "use maildir++, nested or single", "there is no layout %q", c.Layout)
	}
	there := found.root || c.Layout == MaildirPP && found.flat || c.Layout == Nested && found.nested
	switch {
	case !there && !c.Create:
		return "", noMaildir(c.Path)
	case c.Create && c.Layout == Nested && !there:
		return Nested, makeFolder(root, inbox, false)
	case c.Create && c.Layout != Nested && !found.root:
		return c.Layout, makeFolder(root, ".", false)
	}
	return c.Layout, nil
}

// kinds tells which folders a tree has.
type kinds struct{ root, flat, nested bool }

func kindsOf(root *os.Root) (kinds, error) {
	entries, err := list(root)
	if err != nil {
		return kinds{}, err
	}
	k := kinds{root: hasFolder(root, ".", 0)}
	for _, e := range entries {
		switch base := e.Name(); {
		case e.Type().IsRegular() || base == "cur" || base == "new" || base == "tmp":
		case strings.HasPrefix(base, "."):
			k.flat = k.flat || hasFolder(root, base, 0)
		default:
			k.nested = k.nested || hasFolder(root, base, deepest)
		}
	}
	return k, nil
}

// deepest is how far folders are looked for to tell the layout.
const deepest = 5

// hasFolder tells whether a directory, or one below it, is a folder.
func hasFolder(root *os.Root, dirPath string, depth int) bool {
	dir, err := enterAll(root, dirPath)
	if err != nil {
		return false
	}
	defer dir.Close()
	if p := look(dir, dirPath, ""); p != nil && p.cur != nil {
		return true
	}
	if depth == 0 {
		return false
	}
	entries, err := list(dir)
	if err != nil {
		return false
	}
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") && hasFolder(root, path.Join(dirPath, e.Name()), depth-1) {
			return true
		}
	}
	return false
}

// Operations implements core.Replica.
func (r *Replica) Operations() core.Operations {
	return core.Operations{Create: core.Checked, Mark: core.Commutative, Move: core.Checked, Delete: core.Checked}
}

// Recall implements core.Recaller.
func (r *Replica) Recall(known func(core.Ref) (core.Stub, bool)) { r.recall = known }

// Close implements core.Replica.
func (r *Replica) Close() error {
	for _, f := range r.folders {
		f.close()
	}
	r.folders = nil
	return r.root.Close()
}

// folder opens a folder, or finds it open.
func (r *Replica) folder(ctx context.Context, op string, id core.CollectionID) (*folder, error) {
	for i, f := range r.folders {
		if f.place.id == id {
			r.folders = append(append(r.folders[:i], r.folders[i+1:]...), f)
			return f, nil
		}
	}
	for fresh := false; ; fresh = true {
		if r.tree == nil || fresh {
			t, err := r.scan(ctx)
			if err != nil {
				return nil, err
			}
			r.tree = t
		}
		p := r.tree.byID[id]
		if p == nil && !fresh {
			continue
		}
		if p == nil {
			return nil, missing(op, string(id))
		}
		if p.obstacle != nil {
			return nil, p.obstacle
		}
		f, err := openFolder(r.root, p)
		if errors.Is(err, fs.ErrNotExist) && !fresh {
			continue // renamed since the scan
		}
		if err != nil {
			return nil, failure(op, p.dir, err)
		}
		r.keep(f)
		return f, nil
	}
}

// mostFolders that are open at a time; each holds a few file handles and the
// names of its messages.
const mostFolders = 8

func (r *Replica) keep(f *folder) {
	if len(r.folders) == mostFolders {
		r.folders[0].close()
		r.folders = r.folders[1:]
	}
	r.folders = append(r.folders, f)
}

// forget closes all folders, after their directories were renamed.
func (r *Replica) forget() {
	for _, f := range r.folders {
		f.close()
	}
	r.folders, r.tree = nil, nil
}
