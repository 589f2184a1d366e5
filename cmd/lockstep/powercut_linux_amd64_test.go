package main

import (
	"errors"
	"io/fs"
	"math/rand"
	"os"
	"path/filepath"
	"testing"
)

// disk is what is certainly on the disk of the files of a state, and what may be: of
// what was written since the last fsync of a file, any part may be there after a power
// cut. The -shm file is memory, and left out.
type disk struct {
	prefix string
	files  map[string]*onDisk
	// checkpoint: the program has begun to carry the -wal over into the file.
	checkpoint bool
}

type onDisk struct {
	there  bool
	body   []byte
	unsure []change // in their order
}

// change of one file: a part of it, its size, or that it is gone.
type change struct {
	call call
	data []byte
}

// newDisk begins with what is there, which counts as durable.
func newDisk(t *testing.T, prefix string) *disk {
	t.Helper()
	d := &disk{prefix: prefix, files: map[string]*onDisk{}}
	for _, path := range d.paths() {
		body, err := os.ReadFile(path)
		if !errors.Is(err, fs.ErrNotExist) {
			must(t, err)
		}
		d.files[path] = &onDisk{there: err == nil, body: body}
	}
	return d
}

func (d *disk) paths() []string { return []string{d.prefix, d.prefix + "-journal", d.prefix + "-wal"} }

// made takes note of a call that was made.
func (d *disk) made(t *testing.T, c call) {
	t.Helper()
	if c.path == filepath.Dir(d.prefix) { // names are durable: what was removed stays so
		for _, f := range d.files {
			for i := len(f.unsure) - 1; i >= 0; i-- {
				if f.unsure[i].call.name == "unlink" {
					f.settle(i + 1)
					break
				}
			}
		}
		return
	}
	f := d.files[c.path]
	if f == nil {
		return // -shm, or the lock
	}
	switch c.name {
	case "fsync", "fdatasync":
		f.settle(len(f.unsure))
		f.there = true
	case "pwrite64":
		d.checkpoint = d.checkpoint || c.path == d.prefix && d.files[d.prefix+"-wal"].begun()
		data := make([]byte, c.size)
		file, err := os.Open(c.path)
		must(t, err)
		defer file.Close()
		_, err = file.ReadAt(data, c.offset)
		must(t, err)
		f.unsure = append(f.unsure, change{c, data})
	default:
		f.unsure = append(f.unsure, change{call: c})
	}
}

func (f *onDisk) begun() bool { return f.there || len(f.unsure) > 0 }

// settle makes the first n changes durable.
func (f *onDisk) settle(n int) {
	for _, c := range f.unsure[:n] {
		f.apply(c, 0, int64(len(c.data)))
	}
	f.unsure = f.unsure[n:]
}

// apply makes a change; of a write only the bytes between two places of its data.
func (f *onDisk) apply(c change, from, to int64) {
	f.there = true
	switch c.call.name {
	case "unlink":
		f.there, f.body = false, nil
	case "ftruncate":
		f.size(c.call.size)
	case "pwrite64":
		if from < to {
			f.size(max(int64(len(f.body)), c.call.offset+to))
			copy(f.body[c.call.offset+from:], c.data[from:to])
		}
	}
}

func (f *onDisk) size(n int64) {
	if n <= int64(len(f.body)) {
		f.body = f.body[:n:n]
		return
	}
	f.body = append(f.body, make([]byte, n-int64(len(f.body)))...)
}

// cut is a power cut: of what is unsure, some is there, whole or in part, in sectors.
func (d *disk) cut(t *testing.T, rnd *rand.Rand) {
	t.Helper()
	const sector = 512
	for _, path := range d.paths() {
		f := d.files[path]
		for len(f.unsure) > 0 {
			c := f.unsure[0]
			f.unsure = f.unsure[1:]
			n := int64(len(c.data))
			switch rnd.Intn(3) {
			case 0:
				if c.call.name == "unlink" { // what comes after it is another file
					f.unsure = nil
				}
			case 1:
				f.apply(c, 0, n)
			default:
				from := rnd.Int63n(n/sector+1) * sector
				f.apply(c, from, min(n, from+rnd.Int63n(n/sector+1)*sector))
			}
		}
		if f.there {
			must(t, os.WriteFile(path, f.body, 0o600))
		} else if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	if rnd.Intn(2) == 0 {
		os.Remove(d.prefix + "-shm") // or not; it is memory
	}
}

// tear takes from the end of the -wal what was durable, as disks do that said so too
// early: it ends anywhere, or its last bytes are zeros, or anything. The state that is
// left is an older one.
func (d *disk) tear(t *testing.T, rnd *rand.Rand) {
	t.Helper()
	path := d.prefix + "-wal"
	body, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) || len(body) == 0 {
		return
	}
	must(t, err)
	at := rnd.Intn(len(body))
	switch rnd.Intn(3) {
	case 0:
		body = body[:at]
	case 1:
		clear(body[at:])
	default:
		rnd.Read(body[at:])
	}
	must(t, os.WriteFile(path, body, 0o600))
}
