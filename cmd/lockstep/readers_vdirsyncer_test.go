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
)

var besideSeed = flag.Int64("besideseed", 0, "what is edited beside vdirsyncer; 0 = by the clock")

// besideRounds in which both programs are used; a quarter of them with -short.
const besideRounds = 20

// beside is an address book on a server that this program keeps in step with one
// directory, and vdirsyncer with another.
type beside struct {
	rnd    *rand.Rand
	book   *book
	ours   *device
	theirs *device // without the program
	other  *reader
	// truth is what people left, by UID.
	truth  map[string]string
	serial int
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
		seed := *besideSeed
		if seed == 0 {
			seed = time.Now().UnixNano()
		}
		t.Logf("replay with -besideseed %d", seed)
		s := newBeside(t, b, seed)
		for range 6 {
			s.create(t, s.ours)
		}
		rounds := besideRounds
		if testing.Short() {
			rounds /= 4
		}
		for range rounds {
			for _, d := range []*device{s.ours, s.theirs} {
				for range 1 + s.rnd.Intn(4) {
					s.act(t, d)
				}
			}
			order := []func(*testing.T){func(t *testing.T) { s.ours.sync(t) }, s.sync}
			s.rnd.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
			for _, sync := range order[:1+s.rnd.Intn(2)] {
				sync(t)
			}
		}
		s.ours.sync(t)
		s.sync(t)
		s.ours.sync(t)
		s.sync(t)
		s.asLeft(t)

		before := s.all(t)
		s.ours.quiet(t, 0)
		s.sync(t)
		s.ours.quiet(t, 0)
		after := s.all(t)
		for at, was := range before {
			if after[at] != was {
				t.Errorf("a further sync changed %s from %s to %s", at, was, after[at])
			}
		}
		if len(after) != len(before) {
			t.Errorf("after a further sync there are %d, and were %d", len(after), len(before))
		}
		t.Logf("%d cards were created, %d are left", s.serial, len(s.truth))
	})
}

func newBeside(t *testing.T, b *book, seed int64) *beside {
	t.Helper()
	s := &beside{rnd: rand.New(rand.NewSource(seed)), book: b, truth: map[string]string{}, ours: newDevice(t, b, "here", "")}
	home := filepath.Join(t.TempDir(), "vdirsyncer")
	s.theirs = &device{book: b, name: "vdirsyncer", dir: filepath.Join(home, "contacts", theBook)}
	must(t, os.MkdirAll(s.theirs.dir, 0o700))
	segment := path.Base(b.path)
	s.other = newReader(t, "vdirsyncer", fmt.Sprintf(`[general]
status_path = "%s/status"
[pair cards]
a = "files"
b = "server"
collections = [["%s", "%s", "%s"]]
[storage files]
type = "filesystem"
path = "%s"
fileext = ".vcf"
[storage server]
type = "carddav"
url = "%s"
username = "%s"
password = "%s"
`, home, theBook, theBook, segment, filepath.Dir(s.theirs.dir), b.base+strings.TrimSuffix(b.path, segment+"/"), b.user, b.password))
	s.lets(t, "discover")
	return s
}

// sync lets vdirsyncer sync.
func (s *beside) sync(t *testing.T) {
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

func (s *beside) create(t *testing.T, d *device) {
	t.Helper()
	s.serial++
	uid := fmt.Sprintf("c%03d", s.serial)
	s.truth[uid] = newCard(uid, fmt.Sprintf("Jürgen %d", s.serial), "TEL;TYPE=CELL:+49 30 "+fmt.Sprint(s.serial), "X-LIKES:tea and coffee")
	d.write(t, fmt.Sprintf("%s-%d.vcf", uid, s.rnd.Intn(1000)), s.truth[uid])
}

// act does one thing to a directory, if there is a card of which it has the last
// version.
func (s *beside) act(t *testing.T, d *device) {
	t.Helper()
	cards := d.cards(t)
	var names []string
	for _, name := range slices.Sorted(maps.Keys(cards)) {
		if truth := s.truth[uidOfCard(cards[name])]; truth != "" && sameCard(cards[name], truth) {
			names = append(names, name)
		}
	}
	what := s.rnd.Intn(10)
	if what < 3 || len(names) == 0 {
		s.create(t, d)
		return
	}
	name := names[s.rnd.Intn(len(names))]
	uid := uidOfCard(cards[name])
	if what < 5 && len(s.truth) > 4 { // vdirsyncer wants to be asked before it empties anything
		must(t, os.Remove(filepath.Join(d.dir, name)))
		delete(s.truth, uid)
		return
	}
	s.truth[uid] = adding(fmt.Sprintf("NOTE:written at %s\\, %d", d.name, s.rnd.Int31()))(without("NOTE:")(cards[name]))
	d.write(t, name, s.truth[uid])
}

// asLeft: each place has the cards that people left, and no other.
func (s *beside) asLeft(t *testing.T) {
	t.Helper()
	for what, cards := range map[string]map[string]string{"here": s.ours.cards(t), "vdirsyncer's": s.theirs.cards(t), "the server's": s.book.cards(t)} {
		there := byUID(t, cards)
		for uid, body := range there {
			if s.truth[uid] == "" {
				t.Errorf("%s: a card %s that nobody made, or that was deleted", what, uid)
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
	for _, d := range []*device{s.ours, s.theirs} {
		for name := range d.cards(t) {
			seen, err := os.Stat(filepath.Join(d.dir, name))
			must(t, err)
			out[d.name+" "+name] = seen.ModTime().String()
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
