package ldap

import (
	"bufio"
	"io"
	"slices"
)

// Operations (RFC 4511, section 4.2 and on).
const (
	opBind             = 0x60
	opBindResponse     = 0x61
	opUnbind           = 0x42
	opSearch           = 0x63
	opEntry            = 0x64
	opDone             = 0x65
	opReference        = 0x73
	opExtended         = 0x77
	opExtendedResponse = 0x78
)

// maxMessage is how large one message of a server may be, in bytes: more than
// any entry, and less than what hurts.
const maxMessage = 32 << 20

// message of a server. It is valid until the next one is read.
type message struct {
	id       int64
	op       byte
	body     []byte
	controls *decoder
}

// readMessage reads one message into buf, which it may replace by a larger
// one. Memory is taken as data arrives, not as it is announced.
func readMessage(r *bufio.Reader, buf []byte) (message, []byte, error) {
	n, err := readHeader(r)
	if err != nil {
		return message{}, buf, err
	}
	const step = 256 << 10
	buf = buf[:0]
	for len(buf) < n {
		want := min(n-len(buf), step)
		buf = slices.Grow(buf, want)
		part := buf[len(buf) : len(buf)+want]
		if _, err := io.ReadFull(r, part); err != nil {
			return message{}, buf, unexpected(err)
		}
		buf = buf[:len(buf)+want]
	}
	d := &decoder{rest: buf}
	m := message{id: d.number(tagInteger)}
	m.op, m.body = d.any()
	m.controls = &decoder{}
	if d.is(0xa0) {
		m.controls = d.in(0xa0)
	}
	if d.bad {
		return message{}, buf, broken("a message is not what LDAP allows")
	}
	return m, buf, nil
}

// readHeader reads the identifier and the length of a message.
func readHeader(r *bufio.Reader) (int, error) {
	tag, err := r.ReadByte()
	if err != nil {
		return 0, err
	}
	if tag != tagSequence {
		// Records of TLS begin with 21, an alert, or 22, the handshake (RFC
		// 8446, section 5.1).
		return 0, &ProtocolError{Text: "what the server sends is not LDAP", TLS: tag == 21 || tag == 22}
	}
	first, err := r.ReadByte()
	if err != nil {
		return 0, unexpected(err)
	}
	if first < 0x80 {
		return int(first), nil
	}
	octets := int(first & 0x7f)
	if octets == 0 || octets > 8 {
		return 0, broken("a message has no length")
	}
	n := uint64(0)
	for range octets {
		b, err := r.ReadByte()
		if err != nil {
			return 0, unexpected(err)
		}
		n = n<<8 | uint64(b)
	}
	if n > maxMessage {
		return 0, broken("a message of %d bytes is announced; %d are allowed", n, maxMessage)
	}
	return int(n), nil
}

// unexpected: an end in the middle of a message is no end.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// result is what ends an operation (RFC 4511, section 4.1.9).
func (m message) result() error {
	d := &decoder{rest: m.body}
	code, matched, text := d.number(tagEnum), d.text(tagOctets), d.text(tagOctets)
	var referrals []string
	if d.is(0xa3) {
		referrals = uris(d.in(0xa3))
	}
	if d.bad {
		return broken("a result is not what LDAP allows")
	}
	if code == 0 {
		return nil
	}
	return &ResultError{Code: int(code), Matched: plain(matched), Text: plain(text), Referrals: referrals}
}

// uris reads addresses, as many as a person reads.
func uris(d *decoder) (out []string) {
	for d.more() {
		uri := d.text(tagOctets)
		if len(out) < 10 {
			out = append(out, plain(uri))
		}
	}
	return out
}

// control returns the value of a control of the message.
func (m message) control(oid string) (value []byte, found bool, err error) {
	d := *m.controls
	for d.more() {
		c := d.in(tagSequence)
		name := c.text(tagOctets)
		if c.is(tagBoolean) {
			c.next(tagBoolean)
		}
		var v []byte
		if c.is(tagOctets) {
			v = c.next(tagOctets)
		}
		if c.bad {
			d.bad = true
		} else if name == oid {
			value, found = v, true
		}
	}
	if d.bad {
		return nil, false, broken("a control is not what LDAP allows")
	}
	return value, found, nil
}
