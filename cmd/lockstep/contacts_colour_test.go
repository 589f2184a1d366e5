package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"lockstep/peers/davd"
)

const bookColour = `<addressbook-color xmlns="http://inf-it.com/ns/ab/"`

// paint gives a collection of the server a colour, as another program does.
func (b *book) paint(t *testing.T, path, color string) {
	t.Helper()
	if b.server != nil {
		must(t, b.server.Paint(path, color))
		return
	}
	b.ask(t, "PROPPATCH", path, `<propertyupdate xmlns="DAV:"><set><prop>`+bookColour+`>`+color+`</addressbook-color></prop></set></propertyupdate>`, "Content-Type", "application/xml; charset=utf-8")
}

// colour of a collection of the server.
func (b *book) colour(t *testing.T, path string) string {
	t.Helper()
	if b.server != nil {
		return b.server.Color(path)
	}
	_, answer := b.ask(t, "PROPFIND", path, `<propfind xmlns="DAV:"><prop>`+bookColour+`/></prop></propfind>`, "Depth", "0")
	if found := regexp.MustCompile(`addressbook-color[^>/]*>([^<]*)<`).FindSubmatch(answer); found != nil {
		return string(found[1])
	}
	return ""
}

// colour in the files of a directory beside that of the cards; "" = none.
func (d *device) colour(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(filepath.Dir(d.dir), name, "color"))
	if os.IsNotExist(err) {
		return ""
	}
	must(t, err)
	return string(text)
}

func (d *device) paint(t *testing.T, color string) {
	t.Helper()
	d.write(t, "color", color)
}

// coloured lists what a command tells of colours: the side, the folder and why.
func (o output) coloured(t *testing.T) (out []string) {
	t.Helper()
	o.each(t, "folder", func(line []byte) {
		var s struct{ Side, Op, Folder, Why string }
		must(t, json.Unmarshal(line, &s))
		if s.Op == "colour" {
			out = append(out, s.Side+" "+s.Folder+": "+s.Why)
		}
	})
	return out
}

// paints counts the requests that set a property since the last time.
func paints(w *wire) (n int) {
	for _, s := range w.all() {
		if s.method == "PROPPATCH" {
			n++
		}
	}
	return n
}

// TestColoursOfBooks: a colour that is set here comes to the server, one that is changed
// there comes here, each with its reason in the plan, the sync and the log; and a quiet
// sync writes none.
func TestColoursOfBooks(t *testing.T) {
	onBooks(t, func(t *testing.T, b *book) {
		w := b.tap(t)
		d := pair(t, b)
		one := func(what, want string, o output) {
			t.Helper()
			if got := o.coloured(t); len(got) != 1 || got[0] != want {
				t.Errorf("%s tells %q, not %q", what, got, want)
			}
		}
		quiet := func() {
			t.Helper()
			w.all()
			before, err := os.Stat(filepath.Join(d.dir, "color"))
			must(t, err)
			if o := d.ends(t, 0, "sync"); len(o.coloured(t)) > 0 || o.report(t).writes() > 0 {
				t.Errorf("one more sync wrote:\n%s", o.text)
			}
			if n := paints(w); n > 0 {
				t.Errorf("one more sync set %d colours", n)
			}
			if after, err := os.Stat(filepath.Join(d.dir, "color")); err != nil || !os.SameFile(before, after) {
				t.Errorf("one more sync wrote the file: %v", err)
			}
		}

		d.paint(t, "#FF8800\n")
		const first = "right friends: its colour on the left is #ff8800"
		one("the plan", first, d.ends(t, 3, "plan"))
		if got := b.colour(t, b.path); got != "" {
			t.Errorf("the plan wrote %q", got)
		}
		one("the sync", first, d.ends(t, 0, "sync"))
		if got := b.colour(t, b.path); got != "#ff8800" {
			t.Errorf("the server has %q", got)
		}
		one("the log", first, d.ends(t, 0, "log", d.lastRun(t)))
		if got := d.colour(t, theBook); got != "#FF8800\n" {
			t.Errorf("here it became %q", got)
		}
		quiet()

		b.paint(t, b.path, "#0088FFFF")
		one("the sync", "left friends: its colour was changed on the right from #ff8800 to #0088ff", d.ends(t, 0, "sync"))
		if got := d.colour(t, theBook); got != "#0088ff" {
			t.Errorf("here it is %q", got)
		}
		if got := b.colour(t, b.path); got != "#0088FFFF" {
			t.Errorf("the server has %q", got)
		}
		quiet()

		d.paint(t, "#112233")
		one("the sync", "right friends: its colour was changed on the left from #0088ff to #112233", d.ends(t, 0, "sync"))
		if got := b.colour(t, b.path); got != "#112233FF" {
			t.Errorf("the server has %q", got)
		}
		quiet()

		must(t, os.Remove(filepath.Join(d.dir, "color"))) // not told is not removed
		if o := d.ends(t, 0, "sync"); len(o.coloured(t)) > 0 || b.colour(t, b.path) != "#112233FF" {
			t.Errorf("a colour that is not told was carried over: %q\n%s", b.colour(t, b.path), o.text)
		}
		d.inStep(t, "u1", "u2", "u3")
	})
}

