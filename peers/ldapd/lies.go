package ldapd

import (
	"io"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// HugeMessage announces a message of so many bytes, and sends a few of them.
func HugeMessage(size uint32) Fault {
	return Fault{Raw: func(w io.Writer, _ int64) error {
		_, err := w.Write([]byte{0x30, 0x84, byte(size >> 24), byte(size >> 16), byte(size >> 8), byte(size), 2, 1, 1})
		return err
	}}
}

// DeepNesting sends a message whose elements lie so deep within each other.
func DeepNesting(depth int) Fault {
	return Fault{Raw: func(w io.Writer, id int64) error {
		inner := ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "deep", "")
		for range depth {
			outer := ber.NewSequence("")
			outer.AppendChild(inner)
			inner = outer
		}
		op := ber.Encode(ber.ClassApplication, ber.TypeConstructed, opEntry, nil, "")
		op.AppendChild(inner)
		_, err := w.Write(message(id, op, nil).Bytes())
		return err
	}}
}

// Disconnection says that the server hangs up (RFC 4511, section 4.4.1), and
// does so.
func Disconnection(code int, text string) Fault {
	return Fault{Raw: func(w io.Writer, _ int64) error {
		op := resultOf(opExtendedResponse, Result{Code: code, Text: text})
		op.AppendChild(ber.NewString(ber.ClassContext, ber.TypePrimitive, 10, "1.3.6.1.4.1.1466.20036", ""))
		_, err := w.Write(message(0, op, nil).Bytes())
		return err
	}}
}

// Bytes sends something else than LDAP.
func Bytes(b []byte) Fault {
	return Fault{Raw: func(w io.Writer, _ int64) error {
		_, err := w.Write(b)
		return err
	}}
}

// TwistedEntry sends an entry that is cut short inside its message, and then
// success: what a reader that forgives takes for a short answer.
func TwistedEntry() Fault {
	return Fault{Raw: func(w io.Writer, id int64) error {
		twisted := ber.Encode(ber.ClassApplication, ber.TypeConstructed, opEntry, nil, "")
		twisted.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "uid=x,dc=example,dc=com", ""))
		if _, err := w.Write(message(id, twisted, nil).Bytes()); err != nil {
			return err
		}
		_, err := w.Write(message(id, resultOf(opDone, Result{}), nil).Bytes())
		return err
	}}
}
