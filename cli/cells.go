package cli

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Columns are counted in cells of a terminal, not in characters: an ideograph
// or an emoji takes two, an accent that stands on a letter none. Text goes
// through safe before it is counted.

// variation asks for the emoji of the character before it.
const variation = '\ufe0f'

// cells is how many cells a text takes.
func cells(text string) (n int) {
	before := 0
	for _, r := range text {
		w := cellsOf(r, before)
		n += w
		before = w
	}
	return n
}

// cellsOf is how many cells a character adds, after one of so many.
func cellsOf(r rune, before int) int {
	switch {
	case r < 0x300: // most text
		return 1
	case r == variation && before == 1:
		return 1 // terminals differ; too wide does no harm
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case r >= 0x1160 && r <= 0x11ff: // vowels and ends of a Hangul syllable
		return 0
	}
	if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
		return 2
	}
	return 1
}

// clip shortens text to a number of cells; what is cut off shows as "…".
func clip(text string, most int) string {
	if cells(text) <= most {
		return text
	}
	n, before := 1, 0 // the sign for the rest
	for i, r := range text {
		w := cellsOf(r, before)
		if n+w > most {
			return text[:i] + "…"
		}
		n += w
		before = w
	}
	return text
}

// pad fills text with spaces to a number of cells, on its right.
func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-cells(text)))
}

// padLeft fills it on its left.
func padLeft(text string, width int) string {
	return strings.Repeat(" ", max(0, width-cells(text))) + text
}
