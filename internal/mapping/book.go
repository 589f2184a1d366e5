package mapping

import (
	"slices"
	"strings"
)

// Book holds the elements of all entries of a link. There may be very many, so
// it holds them packed, and unpacks those of one entry at a time.
type Book struct {
	entries []string // packed
}

// Add takes what Rules.Elements gave for an entry; of one that is left out there
// is nothing to take.
func (b *Book) Add(found []Found) {
	if len(found) > 0 {
		b.entries = append(b.entries, pack(found))
	}
}

// Append takes all of another.
func (b *Book) Append(o *Book) { b.entries = append(b.entries, o.entries...) }

// Len is the number of entries.
func (b *Book) Len() int { return len(b.entries) }

// Entry unpacks the elements of one; what is changed there changes nothing here.
func (b *Book) Entry(i int) []Found { return unpack(b.entries[i]) }

// Sort by handle. Entries of one handle stay in their order.
func (b *Book) Sort() {
	slices.SortStableFunc(b.entries, func(x, y string) int { return strings.Compare(handleOf(x), handleOf(y)) })
}

// Find returns the elements of the entry with a handle; nil = there is none. The
// Book must be sorted.
func (b *Book) Find(handle string) []Found {
	i, there := slices.BinarySearchFunc(b.entries, handle, func(e, handle string) int { return strings.Compare(handleOf(e), handle) })
	if !there {
		return nil
	}
	return b.Entry(i)
}

// change the elements of one.
func (b *Book) change(i int, change func([]Found)) {
	found := b.Entry(i)
	change(found)
	b.entries[i] = pack(found)
}
