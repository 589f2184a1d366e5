package maildir

import (
	"slices"
	"strings"
	"time"

	"lockstep/core"
)

// entry is the name of one file.
type entry struct {
	name string
	// unique is the first part of the name.
	unique string
	in     sub
}

func (e entry) compare(o entry) int {
	if c := strings.Compare(e.unique, o.unique); c != 0 {
		return c
	}
	if e.in != o.in {
		return int(e.in) - int(o.in)
	}
	return strings.Compare(e.name, o.name)
}

// load reads the names if they were not read yet.
func (f *folder) load(now time.Time) error {
	if f.loaded {
		return nil
	}
	return f.read(now)
}

// mostReads of a folder that other programs keep changing.
const mostReads = 10

// read reads the names of all files.
func (f *folder) read(now time.Time) (err error) {
	f.loaded = false
	f.index, f.changed, f.young, err = proved(now, f.times, f.list)
	f.loaded = err == nil
	return failure("maildir.list", f.place.dir, err)
}

// proved reads names until it is proved that they are all: a directory that
// changes while it is read may show a renamed file twice or not at all, and
// what is not shown would be taken for deleted. The proof is that neither
// directory changed from before until after, or, where they changed so
// recently that their times prove nothing, two equal readings.
func proved(now time.Time, times func() ([2]time.Time, error), list func() ([]entry, error)) (index []entry, changed [2]time.Time, young bool, err error) {
	var last []entry
	for try := range mostReads {
		before, err := times()
		if err != nil {
			return nil, changed, false, err
		}
		if index, err = list(); err != nil {
			return nil, changed, false, err
		}
		after, err := times()
		if err != nil {
			return nil, changed, false, err
		}
		young = hot(after[0], now) || hot(after[1], now)
		if before == after && !young || try > 0 && slices.Equal(last, index) {
			return index, before, young, nil
		}
		last = index
	}
	return nil, changed, false, core.Errorf("maildir.list", core.Transient, "other programs kept changing it")
}

// times are when the directories changed.
func (f *folder) times() (t [2]time.Time, err error) {
	for _, in := range []sub{inCur, inNew} {
		seen, err := f.parts[in].file.Stat()
		if err != nil {
			return t, err
		}
		t[in] = seen.ModTime()
	}
	return t, nil
}

// list reads the names in new, then in cur: that is the way that files go.
// Names with a leading dot are no messages.
func (f *folder) list() ([]entry, error) {
	index := []entry{}
	for _, in := range []sub{inNew, inCur} {
		dir := f.parts[in].file
		if _, err := dir.Seek(0, 0); err != nil {
			return nil, err
		}
		names, err := dir.Readdirnames(-1)
		if err != nil {
			return nil, err
		}
		index = slices.Grow(index, len(names))
		for _, name := range names {
			if !strings.HasPrefix(name, ".") {
				index = append(index, entry{name: name, unique: name[:len(parseName(name).unique)], in: in})
			}
		}
	}
	slices.SortFunc(index, entry.compare)
	return index, nil
}

// stale tells whether the names may be others by now.
func (f *folder) stale() bool {
	now, err := f.times()
	return err != nil || f.young || now != f.changed
}

// group returns the files with one unique part; there is one, or somebody made
// a mistake that must not cost a message.
func (f *folder) group(unique string) []entry {
	from, _ := slices.BinarySearchFunc(f.index, unique, func(e entry, u string) int { return strings.Compare(e.unique, u) })
	to := from
	for to < len(f.index) && f.index[to].unique == unique {
		to++
	}
	return f.index[from:to]
}

// renamed takes a rename of ours into the index; an empty entry stands for
// none.
func (f *folder) renamed(old, now entry) {
	if !f.loaded {
		return
	}
	if i, found := slices.BinarySearchFunc(f.index, old, entry.compare); found && old.name != "" {
		f.index = slices.Delete(f.index, i, i+1)
	}
	if now.name != "" {
		i, found := slices.BinarySearchFunc(f.index, now, entry.compare)
		if !found {
			f.index = slices.Insert(f.index, i, now)
		}
	}
}
