package maildir

import (
	"context"
	"errors"
	"io/fs"
	"strconv"

	"lockstep/core"
	"lockstep/format/mime"
	"lockstep/internal/nofollow"
)

// An ID is the unique part of a file's name, so that flags may change. It must
// name one body for ever, and programs make that untrue: they copy a file with
// its name and give the copy other flags, or rewrite a message in place. Then
// the file that has the body that the ID had last time keeps it, and any other
// gets the ID "unique/version". So both are there, and a message that was
// edited in place is what it is: one that went and one that came.

// file is a message as it is now.
type file struct {
	entry
	id  core.ID
	rev core.Rev
	// seen is the directory entry.
	seen fs.FileInfo
	// known is what was listed last time, if recalled.
	known    core.Stub
	recalled bool
	// summary, if the file had to be read to know whose ID it has, or why it
	// cannot be read.
	summary *mime.Summary
	bad     error
	// others are more names of this very file, which a rename that came to no
	// end left behind.
	others []entry
}

// revOf is the version of a file: it stays when the file is renamed and changes
// when it is written.
func revOf(seen fs.FileInfo) core.Rev {
	_, inode := identity(seen)
	b := make([]byte, 0, 64)
	b = strconv.AppendUint(b, inode, 10)
	b = strconv.AppendInt(append(b, '.'), seen.Size(), 10)
	b = strconv.AppendInt(append(b, '.'), seen.ModTime().UnixNano(), 10)
	return core.Rev(b)
}

// identify gives the files of one unique part their IDs.
func (r *Replica) identify(f *folder, files []file) ([]file, error) {
	if len(files) == 0 {
		return nil, nil
	}
	plain := idOf(files[0].unique)
	known, recalled := r.recalled(f, plain)
	if len(files) == 1 && (!recalled || known.Sum == "" || known.Rev == files[0].rev) {
		if !recalled { // it may be the one that is left of two
			if id := versioned(plain, files[0].rev); r.keeps(f, &files[0], id) {
				return files, nil
			}
		}
		files[0].id, files[0].known, files[0].recalled = plain, known, recalled
		return files, nil
	}
	return files, r.distinguish(f, files, plain, known, recalled)
}

// distinguish gives the plain ID to the file that has its body, and to no
// other.
func (r *Replica) distinguish(f *folder, files []file, plain core.ID, known core.Stub, recalled bool) error {
	taken := false
	give := func(x *file) {
		x.id, x.known, x.recalled, taken = plain, known, recalled, true
	}
	for i := range files {
		if x := &files[i]; recalled && x.rev == known.Rev && !taken {
			give(x)
		} else {
			r.keeps(f, x, versioned(plain, x.rev))
		}
	}
	for i := range files {
		x := &files[i]
		switch {
		case x.id != "":
			continue
		case taken:
		case !recalled || known.Sum == "":
			give(x)
			continue
		default:
			summary, err := r.read(f, x)
			bad, failed := verdict(x.name, err)
			if failed != nil {
				return failed
			}
			if x.summary, x.bad = summary, bad; bad != nil || summary.Sum == known.Sum {
				give(x) // one that cannot be read is not proved to be another
				continue
			}
		}
		x.id = versioned(plain, x.rev)
	}
	return nil
}

// keeps gives a file an ID that it was listed with before.
func (r *Replica) keeps(f *folder, x *file, id core.ID) bool {
	known, recalled := r.recalled(f, id)
	if recalled {
		x.id, x.known, x.recalled = id, known, true
	}
	return recalled
}

func versioned(plain core.ID, rev core.Rev) core.ID { return plain + "/" + core.ID(rev) }

// recollection is an answer to what was listed last time; it may be "nothing".
type recollection struct {
	stub  core.Stub
	known bool
}

func (r *Replica) recalled(f *folder, id core.ID) (core.Stub, bool) {
	if r.recall == nil {
		return core.Stub{}, false
	}
	ref := f.ref(id)
	if a, asked := r.asked[ref]; asked {
		return a.stub, a.known
	}
	s, known := r.recall([]core.Ref{ref})[ref]
	return s, known
}

// remember asks about all files of a page at once: by their plain IDs, and by
// those of their versions where these are not known.
func (r *Replica) remember(f *folder, groups [][]file) {
	r.asked = map[core.Ref]recollection{}
	if r.recall == nil {
		return
	}
	var plain, versions []core.Ref
	for _, files := range groups {
		if len(files) > 0 {
			plain = append(plain, f.ref(idOf(files[0].unique)))
		}
	}
	r.ask(plain)
	for _, files := range groups {
		for _, x := range files {
			if id := idOf(x.unique); len(files) > 1 || !r.asked[f.ref(id)].known {
				versions = append(versions, f.ref(versioned(id, x.rev)))
			}
		}
	}
	r.ask(versions)
}

func (r *Replica) ask(refs []core.Ref) {
	if len(refs) == 0 {
		return
	}
	known := r.recall(refs)
	for _, ref := range refs {
		s, was := known[ref]
		r.asked[ref] = recollection{s, was}
	}
}

// stat looks at every file of a group; a file with two names is one.
func stat(f *folder, group []entry) ([]file, error) {
	files := make([]file, 0, len(group))
names:
	for _, e := range group {
		seen, err := f.parts[e.in].root.Lstat(e.name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nofollow.Moved{}
		}
		if err != nil {
			return nil, failure("maildir.list", f.place.dir+"/"+e.name, err)
		}
		x := file{entry: e, seen: seen, rev: revOf(seen)}
		for i := range files {
			if _, inode := identity(seen); inode != 0 && files[i].rev == x.rev {
				files[i].others = append(files[i].others, e)
				continue names
			}
		}
		files = append(files, x)
	}
	return files, nil
}

// find returns the file that an ID names now. Names that were read before this
// call prove nothing if something changed since.
func (r *Replica) find(ctx context.Context, op string, f *folder, id core.ID) (file, error) {
	unique, _ := uniqueOf(id)
	for range mostReads {
		if err := ctx.Err(); err != nil {
			return file{}, err
		}
		fresh := !f.loaded
		if err := f.load(r.config.Now()); err != nil {
			return file{}, err
		}
		files, err := stat(f, f.group(unique))
		if err == nil {
			files, err = r.identify(f, files)
		}
		for _, x := range files {
			if err == nil && x.id == id {
				return x, nil
			}
		}
		switch {
		case err != nil && !errors.Is(err, nofollow.Moved{}):
			return file{}, err
		case err == nil && (fresh || !f.stale()):
			return file{}, missing(op, string(id))
		}
		f.loaded = false
	}
	return file{}, unsettled(op, string(id))
}
