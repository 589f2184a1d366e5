package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"lockstep/core"
)

// size prints a number of bytes for people; "" = not known.
func size(n int64) string {
	switch {
	case n < 0:
		return ""
	case n < 1000:
		return strconv.FormatInt(n, 10) + " B"
	}
	f, unit := float64(n), 0
	for f >= 999.5 && unit < 4 {
		f /= 1000
		unit++
	}
	digits := 1
	if f >= 99.95 {
		digits = 0
	}
	return strconv.FormatFloat(f, 'f', digits, 64) + " " + [...]string{"B", "kB", "MB", "GB", "TB"}[unit]
}

// moment prints a time of a message or run; "" = not known.
func (a *app) moment(unix int64) string {
	if unix == 0 {
		return ""
	}
	return time.Unix(unix, 0).In(a.sys.Now().Location()).Format("2006-01-02 15:04")
}

// ago prints how long ago something was.
func (a *app) ago(unix int64) string {
	d := a.sys.Now().Sub(time.Unix(unix, 0))
	switch {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return plural(int(d/time.Minute), "minute") + " ago"
	case d < 48*time.Hour:
		return plural(int(d/time.Hour), "hour") + " ago"
	}
	return plural(int(d/(24*time.Hour)), "day") + " ago"
}

// seconds prints a duration of a run.
func seconds(s float64) string {
	switch {
	case s < 1:
		return strconv.FormatFloat(s, 'f', 2, 64) + " s"
	case s < 100:
		return strconv.FormatFloat(s, 'f', 1, 64) + " s"
	}
	return (time.Duration(s) * time.Second).String()
}

// number prints with a comma between thousands.
func number(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

func plural(n int, noun string) string {
	switch {
	case n == 1:
	case strings.HasSuffix(noun, "try"):
		noun = strings.TrimSuffix(noun, "y") + "ies"
	default:
		noun += "s"
	}
	return number(n) + " " + noun
}

// items counts items of a kind.
func items(n int, kind core.Kind) string {
	noun := string(kind)
	switch kind {
	case core.Mail:
		noun = "message"
	case core.Entry:
		noun = "element"
	}
	return plural(n, noun)
}

// list joins words as a sentence does.
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return fmt.Sprintf("%s and %s", strings.Join(words[:last], ", "), words[last])
}

// nameOf is what an item is called for people: its Key, else its ID.
func nameOf(key core.Key, id core.ID) string {
	switch {
	case key != "":
		return safe(string(key))
	case id != "":
		return safe(string(id))
	}
	return "(no key)"
}

// nonempty leaves empty strings out.
func nonempty(all ...string) (out []string) {
	for _, s := range all {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}
