package maildir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"runtime"
	"sync"
	"sync/atomic"

	"lockstep/core"
	"lockstep/format/mime"
	"lockstep/internal/nofollow"
)

// open opens the file of a message.
func (r *Replica) open(f *folder, e entry) (*os.File, fs.FileInfo, error) {
	return openRegular(f.parts[e.in].root, e.name, r.config.MaxSize)
}

// read reads a message to know what it is.
func (r *Replica) read(f *folder, x *file) (*mime.Summary, error) {
	return r.readWith(&r.scanner, f, x)
}

func (r *Replica) readWith(s *mime.Scanner, f *folder, x *file) (*mime.Summary, error) {
	body, opened, err := r.open(f, x.entry)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	summary, err := s.Scan(body)
	if err != nil {
		return nil, err
	}
	x.seen, x.rev = opened, revOf(opened)
	return &summary, nil
}

// summarise reads the messages that are not known yet, a few at a time: they
// wait for the disk more than for the processor. A message that cannot be read
// is bad; one that is no longer there is nofollow.Moved.
func (r *Replica) summarise(f *folder, files []file) error {
	var unknown []int
	for i := range files {
		if x := &files[i]; x.summary == nil && x.bad == nil && !x.unchanged() {
			unknown = append(unknown, i)
		}
	}
	var next atomic.Int64
	work := func() {
		var s mime.Scanner
		for {
			n := int(next.Add(1)) - 1
			if n >= len(unknown) {
				return
			}
			x := &files[unknown[n]]
			x.summary, x.bad = r.readWith(&s, f, x)
		}
	}
	if len(unknown) < 2*readers() {
		work()
	} else {
		var wait sync.WaitGroup
		for range readers() {
			wait.Go(work)
		}
		wait.Wait()
	}
	for _, i := range unknown {
		var failed error
		if files[i].bad, failed = verdict(files[i].name, files[i].bad); failed != nil {
			return failed
		}
	}
	return nil
}

// verdict sorts errors of reading a message: the message is bad, or it has to
// be looked for again (nofollow.Moved), or the reading failed for a reason that is
// not the message's, such as too many open files.
func verdict(name string, err error) (bad, failed error) {
	classed := failure("maildir.read", name, err)
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

func readers() int { return 2 * runtime.GOMAXPROCS(0) }

// unchanged tells whether all that was known of a message still holds.
func (x *file) unchanged() bool {
	return x.recalled && x.known.Rev == x.rev && x.known.Sum != "" && x.known.Size >= 0 && x.known.Bad == ""
}

// stub describes a message that was summarised.
func (x *file) stub(f *folder, k *keywords) core.Stub {
	s := core.Stub{Ref: f.ref(x.id), Rev: x.rev, Marks: k.marks(parseName(x.name).flags), Size: -1, Time: max(x.seen.ModTime().Unix(), 0)}
	switch {
	case x.bad != nil:
		s.Bad = fmt.Sprintf("%q cannot be read: %s", path.Join(f.place.dir, x.in.String(), x.name), reason(x.bad))
	case x.summary != nil:
		s.Key, s.Sum, s.Size = x.summary.Key, x.summary.Sum, x.summary.Size
	case x.unchanged():
		s.Key, s.Sum, s.Size = x.known.Key, x.known.Sum, x.known.Size
	}
	return s
}

// reason is an error with what can be done, without the name of the file, which
// is told already.
func reason(err error) string {
	var named *fs.PathError
	if errors.As(err, &named) {
		err = named.Err
	}
	var classed *core.Error
	if !errors.As(failure("maildir.read", "", err), &classed) {
		return err.Error()
	}
	if classed.Remedy == "" {
		return classed.Err.Error()
	}
	return classed.Err.Error() + " (" + classed.Remedy + ")"
}
