package maildir

import (
	"bytes"
	"io"
)

// lfWriter writes CRLF as LF; a CR before anything else stays.
type lfWriter struct {
	out  io.Writer
	held bool // a CR that may begin a line end
	buf  []byte
}

func (l *lfWriter) begin(out io.Writer) { l.out, l.held, l.buf = out, false, l.buf[:0] }

// Write implements io.Writer.
func (l *lfWriter) Write(b []byte) (int, error) {
	size := len(b)
	for len(b) > 0 {
		if l.held && b[0] != '\n' {
			l.buf = append(l.buf, '\r')
		}
		l.held = false
		n := bytes.IndexByte(b, '\r')
		if n < 0 {
			l.buf = append(l.buf, b...)
			break
		}
		l.buf = append(l.buf, b[:n]...)
		b, l.held = b[n+1:], true
	}
	if len(l.buf) < 32<<10 {
		return size, nil
	}
	return size, l.write()
}

func (l *lfWriter) write() error {
	_, err := l.out.Write(l.buf)
	l.buf = l.buf[:0]
	return err
}

// flush writes what is left.
func (l *lfWriter) flush() error {
	if l.held {
		l.buf, l.held = append(l.buf, '\r'), false
	}
	return l.write()
}
