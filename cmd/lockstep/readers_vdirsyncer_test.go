package main

import (
	"encoding/xml"
	"flag"
	"fmt"
	"maps"
	"math/rand"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/peers/davd"
)

var besideSeed = flag.Int64("besideseed", 0, "what is edited beside vdirsyncer; 0 = by the clock")

// besideRounds in which both programs are used; a quarter of them with -short.
const besideRounds = 20

// beside is an address book or a calendar on a server that this program keeps in step
// with one directory, and vdirsyncer with another.
type beside struct {
	rnd    *rand.Rand
	book   *book
	items  itemSort
	sync   func(*testing.T) report // by this program
	ours   drawer
	theirs drawer // without the program
	other  *reader
	// truth is what people left, by UID.
	truth  map[string]string
	serial int
}

// itemSort is a sort of items, as both programs and people have them.
type itemSort struct {
	extension, storage string
	// made is the n-th item, and edited what becomes of one.
	made   func(n int) (uid, body string)
	edited func(body, text string) string
}

// drawer is a directory of items.
type drawer struct{ name, dir, extension string }

func (p drawer) items(t *testing.T) map[string]string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(p.dir, "[^.]*"+p.extension))
	must(t, err)
	out := map[string]string{}
	for _, name := range names {
		body, err := os.ReadFile(name)
		must(t, err)
		out[filepath.Base(name)] = string(body)
	}
	return out
}

// write stores a file as people's programs do: beside, and then renamed.
func (p drawer) write(t *testing.T, name, body string) {
	t.Helper()
	draft := filepath.Join(p.dir, ".draft")
	must(t, os.WriteFile(draft, []byte(body), 0o600))
	must(t, os.Rename(draft, filepath.Join(p.dir, name)))
}

// cardsBeside are the cards that people write.
func cardsBeside() itemSort {
	return itemSort{extension: ".vcf", storage: "carddav",
		made: func(n int) (string, string) {
			uid := fmt.Sprintf("c%03d", n)
			return uid, newCard(uid, fmt.Sprintf("Jürgen %d", n), "TEL;TYPE=CELL:+49 30 "+fmt.Sprint(n), "X-LIKES:tea and coffee")
		},
		edited: func(body, text string) string { return adding("NOTE:" + text)(without("NOTE:")(body)) },
	}
}

// eventsBeside are single events, series with a moved instance, days, and tasks.
func eventsBeside() itemSort {
	return itemSort{extension: ".ics", storage: "caldav",
		made: func(n int) (string, string) {
			uid := fmt.Sprintf("e%03d", n)
			title := fmt.Sprintf("\nSUMMARY:Treffen mit Jürgen %d", n)
			switch n % 4 {
			case 0:
				return uid, calendarObject(uid, fmt.Sprintf("DTSTART:202603%02dT090000Z\nDURATION:PT1H", 1+n%28)+title+"\nBEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT15M\nDESCRIPTION:soon\nEND:VALARM")
			case 1:
				return uid, calendarObject(uid, "DTSTART;VALUE=DATE:20260302\nDTEND;VALUE=DATE:20260303\nRRULE:FREQ=WEEKLY;COUNT=4"+title,
					"RECURRENCE-ID;VALUE=DATE:20260309\nDTSTART;VALUE=DATE:20260310\nDTEND;VALUE=DATE:20260311\nSUMMARY:Moved")
			case 2:
				return uid, calendarObject(uid, "DTSTART;TZID=Europe/Berlin:20260317T080000\nDTEND;TZID=Europe/Berlin:20260317T090000\nX-LIKES:tea and coffee"+title)
			}
			return uid, strings.ReplaceAll(calendarObject(uid, "DUE:20260320T120000Z\nPRIORITY:5"+title), "VEVENT", "VTODO")
		},
		edited: func(body, text string) string {
			for _, end := range []string{"\r\nEND:VEVENT", "\r\nEND:VTODO"} { // of the series, not of an instance
				body = strings.Replace(without("LOCATION:")(body), end, "\r\nLOCATION:"+text+end, 1)
			}
			return body
		},
	}
}

