package vdir

import (
	"bytes"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// mostDraft is how long a write may take.
const mostDraft = 36 * time.Hour

// sweep removes the drafts whose process died: those of creates, and of the others those
// that say what an item beside them says, byte for byte. The rest may be the only place
// where something stands, and waits for a person. What goes wrong costs a hidden file,
// and is tried again in another pass.
func (r *Replica) sweep(f *folder) {
	if f.swept {
		return
	}
	f.swept = true
	if _, err := f.file.Seek(0, 0); err != nil {
		return
	}
	names, err := f.file.Readdirnames(-1)
	if err != nil {
		return
	}
	drafts := slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		began, ours := beganAt(name)
		return !ours || r.config.Now().Sub(began) <= mostDraft
	})
	if len(drafts) == 0 {
		return
	}
	slices.Sort(drafts)
	now, err := r.fileTime(f)
	if err != nil {
		return
	}
	for _, name := range drafts {
		seen, err := f.root.Lstat(name)
		if err != nil || !seen.Mode().IsRegular() || now.Sub(seen.ModTime()) <= mostDraft {
			continue
		}
		if strings.HasPrefix(name, newDraft) || r.isTwin(f, name, seen, names) {
			f.root.Remove(name)
		}
	}
}

// beganAt tells when a draft was begun, by its name; false = it is none of ours.
func beganAt(name string) (time.Time, bool) {
	ours := regexp.MustCompile(`^(?:` + regexp.QuoteMeta(newDraft) + `|` + regexp.QuoteMeta(swapDraft) + `)([0-9]+)-[0-9]+-[0-9]+` + regexp.QuoteMeta(draftEnd) + `$`)
	m := ours.FindStringSubmatch(name)
	if m == nil {
		return time.Time{}, false
	}
	began, err := strconv.ParseInt(m[1], 10, 64)
	return time.Unix(began, 0), err == nil
}

// fileTime is the time by the clock that files get theirs from, which may be another
// machine's.
func (r *Replica) fileTime(f *folder) (time.Time, error) {
	d := &draft{folder: f}
	var err error
	if d.name, d.out, err = r.newFile(f, newDraft); err != nil {
		return time.Time{}, err
	}
	defer d.drop()
	seen, err := d.out.Stat()
	if err != nil {
		return time.Time{}, err
	}
	return seen.ModTime(), nil
}

// isTwin tells whether an item has the very bytes of a draft.
func (r *Replica) isTwin(f *folder, draft string, seen fs.FileInfo, names []string) bool {
	body, err := r.bytesOf(f, draft)
	return err == nil && slices.ContainsFunc(names, func(name string) bool {
		if !r.isItem(name) {
			return false
		}
		other, err := f.root.Lstat(name)
		if err != nil || !other.Mode().IsRegular() || other.Size() != seen.Size() {
			return false
		}
		its, err := r.bytesOf(f, name)
		return err == nil && bytes.Equal(its, body)
	})
}

// bytesOf is all that a file holds.
func (r *Replica) bytesOf(f *folder, name string) ([]byte, error) {
	in, _, err := r.open(f, name)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return io.ReadAll(in)
}
