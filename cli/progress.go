package cli

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// meter measures how far a pass is: what is done, how fast that goes, and how
// long the rest will take. Time is given to it; it has no clock.
type meter struct {
	// done of total steps; total is an estimate while parts are not yet
	// planned. 0 = the end is not known.
	done, total int
	// bytes of bodies moved by these steps.
	bytes int64
	// full is how much of the bar is filled, from 0 to 1. It never falls: where
	// the estimate grows, the bar waits.
	full float64
	// marks of the way, oldest first, about as far back as the window.
	marks []mark
	// left is how long the rest was expected to take when it was told last.
	left time.Duration
	told time.Time
}

// mark is how far it was at a time.
type mark struct {
	at    time.Time
	done  int
	bytes int64
}

const (
	// window of which the speed is the mean, and how far apart its marks are.
	window    = 15 * time.Second
	markEvery = 500 * time.Millisecond
	// knownAfter so long a speed says something.
	knownAfter = 3 * time.Second
	// leftEvery is how often the expected rest is corrected, and leftBy how much
	// of what it is found to be wrong by: so it does not jump.
	leftEvery = time.Second
	leftBy    = 0.3
)

// planned says that there are so many steps, of which some are done or were
// found to be none. The way begins with the first plan.
func (m *meter) planned(now time.Time, done, total int) {
	if m.done == 0 {
		m.marks = []mark{{at: now}}
	}
	m.done, m.total = max(m.done, done), total
	m.fill()
}

// step counts a step that was tried.
func (m *meter) step(now time.Time, bytes int64) {
	m.done++
	m.bytes += bytes
	m.fill()
	if now.Sub(m.marks[len(m.marks)-1].at) >= markEvery {
		m.marks = append(m.marks, mark{now, m.done, m.bytes})
	}
	for len(m.marks) > 1 && now.Sub(m.marks[1].at) >= window {
		m.marks = m.marks[1:]
	}
	m.expect(now)
}

// fill fills the bar; there are never fewer steps than were made.
func (m *meter) fill() {
	m.total = max(m.total, m.done)
	if m.total > 0 {
		m.full = max(m.full, float64(m.done)/float64(m.total))
	}
}

// known tells whether there is a bar to show.
func (m *meter) known() bool { return m.done > 0 }

// speed is steps and bytes a second; 0 = not known yet.
func (m *meter) speed(now time.Time) (steps, bytes float64) {
	from := m.marks[0]
	took := now.Sub(from.at)
	if took < knownAfter {
		return 0, 0
	}
	return float64(m.done-from.done) / took.Seconds(), float64(m.bytes-from.bytes) / took.Seconds()
}

// expect corrects how long the rest takes.
func (m *meter) expect(now time.Time) {
	steps, _ := m.speed(now)
	if steps == 0 || !m.told.IsZero() && now.Sub(m.told) < leftEvery {
		return
	}
	left := float64(m.total-m.done) / steps
	if !m.told.IsZero() {
		before := m.rest(now).Seconds()
		left = before + (left-before)*leftBy
	}
	m.left, m.told = time.Duration(left*float64(time.Second)), now
}

// rest is how long it still takes, by what was expected last.
func (m *meter) rest(now time.Time) time.Duration { return max(0, m.left-now.Sub(m.told)) }

// words tell how far it is; the first is always shown, the others as far as
// there is room, the last first to go.
func (m *meter) words(now time.Time) (counts, left, speed, bytes, byteSpeed string) {
	total := number(m.total)
	counts = padLeft(number(m.done), len(total)) + " of " + total
	if m.bytes > 0 {
		bytes = size(m.bytes)
	}
	steps, moved := m.speed(now)
	if steps > 0 {
		speed = perSecond(steps)
	}
	if moved >= 1 {
		byteSpeed = size(int64(moved)) + "/s"
	}
	if !m.told.IsZero() && m.done < m.total {
		left = inWords(m.rest(now)) + " left"
	}
	return counts, left, speed, bytes, byteSpeed
}

// text is all of it for the log.
func (m *meter) text(now time.Time) string {
	counts, left, speed, bytes, byteSpeed := m.words(now)
	return strings.Join(nonempty(strings.TrimSpace(counts), bytes, speed, byteSpeed, left), ", ")
}

// leastPlace is how many cells are worth a word about where it is.
const leastPlace = 8

// line is all of it with a bar, in no more than so many cells; place says what
// was done last.
func (m *meter) line(now time.Time, place string, most int, blocks bool) string {
	counts, left, speed, bytes, byteSpeed := m.words(now)
	bar := m.bar(blocks) + " "
	var line string
	for _, drop := range []*string{nil, &byteSpeed, &bytes, &bar, &speed, &left} {
		if drop != nil {
			*drop = ""
		}
		line = bar + strings.Join(nonempty(counts, bytes, speed, byteSpeed, left), ", ")
		if cells(line) <= most {
			break
		}
	}
	if room := most - cells(line) - len(", "); place != "" && room >= min(leastPlace, cells(place)) {
		line += ", " + clip(place, room)
	}
	return clip(line, most)
}

// barWidth is the cells inside the bar.
const barWidth = 12

// bar is filled to the end only when all is done.
func (m *meter) bar(blocks bool) string {
	parts := []string{"", "#"} // a cell by how much of it is filled
	empty := "."
	if blocks {
		parts, empty = []string{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"}, " "
	}
	whole := len(parts) - 1
	n := int(m.full * float64(barWidth*whole))
	if m.done < m.total {
		n = min(n, barWidth*whole-1)
	}
	bar := strings.Repeat(parts[whole], n/whole) + parts[n%whole]
	return "[" + bar + strings.Repeat(empty, barWidth-cells(bar)) + "]"
}

// perSecond prints a speed.
func perSecond(f float64) string {
	switch {
	case f < 1:
		return strconv.Itoa(max(1, int(math.Round(f*60)))) + "/min"
	case f < 9.95:
		return strconv.FormatFloat(f, 'f', 1, 64) + "/s"
	}
	return number(int(math.Round(f))) + "/s"
}

// inWords prints how long something will take, no finer than can be known.
func inWords(d time.Duration) string {
	up := func(unit time.Duration) int { return int((d + unit - 1) / unit) }
	switch {
	case d < 5*time.Second:
		return "a moment"
	case d <= 55*time.Second:
		return strconv.Itoa(5*up(5*time.Second)) + " s"
	case d <= 90*time.Minute:
		return strconv.Itoa(up(time.Minute)) + " min"
	case d <= 48*time.Hour:
		tens := up(10 * time.Minute)
		return strings.TrimSuffix(strconv.Itoa(tens/6)+" h "+strconv.Itoa(tens%6*10)+" min", " 0 min")
	}
	return plural(up(24*time.Hour), "day")
}

// drawsBlocks tells whether the terminal shows more than ASCII, by the locale.
func (s System) drawsBlocks() bool {
	locale := strings.ToLower(firstOf(s.Getenv("LC_ALL"), s.Getenv("LC_CTYPE"), s.Getenv("LANG")))
	return strings.Contains(locale, "utf-8") || strings.Contains(locale, "utf8")
}

// drawsLine tells whether a line that changes can be shown.
func (s System) drawsLine() bool { return s.Watched && s.Getenv("TERM") != "dumb" }

// widestLine fits the terminals that people have.
const widestLine = 79

// room is how many cells a line that changes may take; a full line would make
// some terminals begin another.
func (s System) room() int {
	if s.Columns == nil {
		return widestLine
	}
	if columns := s.Columns(); columns > 1 {
		return min(widestLine, columns-1)
	}
	return widestLine
}
