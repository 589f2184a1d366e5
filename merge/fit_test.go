package merge_test

import (
	"slices"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/merge"
	"lockstep/merge/contact"
	"lockstep/merge/event"
)

// TestFit: the largest of what a card can do without goes first, with what is said about
// it, and nothing else.
func TestFit(t *testing.T) {
	photo, logo := "item1.PHOTO;ENCODING=b;TYPE=JPEG:"+strings.Repeat("AAAA", 300)+"\r\n", "LOGO;ENCODING=b:"+strings.Repeat("BBBB", 100)+"\r\n"
	note := "NOTE:" + strings.Repeat("long ", 100) + "\r\n"
	text := func(lines string) []byte {
		return []byte("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u\r\nFN:Ann\r\n" + lines + "END:VCARD\r\n")
	}
	body := text(photo + "item1.X-ABLABEL:Portrait\r\n" + note + logo)
	m := merge.Properties{Format: contact.Format{}}
	for _, c := range []struct {
		most    int
		want    []byte
		without string
	}{
		{len(body), body, ""},
		{len(body) - 1, text(note + logo), "PHOTO"},
		{len(text(note + logo)), text(note + logo), "PHOTO"},
		{len(text(note+logo)) - 1, text(note), "LOGO PHOTO"},
		{len(text(note)) - 1, nil, ""},
	} {
		got, without := m.Fit(body, int64(c.most))
		if string(got) != string(c.want) || strings.Join(without, " ") != c.without {
			t.Errorf("%d bytes: without %q it is\n%s", c.most, without, got)
		}
	}
	if got, _ := m.Fit([]byte("no card"), 3); got != nil {
		t.Errorf("%q", got)
	}
}

// TestFitEvent: the largest attachment of any instance goes first; what is only named
// stays.
func TestFitEvent(t *testing.T) {
	attach := func(letter string, n int) string {
		return "ATTACH;ENCODING=BASE64;VALUE=BINARY:" + strings.Repeat(letter, 4*n) + "\r\n"
	}
	text := func(first, second string) []byte {
		return []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:u\r\nSUMMARY:s\r\nATTACH:https://example.org/" + strings.Repeat("long", 300) + "\r\n" + first +
			"END:VEVENT\r\nBEGIN:VEVENT\r\nUID:u\r\nRECURRENCE-ID:20260101T000000Z\r\n" + second + "END:VEVENT\r\nEND:VCALENDAR\r\n")
	}
	body := text(attach("A", 100)+attach("B", 300), attach("C", 200))
	m := merge.Properties{Format: event.Format{}}
	for _, c := range []struct {
		most    int
		want    []byte
		without int
	}{
		{len(body), body, 0},
		{len(body) - 1, text(attach("A", 100), attach("C", 200)), 1},
		{len(text(attach("A", 100), attach("C", 200))) - 1, text(attach("A", 100), ""), 2},
		{len(text("", "")), text("", ""), 3},
		{len(text("", "")) - 1, nil, 0},
	} {
		got, without := m.Fit(body, int64(c.most))
		if string(got) != string(c.want) || len(without) != c.without {
			t.Errorf("%d bytes: without %q it is\n%s", c.most, without, got)
		}
	}
}

// TestFitIsNoDeletion: what was left out is deleted on no side, whether the server was
// seen to hold such a property, the card had one before, or the answer is not known to be
// that of the write.
func TestFitIsNoDeletion(t *testing.T) {
	m := merge.Properties{Format: contact.Format{}}
	text := func(lines ...string) []byte {
		return []byte("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u\r\nFN:Ann\r\n" + strings.Join(append(lines, ""), "\r\n") + "END:VCARD\r\n")
	}
	small, large := "PHOTO;ENCODING=b:AAAA", "PHOTO;ENCODING=b:"+strings.Repeat("BBBB", 100)
	for name, c := range map[string]struct{ base, left, right []byte }{
		"new":                   {nil, text(large), nil},
		"a photo is added":      {text(), text(large), text()},
		"a photo is replaced":   {text(small), text(large), text(small)},
		"there is more beside":  {text(small), text(small, "NOTE:"+strings.Repeat("n", 200)), text(small)},
		"the right edits a lot": {text(small), text(large), text(small, "TITLE:new")},
	} {
		for _, exact := range []bool{true, false} {
			base, now := [2][]byte{c.base, c.base}, [2][]byte{c.left, c.right}
			for pass := range 3 {
				got, err := m.Merge(base, now)
				if err != nil {
					t.Fatal(err)
				}
				base = got.Base
				for x := range now {
					sent, carried := got.To[x], got.Carried[x]
					if sent == nil {
						continue
					}
					if pass > 1 {
						t.Errorf("%s, exact %v: pass %d writes %q to the %v", name, exact, pass, sent, core.Side(x))
					}
					if x == 1 {
						var without []string
						sent, without = m.Fit(sent, 350)
						carried = append(carried, without...)
						slices.Sort(carried)
					}
					from := now[1-x]
					now[x] = sent
					if base, err = m.Commit(base, core.Side(x), carried, from, sent, sent, exact, func(string) bool { return true }); err != nil {
						t.Fatal(err)
					}
				}
			}
			want := "BBBB"
			if name == "there is more beside" {
				want = "AAAA"
			}
			if !strings.Contains(string(now[0]), want) {
				t.Errorf("%s, exact %v: the photo is gone:\n%s", name, exact, now[0])
			}
			if strings.Contains(string(now[1]), "BBBB") {
				t.Errorf("%s, exact %v: it did not fit:\n%s", name, exact, now[1])
			}
		}
	}
}
