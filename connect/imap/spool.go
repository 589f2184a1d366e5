package imap

import (
	"bytes"
	"io"
	"os"

	wire "lockstep/protocol/imap"
)

// spooled is a message in the form of the wire: its size has to be known
// before its first byte is sent. Large ones lie in an unnamed temporary file.
type spooled struct {
	memory bytes.Buffer
	file   *os.File
	size   int64
	body   io.Reader // what Read has left; nil = all
}

// mostMemory of a message that is held in memory.
const mostMemory = 1 << 20

// spool reads a message and gives every line its CRLF (RFC 5322, section 2.3).
func spool(body io.ReadCloser, most int64) (*spooled, error) {
	s := &spooled{}
	if body == nil {
		return s, nil
	}
	defer body.Close()
	buf, out := make([]byte, 32<<10), make([]byte, 0, 64<<10)
	last := byte(0)
	for {
		n, err := body.Read(buf)
		out = out[:0]
		for _, c := range buf[:n] {
			switch {
			case c == 0: // no literal may hold it (RFC 9051, section 4.3)
				return nil, s.give(&wire.ArgError{Text: "a message with a NUL byte cannot be stored over IMAP"})
			case c == '\n' && last != '\r':
				out = append(out, '\r')
			}
			out = append(out, c)
			last = c
		}
		if s.size += int64(len(out)); s.size > most {
			return nil, s.give(&wire.ArgError{Text: "the message is larger than allowed"})
		}
		if failed := s.write(out); failed != nil {
			return nil, s.give(failed)
		}
		if err == io.EOF {
			return s, nil
		}
		if err != nil {
			return nil, s.give(err)
		}
	}
}

// give drops what was spooled, for an error.
func (s *spooled) give(err error) error {
	s.close()
	return err
}

func (s *spooled) write(b []byte) error {
	if s.file == nil && s.memory.Len()+len(b) > mostMemory {
		file, err := os.CreateTemp("", "lockstep-imap-")
		if err != nil {
			return err
		}
		s.file = file
		if err := os.Remove(file.Name()); err != nil { // no name: gone with the process
			return err
		}
		if _, err := s.memory.WriteTo(file); err != nil {
			return err
		}
	}
	if s.file != nil {
		_, err := s.file.Write(b)
		return err
	}
	s.memory.Write(b)
	return nil
}

// reader reads the message from its beginning, each time it is called.
func (s *spooled) reader() io.Reader {
	if s.file != nil {
		return io.NewSectionReader(s.file, 0, s.size)
	}
	return bytes.NewReader(s.memory.Bytes())
}

func (s *spooled) close() {
	if s.file != nil {
		s.file.Close()
	}
}
