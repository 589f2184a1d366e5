package config

import (
	"fmt"
	"strings"
	"time"

	"lockstep/core"
)

// Scope names the filters in force, and changes when they do; "" = there is
// none. A window of days is named as such, so that it does not change daily.
func (l *Link) Scope() string {
	var parts []string
	if l.MaxSize > 0 {
		parts = append(parts, fmt.Sprintf("max_size=%d", l.MaxSize))
	}
	if l.Since != (Since{}) {
		parts = append(parts, "since="+l.Since.String())
	}
	if l.Filter.text != "" {
		parts = append(parts, "filter="+quote(l.Filter.text))
	}
	parts = append(parts, l.windows()...)
	if l.Mode == Provision {
		parts = append(parts, l.mappingScope())
	}
	return strings.Join(parts, " ")
}

// InScope returns the filter of a pass that begins now: whether an item that
// has no row yet is to be copied and, if not, why. It is nil without filters.
// An item whose size or time is not known is in scope as far as these go.
func (l *Link) InScope(now time.Time) func(core.Stub, core.Collection) (bool, string) {
	if l.Scope() == "" || l.Mode == Provision {
		return nil
	}
	cutoff := l.Since.Cutoff(now).Unix()
	return func(s core.Stub, c core.Collection) (bool, string) {
		switch {
		case l.MaxSize > 0 && s.Size > l.MaxSize:
			return false, "larger than " + compareSizes(l.MaxSize, s.Size)
		case l.Since != (Since{}) && s.Time != 0 && s.Time < cutoff:
			return false, fmt.Sprintf("older than %s (%s)", l.Since, time.Unix(s.Time, 0).UTC().Format(dayForm))
		case !l.Filter.holds(s, c, now):
			return false, "filter = " + quote(l.Filter.text) + " does not hold"
		}
		return true, ""
	}
}
