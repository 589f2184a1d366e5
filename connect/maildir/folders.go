package maildir

import (
	"context"
	"errors"
	"io/fs"

	"lockstep/core"
)

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
