package ldif

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// Bounds of what is read, in bytes: photographs and certificates fit.
const (
	mostLine   = 16 << 20 // unfolded
	mostRecord = 32 << 20
)

var errLong = errors.New("longer than is read")

// lines reads lines, unfolded.
type lines struct {
	in *bufio.Reader
	// at is the number of the last physical line that was read.
	at int
}

// next returns a line without its end, and the number of its beginning. io.EOF:
// there is none. errLong: it is too long, and was skipped.
func (l *lines) next() (text []byte, number int, err error) {
	text, err = l.physical(nil, false)
	number = l.at
	if err == io.EOF || err != nil && err != errLong || len(text) == 0 && err == nil {
		return text, number, err
	}
	long := err == errLong
	for {
		more, err := l.in.Peek(1)
		if err != nil || more[0] != ' ' {
			break // an error comes again when the next line is read
		}
		if text, err = l.physical(text, true); err == errLong {
			long = true
		} else if err != nil {
			return nil, number, err
		}
	}
	if long {
		return nil, number, errLong
	}
	return text, number, nil
}

// physical appends one line as it stands in the text. folded: without the blank
// that it starts with.
func (l *lines) physical(to []byte, folded bool) ([]byte, error) {
	l.at++
	long, begin := false, true
	start := len(to)
	for {
		part, err := l.in.ReadSlice('\n')
		if begin && len(part) == 0 && err == io.EOF {
			return nil, io.EOF
		}
		if begin && folded {
			part = part[1:]
		}
		begin = false
		if long = long || len(to)+len(part) > mostLine; !long {
			to = append(to, part...)
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		if err != nil && err != io.EOF {
			return nil, err
		}
		break
	}
	if long {
		return nil, errLong
	}
	// The end of the line; a line may end in CR LF (RFC 2849, SEP).
	if bytes.HasSuffix(to[start:], []byte("\n")) {
		to = to[:len(to)-1]
		to = append(to[:start], bytes.TrimSuffix(to[start:], []byte("\r"))...)
	}
	return to, nil
}
