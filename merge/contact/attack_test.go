package contact_test

import (
	"fmt"
	"strings"
	"testing"

	"lockstep/merge/contact"
)

// Cards with thousands of lines of one name, or of one value, of one group: a
// merge takes them in time, or the test does not end.
func TestAttack21ThousandsOfLines(t *testing.T) {
	const n = 1500
	card := func(line func(i int) string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(line(i) + "\r\n")
		}
		return v3("UID:u", strings.TrimSuffix(b.String(), "\r\n"))
	}
	for name, line := range map[string]func(side string, i int) string{
		"numbers": func(side string, i int) string { return fmt.Sprintf("TEL:%d%s", i, side) },
		"numbers of a label": func(side string, i int) string {
			return fmt.Sprintf("item%d.TEL:%d%s\r\nitem%d.X-ABLABEL:x", i, i, side, i)
		},
		"labels of a number": func(side string, i int) string {
			return fmt.Sprintf("item%d.TEL:1\r\nitem%d.X-ABLABEL:%d%s", i, i, i, side)
		},
		"notes":      func(side string, i int) string { return fmt.Sprintf("NOTE:%d%s", i, side) },
		"one group":  func(side string, i int) string { return fmt.Sprintf("g.TEL:%d%s\r\ng.X-ABLABEL:%d", i, side, i) },
		"names":      func(side string, i int) string { return fmt.Sprintf("X-A%d:%s", i, side) },
		"categories": func(side string, i int) string { return fmt.Sprintf("CATEGORIES:%d%s", i, side) },
		"languages":  func(side string, i int) string { return fmt.Sprintf("FN;ALTID=1;LANGUAGE=x%d:%s", i, side) },
		"nothing":    func(_ string, _ int) string { return "TEL:" },
	} {
		t.Run(name, func(t *testing.T) {
			base := []byte(card(func(i int) string { return line("0", i) }))
			now := [2][]byte{[]byte(card(func(i int) string { return line("1", i) })), []byte(card(func(i int) string { return line("2", i) }))}
			got, err := merger().Merge([2][]byte{base, base}, now)
			if err != nil {
				t.Fatal(err)
			}
			then := quiet(t, name, got, now)
			for x := range then {
				if _, err := (contact.Format{}).Parse(then[x]); err != nil {
					t.Error(err)
				}
			}
		})
	}
}
