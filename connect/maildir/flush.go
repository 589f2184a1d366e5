package maildir

import (
	"context"
	"errors"
	"os"
	"path"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
)

// pending is what was written and is not durable yet. Apply waits for no disk:
// one Flush for many messages costs a small part of one for each.
type pending struct {
	files map[string]bool // paths from the root
	dirs  map[string]bool
}

func (p *pending) file(dir, name string) {
	if p.files == nil {
		p.files = map[string]bool{}
	}
	p.files[path.Join(dir, name)] = true
	p.directory(dir)
}

func (p *pending) directory(dir string) {
	if p.dirs == nil {
		p.dirs = map[string]bool{}
	}
	p.dirs[dir] = true
}

// manyFiles is from when on one call for the whole file system is cheaper than
// one for each file.
const manyFiles = 32

// Flush implements core.Flusher: first what the names lead to, then the names.
// What it could not make durable stays pending.
func (r *Replica) Flush(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	files, dirs := sortedKeys(r.pending.files), sortedKeys(r.pending.dirs)
	if err := r.flushFiles(files, dirs); err != nil {
		return failure("maildir.Flush", r.config.Path, err)
	}
	for _, dir := range dirs {
		if err := r.syncDir(dir); err != nil && !r.syncedAnyway(err, nil) {
			return failure("maildir.Flush", dir, err)
		}
	}
	r.pending = pending{}
	return nil
}

func sortedKeys(m map[string]bool) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func (r *Replica) flushFiles(files, dirs []string) error {
	if len(files) > manyFiles {
		if err := r.syncAll(append([]string{"."}, dirs...)); !errors.Is(err, syscall.ENOSYS) {
			return err
		}
		// There is no such call: file by file.
	}
	var next atomic.Int64
	errs := make([]error, len(files))
	var wait sync.WaitGroup
	for range min(len(files), 2*readers()) {
		wait.Go(func() {
			for n := int(next.Add(1)) - 1; n < len(files); n = int(next.Add(1)) - 1 {
				errs[n] = r.syncFile(files[n])
			}
		})
	}
	wait.Wait()
	if err := errors.Join(errs...); err != nil && !r.syncedAnyway(err, dirs) {
		return err
	}
	return nil
}

// syncedAnyway makes everything durable where a name alone cannot be synced:
// other programs renamed or deleted it since, or the file system cannot do it.
// An error of the disk is one.
func (r *Replica) syncedAnyway(err error, dirs []string) bool {
	return !errors.Is(err, syscall.EIO) && !errors.Is(err, syscall.ENOSPC) && r.syncAll(append([]string{"."}, dirs...)) == nil
}

func (r *Replica) syncFile(name string) error {
	dir, err := enterAll(r.root, path.Dir(name))
	if err != nil {
		return err
	}
	defer dir.Close()
	f, _, err := openRegular(dir, path.Base(name), r.config.MaxSize)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

func (r *Replica) syncDir(name string) error {
	f, err := r.openDir(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// syncAll makes the file systems of directories durable, each once: a folder
// may be a mounted disk of its own.
func (r *Replica) syncAll(dirs []string) error {
	done := map[uint64]bool{}
	for _, dir := range dirs {
		f, err := r.openDir(dir)
		if err != nil {
			continue // it is not there any more
		}
		seen, err := f.Stat()
		if err == nil {
			if device, _ := identity(seen); !done[device] {
				done[device] = true
				err = syncFileSystem(f)
			}
		}
		f.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *Replica) openDir(name string) (*os.File, error) {
	dir, err := enterAll(r.root, name)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	return dir.Open(".")
}
