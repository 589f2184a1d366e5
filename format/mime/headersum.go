package mime

import (
	"crypto/sha256"
	"encoding/base64"
	"io"

	"lockstep/core"
)

// HeaderSum digests the header of a message in its canonical form, without the
// empty line that ends it. It reads no further than a chunk beyond the header.
func HeaderSum(r io.Reader) (core.Sum, error) { return new(Scanner).HeaderSum(r) }

// HeaderSum is HeaderSum for many messages.
func (s *Scanner) HeaderSum(r io.Reader) (core.Sum, error) {
	if s.hash == nil {
		s.in, s.lf, s.hash = make([]byte, chunk), make([]byte, 0, chunk), sha256.New()
	}
	s.hash.Reset()
	s.size, s.lines = 0, lineEnds{}
	s.header.reset()
	take := func(b []byte) { s.header.filter(b, s.emit) } // what is left is body
	err := pieces(r, s.in, func(b []byte) bool {
		s.lines.convert(b, s.lf, take)
		return s.header.state != body
	})
	if err != nil {
		return "", err
	}
	if s.header.state != body {
		s.lines.rest(s.lf, take)
		s.header.end(s.emit)
	}
	return core.Sum(base64.RawURLEncoding.EncodeToString(s.hash.Sum(nil)[:sumBytes])), nil
}
