package imap

import (
	"bufio"
	"fmt"
	"unicode/utf8"

	"lockstep/core"
)

// limit is the size in bytes of the largest message that a mailbox takes (RFC
// 7889); -1 = it was not told.
func (r *Replica) limit(id core.CollectionID) int64 {
	if n, own := r.limits[id]; own {
		return n
	}
	if r.conn == nil {
		return -1
	}
	return r.conn.AppendLimit()
}

// tooLarge is why a message of some bytes cannot be stored in a mailbox; nil =
// nothing is known against it.
func (r *Replica) tooLarge(op string, id core.CollectionID, size int64) error {
	most := r.limit(id)
	if most < 0 || size <= most {
		return nil
	}
	return &core.Error{Op: op, Class: core.Permanent, Thing: string(id),
		Err: fmt.Errorf("the message has %d bytes; the server takes at most %d here", size, most), Remedy: "make it smaller, or exclude it by its size"}
}

// Vet implements core.Vetter: what the server is known to be too small for.
func (r *Replica) Vet(w core.Write) error {
	if w.Op != core.OpCreate {
		return nil
	}
	return r.tooLarge("imap.Vet", w.Ref.Collection, w.Item.Size)
}

// inUTF8 tells whether the header of a message is in UTF-8 and not in ASCII (RFC
// 6532).
func (s *spooled) inUTF8() bool {
	in := bufio.NewReader(s.reader())
	beyond, line := false, 0
	for {
		c, size, err := in.ReadRune()
		switch {
		case err != nil || c == '\n' && line == 0:
			return beyond
		case c == utf8.RuneError && size == 1:
			return false
		case c == '\n':
			line = 0
		case c != '\r':
			line++
		}
		beyond = beyond || c >= utf8.RuneSelf
	}
}
