package ical

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"lockstep/format/contentline"
)

// zones is added to what is over by its own clock: a local time may be 12 hours later
// by UTC, an interval between two time zones 26 hours longer than it looks.
const zones = 48 * time.Hour

// mostPeriods of a rule are counted; one with more counts as endless.
const mostPeriods = 100_000

// Ends tells a moment by which all is over that a calendar object says: each event with
// all its recurrences, each done task. It may be later than the truth, and is never
// earlier. false = there is no end, or none can be told without working a rule out: an
// open task, a series without UNTIL and COUNT, one whose rule leaves periods out.
func Ends(body []byte) (time.Time, bool) {
	o, err := Parse(body)
	if err != nil {
		return time.Time{}, false
	}
	var last time.Time
	for _, c := range o.Components {
		if c.Name == "VTIMEZONE" {
			continue
		}
		end, ends := spanOf(c, o.Doc.Lines[c.From:c.To])
		if !ends {
			return time.Time{}, false
		}
		last = later(last, end)
	}
	if last.IsZero() {
		return time.Time{}, false
	}
	return last.Add(zones), true
}

// spanOf tells when a component is over.
func spanOf(c Component, lines []contentline.Line) (time.Time, bool) {
	var s span
	done := c.Name == "VEVENT" || c.Name == "VJOURNAL"
	for _, l := range lines {
		if l.Depth != 2 {
			continue
		}
		value := strings.TrimSpace(l.Value)
		ok := true
		switch l.Name {
		case "STATUS":
			done = done || c.Name == "VTODO" && (strings.EqualFold(value, "COMPLETED") || strings.EqualFold(value, "CANCELLED"))
		case "DTSTART":
			s.start, ok = moment(value)
			s.day = len(value) == len(dayForm)
		case "DTEND", "DUE", "COMPLETED":
			var t time.Time
			t, ok = moment(value)
			s.end = later(s.end, t)
		case "DURATION":
			s.length, ok = duration(value)
		case "RRULE":
			s.rules = append(s.rules, value)
		case "RDATE":
			s.dates = append(s.dates, strings.Split(value, ",")...)
		case "RECURRENCE-ID": // all later instances are moved along with this one (RFC 5545, 3.2.13)
			ok = len(l.Get("RANGE")) == 0
		}
		if !ok {
			return time.Time{}, false
		}
	}
	if !done {
		return time.Time{}, false
	}
	return s.over()
}

// span is when a component happens.
type span struct {
	start, end time.Time // the zero time = not said
	day        bool      // start is a day, which is its length if nothing else is said
	length     time.Duration
	rules      []string
	dates      []string
}

func (s span) over() (time.Time, bool) {
	if s.day && s.length == 0 {
		s.length = 24 * time.Hour
	}
	if !s.start.IsZero() {
		s.length = max(s.length, s.end.Sub(s.start))
	}
	last := later(s.end, s.start.Add(max(s.length, 0)))
	if s.start.IsZero() {
		return s.end, !s.end.IsZero() && len(s.rules)+len(s.dates) == 0
	}
	for _, rule := range s.rules {
		end, ends := lastOf(rule, s.start)
		if !ends {
			return time.Time{}, false
		}
		last = later(last, end.Add(s.length))
	}
	for _, date := range s.dates {
		from, to, period := strings.Cut(strings.TrimSpace(date), "/")
		t, ok := moment(from)
		if !ok {
			return time.Time{}, false
		}
		last = later(last, t.Add(s.length))
		if !period {
			continue
		}
		if length, is := duration(to); is {
			last = later(last, t.Add(length))
		} else if end, is := moment(to); is {
			last = later(last, end)
		} else {
			return time.Time{}, false
		}
	}
	return last, true
}

