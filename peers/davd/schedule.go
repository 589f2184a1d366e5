package davd

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"lockstep/core"
)

// Of scheduling (RFC 6638) there is only what a client meets that edits invitations: the
// Schedule-Tag of objects with an ORGANIZER (section 3.2.10), which the answer of an
// attendee leaves as it is, and the answers that a guarded write does not undo.

// scheduled tells whether an object has a Schedule-Tag.
func (s *Server) scheduled(c *collection, body string) bool {
	return s.profile().Schedules && c.kind == core.Event && count(body, "ORGANIZER") > 0
}

// Answer is an attendee's: his PARTSTAT changes, and with it the ETag.
func (s *Server) Answer(path, attendee, partstat string) error {
	return s.editItem(path, func(c *collection, name string) error {
		old := c.items[name]
		if old == nil || old.scheduleTag == "" {
			return fmt.Errorf("davd: %s is no invitation", path)
		}
		tag := old.scheduleTag
		s.put(c, name, withAnswers(old.body, map[string]string{attendee: partstat})).scheduleTag = tag
		return nil
	})
}

// scheduleCondition is If-Schedule-Tag-Match (RFC 6638, section 8.3).
func scheduleCondition(q *request, now *item) bool {
	match := q.Header.Get("If-Schedule-Tag-Match")
	return match == "" || now != nil && now.scheduleTag != "" && match == Strong.spell(now.scheduleTag)
}

// kept is a body that replaces another one under If-Schedule-Tag-Match: what the
// attendees have answered stays.
func kept(q *request, body string, old *item) string {
	if old == nil || q.Header.Get("If-Schedule-Tag-Match") == "" {
		return body
	}
	answers := map[string]string{}
	for _, line := range unfold(old.body) {
		if name, attendee := property(line); name == "ATTENDEE" {
			if m := partstatOf().FindStringSubmatch(line); m != nil {
				answers[attendee] = m[1]
			}
		}
	}
	return withAnswers(body, answers)
}

// withAnswers gives attendees, by their address, another PARTSTAT.
func withAnswers(body string, answers map[string]string) string {
	return edit(body, func(lines []string) []string {
		for i, line := range lines {
			name, attendee := property(line)
			answer, has := answers[attendee]
			if name != "ATTENDEE" || !has {
				continue
			}
			line = partstatOf().ReplaceAllString(line, "")
			lines[i] = strings.Replace(line, "ATTENDEE", "ATTENDEE;PARTSTAT="+answer, 1)
		}
		return lines
	})
}

func partstatOf() *regexp.Regexp { return regexp.MustCompile(`;PARTSTAT=([^;:]*)`) }

// tagged tells the Schedule-Tag of an item in a header.
func (a *answer) tagged(i *item) *answer {
	if i.scheduleTag != "" && a.status < http.StatusMultipleChoices {
		a.with("Schedule-Tag", Strong.spell(i.scheduleTag))
	}
	return a
}
