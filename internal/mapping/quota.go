package mapping

import (
	"fmt"
	"math/big"
	"strings"

	"lockstep/format/element"
)

// quotaUnit is a unit that a quota may be written with, in bytes.
type quotaUnit struct {
	name  string
	bytes int64
}

// quotaUnits as the standards define them: GB is 10^9 bytes (SI), GiB 2^30 (IEC
// 80000-13). A bare K, M or G is neither and is refused.
func quotaUnits() []quotaUnit {
	return []quotaUnit{
		{"kib", 1 << 10}, {"mib", 1 << 20}, {"gib", 1 << 30}, {"tib", 1 << 40},
		{"kb", 1e3}, {"mb", 1e6}, {"gb", 1e9}, {"tb", 1e12}, {"b", 1},
	}
}

// Unit returns the bytes of a unit of quotas: B, KB, MB, GB, TB, KiB, MiB, GiB,
// TiB, in any case; false = there is no such unit.
func Unit(name string) (int64, bool) {
	for _, u := range quotaUnits() {
		if strings.EqualFold(name, u.name) {
			return u.bytes, true
		}
	}
	return 0, false
}

// longestQuota that is read, in characters.
const longestQuota = 40

// Bytes reads a quota: a number of units, a number with a unit of its own
// ("4 GB" is 4,000,000,000 bytes, "4GiB" 4,294,967,296), or "-1" or "unlimited",
// which is element.Unlimited whatever the unit. A fraction must give whole bytes.
func Bytes(text string, unit int64) (int64, error) {
	written := strings.TrimSpace(text)
	if len(written) > longestQuota {
		return 0, fmt.Errorf("a quota of %d characters is no number", len(written))
	}
	lower := strings.ToLower(written)
	if lower == "-1" || lower == "unlimited" {
		return element.Unlimited, nil
	}
	number := lower
	for _, u := range quotaUnits() {
		if n, ok := strings.CutSuffix(lower, u.name); ok {
			number, unit = strings.TrimSpace(n), u.bytes
			break
		}
	}
	whole, part, dotted := strings.Cut(number, ".")
	value, ok := new(big.Rat), digits(whole) && (digits(part) || !dotted)
	if ok {
		_, ok = value.SetString(number)
	}
	if !ok {
		return 0, fmt.Errorf("the quota %q is no number: write bytes, a number with a unit as in 4 GB or 4 GiB, or -1 for no limit", written)
	}
	value.Mul(value, new(big.Rat).SetInt64(max(unit, 1)))
	switch {
	case !value.IsInt():
		return 0, fmt.Errorf("the quota %q is no whole number of bytes", written)
	case !value.Num().IsInt64():
		return 0, fmt.Errorf("the quota %q is more than %d bytes: write -1 for no limit", written, int64(1<<63-1))
	}
	return value.Num().Int64(), nil
}

func digits(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}
