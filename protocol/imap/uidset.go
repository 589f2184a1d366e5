package imap

import (
	"iter"
	"slices"
	"strconv"
	"strings"
)

// Range of UIDs, both ends included.
type Range struct{ Lo, Hi uint32 }

// UIDSet is a set of UIDs: ranges in order that do not touch each other. It is
// never expanded; a server may name all UIDs there are in ten bytes.
type UIDSet []Range

// NewUIDSet makes a set of UIDs in any order; 0 is none.
func NewUIDSet(uids ...uint32) UIDSet {
	uids = slices.Clone(uids)
	slices.Sort(uids)
	var s UIDSet
	for _, u := range uids {
		s = s.push(Range{u, u})
	}
	return s
}

// Between returns the set of all UIDs of a range; empty if hi < lo.
func Between(lo, hi uint32) UIDSet {
	if lo == 0 || hi < lo {
		return nil
	}
	return UIDSet{{lo, hi}}
}

// push adds a range that begins at or after all that are there.
func (s UIDSet) push(r Range) UIDSet {
	if r.Lo == 0 || r.Hi < r.Lo {
		return s
	}
	if n := len(s); n > 0 && uint64(r.Lo) <= uint64(s[n-1].Hi)+1 {
		s[n-1].Hi = max(s[n-1].Hi, r.Hi)
		return s
	}
	return append(s, r)
}

// normal makes a set of ranges in any order.
func normal(ranges []Range) UIDSet {
	slices.SortFunc(ranges, func(a, b Range) int {
		switch {
		case a.Lo < b.Lo:
			return -1
		case a.Lo > b.Lo:
			return 1
		}
		return 0
	})
	s := UIDSet(ranges[:0])
	for _, r := range ranges {
		s = s.push(r)
	}
	return s
}

// Count of UIDs.
func (s UIDSet) Count() uint64 {
	var n uint64
	for _, r := range s {
		n += uint64(r.Hi-r.Lo) + 1
	}
	return n
}

// Has tells whether a UID is in the set.
func (s UIDSet) Has(uid uint32) bool {
	_, found := slices.BinarySearchFunc(s, uid, func(r Range, u uint32) int {
		switch {
		case r.Hi < u:
			return -1
		case r.Lo > u:
			return 1
		}
		return 0
	})
	return found
}

// Last returns the n highest UIDs below a limit, as ranges.
func (s UIDSet) Last(n uint64, below uint32) UIDSet {
	var out UIDSet
	for i := len(s) - 1; i >= 0 && n > 0; i-- {
		r := s[i]
		if r.Lo >= below {
			continue
		}
		r.Hi = min(r.Hi, below-1)
		if size := uint64(r.Hi-r.Lo) + 1; size > n {
			r.Lo = r.Hi - uint32(n-1)
		}
		n -= uint64(r.Hi-r.Lo) + 1
		out = append(out, r)
	}
	slices.Reverse(out)
	return out
}

// Within returns the UIDs from lo to hi.
func (s UIDSet) Within(lo, hi uint32) UIDSet {
	var out UIDSet
	for _, r := range s {
		out = out.push(Range{max(r.Lo, lo), min(r.Hi, hi)})
	}
	return out
}

// Missing returns the UIDs of lo to hi that are not in the set.
func (s UIDSet) Missing(lo, hi uint32) UIDSet {
	var out UIDSet
	next := uint64(lo)
	for _, r := range s {
		if uint64(r.Lo) > uint64(hi) {
			break
		}
		if uint64(r.Lo) > next {
			out = append(out, Range{uint32(next), r.Lo - 1})
		}
		next = max(next, uint64(r.Hi)+1)
	}
	if next <= uint64(hi) {
		out = append(out, Range{uint32(next), hi})
	}
	return out
}

// All yields the UIDs in order. The caller has looked at Count.
func (s UIDSet) All() iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for _, r := range s {
			for u := uint64(r.Lo); u <= uint64(r.Hi); u++ {
				if !yield(uint32(u)) {
					return
				}
			}
		}
	}
}

// Chunks cuts the set into sets that are written in at most size bytes each.
func (s UIDSet) Chunks(size int) []UIDSet {
	var out []UIDSet
	start, length := 0, 0
	for i, r := range s {
		n := len(r.String()) + 1
		if length+n > size && i > start {
			out = append(out, s[start:i])
			start, length = i, 0
		}
		length += n
	}
	if start < len(s) {
		out = append(out, s[start:])
	}
	return out
}

func (r Range) String() string {
	if r.Lo == r.Hi {
		return strconv.FormatUint(uint64(r.Lo), 10)
	}
	return strconv.FormatUint(uint64(r.Lo), 10) + ":" + strconv.FormatUint(uint64(r.Hi), 10)
}

// String writes the set as IMAP does: 1:3,7.
func (s UIDSet) String() string {
	var b strings.Builder
	for i, r := range s {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(r.String())
	}
	return b.String()
}

// parseRanges reads 1:3,7 in the order in which it is written; "*" is no UID
// that a server may name.
func parseRanges(text string) ([]Range, bool) {
	var out []Range
	for part := range strings.SplitSeq(text, ",") {
		a, b, isRange := strings.Cut(part, ":")
		lo, err := strconv.ParseUint(a, 10, 32)
		if err != nil || lo == 0 {
			return nil, false
		}
		hi := lo
		if isRange {
			if hi, err = strconv.ParseUint(b, 10, 32); err != nil || hi == 0 {
				return nil, false
			}
		}
		out = append(out, Range{uint32(min(lo, hi)), uint32(max(lo, hi))})
	}
	return out, len(out) > 0
}

// ParseUIDSet reads a set.
func ParseUIDSet(text string) (UIDSet, bool) {
	ranges, ok := parseRanges(text)
	if !ok {
		return nil, false
	}
	return normal(ranges), true
}
