package cli

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

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

type writerFunc func([]byte) (int, error)

func (w writerFunc) Write(p []byte) (int, error) { return w(p) }
