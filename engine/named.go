package engine

import (
	"hash/fnv"
	"math/bits"

	"lockstep/core"
)

// numbers is a set of row numbers, which are small and dense: a bit for each.
type numbers []uint64

func (s *numbers) add(n int64) {
	for int64(len(*s)) <= n/64 {
		*s = append(*s, 0)
	}
	(*s)[n/64] |= 1 << (n % 64)
}

func (s numbers) has(n int64) bool {
	return n/64 < int64(len(s)) && s[n/64]&(1<<(n%64)) != 0
}

// count is how many there are.
func (s numbers) count() (n int) {
	for _, word := range s {
		n += bits.OnesCount64(word)
	}
	return n
}

// refs is a set of handles, of which it keeps digests of 128 bits: a full listing
// of a large side names a great many, and long ones.
type refs map[[16]byte]struct{}

func (s refs) add(r core.Ref) { s[digestOf(r)] = struct{}{} }

func (s refs) has(r core.Ref) bool {
	_, is := s[digestOf(r)]
	return is
}

func digestOf(r core.Ref) (d [16]byte) {
	h := fnv.New128a()
	h.Write([]byte(r.Collection))
	h.Write([]byte{0})
	h.Write([]byte(r.ID))
	h.Sum(d[:0])
	return d
}
