package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCase80: a file that is imported a second time adds nothing, whatever happened to the
// address book meanwhile: what was deleted there, or is gone with a book that was made
// anew, comes once.
func TestCase80(t *testing.T) {
	for name, wipe := range map[string]func(t *testing.T, b *book){
		"nothing happened": func(*testing.T, *book) {},
		"the cards were deleted": func(t *testing.T, b *book) {
			for uid := range byUID(t, b.cards(t)) {
				b.remove(t, uid)
			}
		},
		"the book was made anew": func(t *testing.T, b *book) {
			if b.server != nil {
				must(t, b.server.Recreate(b.path))
				return
			}
			b.ask(t, "DELETE", b.path, "")
			b.ask(t, "MKCOL", b.path, `<mkcol xmlns="DAV:"><set><prop><displayname>`+theBook+`</displayname><resourcetype><collection/><addressbook xmlns="urn:ietf:params:xml:ns:carddav"/></resourcetype></prop></set></mkcol>`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			onBooks(t, func(t *testing.T, b *book) {
				d := newDevice(t, b, "here", "")
				file := filepath.Join(t.TempDir(), "old.vcf")
				must(t, os.WriteFile(file, []byte(newCard("a", "Ann", "NOTE:"+strings.Repeat("long ", 40))+newCard("b", "Bob", "TEL:+1 1")+
					without("UID:")(newCard("c", "Nobody"))), 0o600))
				imports := func(created int) {
					t.Helper()
					report := d.ends(t, 0, "import", file, "server#"+theBook).report(t)
					if report.Right.Created != created || report.writes() != created {
						t.Errorf("it wrote %+v, and not %d new cards", report.Right, created)
					}
					if all := byUID(t, b.cards(t)); len(all) != 3 {
						t.Errorf("the server has %d cards: %q", len(all), all)
					}
				}
				imports(3)
				imports(0)
				wipe(t, b)
				imports(3 - len(b.cards(t)))
				imports(0)
			})
		})
	}
}

// TestCase80Calendar is the same of a calendar.
func TestCase80Calendar(t *testing.T) {
	c := newEvents(t)
	file := filepath.Join(t.TempDir(), "old.ics")
	must(t, os.WriteFile(file, []byte(object("DTSTART:20260105T100000Z|SUMMARY:Meeting")), 0o600))
	for i, created := range []int{1, 0, 1, 0} {
		if i == 2 {
			must(t, c.server.Recreate(c.path))
		}
		out, exit := c.run(t, "import", file, "server#work")
		if exit != 0 {
			t.Fatalf("import ended with %d:\n%s%s", exit, out.text, out.errs)
		}
		if got := out.report(t); got.Right.Created != created || got.writes() != created {
			t.Errorf("import %d wrote %+v, and not %d new events", i, got.Right, created)
		}
		if _, body := c.there(t); !has(body, "SUMMARY:Meeting") {
			t.Errorf("there is\n%s", body)
		}
	}
}