// TestColourOfNewBook: an address book that is made on the other side gets its colour in
// the same sync, both ways.
func TestColourOfNewBook(t *testing.T) {
	onBooks(t, func(t *testing.T, b *book) {
		d := pair(t, b)
		club := filepath.Join(filepath.Dir(d.dir), "club")
		must(t, os.Mkdir(club, 0o700))
		must(t, os.WriteFile(filepath.Join(club, "color"), []byte("#123456"), 0o600))
		family := strings.TrimSuffix(b.path, "/") + "-family/"
		b.ask(t, "MKCOL", family, `<mkcol xmlns="DAV:"><set><prop><displayname>family</displayname><resourcetype><collection/><addressbook xmlns="urn:ietf:params:xml:ns:carddav"/></resourcetype></prop></set></mkcol>`)
		b.paint(t, family, "#abcdef")
		if got := d.ends(t, 3, "plan").coloured(t); len(got) != 2 || got[0] != "left family: its colour on the right is #abcdef" || got[1] != "right club: its colour on the left is #123456" {
			t.Errorf("the plan tells %q", got)
		}
		d.ends(t, 0, "sync")
		if got := d.colour(t, "family"); got != "#abcdef" {
			t.Errorf("here it is %q", got)
		}
		made := strings.TrimSuffix(b.path, "at-"+theBook+"/")
		if b.server == nil {
			made = strings.TrimSuffix(b.path, theBook+"/")
		}
		if got := b.colour(t, made+"club/"); got != "#123456" {
			t.Errorf("the server has %q", got)
		}
		if o := d.ends(t, 0, "sync"); len(o.coloured(t)) > 0 || o.report(t).writes() > 0 {
			t.Errorf("one more sync wrote:\n%s", o.text)
		}
	})
}

// TestColoursOfCalendars: those are Apple's, also where the server stores them in
// Apple's form.
func TestColoursOfCalendars(t *testing.T) {
	for name, o := range map[string]struct {
		profile davd.Profile
		stored  string
	}{"as sent": {davd.Profile{}, "#ff8800"}, "as Apple has them": {davd.Profile{AppleColors: true}, "#FF8800FF"}} {
		t.Run(name, func(t *testing.T) {
			c := newEventsAt(t, o.profile)
			c.sync(t)
			file := filepath.Join(c.dir, "color")
			must(t, os.WriteFile(file, []byte("#ff8800"), 0o600))
			c.sync(t)
			if got := c.server.Color(c.path); got != o.stored {
				t.Errorf("the server has %q", got)
			}
			c.wire.all()
			c.sync(t)
			if n := paints(c.wire); n > 0 {
				t.Errorf("one more sync set %d colours", n)
			}
			if text, err := os.ReadFile(file); err != nil || string(text) != "#ff8800" {
				t.Errorf("here it is %q, %v", text, err)
			}
			must(t, c.server.Paint(c.path, "#0000FFFF"))
			c.sync(t)
			if text, err := os.ReadFile(file); err != nil || string(text) != "#0000ff" {
				t.Errorf("here it is %q, %v", text, err)
			}
		})
	}
}

// TestColourRefused: what the server refuses is told once, and tried again when the colour
// changes; the cards go on.
func TestColourRefused(t *testing.T) {
	b := newBook(t, davd.Options{Profile: davd.Profile{NoColors: true}})
	w := b.tap(t)
	d := pair(t, b)
	paints(w)
	for _, color := range []string{"#ff8800", "#0088ff"} {
		d.paint(t, color)
		d.edit(t, "u1", adding("NOTE:"+color))
		d.ends(t, 0, "sync").says(t, "cannot give friends the colour "+color, "403")
		if n := paints(w); n != 1 {
			t.Errorf("it was tried %d times", n)
		}
		d.inStep(t, "u1", "u2", "u3")
		d.quiet(t, 0)
		if n := paints(w); n != 0 {
			t.Errorf("it was tried %d times once more", n)
		}
	}
}

// TestColourOfReadOnlyBook: it is not tried where nothing may be written.
func TestColourOfReadOnlyBook(t *testing.T) {
	b := newBook(t, davd.Options{})
	w := b.tap(t)
	d := pair(t, b)
	must(t, b.server.SetReadOnly(b.path, true))
	d.paint(t, "#ff8800")
	if o := d.ends(t, 0, "sync"); len(o.coloured(t)) > 0 || paints(w) > 0 {
		t.Errorf("a read-only book was coloured:\n%s", o.text)
	}
}
