package vdir

import (
	"context"
	"errors"
	"maps"
	"slices"
	"syscall"
)

// Flush implements core.Flusher: the names become durable; what the files say is
// already. After an error of the disk all stays pending.
func (r *Replica) Flush(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, base := range slices.Sorted(maps.Keys(r.pending)) {
		err := r.syncDir(base)
		if err != nil && !errors.Is(err, syscall.ENOENT) && !errors.Is(err, syscall.EINVAL) { // gone since, or a file system that cannot
			return failure("vdir.Flush", base, err)
		}
		delete(r.pending, base)
	}
	return nil
}

func (r *Replica) syncDir(base string) error {
	dir, err := enter(r.root, base)
	if err != nil {
		return err
	}
	defer dir.Close()
	f, err := dir.Open(".")
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
