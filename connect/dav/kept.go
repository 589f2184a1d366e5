package dav

import (
	"encoding/json"
	"io"
	"os"
	"sync"
	"unicode/utf8"

	"lockstep/core"
)

// kept holds the bodies that were read for their UIDs, for the rest of the pass: first
// in memory, then in a temporary file without a name. What does not fit, or cannot be
// written, is read again when it is asked for.
type kept struct {
	mu     sync.Mutex
	memory map[core.Ref]keptBody
	bytes  int64 // of the bodies in memory
	places map[core.Ref]keptPlace
	file   *os.File
	size   int64 // of the file
	full   bool
}

// keptBody is a body, and what it was found to be.
type keptBody struct {
	stub core.Stub
	data []byte
}

// keptPlace is where in the file they are: the stub as JSON, then the body. A first
// sync keeps very many, so not even the stub is in memory.
type keptPlace struct {
	offset     int64
	stub, data int32 // bytes
}

// put keeps a body. One without a Rev is not kept, for nothing tells how old it is.
func (k *kept) put(s core.Stub, data []byte, config Config) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.drop(s.Ref)
	if s.Rev == "" {
		return
	}
	if k.memory == nil {
		k.memory, k.places = map[core.Ref]keptBody{}, map[core.Ref]keptPlace{}
	}
	n := int64(len(data))
	if k.bytes+n <= config.KeepMemory {
		k.bytes += n
		k.memory[s.Ref] = keptBody{stub: s, data: data}
		return
	}
	stub, err := json.Marshal(s)
	if err != nil || !utf8.Valid([]byte(s.Key+core.Key(s.Rev)+core.Key(s.Label))) { // JSON would change them
		return
	}
	if k.full || k.size+int64(len(stub))+n > config.KeepFile || !k.open() {
		return
	}
	if _, err := k.file.WriteAt(append(stub, data...), k.size); err != nil {
		k.full = true // a full disk only costs another reading
		return
	}
	k.places[s.Ref] = keptPlace{offset: k.size, stub: int32(len(stub)), data: int32(n)}
	k.size += int64(len(stub)) + n
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
	if b, is := k.memory[ref]; is {
		return b.data, b.stub, true
	}
	at, is := k.places[ref]
	if !is {
		return nil, core.Stub{}, false
	}
	both := make([]byte, at.stub+at.data)
	if _, err := io.ReadFull(io.NewSectionReader(k.file, at.offset, int64(len(both))), both); err != nil {
		return nil, core.Stub{}, false
	}
	var s core.Stub
	if err := json.Unmarshal(both[:at.stub], &s); err != nil {
		return nil, core.Stub{}, false
	}
	return both[at.stub:], s, true
}

// forget drops a body: something is written there.
func (k *kept) forget(ref core.Ref) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.drop(ref)
}

func (k *kept) drop(ref core.Ref) {
	if b, is := k.memory[ref]; is {
		k.bytes -= int64(len(b.data))
		delete(k.memory, ref)
	}
	delete(k.places, ref)
}

func (k *kept) close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.memory, k.places, k.full = nil, nil, true
	if k.file == nil {
		return nil
	}
	file := k.file
	k.file = nil
	return file.Close()
}
