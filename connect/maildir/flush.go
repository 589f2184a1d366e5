package maildir

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"lockstep/core"
)

// pending is what was written and is not durable yet. Apply waits for no disk:
// one Flush for many messages costs a small part of one for each.
type pending struct {
	// deliveries lie in tmp.
	deliveries []delivery
	// dirs in which names came or went, from the root.
	dirs map[string]bool
}

// delivery is a message that is written, and where it will be.
type delivery struct {
	folder core.CollectionID
	dir    string
	target entry
}

func (p *pending) deliver(d delivery) {
	p.deliveries = append(p.deliveries, d)
	p.directory(path.Join(d.dir, d.target.in.String()))
}

func (p *pending) directory(dir string) {
	if p.dirs == nil {
		p.dirs = map[string]bool{}
	}
	p.dirs[dir] = true
}

// Flush implements core.Flusher: what the messages say, then that they are
// seen, then the names. After an error of the disk all stays pending.
func (r *Replica) Flush(ctx context.Context) error {
	const op = "maildir.Flush"
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := r.syncDeliveries(); err != nil {
		return failure(op, r.config.Path, err)
	}
	lost := r.publishAll(ctx)
	for _, dir := range slices.Sorted(maps.Keys(r.pending.dirs)) {
		if err := r.syncDir(dir); err != nil && !r.syncedAnyway(err) {
			return failure(op, dir, err)
		}
	}
	r.pending.dirs = nil
	return lost
}

// seen makes a message visible that was delivered and not flushed, before it
// is asked for; an empty ID stands for all of a folder.
func (r *Replica) seen(ctx context.Context, ref core.Ref) error {
	for _, d := range r.pending.deliveries {
		if d.folder == ref.Collection && (ref.ID == "" || idOf(d.target.unique) == ref.ID) {
			return r.Flush(ctx)
		}
	}
	return nil
}

// publishAll gives all deliveries their names. One that cannot get its name was
// announced all the same, so its outcome is unknown.
func (r *Replica) publishAll(ctx context.Context) error {
	all := r.pending.deliveries
	slices.SortStableFunc(all, func(a, b delivery) int { return strings.Compare(a.dir, b.dir) })
	r.pending.deliveries = nil
	var errs []error
	for _, d := range all {
		f, err := r.folder(ctx, "maildir.Flush", d.folder)
		if err == nil {
			err = r.publish(f, d)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", path.Join(d.dir, d.target.name), err))
		}
	}
	if len(errs) == 0 {
		return nil
	}
	return core.Errorf("maildir.Flush", core.Unknown, "%d of %d messages did not get their names, the first: %w", len(errs), len(all), errs[0])
}

// manyFiles is from when on one call for the whole file system is cheaper than
// one for each file.
const manyFiles = 32

// syncDeliveries makes durable what the delivered messages say.
func (r *Replica) syncDeliveries() error {
	all := r.pending.deliveries
	if len(all) > manyFiles {
		if err := r.syncAll(); !errors.Is(err, syscall.ENOSYS) {
			return err
		}
		// There is no such call: file by file.
	}
	var next atomic.Int64
	errs := make([]error, len(all))
	var wait sync.WaitGroup
	for range min(len(all), 2*readers()) {
		wait.Go(func() {
			for n := int(next.Add(1)) - 1; n < len(all); n = int(next.Add(1)) - 1 {
				errs[n] = r.syncFile(path.Join(all[n].dir, inTmp.String()), all[n].target.unique)
			}
		})
	}
	wait.Wait()
	if err := errors.Join(errs...); err != nil && !r.syncedAnyway(err) {
		return err
	}
	return nil
}

// syncedAnyway makes everything durable where a name alone cannot be synced:
// other programs renamed or deleted it since, or the file system cannot do it.
// An error of the disk is one.
func (r *Replica) syncedAnyway(err error) bool {
	return !errors.Is(err, syscall.EIO) && !errors.Is(err, syscall.ENOSPC) && r.syncAll() == nil
}

func (r *Replica) syncFile(dirPath, name string) error {
	dir, err := enterAll(r.root, dirPath)
	if err != nil {
		return err
	}
	defer dir.Close()
	f, _, err := openRegular(dir, name, r.config.MaxSize)
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

// syncAll makes the file systems of all that is pending durable, each once: a
// folder may be a mounted disk of its own.
func (r *Replica) syncAll() error {
	done := map[uint64]bool{}
	for _, dir := range append([]string{"."}, slices.Sorted(maps.Keys(r.pending.dirs))...) {
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
