package contact_test

import (
	"fmt"
	"strings"
	"testing"

	"lockstep/core"
)

// TestHalfCarried: the left edits a number and the right its type. Of the two writes
// that carry both over only one happens, and whatever is edited then, in the end there
// is one number with the one type.
func TestHalfCarried(t *testing.T) {
	m := merger()
	was := v3("UID:u", "FN:a", "TEL;TYPE=HOME:1", "TEL;TYPE=CELL:9")
	all := func(string) bool { return true }
	for _, first := range core.Sides() {
		for _, exact := range []bool{true, false} {
			for _, then := range []string{"", "NOTE of 0", "NOTE of 1"} {
				t.Run(fmt.Sprintf("%s happens, exact %v, %s", first, exact, then), func(t *testing.T) {
					base := [2][]byte{[]byte(was), []byte(was)}
					now := [2][]byte{[]byte(strings.Replace(was, "HOME:1", "HOME:2", 1)), []byte(strings.Replace(was, "HOME:1", "FAX:1", 1))}
					for pass := range 3 {
						got, err := m.Merge(base, now)
						if err != nil || len(got.Collisions) > 0 {
							t.Fatal(err, got.Collisions)
						}
						base = got.Base
						before := now
						for _, x := range core.Sides() {
							if got.To[x] == nil || pass == 0 && x != first {
								continue
							}
							if !m.Landed(before[x], got.To[x], got.To[x], got.Carried[x], all) {
								t.Errorf("pass %d: what was written to the %s has not landed: %q", pass, x, got.Carried[x])
							}
							now[x] = got.To[x]
							if base, err = m.Commit(base, x, got.Carried[x], before[1-x], got.To[x], now[x], exact, all); err != nil {
								t.Fatal(err)
							}
						}
						if pass == 2 && (got.To[0] != nil || got.To[1] != nil) {
							t.Errorf("the last pass is not quiet: %q", got.Carried)
						}
						if side, is := strings.CutPrefix(then, "NOTE of "); is && pass == 0 {
							x := int(side[0] - '0')
							now[x] = []byte(strings.Replace(string(now[x]), "END:", "NOTE:new\r\nEND:", 1))
						}
					}
					for x, body := range now {
						text := strings.ToUpper(string(body))
						if strings.Count(text, "TEL") != 2 || !strings.Contains(text, "TEL;TYPE=FAX:2") || !strings.Contains(text, "TEL;TYPE=CELL:9") {
							t.Errorf("side %d has\n%s", x, body)
						}
					}
				})
			}
		}
	}
}
