package mime

import (
	"io"
	"strings"

	"lockstep/core"
)

// longestID is how much of a Message-ID counts: a line of a message holds no
// more, and a Key is stored for every message.
const longestID = 998

// Key returns the Key that the value of a Message-ID field makes, folded or
// not; "" if it says nothing. It is what stands between the first "<" and the
// next ">", or everything without them, without blanks and control characters.
func Key(value string) core.Key {
	var id messageID
	id.add([]byte(value))
	return id.key()
}

// MessageID reads a header, or a message up to its first empty line, and
// returns the Key of the first Message-ID that says anything. An error is the
// reader's.
func MessageID(r io.Reader) (core.Key, error) {
	var (
		lines lineEnds
		h     header
		in    = make([]byte, 4<<10)
		lf    = make([]byte, 0, len(in))
	)
	ignore := func([]byte) {}
	err := pieces(r, in, func(b []byte) bool {
		lines.convert(b, lf, func(b []byte) { h.filter(b, ignore) })
		return h.state != body
	})
	if err != nil {
		return "", err
	}
	return h.id.key(), nil
}

// messageID collects a Message-ID from the pieces of its field.
type messageID struct {
	text   []byte
	opened bool // "<" was seen
	closed bool // and its ">"
}

func (m *messageID) add(b []byte) {
	for _, c := range b {
		switch {
		case m.closed:
			return
		case c == '<' && !m.opened:
			m.opened, m.text = true, m.text[:0]
		case c == '>' && m.opened:
			m.closed = true
		case c <= ' ' || c == 0x7f || len(m.text) == longestID:
		default:
			m.text = append(m.text, c)
		}
	}
}

func (m *messageID) reset() { *m = messageID{text: m.text[:0]} }

func (m *messageID) empty() bool { return len(m.text) == 0 }

func (m *messageID) key() core.Key {
	return core.Key(strings.ToValidUTF8(string(m.text), "\uFFFD"))
}
