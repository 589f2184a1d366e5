package config

import (
	"strconv"
	"strings"
	"time"
)

// Since is the oldest time of items to copy: a day, or a number of days back
// from the pass. The zero Since is the beginning of time.
type Since struct {
	day  string
	days int
}

// ParseSince reads "2024-01-01" or "90d".
func ParseSince(text string) (Since, error) {
	if _, err := time.Parse(dayForm, text); err == nil {
		return Since{day: text}, nil
	}
	if digits, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.ParseUint(digits, 10, 16); err == nil && n > 0 && digits[0] != '+' {
			return Since{days: int(n)}, nil
		}
	}
	return Since{}, problem(`write a day as "2024-01-31", or days back as "90d"`, "%s is neither a day nor a number of days", quote(text))
}

// since reads a day or a number of days.
func (s setting) since() (Since, bool) {
	if s.sort == sortDate {
		s.sort = sortText
	}
	text, ok := s.text()
	if !ok {
		return Since{}, false
	}
	since, err := ParseSince(text)
	if err != nil {
		s.take(err)
	}
	return since, err == nil
}

// String prints it as it was written.
func (s Since) String() string {
	switch {
	case s.days > 0:
		return strconv.Itoa(s.days) + "d"
	default:
		return s.day
	}
}

// printDuration prints a duration without the zeroes at its end.
func printDuration(d time.Duration) string {
	s := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(s, zero) {
			s = s[:len(s)-2]
		}
	}
	return s
}

// Cutoff is the time before which items are out of scope, for a pass that
// begins now. Days begin at midnight UTC.
func (s Since) Cutoff(now time.Time) time.Time {
	if s.days > 0 {
		return now.UTC().AddDate(0, 0, -s.days)
	}
	day, err := time.Parse(dayForm, s.day)
	if err != nil {
		return time.Unix(0, 0).UTC()
	}
	return day
}
