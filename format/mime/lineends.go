package mime

import "bytes"

// lineEnds turns line ends into LF. CRs are held back until it is known
// whether an LF follows; only their number is kept, whatever it is.
type lineEnds struct{ held int }

// convert hands over the LF form of b: b itself if nothing is to be done, else
// pieces built in the room of buf.
func (l *lineEnds) convert(b, buf []byte, take func([]byte)) {
	if l.held == 0 && bytes.IndexByte(b, '\r') < 0 {
		take(b)
		return
	}
	buf = buf[:0]
	for len(b) > 0 {
		switch {
		case l.held == 0 || b[0] == '\r':
		case b[0] == '\n':
			l.held = 0
		default:
			buf = l.release(buf, take)
		}
		n := bytes.IndexByte(b, '\r')
		if n < 0 {
			n = len(b)
		}
		if len(buf)+n > cap(buf) {
			take(buf)
			buf = buf[:0]
		}
		buf = append(buf, b[:n]...)
		for b = b[n:]; len(b) > 0 && b[0] == '\r'; b = b[1:] {
			l.held++
		}
	}
	take(buf)
}

// release appends the held CRs, which no LF follows, handing over what is in
// buf whenever it is full.
func (l *lineEnds) release(buf []byte, take func([]byte)) []byte {
	for ; l.held > 0; l.held-- {
		if len(buf) == cap(buf) {
			take(buf)
			buf = buf[:0]
		}
		buf = append(buf, '\r')
	}
	return buf
}

// rest hands over the CRs that end the message.
func (l *lineEnds) rest(buf []byte, take func([]byte)) { take(l.release(buf[:0], take)) }
