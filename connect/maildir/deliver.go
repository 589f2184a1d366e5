package maildir

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"lockstep/core"
	"lockstep/internal/nofollow"
	"lockstep/internal/rename"
)

// deliver writes a new message into tmp, under a name that nobody else has.
// Flush renames it into new (nothing is known of it yet, so mail programs
// notify) or cur, once what it says is durable: a crash of the machine never
// leaves a file there that is empty or cut.
func (r *Replica) deliver(f *folder, w core.Write) (core.Result, error) {
	const op = "maildir.Apply"
	letters, err := r.lettersFor(f, w.Add)
	if err != nil {
		return core.Result{}, err
	}
	tmp, err := f.tmp()
	if err != nil {
		return core.Result{}, failure(op, f.place.dir, err)
	}
	r.sweep(f, tmp)
	target, out, err := r.newFile(f, tmp, letters)
	if err != nil {
		return core.Result{}, failure(op, f.place.dir, err)
	}
	x, err := r.writeTmp(tmp, target.unique, out, w.Item)
	if err != nil {
		tmp.root.Remove(target.unique)
		return core.Result{}, failure(op, f.place.dir, err)
	}
	r.pending.deliver(delivery{folder: f.place.id, dir: f.place.dir, target: target})
	x.entry, x.id = target, idOf(target.unique)
	return r.result(f, x)
}

// newFile makes the file in tmp. Its name was taken by nobody, there or where
// it will be: not by a file, and not by a link that somebody planted.
func (r *Replica) newFile(f *folder, tmp *part, letters string) (target entry, out *os.File, err error) {
	for range mostReads {
		name, in := fileName{unique: r.uniqueName()}, inNew
		if letters != "" {
			name, in = name.with(letters, ""), inCur
		}
		target = entry{name: name.String(), unique: name.unique, in: in}
		if _, err := f.parts[in].root.Lstat(target.name); !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if out, err = nofollow.MakeFile(tmp.root, target.unique); !errors.Is(err, fs.ErrExist) {
			return target, out, err
		}
	}
	return target, nil, core.Errorf("maildir.Apply", core.Transient, "every new name is taken")
}

// writeTmp writes a body with LF line ends, and its time of receipt.
func (r *Replica) writeTmp(tmp *part, name string, out *os.File, item core.Item) (x file, err error) {
	r.lf.begin(out)
	source := &sourceReader{r: item.Body, left: r.config.MaxSize}
	summary, err := r.scanner.Scan(io.TeeReader(source, &r.lf))
	if err == nil {
		err = r.lf.flush()
	}
	if closed := out.Close(); err == nil {
		err = closed
	}
	switch {
	case source.left < 0:
		return x, refused("maildir.Apply", "", "raise the limit", "the message is larger than the limit")
	case source.err != nil:
		return x, core.Errorf("maildir.Apply", core.Transient, "the body cannot be read to its end: %w", source.err)
	case err != nil:
		return x, err
	case item.Sum != "" && summary.Sum != item.Sum:
		return x, core.Errorf("maildir.Apply", core.Transient, "the body is not the one that was announced")
	}
	if item.Time > 0 && item.Time < latest { // all the place that a Maildir has for it
		at := time.Unix(item.Time, 0)
		if err := tmp.root.Chtimes(name, at, at); err != nil {
			return x, err
		}
	}
	x.seen, err = tmp.root.Lstat(name)
	if err != nil {
		return x, err
	}
	x.summary, x.rev = &summary, revOf(x.seen)
	return x, nil
}

// latest time of receipt that is believed: the year 2446 is the last that
// common file systems hold.
const latest = 15_000_000_000

// publish renames a delivered message to where it is seen.
func (r *Replica) publish(f *folder, d delivery) error {
	tmp, err := f.tmp()
	if err != nil {
		return err
	}
	if err := rename.File(tmp.file, d.target.unique, f.parts[d.target.in].file, d.target.name); err != nil {
		return err
	}
	f.renamed(entry{}, d.target)
	return nil
}

// uniqueName is a name that no other delivery has: the time, this process, its
// delivery and the machine.
func (r *Replica) uniqueName() string {
	now := r.config.Now()
	return fmt.Sprintf("%d.M%dP%dQ%d.%s", now.Unix(), now.Nanosecond()/1000, r.config.PID, r.config.Count(), r.config.Host)
}

// mostDelivery is how long a delivery may take.
const mostDelivery = 36 * time.Hour

// abandoned tells whether a file in tmp is no delivery any more. Its time alone
// does not tell: a message gets that of its receipt, years ago, before it gets its
// place. But its name begins with when the delivery began.
func (r *Replica) abandoned(name string, seen fs.FileInfo) bool {
	began := seen.ModTime()
	seconds, _, _ := strings.Cut(name, ".")
	if n, err := strconv.ParseInt(seconds, 10, 64); err == nil && n < latest && n > began.Unix() {
		began = time.Unix(n, 0)
	}
	return r.config.Now().Sub(began) > mostDelivery
}

// sweep removes what deliveries of ours, on this machine, left in tmp when
// their process died. Files of others stay.
func (r *Replica) sweep(f *folder, tmp *part) {
	if r.swept[f.place.id] {
		return
	}
	r.swept[f.place.id] = true
	entries, err := nofollow.List(tmp.root)
	if err != nil {
		return
	}
	ours := regexp.MustCompile(`^\d+\.M\d+P\d+Q\d+\.` + regexp.QuoteMeta(r.config.Host) + `$`)
	for _, e := range entries {
		if seen, err := tmp.root.Lstat(e.Name()); err == nil && ours.MatchString(e.Name()) &&
			seen.Mode().IsRegular() && r.abandoned(e.Name(), seen) {
			tmp.root.Remove(e.Name())
		}
	}
}

// sourceReader remembers its own errors, to tell them from those of the disk,
// and ends a body that is too large to be listed later.
type sourceReader struct {
	r    io.Reader
	left int64
	err  error
}

func (s *sourceReader) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	if s.left -= int64(n); s.left < 0 {
		return 0, io.ErrUnexpectedEOF
	}
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}
