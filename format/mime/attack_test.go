package mime_test

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"

	"lockstep/core"
	"lockstep/format/mime"
)

// endless repeats a text for so many bytes without holding them.
type endless struct {
	text string
	left int
	at   int // in the text
}

func (e *endless) Read(b []byte) (n int, err error) {
	for n < len(b) && e.left > 0 {
		k := copy(b[n:min(len(b), n+e.left)], e.text[e.at:])
		n, e.left, e.at = n+k, e.left-k, (e.at+k)%len(e.text)
	}
	if e.left == 0 {
		err = io.EOF
	}
	return n, err
}

// again says a text for so many bytes.
func again(text string, size int) *endless {
	return &endless{text: strings.Repeat(text, 1+4096/len(text)), left: size}
}

// counted counts what is read.
type counted struct {
	r io.Reader
	n int
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += n
	return n, err
}

// visible is what of a message counts, written in another way than the package
// does: without the fields of sync programs, up to a CR that others may take
// for a line end.
func visible(message string, lineEnd, field *regexp.Regexp) string {
	message = lineEnd.ReplaceAllString(message, "\n")
	header, body := message, ""
	if strings.HasPrefix(message, "\n") {
		header, body = "", message
	} else if at := strings.Index(message, "\n\n"); at >= 0 {
		header, body = message[:at+1], message[at+1:]
	}
	out, hidden := "", false
	for i, line := range strings.SplitAfter(header, "\n") {
		if folded := i > 0 && strings.HasPrefix(strings.TrimPrefix(line, "\t"), " ") || i > 0 && strings.HasPrefix(line, "\t"); !folded {
			hidden = field.MatchString(line)
		}
		if hidden {
			at := strings.IndexByte(line, '\r')
			if at < 0 {
				continue
			}
			line, hidden = line[at:], false
		}
		out += line
	}
	return out + body
}

// Two messages that differ in anything but the fields of sync programs have
// two digests, whatever stands where; otherwise one of them could be taken for
// the other and be lost.
func TestAttack14HiddenFieldsHideNothingElse(t *testing.T) {
	parts := []string{"X-TUID: a", "x-keywords :b", "\n", "\r\n", "\r", " fold", "\tS: 1", "S: 1", ":", "\x00", "X-TUID", "\r\r\n", "X-TUID:\rS: 2"}
	sums := map[core.Sum]string{} // and what was seen of the message
	seen := map[string]core.Sum{}
	lineEnd, field := regexp.MustCompile(`\r+\n`), regexp.MustCompile(`(?i)^x-(tuid|keywords)[ \t]*:`)
	n := 0
	var s mime.Scanner
	var build func(message string, depth int)
	build = func(message string, depth int) {
		n++
		found, err := s.Scan(strings.NewReader(message))
		if err != nil {
			t.Fatal(err)
		}
		sum, shown := found.Sum, visible(message, lineEnd, field)
		if other, twice := sums[sum]; twice && other != shown {
			t.Fatalf("%q has the digest of one that shows %q", message, other)
		}
		if other, twice := seen[shown]; twice && other != sum {
			t.Fatalf("%q has another digest than one that shows the same, %q", message, shown)
		}
		sums[sum], seen[shown] = shown, sum
		if depth == 0 {
			return
		}
		for _, part := range parts {
			build(message+part, depth-1)
		}
	}
	build("", 4)
	build("Message-ID: <a@b>\n", 3)
	build("Message-ID: <a@b>\nX-TUID: q\n", 3)
	if len(sums) < n/20 {
		t.Errorf("%d messages show only %d different things", n, len(sums))
	}
}

