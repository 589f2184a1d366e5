package dav

import (
	"io"
	"os"
	"sync"

	"lockstep/core"
)

// kept holds the bodies that were read for their UIDs, for the rest of the pass: first
// in memory, then in a temporary file without a name. What does not fit, or cannot be
// written, is read again when it is asked for.
type kept struct {
	mu     sync.Mutex
	bodies map[core.Ref]keptBody
	memory int64
	file   *os.File
	size   int64 // of the file
	full   bool
}

// keptBody is in memory, or in the file from an offset on.
type keptBody struct {
	stub   core.Stub
	data   []byte
	offset int64
	length int64
}

// put keeps a body. One without a Rev is not kept, for nothing tells how old it is.
func (k *kept) put(s core.Stub, data []byte, config Config) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.drop(s.Ref)
	if s.Rev == "" {
		return
	}
	if k.bodies == nil {
		k.bodies = map[core.Ref]keptBody{}
	}
	n := int64(len(data))
	if k.memory+n <= config.KeepMemory {
		k.memory += n
		k.bodies[s.Ref] = keptBody{stub: s, data: data, length: n}
		return
	}
	if k.full || k.size+n > config.KeepFile || !k.open() {
		return
	}
	if _, err := k.file.WriteAt(data, k.size); err != nil {
		k.full = true // a full disk only costs another reading
		return
	}
	k.bodies[s.Ref] = keptBody{stub: s, offset: k.size, length: n}
	k.size += n
}

func (k *kept) open() bool {
	if k.file != nil {
		return true
	}
	file, err := os.CreateTemp("", "lockstep-dav-")
	if err == nil {
		err = os.Remove(file.Name()) // no name: gone with the process
		k.file = file
	}
	k.full = err != nil
	return err == nil
}

// get returns a body and what it was found to be.
func (k *kept) get(ref core.Ref) ([]byte, core.Stub, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	b, is := k.bodies[ref]
	if !is {
		return nil, core.Stub{}, false
	}
	if b.data != nil || b.length == 0 {
		return b.data, b.stub, true
	}
	data := make([]byte, b.length)
	if _, err := io.ReadFull(io.NewSectionReader(k.file, b.offset, b.length), data); err != nil {
		return nil, core.Stub{}, false
	}
	return data, b.stub, true
}

// forget drops a body: something is written there.
func (k *kept) forget(ref core.Ref) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.drop(ref)
}

func (k *kept) drop(ref core.Ref) {
	if b, is := k.bodies[ref]; is {
		k.memory -= int64(len(b.data))
		delete(k.bodies, ref)
	}
}

func (k *kept) close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.bodies, k.full = nil, true
	if k.file == nil {
		return nil
	}
	file := k.file
	k.file = nil
	return file.Close()
}
