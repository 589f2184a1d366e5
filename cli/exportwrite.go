package cli

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"lockstep/internal/rename"
)

// newFile writes a file that only its owner reads. It has its name when it is whole and
// durable, and not before; one that is there is overwritten only by force.
func newFile(path string, force bool, write func(io.Writer) error) error {
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return unwritable(path, err)
	}
	defer dir.Close()
	f, err := os.CreateTemp(filepath.Dir(path), ".lockstep-*.tmp")
	if err != nil {
		return unwritable(path, err)
	}
	defer os.Remove(f.Name()) // it has another name by then, or it is of no use
	sweep(f)
	// A disk that is full is no fault of what is read.
	var full error
	w := bufio.NewWriter(writerFunc(func(p []byte) (n int, err error) {
		n, err = f.Write(p)
		full = err
		return n, err
	}))
	err = write(w)
	if err == nil {
		err = w.Flush()
	}
	if full != nil {
		err = unwritable(path, full)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	name, to := filepath.Base(f.Name()), filepath.Base(path)
	if force {
		err = rename.Over(dir, name, to)
	} else {
		err = rename.File(dir, name, dir, to)
	}
	switch {
	case errors.Is(err, fs.ErrExist):
		return taken(path)
	case err != nil:
		return unwritable(path, err)
	}
	if err := dir.Sync(); err != nil { // it stays where it is
		return unwritable(path, err)
	}
	return nil
}

// mostExport is how long an export may take.
const mostExport = 36 * time.Hour

// sweep removes what exports into the same folder left there whose process died, long
// ago by the clock that files get their times from. What goes wrong costs a hidden file.
func sweep(newest *os.File) {
	now, err := newest.Stat()
	if err != nil {
		return
	}
	dir := filepath.Dir(newest.Name())
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	ours := regexp.MustCompile(`^\.lockstep-[0-9]+\.tmp$`) // as newFile calls them
	for _, e := range entries {
		if !ours.MatchString(e.Name()) || !e.Type().IsRegular() {
			continue
		}
		if seen, err := e.Info(); err == nil && now.ModTime().Sub(seen.ModTime()) > mostExport {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

type writerFunc func([]byte) (int, error)

func (w writerFunc) Write(p []byte) (int, error) { return w(p) }