// A Message-ID stands in the header, in a field of that name, and holds no
// line end, blank or control character, whatever is written into it.
func TestAttack14MessageIDCannotBeForged(t *testing.T) {
	for header, want := range map[string]core.Key{
		"Message-ID: <a@b>\rMessage-ID: <c@d>\n":                      "a@b",
		"Subject: x\rMessage-ID: <c@d>\nMessage-ID: <a@b>\n":          "a@b",
		"Subject: x\n Message-ID: <c@d>\nMessage-ID: <a@b>\n":         "a@b",
		"Subject: x\n\tMessage-ID: <c@d>\nMessage-ID: <a@b>\n":        "a@b",
		"Subject: x\n \nMessage-ID: <a@b>\n":                          "a@b",
		"Message-ID\x00: <c@d>\nMessage-ID: <a@b>\n":                  "a@b",
		"\x00Message-ID: <c@d>\nMessage-ID: <a@b>\n":                  "a@b",
		"Message\r-ID: <c@d>\nMessage-ID: <a@b>\n":                    "a@b",
		"Message-ID;x: <c@d>\nMessage-ID: <a@b>\n":                    "a@b",
		"X-TUID: x\n Message-ID: <c@d>\nMessage-ID: <a@b>\n":          "a@b",
		"X-TUID: x\rMessage-ID: <c@d>\nMessage-ID: <a@b>\n":           "a@b",
		"X-TUID: x\r\n\tMessage-ID: <c@d>\r\nMessage-ID: <a@b>\r\n":   "a@b",
		strings.Repeat("x", 5000) + "Message-ID: <c@d>\n":             "",
		"Message-ID" + strings.Repeat(" ", 5000) + ": <c@d>\n":        "",
		"=?utf-8?q?Message-ID?=: <c@d>\n":                             "",
		"\nMessage-ID: <c@d>\n":                                       "",
		"\r\nMessage-ID: <c@d>\n":                                     "",
		"\r\r\nMessage-ID: <c@d>\n":                                   "",
		"Content-Type: message/rfc822\n\nMessage-ID: <c@d>\n\nx":      "",
		"Message-ID: <a\r\n Bcc: x@y\r\n @b>\n":                       "aBcc:x@y@b",
		"Message-ID: <a@b\x00c\x1b[31m\x7f>\n":                        "a@bc[31m",
		"Message-ID: \x00\x01\r\r\nMessage-ID: <a@b>\n":               "a@b",
		"Message-ID: <" + strings.Repeat("a", 1<<20) + ">\n":          core.Key(strings.Repeat("a", 998)),
		"Message-ID: " + strings.Repeat("=?utf-8?q?x?= ", 200) + "\n": core.Key(strings.Repeat("=?utf-8?q?x?=", 200)[:998]),
	} {
		for name, in := range map[string]io.Reader{"whole": strings.NewReader(header), "in pieces": iotest.OneByteReader(strings.NewReader(header))} {
			got, err := mime.MessageID(in)
			if got != want || err != nil {
				t.Errorf("%.60q, %s: %.60q, %v, want %.60q", header, name, got, err, want)
			}
		}
		if whole := scan(t, []byte(header)).Key; whole != want {
			t.Errorf("%.60q: a scan tells %.60q, want %.60q", header, whole, want)
		}
	}
}

// bombs are messages that cost programs which take MIME apart their time and
// memory.
func bombs() map[string]func() io.Reader {
	made := func(text string) func() io.Reader { return func() io.Reader { return strings.NewReader(text) } }
	var deep, forwarded, parts strings.Builder
	for n := range 10_000 {
		fmt.Fprintf(&deep, "Content-Type: multipart/mixed; boundary=\"b%d\"\n\n--b%d\n", n, n)
		forwarded.WriteString("Content-Type: message/rfc822\nSubject: =?utf-8?q?again?=\n\n")
	}
	for n := range 10_000 {
		fmt.Fprintf(&deep, "\n--b%d--\n", 9_999-n)
	}
	parts.WriteString("Content-Type: multipart/mixed; boundary=b\n\n")
	for range 100_000 {
		parts.WriteString("--b\nContent-Type: text/plain\n\nx\n")
	}
	parts.WriteString("--b--\n")
	return map[string]func() io.Reader{
		"10,000 multiparts deep":    made(deep.String()),
		"10,000 forwards deep":      made(forwarded.String()),
		"a forward of nothing":      made("Content-Type: message/rfc822\n\n"),
		"a forward of half a field": made("Content-Type: message/rfc822\n\nContent-Type: message/rfc822"),
		"100,000 parts":             made(parts.String()),
		"boundaries that begin alike": made("Content-Type: multipart/mixed; boundary=b\n\n--bb\n\n--b\nContent-Type: multipart/mixed; boundary=bb\n\n" +
			strings.Repeat("--bbb\n--b \n--bb--\n--\n", 10_000) + "--b--\n--b\n"),
		"no boundary": made("Content-Type: multipart/mixed\n\n----\n--\n"),
		"a boundary of 1 MB": func() io.Reader {
			return io.MultiReader(strings.NewReader("Content-Type: multipart/mixed; boundary="), again("b", 1<<20), strings.NewReader("\n\n--"), again("b", 1<<20))
		},
		"one line of 16 MB": func() io.Reader {
			return io.MultiReader(strings.NewReader("A: b\n\n"), again("x", 16<<20))
		},
	}
}