// TestBesideVdirsyncer: people create, edit and delete cards in both directories, and
// sync the one with this program, the other with vdirsyncer, in any order. At the end
// both directories and the server have what people left, and a further sync of either
// writes nothing.
//
// Nobody edits a card that he has not seen the last version of, for vdirsyncer does not
// merge; but different cards are edited at the same time.
func TestBesideVdirsyncer(t *testing.T) {
	onBooks(t, func(t *testing.T, b *book) {
		d := newDevice(t, b, "here", "")
		s := beside{book: b, items: cardsBeside(), ours: drawer{"here", d.dir, ".vcf"}, sync: func(t *testing.T) report { return d.sync(t) }}
		s.rounds(t)
	})
}

// TestEventsBesideVdirsyncer is the same with events and tasks. Xandikos orders the parts of
// rules anew, which vdirsyncer takes over and this test would take for edits.
func TestEventsBesideVdirsyncer(t *testing.T) {
	test := func(t *testing.T, b *book) {
		b = newCalendar(t, b)
		a := newAgenda(t, b, "here")
		s := beside{book: b, items: eventsBeside(), ours: drawer{"here", a.dir, ".ics"}, sync: func(t *testing.T) report { return a.sync(t) }}
		s.rounds(t)
	}
	t.Run("davd", func(t *testing.T) { test(t, newBook(t, davd.Options{})) })
	t.Run("Radicale", func(t *testing.T) { test(t, realBook(t)) })
}

// rounds of edits and syncs, and what comes of them.
func (s *beside) rounds(t *testing.T) {
	seed := *besideSeed
	if seed == 0 {
		seed = time.Now().UnixNano()
	}
	t.Logf("replay with -besideseed %d", seed)
	s.rnd, s.truth = rand.New(rand.NewSource(seed)), map[string]string{}
	s.meet(t)
	for range 6 {
		s.create(t, s.ours)
	}
	rounds := besideRounds
	if testing.Short() {
		rounds /= 4
	}
	for range rounds {
		for _, p := range []drawer{s.ours, s.theirs} {
			for range 1 + s.rnd.Intn(4) {
				s.act(t, p)
			}
		}
		order := []func(*testing.T){func(t *testing.T) { s.sync(t) }, s.syncTheirs}
		s.rnd.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, sync := range order[:1+s.rnd.Intn(2)] {
			sync(t)
		}
	}
	for range 2 {
		s.sync(t)
		s.syncTheirs(t)
	}
	s.asLeft(t)

	before := s.all(t)
	for range 2 {
		if n := s.sync(t).writes(); n > 0 {
			t.Errorf("one more sync made %d writes", n)
		}
		s.syncTheirs(t)
	}
	after := s.all(t)
	for at, was := range before {
		if after[at] != was {
			t.Errorf("a further sync changed %s from %s to %s", at, was, after[at])
		}
	}
	if len(after) != len(before) {
		t.Errorf("after a further sync there are %d, and were %d", len(after), len(before))
	}
	t.Logf("%d were created, %d are left", s.serial, len(s.truth))
}

// meet configures vdirsyncer.
func (s *beside) meet(t *testing.T) {
	t.Helper()
	b, home := s.book, filepath.Join(t.TempDir(), "vdirsyncer")
	s.theirs = drawer{"vdirsyncer", filepath.Join(home, "items", theBook), s.items.extension}
	must(t, os.MkdirAll(s.theirs.dir, 0o700))
	segment := path.Base(b.path)
	s.other = newReader(t, "vdirsyncer", fmt.Sprintf(`[general]
status_path = "%s/status"
[pair items]
a = "files"
b = "server"
collections = [["%s", "%s", "%s"]]
[storage files]
type = "filesystem"
path = "%s"
fileext = "%s"
[storage server]
type = "%s"
url = "%s"
username = "%s"
password = "%s"
`, home, theBook, theBook, segment, filepath.Dir(s.theirs.dir), s.items.extension, s.items.storage, b.base+strings.TrimSuffix(b.path, segment+"/"), b.user, b.password))
	s.lets(t, "discover")
}

