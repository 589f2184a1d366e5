package maildir

import (
	"errors"
	"io/fs"
	"os"
	"path"

	"lockstep/core"
	"lockstep/internal/nofollow"
)

// place is one folder as a scan finds it.
type place struct {
	id core.CollectionID // its path
	// dir is its directory, from the root; "." is the root.
	dir string
	// cur, new and keywords as they are; nil = not there.
	cur, new, keywords fs.FileInfo
	// empty: it certainly holds no message.
	empty bool
	// obstacle is why it cannot be listed; nil = it can.
	obstacle error
}

// look tells whether a directory is a folder, and how it is; nil = it is none.
func look(dir *os.Root, dirPath, id string) *place {
	p := &place{id: core.CollectionID(id), dir: dirPath}
	parts := 0
	for _, name := range []string{"cur", "new", "tmp", "maildirfolder"} {
		seen, err := dir.Lstat(name)
		if errors.Is(err, fs.ErrNotExist) || err == nil && name == "maildirfolder" && !seen.Mode().IsRegular() {
			continue
		}
		parts++
		switch {
		case err != nil:
			p.obstacle = failure("maildir.scan", path.Join(dirPath, name), err)
		case name == "maildirfolder":
		case !seen.IsDir():
			p.obstacle = failure("maildir.scan", path.Join(dirPath, name), nofollow.NotDirectory(name, seen))
		case name == "cur":
			p.cur = seen
		case name == "new":
			p.new = seen
		}
	}
	if parts == 0 {
		return nil
	}
	if p.obstacle == nil && (p.cur == nil || p.new == nil) {
		p.obstacle = &core.Error{Op: "maildir.scan", Class: core.Permanent, Thing: dirPath,
			Remedy: "make both directories if the folder is new; if not, its messages lie elsewhere",
			Err:    errors.New("it has no cur or no new")}
	}
	if p.obstacle == nil {
		p.keywords, _ = dir.Lstat(keywordsFile)
		p.empty = isEmpty(dir, "cur") && isEmpty(dir, "new")
	}
	return p
}

// isEmpty looks at the first names only: more would be a listing.
func isEmpty(dir *os.Root, name string) bool {
	sub, err := nofollow.Enter(dir, name)
	if err != nil {
		return false
	}
	defer sub.Close()
	f, err := sub.Open(".")
	if err != nil {
		return false
	}
	defer f.Close()
	names, _ := f.Readdirnames(8)
	return len(names) == 0
}

// noFolder tells whether a name certainly leads to no directory. A link that
// leads out of the root, or nowhere at the moment, may be a folder.
func noFolder(dir *os.Root, base string) bool {
	seen, err := dir.Lstat(base)
	if err == nil && seen.Mode()&fs.ModeSymlink != 0 {
		seen, err = dir.Stat(base)
	}
	return err == nil && !seen.IsDir()
}
