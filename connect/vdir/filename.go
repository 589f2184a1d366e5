package vdir

import (
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"lockstep/core"
)

// Three names belong to an item: its file "anna.vcf", its ID "anna", and its UID,
// which may be anything. An ID is the name of the file without the extension; bytes
// that no table, plan or JSON can hold stand in it as "%" and two hexadecimal digits.

// isItem tells whether a name is that of an item. Names with a leading dot are no
// items, nor is what programs write beside before they rename it.
func (r *Replica) isItem(name string) bool {
	return len(name) > len(r.config.Extension) && name[0] != '.' && strings.HasSuffix(name, r.config.Extension)
}

// idOf is the ID of a file.
func (r *Replica) idOf(name string) core.ID {
	return core.ID(escapeUnfit(strings.TrimSuffix(name, r.config.Extension)))
}

// fileOf is the file of an ID. An ID that no file can have is refused: it comes from
// another program's server, and must not lead anywhere else.
func (r *Replica) fileOf(op string, id core.ID) (string, error) {
	base := unescape(string(id))
	name := base + r.config.Extension
	if !r.isItem(name) || escapeUnfit(base) != string(id) || strings.ContainsAny(base, "/\x00") || len(name) > longestName {
		return "", refused(op, string(id), "", "no file can have this name")
	}
	return name, nil
}

// longestName of a file, in bytes, on all common file systems.
const longestName = 255

// escapeUnfit makes text fit for tables and plans; what is fit stays as it is.
func escapeUnfit(text string) string {
	if utf8.ValidString(text) && !strings.ContainsFunc(text, unfit) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && n == 1 || unfit(r) {
			for _, c := range []byte(text[i : i+n]) {
				fmt.Fprintf(&b, "%%%02X", c)
			}
		} else {
			b.WriteString(text[i : i+n])
		}
		i += n
	}
	return b.String()
}

func unfit(r rune) bool { return r < ' ' || r == 0x7f || r == '%' }

// unescape undoes escapes; what is none stands for itself.
func unescape(text string) string {
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

// longestPlain is the length, in bytes, up to which a UID names its file as it is.
const longestPlain = 100

// baseFor chooses a name for the file of a UID, without the extension: the UID, if
// it is plain, else what is plain of it and a digest of all of it. The digest is
// used anyway for the second name, which is for a UID whose first one is taken by
// another, on this file system or on one that does not tell cases apart.
func baseFor(uid core.Key, second bool) string {
	plain := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.+@=", r) {
			return r
		}
		return '_'
	}, string(uid))
	if strings.HasPrefix(plain, ".") || strings.HasPrefix(plain, "-") { // hidden, or an option of some program
		plain = "_" + plain[1:]
	}
	if plain == string(uid) && len(plain) <= longestPlain && !second {
		return plain
	}
	sum := sha256.Sum256([]byte(uid))
	return fmt.Sprintf("%s-%x", plain[:min(len(plain), longestPlain)], sum[:8])
}

// foldName is equal for names that some file system takes for one.
func foldName(name string) string { return cases.Fold().String(norm.NFC.String(name)) }