// syncTheirs lets vdirsyncer sync.
func (s *beside) syncTheirs(t *testing.T) {
	t.Helper()
	s.lets(t, "sync")
}

// lets runs vdirsyncer, which may ask what no RFC allows; this program may not.
func (s *beside) lets(t *testing.T, command string) {
	t.Helper()
	if s.book.server == nil {
		s.other.run(t, command)
		return
	}
	for _, v := range s.book.server.Violations() {
		t.Errorf("not CardDAV: %s", v)
	}
	s.other.run(t, command)
	s.book.server.Forget()
}

func (s *beside) create(t *testing.T, p drawer) {
	t.Helper()
	s.serial++
	uid, body := s.items.made(s.serial)
	s.truth[uid] = body
	p.write(t, fmt.Sprintf("%s-%d%s", uid, s.rnd.Intn(1000), p.extension), body)
}

// act does one thing to a directory, if there is an item of which it has the last
// version.
func (s *beside) act(t *testing.T, p drawer) {
	t.Helper()
	items := p.items(t)
	var names []string
	for _, name := range slices.Sorted(maps.Keys(items)) {
		if truth := s.truth[uidOfCard(items[name])]; truth != "" && sameCard(items[name], truth) {
			names = append(names, name)
		}
	}
	what := s.rnd.Intn(10)
	if what < 3 || len(names) == 0 {
		s.create(t, p)
		return
	}
	name := names[s.rnd.Intn(len(names))]
	uid := uidOfCard(items[name])
	if what < 5 && min(len(s.truth), len(items)) > 4 { // vdirsyncer wants to be asked before it empties anything
		must(t, os.Remove(filepath.Join(p.dir, name)))
		delete(s.truth, uid)
		return
	}
	s.truth[uid] = s.items.edited(items[name], fmt.Sprintf("written at %s\\, %d", p.name, s.rnd.Int31()))
	p.write(t, name, s.truth[uid])
}

// asLeft: each place has the items that people left, and no other.
func (s *beside) asLeft(t *testing.T) {
	t.Helper()
	for what, items := range map[string]map[string]string{"here": s.ours.items(t), "vdirsyncer's": s.theirs.items(t), "the server's": s.book.objects(t)} {
		there := byUID(t, items)
		for uid, body := range there {
			if s.truth[uid] == "" {
				t.Errorf("%s: an item %s that nobody made, or that was deleted", what, uid)
			} else if !sameCard(body, s.truth[uid]) {
				t.Errorf("%s: %s is\n%s\nand was left as\n%s", what, uid, body, s.truth[uid])
			}
		}
		for uid := range s.truth {
			if there[uid] == "" {
				t.Errorf("%s: %s is lost", what, uid)
			}
		}
	}
}

// all there is in both directories and on the server, and what changes when it is
// written, even as it was.
func (s *beside) all(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, p := range []drawer{s.ours, s.theirs} {
		for name := range p.items(t) {
			seen, err := os.Stat(filepath.Join(p.dir, name))
			must(t, err)
			out[p.name+" "+name] = seen.ModTime().String()
		}
	}
	_, list := s.book.ask(t, "PROPFIND", s.book.path, `<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>`, "Depth", "1", "Content-Type", "application/xml")
	for href, tag := range tags(t, list) {
		out[href] = tag
	}
	return out
}

// tags are the ETags of a multistatus by href.
func tags(t *testing.T, text []byte) map[string]string {
	t.Helper()
	var all struct {
		Rows []struct {
			Href string `xml:"DAV: href"`
			Tag  string `xml:"propstat>prop>getetag"`
		} `xml:"DAV: response"`
	}
	must(t, xml.Unmarshal(text, &all))
	out := map[string]string{}
	for _, r := range all.Rows {
		out[r.Href] = r.Tag
	}
	return out
}
