package contentline

import "bytes"

// Trim takes off what stands around the lines of a body and says nothing: a byte order
// mark, with which some programs begin a file (it belongs to no line, RFC 6350, section
// 3.1), and blank lines behind the last one. Parse passes over both; not every program
// does.
func Trim(body []byte) []byte {
	body = bytes.TrimPrefix(body, []byte(byteOrderMark))
	text := bytes.TrimRight(body, " \t\r\n")
	end := 0 // of the line break of the last line
	switch rest := body[len(text):]; {
	case bytes.HasPrefix(rest, []byte("\r\n")):
		end = 2
	case bytes.HasPrefix(rest, []byte("\n")), bytes.HasPrefix(rest, []byte("\r")):
		end = 1
	default: // blanks in the last line are its own
		return body
	}
	return body[:len(text)+end]
}