// lastOf is a moment that no recurrence of a rule begins after (RFC 5545, 3.3.10).
func lastOf(rule string, start time.Time) (time.Time, bool) {
	parts := map[string]string{}
	for part := range strings.SplitSeq(strings.ToUpper(rule), ";") {
		name, value, _ := strings.Cut(part, "=")
		parts[strings.TrimSpace(name)] = strings.TrimSpace(value)
	}
	if until, is := parts["UNTIL"]; is {
		t, ok := moment(until)
		if len(until) == len(dayForm) {
			t = t.Add(24 * time.Hour)
		}
		return t, ok
	}
	count, err := strconv.Atoi(parts["COUNT"])
	every := 1
	if text, is := parts["INTERVAL"]; is && err == nil {
		every, err = strconv.Atoi(text)
	}
	if err != nil || count < 1 || every < 1 || count > mostPeriods || every > mostPeriods || count*every > mostPeriods || !eachPeriod(parts, start) {
		return time.Time{}, false
	}
	n := (count + 1) * every
	switch parts["FREQ"] {
	case "DAILY":
		return start.AddDate(0, 0, n), true
	case "WEEKLY":
		return start.AddDate(0, 0, 7*n), true
	case "MONTHLY":
		return start.AddDate(0, n, 0), true
	default:
		return start.AddDate(n, 0, 0), true
	}
}

// eachPeriod tells whether a rule certainly has a recurrence in each of its days, weeks,
// months or years, so that a COUNT of them is over after as many.
func eachPeriod(parts map[string]string, start time.Time) bool {
	allowed := map[string][]string{
		"DAILY": {}, "WEEKLY": {"BYDAY"}, "MONTHLY": {"BYDAY", "BYMONTHDAY"}, "YEARLY": {"BYDAY", "BYMONTHDAY", "BYMONTH"},
	}
	freq := parts["FREQ"]
	names, known := allowed[freq]
	if !known {
		return false
	}
	for name, value := range parts {
		switch {
		case name == "" || name == "FREQ" || name == "COUNT" || name == "INTERVAL" || name == "WKST":
		case !slices.Contains(names, name):
			return false
		case name == "BYDAY" && !weekdays(value), name == "BYMONTHDAY" && !numbers(value, 28), name == "BYMONTH" && !numbers(value, 12):
			return false
		}
	}
	_, weekday := parts["BYDAY"]
	_, monthday := parts["BYMONTHDAY"]
	switch freq {
	case "MONTHLY", "YEARLY": // neither a fifth Monday nor a 31st is in each month, and the 13th is seldom a Friday
		return !(weekday && monthday) && (weekday || monthday || start.Day() <= 28)
	}
	return true
}

// weekdays tells whether a list holds only days of the week, each or the first or last
// four of them.
func weekdays(list string) bool {
	for item := range strings.SplitSeq(list, ",") {
		at := max(len(item)-2, 0)
		if !slices.Contains([]string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}, item[at:]) || at > 0 && !numbers(item[:at], 4) {
			return false
		}
	}
	return true
}

// numbers tells whether a list holds only numbers from 1 to most, and from -1 to -most.
func numbers(list string, most int) bool {
	for item := range strings.SplitSeq(list, ",") {
		if n, err := strconv.Atoi(item); err != nil || n == 0 || n > most || n < -most {
			return false
		}
	}
	return true
}

const dayForm = "20060102"

// longest duration of an event that is believed.
const longest = 100 * 365 * 24 * time.Hour

// moment reads a date or a time by its own clock (RFC 5545, 3.3.4 and 3.3.5).
func moment(value string) (time.Time, bool) {
	for _, form := range []string{"20060102T150405Z", "20060102T150405", dayForm} {
		if t, err := time.Parse(form, value); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// duration reads RFC 5545, 3.3.6. One that is negative counts as none.
func duration(value string) (time.Duration, bool) {
	rest, negative := strings.CutPrefix(strings.TrimPrefix(value, "+"), "-")
	rest, is := strings.CutPrefix(rest, "P")
	units := map[byte]time.Duration{'W': 7 * 24 * time.Hour, 'D': 24 * time.Hour, 'H': time.Hour, 'M': time.Minute, 'S': time.Second}
	var sum time.Duration
	for rest = strings.ReplaceAll(rest, "T", ""); rest != ""; {
		end := strings.IndexAny(rest, "WDHMS")
		if end < 1 {
			return 0, false
		}
		n, err := strconv.ParseUint(rest[:end], 10, 32)
		if unit := units[rest[end]]; err != nil || time.Duration(n) > (longest-sum)/unit {
			return 0, false
		} else {
			sum += time.Duration(n) * unit
		}
		rest = rest[end+1:]
	}
	if negative {
		sum = 0
	}
	return sum, is
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
