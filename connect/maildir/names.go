package maildir

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"lockstep/core"
	"lockstep/format/utf7"
)

// Names of folders come from servers and may be anything; names of directories
// are ours to choose. Three steps make one of the other, and each can be
// undone, so that a path comes back as it was given:
//
//	path       A/B%2FC      as in core.Collection.Path
//	names      "A", "B/C"   as the server has them
//	directory  .A.B%2fC     maildir++: joined with dots, in modified UTF-7
//	           A/B%2fC      nested: in UTF-8; modified UTF-7 is read too
//
// In directories "%" and two hexadecimal digits stand for a byte that must not
// stand there: separators, control characters, "%" itself, a leading or
// trailing dot, the first letter of a name that means something to Maildir or
// Windows, and of one that differs from its neighbour by case only. "%=" is
// the empty name. A name that is too long is cut; the whole one is kept in a
// file of the directory (longname.go).

const inbox = "INBOX"

// splitPath takes a collection's path apart into names.
func splitPath(path string) ([]string, error) {
	if path == "" || !utf8.ValidString(path) {
		return nil, core.Errorf("maildir.path", core.Permanent, "%q is not a path", path)
	}
	names := strings.Split(path, "/")
	for i, name := range names {
		var b strings.Builder
		for rest := name; rest != ""; {
			plain, after, found := strings.Cut(rest, "%")
			b.WriteString(plain)
			rest = after
			switch {
			case !found:
			case strings.HasPrefix(after, "2F"):
				b.WriteByte('/')
				rest = after[2:]
			case strings.HasPrefix(after, "25"):
				b.WriteByte('%')
				rest = after[2:]
			default:
				return nil, core.Errorf("maildir.path", core.Permanent, `%q is not a path: a "%%" in a name is written "%%25"`, path)
			}
		}
		names[i] = b.String()
	}
	return names, nil
}

// joinPath is the path of names.
func joinPath(names []string) string {
	escaped := make([]string, len(names))
	for i, name := range names {
		escaped[i] = strings.NewReplacer("%", "%25", "/", "%2F").Replace(name)
	}
	return strings.Join(escaped, "/")
}

// escape makes a name fit for a directory. dots: every dot is escaped. The
// first n runes are escaped anyway.
func escape(name string, dots bool, n int) string {
	if name == "" {
		return "%="
	}
	if reserved(name) || strings.EqualFold(name, inbox) && name != inbox {
		n = max(n, 1)
	}
	var b strings.Builder
	count := 0
	for i, r := range name {
		text := string(r)
		first, last := i == 0, i+len(text) == len(name)
		if count < n || unfit(r) || strings.ContainsRune(`/\`, r) ||
			r == '.' && (dots || first || last) || r == ' ' && last {
			for _, c := range []byte(text) {
				fmt.Fprintf(&b, "%%%02x", c)
			}
		} else {
			b.WriteString(text)
		}
		count++
	}
	return b.String()
}

// unescape undoes escape; what is no escape stands for itself.
func unescape(text string) string {
	if text == "%=" {
		return ""
	}
	if !strings.Contains(text, "%") {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && i+2 < len(text) {
			if c, err := strconv.ParseUint(text[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(c))
				i += 2
				continue
			}
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

// reserved tells whether a name means something to Maildir, or to Windows when
// the tree is copied there.
func reserved(name string) bool {
	name = foldName(name)
	switch name {
	case "cur", "new", "tmp", "maildirfolder":
		return true
	}
	for _, prefix := range []string{"dovecot-", "dovecot.", "lockstep-"} { // files beside the messages
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	device, _, _ := strings.Cut(name, ".")
	switch device = strings.TrimRight(device, " "); device {
	case "con", "prn", "aux", "nul", "conin$", "conout$":
		return true
	}
	if port, digit := strings.CutPrefix(device, "com"); digit {
		return isDigit(port)
	}
	port, digit := strings.CutPrefix(device, "lpt")
	return digit && isDigit(port)
}

// isDigit: Windows counts superscripts too.
func isDigit(s string) bool {
	return len([]rune(s)) == 1 && strings.ContainsAny(s, "0123456789¹²³")
}

// foldName is equal for names that some file system takes for one.
func foldName(name string) string {
	return cases.Fold().String(norm.NFC.String(name))
}

// nestedName is the name of a directory of layout Nested. An "&" that would be
// read as modified UTF-7, in which other programs write such trees, is escaped.
func nestedName(name string, n int) string {
	text := escape(name, false, n)
	if _, coded := utf7.Decode(text); coded {
		text = strings.ReplaceAll(text, "&", "%26")
	}
	return text
}

// nameOf is the name that a directory (or its part between two dots) bears. It
// is always valid text, so that every table and plan can hold it.
func nameOf(text string) string {
	if decoded, ok := utf7.Decode(text); ok {
		text = decoded
	}
	if name := unescape(text); utf8.ValidString(name) {
		return name
	}
	return strings.ToValidUTF8(text, "\uFFFD")
}
