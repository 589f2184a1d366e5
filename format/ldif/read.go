package ldif

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/base64"
	"fmt"
	"io"
	"iter"
	"strings"
)

// Read yields the records of a text, in its order. An *Error is about one
// record, which is left out, or about the text as a whole; the rest goes on. Any
// other error is the reader's and the last thing that is yielded. Only if
// there was no error the text was read completely.
func Read(in io.Reader) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		r := reader{lines: lines{in: bufio.NewReaderSize(in, 64<<10)}}
		if mark, _ := r.in.Peek(len(utf8Mark)); string(mark) == utf8Mark {
			r.in.Discard(len(utf8Mark))
		} else if len(mark) > 1 && (string(mark[:2]) == "\xff\xfe" || string(mark[:2]) == "\xfe\xff") {
			yield(Record{}, &Error{Line: 1, Text: "the text is UTF-16", Remedy: "write it as UTF-8"})
			return
		}
		for {
			record, found, err := r.record()
			switch {
			case err == io.EOF:
				return
			case err != nil:
				if !yield(Record{}, err) {
					return
				}
				if _, bad := err.(*Error); !bad {
					return
				}
			case found && !yield(record, nil):
				return
			}
		}
	}
}

const utf8Mark = "\xef\xbb\xbf"

type reader struct{ lines }

// record reads lines up to the next empty one. found is false if they held no
// entry: the version, comments, how a search ended.
func (r *reader) record() (record Record, found bool, err error) {
	var bad *Error
	size, begun := 0, false
	wrong := func(line int, remedy, format string, args ...any) {
		if bad == nil {
			bad = &Error{Line: line, Text: fmt.Sprintf(format, args...), Remedy: remedy}
		}
	}
	var tail ending
	for {
		text, line, err := r.next()
		switch {
		case err == errLong:
			begun = true
			wrong(line, "", "a line is longer than %d bytes", mostLine)
			continue
		case err != nil && err != io.EOF:
			return Record{}, false, err
		case err == io.EOF || len(text) == 0:
			if bad == nil && tail.is {
				bad = tail.failure()
			}
			switch {
			case bad != nil:
				bad.DN = record.DN
				return Record{}, false, bad
			case begun && !tail.is:
				return record, true, nil
			}
			return Record{}, false, err
		case text[0] == '#':
			continue
		}
		if size += len(text); size > mostRecord {
			wrong(line, "", "a record is longer than %d bytes", mostRecord)
		}
		if bad != nil {
			begun = true
			continue
		}
		name, value, fault := attribute(text)
		if fault != nil {
			begun = true
			wrong(line, fault.Remedy, "%s", fault.Text)
			continue
		}
		switch lower := strings.ToLower(name); {
		case !begun && lower == "version":
			if value != "1" {
				wrong(line, "write it as version 1", "this is version %q", value)
			}
			continue
		case !begun && lower == "search", tail.is:
			tail.is, tail.line = true, line
			if lower == "result" {
				tail.result = value
			}
		case !begun && lower == "dn":
			record.DN, record.Line = value, line
		case !begun:
			wrong(line, "a record begins with dn:, and an empty line ends it", "%q comes before the dn", name)
		case lower == "changetype" || lower == "control":
			wrong(line, "write entries, not changes, as ldapsearch -LLL does", "the record changes a directory (%s)", name)
		case lower == "dn":
			wrong(line, "put an empty line before it", "a second dn in one record")
		default:
			record.Attributes = append(record.Attributes, Attribute{Name: name, Value: value})
		}
		begun = true
	}
}

// ending is how ldapsearch without -LLL tells that a search has ended: as a
// record of "search: 2" and "result: 0 Success".
type ending struct {
	is     bool
	line   int
	result string
}

// failure is nil if the search was successful.
func (e ending) failure() *Error {
	if code, _, _ := strings.Cut(e.result, " "); code == "0" {
		return nil
	}
	return &Error{Line: e.line, Text: fmt.Sprintf("the search that wrote this text ended early (result: %s)", cmp.Or(e.result, "none")),
		Remedy: "search again without a limit"}
}

// attribute takes a line apart.
func attribute(text []byte) (name, value string, fault *Error) {
	if text[0] == ' ' {
		return "", "", &Error{Text: "a line that goes on, without one before it", Remedy: "lines that begin with a blank go on with the line before"}
	}
	raw, rest, found := bytes.Cut(text, []byte(":"))
	if string(text) == "-" {
		return "", "", &Error{Text: "the record changes a directory (-)", Remedy: "write entries, not changes, as ldapsearch -LLL does"}
	}
	name = string(raw)
	if !found || !isName(name) {
		if len(name) > 60 {
			name = name[:60] + "..."
		}
		return "", "", &Error{Text: fmt.Sprintf("%q is not the name of an attribute", name), Remedy: "write name: value, and a blank before a line that goes on"}
	}
	sort := byte(' ')
	if len(rest) > 0 {
		sort = rest[0]
	}
	switch sort {
	case '<':
		return "", "", &Error{Text: "the value of " + name + " is in another file, which is not read", Remedy: "write it in Base64 after ::"}
	case ':':
		decoded, err := base64.StdEncoding.DecodeString(string(trimLeft(rest[1:])))
		if err != nil {
			return "", "", &Error{Text: "the value of " + name + " is not Base64", Remedy: "write it after a single colon, if it is plain text"}
		}
		return name, string(decoded), nil
	}
	value = string(trimLeft(rest))
	if strings.ContainsAny(value, "\x00\r") {
		return "", "", &Error{Text: "the value of " + name + " has a control character", Remedy: "write it in Base64 after ::"}
	}
	return name, value, nil
}

// trimLeft drops the blanks before a value (RFC 2849, FILL).
func trimLeft(b []byte) []byte { return bytes.TrimLeft(b, " ") }

// isName tells whether a text is the name or the OID of an attribute, with
// options.
func isName(name string) bool {
	for _, part := range strings.Split(name, ";") {
		if part == "" || strings.ContainsFunc(part, func(r rune) bool {
			return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.' || r == '_')
		}) {
			return false
		}
	}
	return true
}
