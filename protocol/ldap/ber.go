package ldap

// BER (X.690) as far as LDAP uses it (RFC 4511, section 5.1): definite lengths
// and identifiers of one octet. Contents are never copied here.

// Identifiers of what LDAP messages are made of.
const (
	tagBoolean  = 0x01
	tagInteger  = 0x02
	tagOctets   = 0x04
	tagEnum     = 0x0a
	tagSequence = 0x30
	tagSet      = 0x31
)

// encode appends one element to b.
func encode(b []byte, tag byte, contents ...[]byte) []byte {
	n := 0
	for _, c := range contents {
		n += len(c)
	}
	b = append(b, tag)
	switch {
	case n < 0x80:
		b = append(b, byte(n))
	case n < 1<<8:
		b = append(b, 0x81, byte(n))
	case n < 1<<16:
		b = append(b, 0x82, byte(n>>8), byte(n))
	default: // requests are far below 4 GiB
		b = append(b, 0x84, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	for _, c := range contents {
		b = append(b, c...)
	}
	return b
}

func encodeText(tag byte, s string) []byte { return encode(nil, tag, []byte(s)) }

// encodeInt encodes a number that is not negative.
func encodeInt(tag byte, n int64) []byte {
	b := []byte{byte(n)}
	for n >>= 8; n > 0; n >>= 8 {
		b = append([]byte{byte(n)}, b...)
	}
	if b[0] >= 0x80 {
		b = append([]byte{0}, b...)
	}
	return encode(nil, tag, b)
}

// decoder reads elements one after the other. After the first thing that is
// not as it must be, bad is set and everything is empty.
type decoder struct {
	rest []byte
	bad  bool
}

// more tells whether an element follows.
func (d *decoder) more() bool { return !d.bad && len(d.rest) > 0 }

// is tells whether an element with this identifier follows.
func (d *decoder) is(tag byte) bool { return d.more() && d.rest[0] == tag }

// next reads an element that must have this identifier, and returns its
// contents.
func (d *decoder) next(tag byte) []byte {
	if !d.is(tag) {
		d.bad = true
		return nil
	}
	_, body := d.any()
	return body
}

// any reads an element.
func (d *decoder) any() (tag byte, body []byte) {
	if d.bad || len(d.rest) < 2 || d.rest[0]&0x1f == 0x1f {
		d.bad = true
		return 0, nil
	}
	tag = d.rest[0]
	n, head := int(d.rest[1]), 2
	if n >= 0x80 {
		octets := n & 0x7f
		if octets == 0 || octets > 4 || len(d.rest) < 2+octets {
			d.bad = true
			return 0, nil
		}
		n, head = 0, 2+octets
		for _, b := range d.rest[2:head] {
			n = n<<8 | int(b)
		}
	}
	if n > len(d.rest)-head {
		d.bad = true
		return 0, nil
	}
	body = d.rest[head : head+n]
	d.rest = d.rest[head+n:]
	return tag, body
}

// in reads an element and returns a decoder of its contents.
func (d *decoder) in(tag byte) *decoder {
	body := d.next(tag)
	return &decoder{rest: body, bad: d.bad}
}

// number reads one that fits into 63 bits and is not negative.
func (d *decoder) number(tag byte) int64 {
	body := d.next(tag)
	if len(body) == 0 || len(body) > 8 || body[0] >= 0x80 {
		d.bad = true
		return 0
	}
	var n int64
	for _, b := range body {
		n = n<<8 | int64(b)
	}
	return n
}

func (d *decoder) text(tag byte) string { return string(d.next(tag)) }
