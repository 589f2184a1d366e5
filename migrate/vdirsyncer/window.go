package vdirsyncer

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"lockstep/migrate/settings"
)

// window translates the time range of a calendar server: its beginning, where it is one
// of the expressions that a window can say, and not its end.
func (m *importer) window(st *storage) {
	start, end := st.section.find("start_date"), st.section.find("end_date")
	if !start.none() {
		if since, is := windowOf(start); is {
			st.add(settings.Quoted("window", since, "What is in step stays so, however old it grows."))
		} else {
			m.note(start, `only "datetime.now() - timedelta(days=N)" and "datetime(YEAR, MONTH, DAY)" become a window, and there is none now: all events are kept in step. Write window = "90d", or a day, into the account`)
		}
	}
	if !end.none() {
		m.note(end, "a window has no end: events that lie further ahead are kept in step, too")
	}
}

// mostDays that a window takes.
const mostDays = 1<<16 - 1

// windowOf reads a Python expression of the past, of the few shapes that people write:
// a number of days or weeks back from now, or a day.
func windowOf(o *option) (since string, is bool) {
	text, is := o.string()
	if !is {
		return "", false
	}
	text = strings.Join(strings.Fields(text), "")
	back := regexp.MustCompile(`^(?:datetime\.(?:now|utcnow|today)\(\)|datetime\.now\((?:tz=)?timezone\.utc\)|date\.today\(\))-timedelta\((days=|weeks=|)([0-9]+(?:\*[0-9]+)*)\)$`)
	if found := back.FindStringSubmatch(text); found != nil {
		days := uint64(1)
		if found[1] == "weeks=" {
			days = 7
		}
		for factor := range strings.SplitSeq(found[2], "*") {
			n, err := strconv.ParseUint(factor, 10, 16)
			if days *= n; err != nil || days == 0 || days > mostDays {
				return "", false
			}
		}
		return fmt.Sprintf("%dd", days), true
	}
	// A time of that day, and naive or not, makes no difference that matters.
	day := regexp.MustCompile(`^(?:datetime|date)\(([0-9]{4}),([0-9]{1,2}),([0-9]{1,2})(?:,[0-9]+)*(?:,tzinfo=timezone\.utc)?\)$`)
	if found := day.FindStringSubmatch(text); found != nil {
		at, err := time.Parse("2006-1-2", strings.Join(found[1:], "-"))
		return at.Format(time.DateOnly), err == nil
	}
	return "", false
}
