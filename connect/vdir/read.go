package vdir

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime"
	"sync"
	"sync/atomic"

	"lockstep/core"
	"lockstep/internal/nofollow"
)

// file is an item as it is now.
type file struct {
	name string
	seen fs.FileInfo
	rev  core.Rev
	body []byte // dropped once it is described, unless it is asked for
	// What was found out by reading it, or is known still.
	key   core.Key
	label string
	sum   core.Sum
	size  int64
	// bad is why it cannot be synced; nil = it can.
	bad error
}

// open opens a regular file of no more than may be read, and nothing else.
func (r *Replica) open(f *folder, name string) (io.ReadCloser, fs.FileInfo, error) {
	seen, err := f.root.Lstat(name)
	if err != nil {
		return nil, nil, err
	}
	if err := r.unreadable(name, seen); err != nil {
		return nil, seen, err
	}
	body, opened, err := nofollow.Open(f.root, name, seen)
	if err != nil {
		return nil, seen, err
	}
	return body, opened, nil
}

// unreadable tells why something is not read; nil = it can be.
func (r *Replica) unreadable(name string, seen fs.FileInfo) error {
	const op = "vdir.read"
	switch mode := seen.Mode(); {
	case mode&fs.ModeSymlink != 0:
		return refused(op, name, "put the file itself in its place, or remove it", "it is a symbolic link, which is never followed")
	case mode.IsDir():
		return refused(op, name, "move it elsewhere", "it is a directory")
	case !mode.IsRegular():
		return refused(op, name, "move it elsewhere", "it is not a regular file")
	case seen.Size() > r.config.MaxSize:
		return refused(op, name, "make it smaller, or move it elsewhere", "its %d bytes are more than the %d that are read", seen.Size(), r.config.MaxSize)
	}
	return nil
}

// mostTries of reading a file that another program is writing.
const mostTries = 3

// read reads a file and describes it. What is wrong with it is in bad; the error is
// nofollow.Moved if it is not there (any more), or one that is not the file's.
func (r *Replica) read(f *folder, name string) (file, error) {
	x := file{name: name, size: -1}
	err := r.readInto(f, &x)
	for range mostTries - 1 {
		if !errors.Is(err, errWritten{}) {
			break
		}
		err = r.readInto(f, &x)
	}
	if x.bad, err = verdict(name, err); err != nil {
		return file{}, err
	}
	if x.bad != nil && x.seen != nil {
		x.rev = core.Rev(statOf(x.seen)) // nothing is said of its bytes
	}
	if x.bad == nil {
		r.describe(f, &x)
	}
	return x, nil
}

// errWritten: the file was changed while it was read.
type errWritten struct{}

func (errWritten) Error() string { return "another program was writing it; it is read again next time" }

func (r *Replica) readInto(f *folder, x *file) error {
	now := r.config.Now()
	body, opened, err := r.open(f, x.name)
	x.seen = opened
	if err != nil {
		return err
	}
	defer body.Close()
	if x.body, err = io.ReadAll(io.LimitReader(body, r.config.MaxSize+1)); err != nil {
		return err
	}
	after, err := body.(fs.File).Stat()
	if err != nil {
		return err
	}
	if statOf(after) != statOf(opened) || int64(len(x.body)) != after.Size() {
		return errWritten{}
	}
	x.rev = revOf(after, digestOf(x.body), now)
	return nil
}

// verdict sorts errors of reading an item: the item is bad, or it has to be looked
// for again, or the reading failed for a reason that is not the item's, such as too
// many open files.
func verdict(name string, err error) (bad, failed error) {
	classed := failure("vdir.read", name, err)
	switch {
	case err == nil:
		return nil, nil
	case errors.Is(err, nofollow.Moved{}), core.ClassOf(classed) == core.Missing:
		return nil, nofollow.Moved{}
	case core.ClassOf(classed) == core.Transient:
		return nil, classed
	}
	return err, nil
}

// describe finds out what a body is. One without a UID has a Key all the same.
func (r *Replica) describe(f *folder, x *file) {
	uid, label, err := r.config.Describe(x.body)
	if err != nil {
		x.bad = err
		return
	}
	x.key, x.label = core.Key(uid), label
	if uid == "" {
		x.key = core.ImpliedKey(f.ref(r.idOf(x.name)))
	}
	if r.config.Digest == nil {
		return
	}
	if x.sum, x.size, err = r.config.Digest(bytes.NewReader(x.body)); err != nil {
		x.sum, x.size, x.bad = "", -1, err
	}
}

// readAll reads some items of a page, a few at a time: they wait for the disk more
// than for the processor.
func (r *Replica) readAll(f *folder, files []file, which []int) error {
	errs := make([]error, len(which))
	var next atomic.Int64
	work := func() {
		for n := int(next.Add(1)) - 1; n < len(which); n = int(next.Add(1)) - 1 {
			x := &files[which[n]]
			*x, errs[n] = r.read(f, x.name)
			x.body = nil
		}
	}
	if readers := 2 * runtime.GOMAXPROCS(0); len(which) < 2*readers {
		work()
	} else {
		var wait sync.WaitGroup
		for range readers {
			wait.Go(work)
		}
		wait.Wait()
	}
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// stub describes an item.
func (r *Replica) stub(f *folder, x *file) core.Stub {
	s := core.Stub{Ref: f.ref(r.idOf(x.name)), Key: x.key, Rev: x.rev, Sum: x.sum, Size: x.size, Label: x.label}
	if x.bad != nil {
		s.Bad = fmt.Sprintf("%q: %s", f.place.at(x.name), reason(x.bad))
	}
	return s
}

// reason is an error with what can be done, without the name of the file, which is
// told already.
func reason(err error) string {
	var named *fs.PathError
	if errors.As(err, &named) {
		err = named.Err
	}
	return core.Reason(failure("vdir.read", "", err))
}
