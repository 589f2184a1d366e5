package mapping

import (
	"encoding/binary"
	"slices"

	"lockstep/format/element"
)

// The elements of an entry are packed as its Origin, the handle first, and then
// each of them: numbers as varints, texts with their length before them. What is
// packed never leaves the process.

// flags of an entry and of an element
const (
	isIdentified = 1 << iota
	isWhereDN    // Where is the DN
)

const (
	isOut = 1 << iota
	isUnlisted
	hasValue
)

func pack(found []Found) string {
	var out []byte
	number := func(n uint64) { out = binary.AppendUvarint(out, n) }
	text := func(s string) { number(uint64(len(s))); out = append(out, s...) }
	flags := func(all ...bool) {
		n := uint64(0)
		for i, is := range all {
			if is {
				n |= 1 << i
			}
		}
		number(n)
	}
	of := found[0].Of
	text(of.Handle)
	flags(of.Identified, of.Where == of.DN)
	text(of.Source)
	text(of.DN)
	if of.Where != of.DN {
		text(of.Where)
	}
	text(of.Owner)
	number(uint64(len(found)))
	resources := element.Resources()
	for _, f := range found {
		number(uint64(slices.Index(resources, f.Resource)))
		flags(f.Out, f.Unlisted, f.value != nil)
		text(f.Name)
		text(f.Bad)
		if f.value != nil {
			text(f.value.text)
			text(f.value.family)
			out = binary.AppendVarint(out, f.value.bytes)
		}
	}
	return string(out)
}

// unpacker reads what was packed; the texts that it returns are parts of it.
type unpacker struct{ rest string }

func (u *unpacker) number() (n uint64) {
	for shift := 0; ; shift += 7 {
		b := u.rest[0]
		u.rest = u.rest[1:]
		n |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return n
		}
	}
}

// signed undoes binary.AppendVarint.
func (u *unpacker) signed() int64 {
	n := u.number()
	return int64(n>>1) ^ -int64(n&1)
}

func (u *unpacker) text() string {
	n := u.number()
	s := u.rest[:n]
	u.rest = u.rest[n:]
	return s
}

func handleOf(packed string) string {
	u := unpacker{packed}
	return u.text()
}

func unpack(packed string) []Found {
	u := unpacker{packed}
	of := &Origin{Handle: u.text()}
	flags := u.number()
	of.Identified, of.Source, of.DN = flags&isIdentified != 0, u.text(), u.text()
	if of.Where = of.DN; flags&isWhereDN == 0 {
		of.Where = u.text()
	}
	of.Owner = u.text()
	found := make([]Found, u.number())
	resources := element.Resources()
	for i := range found {
		f := &found[i]
		f.Of, f.Resource = of, resources[u.number()]
		flags := u.number()
		f.Out, f.Unlisted, f.Name, f.Bad = flags&isOut != 0, flags&isUnlisted != 0, u.text(), u.text()
		if flags&hasValue != 0 {
			f.value = &value{text: u.text(), family: u.text(), bytes: u.signed()}
		}
	}
	return found
}
