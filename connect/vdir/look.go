package vdir

import (
	"io/fs"
	"os"
	"strconv"

	"lockstep/core"
	"lockstep/internal/nofollow"
)

// place is one collection as a scan finds it.
type place struct {
	id core.CollectionID // its path
	// dir is its directory, from the root; "." is the root.
	dir string
	// seen is what bears the name; nil = nothing does.
	seen fs.FileInfo
	// incarnation is another one for another directory of this name.
	incarnation core.Incarnation
	// empty: it certainly holds no item.
	empty bool
	// color as its file tells it; "" = it tells none.
	color string
	// obstacle is why it cannot be listed; nil = it can.
	obstacle error
}

// look tells how a collection is. base is the name of its directory in the root;
// "." is the root.
func (r *Replica) look(base string, id core.CollectionID) *place {
	p := &place{id: id, dir: base}
	err := r.lookAt(p)
	if err != nil {
		p.obstacle = failure("vdir.scan", base, err)
	}
	return p
}

func (r *Replica) lookAt(p *place) (err error) {
	if p.seen, err = r.root.Lstat(p.dir); err != nil {
		return err
	}
	if p.incarnation, err = r.incarnationOf(p); err != nil {
		return err
	}
	dir, err := enter(r.root, p.dir)
	if err != nil {
		return err
	}
	defer dir.Close()
	f, err := dir.Open(".")
	if err != nil {
		return err
	}
	defer f.Close()
	p.empty = r.isEmpty(f)
	p.color = colorIn(dir)
	return nil
}

// enter opens the directory of a collection; "." is the root, opened once more.
func enter(root *os.Root, base string) (*os.Root, error) {
	if base == "." {
		return root.OpenRoot(".")
	}
	return nofollow.Enter(root, base)
}

// incarnationOf tells a directory from another one in its place: what an unmounted
// disk leaves behind, a backup that was put back, one that was made anew. What is
// not there then was not deleted by anybody.
func (r *Replica) incarnationOf(p *place) (core.Incarnation, error) {
	root, err := r.root.Open(".")
	if err != nil {
		return "", err
	}
	defer root.Close()
	_, inode := identity(p.seen)
	return core.Incarnation(strconv.FormatUint(inode, 10) + "." + birth(root, p.dir)), nil
}

// isEmpty looks at the first names only: more would be a listing.
func (r *Replica) isEmpty(dir *os.File) bool {
	const most = 16 // what programs keep beside the items
	names, _ := dir.Readdirnames(most)
	for _, name := range names {
		if r.isItem(name) {
			return false
		}
	}
	return len(names) < most
}
