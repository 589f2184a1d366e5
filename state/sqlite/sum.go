package sqlite

import (
	"encoding/base64"
	"hash/fnv"

	"lockstep/core"
)

// asLeft stands for a right Sum that equals the left one, as most do.
const asLeft = int64(1)

// packSum returns a Sum as it is stored: what is base64 (as mail has it), or
// looks like it (hexadecimal), takes less space as bytes; anything else stays
// text.
func packSum(s core.Sum) any {
	bytes, err := base64.RawURLEncoding.DecodeString(string(s))
	if err != nil || s == "" || base64.RawURLEncoding.EncodeToString(bytes) != string(s) {
		return string(s) // also where decoding is not exact: it passes over line ends
	}
	return bytes
}

// unpackSum is the inverse of packSum.
func unpackSum(stored any) (core.Sum, error) {
	switch s := stored.(type) {
	case string:
		return core.Sum(s), nil
	case []byte:
		return core.Sum(base64.RawURLEncoding.EncodeToString(s)), nil
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
