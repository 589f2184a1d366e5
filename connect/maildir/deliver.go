package maildir

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"regexp"
	"time"

	"lockstep/core"
)

// deliver writes a new message: into tmp under a name that nobody else has,
// then by a rename into new (nothing is known of it yet, so mail programs
// notify) or cur.
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
	x, err := r.writeTmp(f, tmp, w.Item)
	if err == nil {
		err = r.publish(f, &x, letters)
		if err != nil {
			tmp.root.Remove(x.name)
		}
	}
	if err != nil {
		return core.Result{}, failure(op, f.place.dir, err)
	}
	r.pending.file(path.Join(f.place.dir, x.in.String()), x.name)
	return r.result(f, x)
}

// writeTmp writes a body with LF line ends, and its time of receipt.
func (r *Replica) writeTmp(f *folder, tmp *part, item core.Item) (x file, err error) {
	out, name, err := r.newFile(tmp)
	if err != nil {
		return x, err
	}
	defer func() {
		if closed := out.Close(); err == nil {
			err = closed
		}
		if err == nil {
			x, err = r.dated(tmp, name, item.Time, x)
		}
		if err != nil {
			tmp.root.Remove(name)
		}
	}()
	r.lf.begin(out)
	source := &sourceReader{r: item.Body}
	summary, err := r.scanner.Scan(io.TeeReader(source, &r.lf))
	if err == nil {
		err = r.lf.flush()
	}
	if source.err != nil {
		return x, core.Errorf("maildir.Apply", core.Transient, "the body cannot be read to its end: %w", source.err)
	}
	if err != nil {
		return x, err
	}
	if item.Sum != "" && summary.Sum != item.Sum {
		return x, core.Errorf("maildir.Apply", core.Transient, "the body is not the one that was announced")
	}
	x.summary = &summary
	return x, nil
}

// dated sets the time of receipt, which is all the place that a Maildir has for
// it, and looks at the finished file.
func (r *Replica) dated(tmp *part, name string, received int64, x file) (file, error) {
	if received > 0 && received < latest {
		at := time.Unix(received, 0)
		if err := tmp.root.Chtimes(name, at, at); err != nil {
			return x, err
		}
	}
	seen, err := tmp.root.Lstat(name)
	if err != nil {
		return x, err
	}
	x.entry = entry{name: name, unique: name, in: inTmp}
	x.seen, x.rev = seen, revOf(seen)
	return x, nil
}

// latest time of receipt that is believed: the year 2446 is the last that
// common file systems hold.
const latest = 15_000_000_000

// newFile makes a file in tmp. Its name was taken by nobody: not by a file, and
// not by a link that somebody planted there.
func (r *Replica) newFile(tmp *part) (*os.File, string, error) {
	for range mostReads {
		name := r.uniqueName()
		out, err := makeFile(tmp.root, name)
		if !errors.Is(err, fs.ErrExist) {
			return out, name, err
		}
	}
	return nil, "", core.Errorf("maildir.Apply", core.Transient, "every new name is taken")
}

// publish renames a finished file to where it is seen.
func (r *Replica) publish(f *folder, x *file, letters string) error {
	for range mostReads {
		name := fileName{unique: x.unique}
		in := inNew
		if letters != "" {
			name, in = name.with(letters, ""), inCur
		}
		target := entry{name: name.String(), unique: x.unique, in: in}
		err := moveFile(f.parts[inTmp].file, x.name, f.parts[in].file, target.name)
		if errors.Is(err, fs.ErrExist) {
			x.unique = r.uniqueName()
			continue
		}
		if err != nil {
			return err
		}
		x.entry, x.id = target, idOf(target.unique)
		f.renamed(entry{}, target)
		return nil
	}
	return core.Errorf("maildir.Apply", core.Transient, "every new name is taken")
}

// uniqueName is a name that no other delivery has: the time, this process, its
// delivery and the machine.
func (r *Replica) uniqueName() string {
	now := r.config.Now()
	return fmt.Sprintf("%d.M%dP%dQ%d.%s", now.Unix(), now.Nanosecond()/1000, r.config.PID, r.config.Count(), r.config.Host)
}

// abandoned is the age at which a file in tmp is no delivery any more.
const abandoned = 36 * time.Hour

// sweep removes what deliveries of ours, on this machine, left in tmp when
// their process died. Files of others stay.
func (r *Replica) sweep(f *folder, tmp *part) {
	if f.swept {
		return
	}
	f.swept = true
	entries, err := list(tmp.root)
	if err != nil {
		return
	}
	ours := regexp.MustCompile(`^\d+\.M\d+P\d+Q\d+\.` + regexp.QuoteMeta(r.config.Host) + `$`)
	for _, e := range entries {
		if seen, err := tmp.root.Lstat(e.Name()); err == nil && ours.MatchString(e.Name()) &&
			seen.Mode().IsRegular() && r.config.Now().Sub(seen.ModTime()) > abandoned {
			tmp.root.Remove(e.Name())
		}
	}
}

// sourceReader remembers its own errors, to tell them from those of the disk.
type sourceReader struct {
	r   io.Reader
	err error
}

func (s *sourceReader) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// lfWriter writes CRLF as LF; a CR before anything else stays.
type lfWriter struct {
	out  io.Writer
	held bool // a CR that may begin a line end
	buf  []byte
}

func (l *lfWriter) begin(out io.Writer) { l.out, l.held, l.buf = out, false, l.buf[:0] }

// Write implements io.Writer.
func (l *lfWriter) Write(b []byte) (int, error) {
	size := len(b)
	for len(b) > 0 {
		if l.held && b[0] != '\n' {
			l.buf = append(l.buf, '\r')
		}
		l.held = false
		n := bytes.IndexByte(b, '\r')
		if n < 0 {
			l.buf = append(l.buf, b...)
			break
		}
		l.buf = append(l.buf, b[:n]...)
		b, l.held = b[n+1:], true
	}
	if len(l.buf) < 32<<10 {
		return size, nil
	}
	return size, l.write()
}

func (l *lfWriter) write() error {
	_, err := l.out.Write(l.buf)
	l.buf = l.buf[:0]
	return err
}

// flush writes what is left.
func (l *lfWriter) flush() error {
	if l.held {
		l.buf, l.held = append(l.buf, '\r'), false
	}
	return l.write()
}