// Messages are never taken apart: what they nest costs nothing, every byte of
// them counts, and their Message-ID is known from the header alone.
func TestAttack23NestedMIME(t *testing.T) {
	var s mime.Scanner
	s.Scan(strings.NewReader("")) // makes its buffers
	for name, bomb := range bombs() {
		t.Run(name, func(t *testing.T) {
			size, lines, last := 0, 0, io.Reader(nil)
			for buf := make([]byte, 1<<16); ; {
				if last == nil {
					last = bomb()
				}
				n, err := last.Read(buf)
				size, lines = size+n, lines+strings.Count(string(buf[:n]), "\n")
				if err != nil {
					break
				}
			}
			in := &counted{r: bomb()}
			first, err := s.Scan(in)
			if err != nil || in.n != size || first.Size != int64(size+lines) {
				t.Errorf("%d of %d bytes were read, size %d, %v", in.n, size, first.Size, err)
			}
			again, err := s.Scan(iotest.HalfReader(bomb()))
			if again != first || err != nil {
				t.Errorf("read in other pieces: %+v, want %+v, %v", again, first, err)
			}
			more, err := s.Scan(io.MultiReader(bomb(), strings.NewReader("x")))
			if more.Sum == first.Sum || err != nil {
				t.Errorf("one byte more changes nothing: %+v, %v", more, err)
			}
			if n := testing.AllocsPerRun(1, func() { s.Scan(bomb()) }); n > 50 {
				t.Errorf("%v allocations", n)
			}
		})
	}
	in := &counted{r: io.MultiReader(strings.NewReader("Message-ID: <a@b>\n\n"), again("x", 1<<30))}
	if key, err := mime.MessageID(in); key != "a@b" || err != nil || in.n > 64<<10 {
		t.Errorf("%q, %v after %d bytes", key, err, in.n)
	}
}

// Headers of any length cost no memory.
func TestAttack24HugeHeaders(t *testing.T) {
	const size = 10 << 20
	for name, text := range map[string]string{
		"one line":              "x",
		"lines":                 "a: b\n",
		"1,000,000 fields":      "a:b\r\n",
		"empty names":           ":\n",
		"folds":                 " \n",
		"CRs":                   "\r",
		"CRs and letters":       "\r\r\rx",
		"CRLFs":                 "x\r\n",
		"names":                 "message-id",
		"Message-IDs":           "Message-ID: <>\n",
		"one Message-ID":        "<",
		"folded Message-ID":     "\n <a",
		"X-TUIDs":               "X-TUID:\n",
		"X-TUIDs with CRs":      "X-TUID:\r\n\r",
		"colons":                ":",
		"blanks":                "X-TUID         \t",
		"invalid encoded words": "=?utf-8?q?=zz?= ",
		"unknown charsets":      "=?x?b?AAAA\n ?= ",
		"unended encoded words": "=?",
	} {
		t.Run(name, func(t *testing.T) {
			var s mime.Scanner
			s.Scan(strings.NewReader("")) // makes its buffers
			in := &counted{}
			perRun := testing.AllocsPerRun(1, func() {
				in.n, in.r = 0, io.MultiReader(strings.NewReader("Message-ID: "), again(text, size))
				if _, err := s.Scan(in); err != nil {
					t.Fatal(err)
				}
			})
			if perRun > 50 || in.n != len("Message-ID: ")+size {
				t.Errorf("%v allocations for %d bytes", perRun, in.n)
			}
			key, err := mime.MessageID(io.MultiReader(strings.NewReader("Message-ID: "), again(text, size)))
			if err != nil || len(key) > 3*998 {
				t.Errorf("a Key of %d bytes, %v", len(key), err)
			}
		})
	}
}
