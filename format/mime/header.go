package mime

import (
	"bytes"
	"strings"
)

// longestName is the longest field name that means anything here, with some
// room for blanks before the colon; longer names are kept without a look.
const longestName = 24

// header filters the header of a message in LF form: it leaves out the fields
// that sync programs write, and listens for the Message-ID.
type header struct {
	state state
	// name is the beginning of the field that is being read, held back until
	// it is known what becomes of it.
	name []byte
	id   messageID
}

// state of the reading. The three states inside a field and the three after
// its line end stand in the same order.
type state uint8

const (
	lineStart state = iota
	inName          // before the colon of a new field
	kept            // in a field that stays
	listened        // in a Message-ID, which stays
	ignored         // in a field that is left out
	keptEnd         // after the line end of such a field: a blank goes on with it
	listenedEnd
	ignoredEnd
	body
)

func (h *header) reset() {
	h.state, h.name = lineStart, h.name[:0]
	h.id.reset()
}

// filter consumes b; what stays goes to emit, and what belongs to the body is
// returned, for the caller to emit in one piece.
func (h *header) filter(b []byte, emit func([]byte)) []byte {
	for len(b) > 0 && h.state != body {
		switch h.state {
		case lineStart, keptEnd, listenedEnd, ignoredEnd:
			h.startLine(b[0])
		case inName:
			b = h.readName(b, emit)
		case kept, listened, ignored:
			b = h.readValue(b, emit)
		}
	}
	return b
}

// startLine decides by its first byte what a line is.
func (h *header) startLine(c byte) {
	folded := c == ' ' || c == '\t'
	switch {
	case c == '\n':
		h.state = body
	case folded && h.state != lineStart:
		h.state -= keptEnd - kept // from the end of a field back into it
	case folded:
		h.state = kept
	default:
		h.state = inName
	}
}

// readName collects a field name up to its colon.
func (h *header) readName(b []byte, emit func([]byte)) []byte {
	n := bytes.IndexAny(b[:min(len(b), longestName-len(h.name))], ":\n")
	if n < 0 && len(b) < longestName-len(h.name) {
		h.name = append(h.name, b...)
		return nil
	}
	if n < 0 { // too long, whatever it is
		h.endName(kept, emit)
		return b
	}
	h.name = append(h.name, b[:n]...)
	next := kept
	if b[n] == ':' {
		switch {
		case h.named("X-TUID"), h.named("X-Keywords"):
			next = ignored
		case h.named("Message-ID") && h.id.empty(): // the first that says anything counts
			h.id.reset()
			h.endName(listened, emit)
			emit(b[n : n+1])
			return b[n+1:]
		}
	}
	h.endName(next, emit)
	return b[n:]
}

// named tells whether the field has a name, in any case, with blanks after it.
func (h *header) named(name string) bool {
	if len(h.name) < len(name) || len(bytes.TrimRight(h.name[len(name):], " \t")) > 0 {
		return false
	}
	return strings.EqualFold(string(h.name[:len(name)]), name)
}

func (h *header) endName(next state, emit func([]byte)) {
	if next != ignored {
		emit(h.name)
	}
	h.state, h.name = next, h.name[:0]
}

// readValue passes a line on, to its end or to that of b.
func (h *header) readValue(b []byte, emit func([]byte)) []byte {
	if h.state == ignored {
		if b = h.ignore(b); h.state == kept {
			return b
		}
	}
	n := bytes.IndexByte(b, '\n') + 1
	ended := n > 0
	if !ended {
		n = len(b)
	}
	if h.state != ignored {
		emit(b[:n])
	}
	if h.state == listened {
		h.id.add(b[:n])
	}
	if ended {
		h.state += keptEnd - kept // from inside a field to its end
	}
	return b[n:]
}

// ignore looks for a CR in a line that is left out. Some programs take a CR for
// a line end and would show what follows, so from there on it counts: two
// messages that are shown as different ones never have one digest.
func (h *header) ignore(b []byte) []byte {
	line := b
	if n := bytes.IndexByte(b, '\n'); n >= 0 {
		line = b[:n]
	}
	if n := bytes.IndexByte(line, '\r'); n >= 0 {
		h.state = kept
		return b[n:]
	}
	return b
}

// end is the end of the message, which may lie within its header.
func (h *header) end(emit func([]byte)) {
	emit(h.name)
	h.name = h.name[:0]
}
