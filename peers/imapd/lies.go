package imapd

import (
	"fmt"
	"io"
	"regexp"
	"strings"
)

// EmptyList hides every mailbox from LIST and LSUB.
func EmptyList() Fault {
	return Fault{Rewrite: func(line string) string {
		if strings.HasPrefix(line, "* LIST ") || strings.HasPrefix(line, "* LSUB ") || strings.HasPrefix(line, "* STATUS ") {
			return ""
		}
		return line
	}}
}

// ListAlso names a mailbox in LIST that is not there, as it is spelt.
func ListAlso(spelt string) Fault {
	return Fault{Before: []string{`* LIST () "/" ` + spelt}}
}

// WrongUIDs answers APPENDUID and COPYUID with other new UIDs than the true
// ones.
func WrongUIDs(uid uint32) Fault {
	one := regexp.MustCompile(`\[(APPENDUID \d+|COPYUID \d+ [\d:,]+) [\d:,]+\]`)
	return Fault{Rewrite: func(line string) string {
		return one.ReplaceAllString(line, fmt.Sprintf("[$1 %d]", uid))
	}}
}

// FlipUIDValidity tells another UIDVALIDITY than the true one, everywhere.
func FlipUIDValidity(v uint32) Fault {
	one := regexp.MustCompile(`(UIDVALIDITY|APPENDUID|COPYUID) \d+`)
	return Fault{Rewrite: func(line string) string {
		return one.ReplaceAllString(line, fmt.Sprintf("$1 %d", v))
	}}
}

// ShrinkExists says that there are fewer messages than there were, which only
// an EXPUNGE may do (RFC 3501, section 5.2).
func ShrinkExists(n int) Fault { return Fault{Before: []string{fmt.Sprintf("* %d EXISTS", n)}} }

// UnknownExpunge takes away a message that does not exist.
func UnknownExpunge(seq int) Fault { return Fault{Before: []string{fmt.Sprintf("* %d EXPUNGE", seq)}} }

// AlsoVanished names messages as gone, as they are spelt (RFC 7162, section
// 3.2.10.1).
func AlsoVanished(set string) Fault {
	return Fault{Before: []string{"* VANISHED (EARLIER) " + set}}
}

// OtherVanished names other messages as gone than those that are.
func OtherVanished(set string) Fault {
	return Fault{Rewrite: func(line string) string {
		if strings.HasPrefix(line, "* VANISHED (EARLIER) ") {
			return strings.TrimRight("* VANISHED (EARLIER) "+set, " ")
		}
		return line
	}}
}

// LowerModSeq tells a lower HIGHESTMODSEQ than the true one, everywhere.
func LowerModSeq(n uint64) Fault {
	one := regexp.MustCompile(`HIGHESTMODSEQ \d+`)
	return Fault{Rewrite: func(line string) string { return one.ReplaceAllString(line, fmt.Sprintf("HIGHESTMODSEQ %d", n)) }}
}

// InjectAfterStartTLS sends plain text in the packet of STARTTLS's OK, for a
// client that keeps its read buffer over the handshake.
func InjectAfterStartTLS(lines ...string) Fault { return Fault{After: lines} }

// HugeLiteral announces a literal that never comes.
func HugeLiteral(size uint64) Fault {
	return Fault{Raw: func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "* 1 FETCH (UID 1 BODY[] {%d}\r\nonly this", size)
		return err
	}}
}

// EndlessLine writes a line without an end, up to so many bytes.
func EndlessLine(size int) Fault {
	return Fault{Raw: func(w io.Writer) error {
		chunk := []byte(strings.Repeat("x", 64<<10))
		if _, err := io.WriteString(w, "* OK "); err != nil {
			return err
		}
		for left := size; left > 0; left -= len(chunk) {
			if _, err := w.Write(chunk[:min(left, len(chunk))]); err != nil {
				return err
			}
		}
		return nil
	}}
}

// ManyLiterals answers with so many literals of one byte in one list.
func ManyLiterals(count int) Fault {
	return Fault{Raw: func(w io.Writer) error {
		_, err := io.WriteString(w, "* LIST () \"/\" ("+strings.Repeat("{1}\r\nx ", count)+")\r\n")
		return err
	}}
}

// DeepParens answers with so many opening parentheses.
func DeepParens(count int) Fault {
	return Fault{Raw: func(w io.Writer) error {
		_, err := io.WriteString(w, "* 1 FETCH (BODYSTRUCTURE "+strings.Repeat("(", count))
		return err
	}}
}
