package sqlite

import (
	"encoding/hex"
	"hash/fnv"
	"strings"

	"lockstep/core"
)

// asLeft stands for a right Sum that equals the left one, as most do.
const asLeft = int64(1)

// packSum returns a Sum as it is stored: a digest in lower-case hexadecimal
// takes half the space as bytes, anything else stays text.
func packSum(s core.Sum) any {
	if s == "" || strings.Trim(string(s), "0123456789abcdef") != "" {
		return string(s)
	}
	bytes, err := hex.DecodeString(string(s))
	if err != nil { // an odd number of digits
		return string(s)
	}
	return bytes
}

// unpackSum is the inverse of packSum.
func unpackSum(stored any) (core.Sum, error) {
	switch s := stored.(type) {
	case string:
		return core.Sum(s), nil
	case []byte:
		return core.Sum(hex.EncodeToString(s)), nil
	}
	return "", damage("a digest is neither text nor bytes")
}

// shortHash is what the indexes of keys and Sums hold; 0 only for "". It
// narrows a search and is never evidence.
func shortHash(s string) int64 {
	if s == "" {
		return 0
	}
	h := fnv.New32a()
	h.Write([]byte(s))
	return max(1, int64(h.Sum32()>>1)) // 31 bits: SQLite stores them in four bytes
}
