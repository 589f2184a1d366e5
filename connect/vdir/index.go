package vdir

import (
	"slices"
	"time"

	"lockstep/core"
)

// mostReads of something that other programs keep changing.
const mostReads = 10

// load reads the names of the items if they were not read yet.
func (r *Replica) load(f *folder) error {
	if f.names != nil {
		return nil
	}
	names, err := proved(r.config.Now, f.time, func() ([]string, error) { return r.list(f) })
	if err != nil {
		return failure("vdir.list", f.place.dir, err)
	}
	f.names = names
	return nil
}

// proved reads names until it is proved that they are all: a directory that changes
// while it is read may show a renamed file twice or not at all, and what is not
// shown would be taken for deleted. The proof is that the directory did not change
// from before until after, or, where it changed so recently that its time proves
// nothing, two equal readings.
func proved(now func() time.Time, changed func() (time.Time, error), list func() ([]string, error)) ([]string, error) {
	var last []string
	for try := range mostReads {
		before, err := changed()
		if err != nil {
			return nil, err
		}
		names, err := list()
		if err != nil {
			return nil, err
		}
		after, err := changed()
		if err != nil {
			return nil, err
		}
		if before.Equal(after) && !hot(after, now()) || try > 0 && slices.Equal(last, names) {
			return names, nil
		}
		last = names
	}
	return nil, core.Errorf("vdir.list", core.Transient, "other programs kept changing it")
}

// time is when a name came or went.
func (f *folder) time() (time.Time, error) {
	seen, err := f.file.Stat()
	if err != nil {
		return time.Time{}, err
	}
	return seen.ModTime(), nil
}

// list reads the names of the items.
func (r *Replica) list(f *folder) ([]string, error) {
	if _, err := f.file.Seek(0, 0); err != nil {
		return nil, err
	}
	all, err := f.file.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(all))
	for _, name := range all {
		if r.isItem(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}
