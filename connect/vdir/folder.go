package vdir

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"

	"lockstep/core"
)

// folder is an open collection.
type folder struct {
	place *place
	root  *os.Root
	// file is the directory itself, to read its names and to rename in it.
	file *os.File
	// names of the items as last read, sorted; nil = to be read.
	names []string
	// known is what was last found out about each item, by the name of its file;
	// uids counts the items with a UID.
	known map[string]known
	uids  map[core.Key]int
	// swept: what dead processes left was removed.
	swept bool
}

// known is what a check needs to know of an item without reading it again.
type known struct {
	stat string
	uid  core.Key
}

// learn takes in what was found out about an item.
func (f *folder) learn(name string, stat string, uid core.Key) {
	f.unlearn(name)
	f.known[name] = known{stat, uid}
	f.uids[uid]++
}

// unlearn forgets an item that is gone.
func (f *folder) unlearn(name string) {
	if k, there := f.known[name]; there {
		delete(f.known, name)
		if f.uids[k.uid]--; f.uids[k.uid] == 0 {
			delete(f.uids, k.uid)
		}
	}
}

// holder is the first item of a collection that has a UID; "" = none has.
func (f *folder) holder(uid core.Key) string {
	if f.uids[uid] == 0 {
		return ""
	}
	first := ""
	for name, k := range f.known {
		if k.uid == uid && (first == "" || name < first) {
			first = name
		}
	}
	return first
}

// folder opens a collection, or finds it open.
func (r *Replica) folder(ctx context.Context, op string, id core.CollectionID) (*folder, error) {
	for i, f := range r.folders {
		if f.place.id == id {
			r.folders = append(slices.Delete(r.folders, i, i+1), f)
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
		f, err := r.openFolder(p)
		if errors.Is(err, fs.ErrNotExist) && !fresh {
			continue // renamed since the scan
		}
		if err != nil {
			return nil, failure(op, p.dir, err)
		}
		r.keep(f)
		// A time that was set back tells of a backup (putback.go): it is left as it is.
		if seen := f.place.seen; r.config.Tidy && changed(seen).Sub(seen.ModTime()) <= settled {
			r.sweep(f)
		}
		return f, nil
	}
}

// mostFolders that are open at a time; each holds two file handles and what is known
// of its items. Writes that are carried out together may be in as many, and move to
// as many others.
const mostFolders = 2*mostAtOnce + 1

func (r *Replica) keep(f *folder) {
	if len(r.folders) == mostFolders {
		r.folders[0].close()
		r.folders = slices.Delete(r.folders, 0, 1)
	}
	r.folders = append(r.folders, f)
}

// openFolder opens the directory that is there now, which may be another one than
// that of the scan.
func (r *Replica) openFolder(was *place) (*folder, error) {
	p := r.look(was.dir, was.id)
	if p.obstacle != nil {
		return nil, p.obstacle
	}
	root, err := enter(r.root, p.dir)
	if err != nil {
		return nil, err
	}
	file, err := root.Open(".")
	if err != nil {
		root.Close()
		return nil, err
	}
	return &folder{place: p, root: root, file: file, known: map[string]known{}, uids: map[core.Key]int{}}, nil
}

func (f *folder) close() {
	f.file.Close()
	f.root.Close()
}

// forget closes all collections, after directories were renamed.
func (r *Replica) forget() {
	for _, f := range r.folders {
		f.close()
	}
	r.folders, r.tree = nil, nil
}

// ref of an item of the collection.
func (f *folder) ref(id core.ID) core.Ref { return core.Ref{Collection: f.place.id, ID: id} }
