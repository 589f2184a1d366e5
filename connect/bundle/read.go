package bundle

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"os"

	"lockstep/core"
)

// snapshot is the file as it was read.
type snapshot struct {
	seen fs.FileInfo
	text []byte
	// rev is a digest of the bytes: a copy of the file is the same file.
	rev core.Rev
}

// mostReads of a file that another program is writing.
const mostReads = 3

// read returns the file as it is now. Within a pass it is read again only if it was
// replaced or changed.
func (r *Replica) read(ctx context.Context) (*snapshot, error) {
	for range mostReads {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		now, err := r.readOnce()
		if err != nil {
			return nil, failure("bundle.read", r.config.Path, err)
		}
		if now == nil {
			continue
		}
		if r.now != now {
			r.now, r.parsed = now, nil
		}
		return now, nil
	}
	return nil, failure("bundle.read", r.config.Path, errChanged{})
}

// readOnce returns nil if the file was changed while it was read.
func (r *Replica) readOnce() (*snapshot, error) {
	// Looked at before it is opened: opening a pipe would wait for somebody who writes.
	seen, err := os.Stat(r.config.Path)
	if err != nil {
		return nil, err
	}
	if err := r.config.readable(seen); err != nil {
		return nil, err
	}
	if r.now != nil && same(r.now.seen, seen) {
		return r.now, nil
	}
	f, err := os.Open(r.config.Path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, r.config.MaxFile+1))
	if err != nil {
		return nil, err
	}
	after, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !same(seen, after) || int64(len(text)) != after.Size() {
		return nil, nil
	}
	sum := sha256.Sum256(text)
	return &snapshot{seen: after, text: text, rev: core.Rev(base64.RawURLEncoding.EncodeToString(sum[:18]))}, nil
}

// same tells whether two looks saw one file that did not change.
func same(a, b fs.FileInfo) bool {
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

// readable tells why something is not read; nil = it can be.
func (c Config) readable(seen fs.FileInfo) error {
	switch {
	case seen.IsDir():
		return errNoFile{"it is a directory", "name the file itself; a directory of such files is vdir:PATH"}
	case !seen.Mode().IsRegular():
		return errNoFile{"it is not a regular file", "write what it yields to a file first"}
	case seen.Size() > c.MaxFile:
		return errNoFile{fmt.Sprintf("its %d bytes are more than the %d that are read", seen.Size(), c.MaxFile), "split it into several files"}
	}
	return nil
}
