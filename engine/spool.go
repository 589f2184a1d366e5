package engine

import (
	"bytes"
	"io"
	"os"

	"lockstep/core"
)

// spoolMemory is how much of one body is kept in memory; bytes. The rest of a
// larger one goes to an unnamed temporary file.
const spoolMemory = 1 << 20

// spooled is a body between its source and its target: it is read once to
// learn its Sum, which the intent needs, and once more by the write.
type spooled struct {
	stub core.Stub
	mem  []byte
	file *os.File
	size int64
}

// spool reads a body to its end and digests it on the way.
func spool(item core.Item, digest func(io.Reader) (core.Sum, int64, error)) (*spooled, error) {
	s := &spooled{stub: item.Stub, mem: make([]byte, 0, max(min(item.Size, spoolMemory), 0))}
	sum, size, err := digest(io.TeeReader(item.Body, s))
	if err == nil {
		_, err = io.CopyBuffer(struct{ io.Writer }{s}, item.Body, make([]byte, 512)) // what a digest leaves unread
	}
	if err != nil {
		s.close()
		return nil, err
	}
	s.stub.Sum, s.stub.Size = sum, size
	return s, nil
}

// Write implements io.Writer.
func (s *spooled) Write(b []byte) (int, error) {
	s.size += int64(len(b))
	if s.file == nil && len(s.mem)+len(b) <= spoolMemory {
		s.mem = append(s.mem, b...)
		return len(b), nil
	}
	if s.file == nil {
		f, err := os.CreateTemp("", "lockstep-spool-")
		if err != nil {
			return 0, err
		}
		s.file = f
		if err := os.Remove(f.Name()); err != nil { // no name: gone with the process
			return 0, err
		}
	}
	return s.file.Write(b)
}

// open returns the body for one reading.
func (s *spooled) open() (io.ReadCloser, error) {
	if s.file == nil {
		return io.NopCloser(bytes.NewReader(s.mem)), nil
	}
	return io.NopCloser(io.MultiReader(bytes.NewReader(s.mem), io.NewSectionReader(s.file, 0, s.size-int64(len(s.mem))))), nil
}

func (s *spooled) close() {
	if s.file != nil {
		s.file.Close()
	}
}
