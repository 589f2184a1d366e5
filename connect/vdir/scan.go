package vdir

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"lockstep/core"
)

// tree is everything that a scan finds.
type tree struct {
	places []*place // sorted by ID
	byID   map[core.CollectionID]*place
}

// scan looks at every collection, and at no item.
func (r *Replica) scan(ctx context.Context) (*tree, error) {
	if err := r.standing(); err != nil {
		return nil, err
	}
	t := &tree{byID: map[core.CollectionID]*place{}}
	if r.config.Name != "" {
		p := r.look(".", core.CollectionID(r.config.Name))
		if p.obstacle != nil {
			return nil, p.obstacle
		}
		t.add(p)
		return t, nil
	}
	names, err := r.rootNames()
	if err != nil {
		return nil, failure("vdir.scan", r.config.Path, err)
	}
	loose := false
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		seen, err := r.root.Lstat(name)
		if err == nil && seen.Mode().IsRegular() || passedOver(name) {
			loose = loose || r.isItem(name)
			continue
		}
		p := r.look(name, t.freeID(pathOfName(nameOfDir(name))))
		if p.obstacle != nil && leadsNowhere(r.root, name) {
			continue
		}
		if p.seen == nil { // it went this moment, or became another's
			return nil, &core.Error{Op: "vdir.scan", Class: core.Transient, Thing: name, Err: p.obstacle}
		}
		t.add(p)
	}
	if len(t.places) == 0 && !r.config.Create {
		return nil, noCollection(r.config.Path, loose)
	}
	slices.SortFunc(t.places, func(a, b *place) int { return strings.Compare(string(a.id), string(b.id)) })
	return t, nil
}

// rootNames reads what is in the root, until it is proved that it is all.
func (r *Replica) rootNames() ([]string, error) {
	root, err := r.root.Open(".")
	if err != nil {
		return nil, err
	}
	defer root.Close()
	changed := func() (time.Time, error) {
		seen, err := root.Stat()
		if err != nil {
			return time.Time{}, err
		}
		return seen.ModTime(), nil
	}
	return proved(r.config.Now, changed, func() ([]string, error) {
		if _, err := root.Seek(0, 0); err != nil {
			return nil, err
		}
		names, err := root.Readdirnames(-1)
		slices.Sort(names)
		return names, err
	})
}

// standing makes sure that the root is the directory that the path leads to: while
// this replica is open, its disk may be unmounted.
func (r *Replica) standing() error {
	now, err := os.Stat(r.config.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return noVdir(r.config.Path)
	}
	if err != nil {
		return failure("vdir.scan", r.config.Path, err)
	}
	opened, err := r.root.Stat(".")
	if err != nil {
		return failure("vdir.scan", r.config.Path, err)
	}
	if !os.SameFile(now, opened) {
		return &core.Error{Op: "vdir.scan", Class: core.Transient, Thing: r.config.Path,
			Remedy: "see whether its disk is still there", Err: errors.New("the directory was replaced while it was in use")}
	}
	return nil
}

func (t *tree) add(p *place) {
	t.places = append(t.places, p)
	t.byID[p.id] = p
}

// freeID gives each directory its own path: two may spell one name, such as "a b"
// and "a%20b". The first in order keeps it.
func (t *tree) freeID(own string) core.CollectionID {
	id := core.CollectionID(own)
	for n := 2; t.byID[id] != nil; n++ {
		id = core.CollectionID(fmt.Sprintf("%s~%d", own, n))
	}
	return id
}
