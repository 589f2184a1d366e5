package mime

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"io"
	"sync"

	"lockstep/core"
)

// Summary is what one reading of a message tells.
type Summary struct {
	Key core.Key
	Sum core.Sum
	// Size of the canonical form with CRLF line ends.
	Size int64
}

// Digest digests one message; a Digester is for many.
func Digest(r io.Reader) (core.Sum, int64, error) { return new(Digester).Digest(r) }

// Digester digests messages, several at the same time. It keeps the buffers of
// its scanners; the zero value is ready.
type Digester struct{ scanners sync.Pool }

// Digest implements core.Traits.Digest for mail.
func (d *Digester) Digest(r io.Reader) (core.Sum, int64, error) {
	scanner, kept := d.scanners.Get().(*Scanner)
	if !kept {
		scanner = new(Scanner)
	}
	defer d.scanners.Put(scanner)
	s, err := scanner.Scan(r)
	return s.Sum, s.Size, err
}

// sumBytes of the SHA-256 are kept: enough that no two bodies meet by chance,
// short enough to store one for each message.
const sumBytes = 18

// chunk is how much is read at once.
const chunk = 32 << 10

// Scanner summarises messages, one after the other; the zero value is ready.
// It keeps its buffers, so one scanner for many messages saves memory.
type Scanner struct {
	in, lf []byte
	hash   hash.Hash
	size   int64
	lines  lineEnds
	header header
}

// Scan reads a message to its end. An error is the reader's.
func (s *Scanner) Scan(r io.Reader) (Summary, error) {
	if s.hash == nil {
		s.in, s.lf, s.hash = make([]byte, chunk), make([]byte, 0, chunk), sha256.New()
	}
	s.hash.Reset()
	s.size, s.lines = 0, lineEnds{}
	s.header.reset()
	take := s.take
	err := pieces(r, s.in, func(b []byte) bool {
		s.lines.convert(b, s.lf, take)
		return true
	})
	if err != nil {
		return Summary{}, err
	}
	s.lines.rest(s.lf, take)
	s.header.end(s.emit)
	sum := s.hash.Sum(nil)[:sumBytes]
	return Summary{Key: s.header.id.key(), Sum: core.Sum(base64.RawURLEncoding.EncodeToString(sum)), Size: s.size}, nil
}

// take passes a piece in LF form through the header, then to the digest.
func (s *Scanner) take(b []byte) { s.emit(s.header.filter(b, s.emit)) }

func (s *Scanner) emit(b []byte) {
	if len(b) > 0 {
		s.hash.Write(b)
		s.size += int64(len(b) + bytes.Count(b, []byte{'\n'}))
	}
}

// pieces reads to the end, or as long as more is wanted.
func pieces(r io.Reader, buf []byte, take func([]byte) (more bool)) error {
	for empty := 0; ; {
		n, err := r.Read(buf)
		if empty++; n > 0 {
			empty = 0
		}
		switch more := take(buf[:n]); {
		case err == io.EOF || !more:
			return nil
		case err != nil:
			return err
		case empty > 100:
			return io.ErrNoProgress
		}
	}
}
