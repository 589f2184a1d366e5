package contacts

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"lockstep/peers/davd"
)

// Place is where cards are.
type Place string

// The three of them.
const (
	Laptop Place = "laptop"
	Phone  Place = "phone"
	Server Place = "server"
)

// Places in the order in which they are told of.
func Places() []Place { return []Place{Laptop, Phone, Server} }

const (
	book     = "club"
	user     = "mira"
	password = "still-water"
)

// World is two devices, a server and the truth about the cards.
type World struct {
	dir     string
	server  *davd.Server
	address string
	// truth is what every card has to say, by UID.
	truth map[string]meaning
	// own is what one place says of a card otherwise than the truth, while a
	// conflict is open.
	own map[Place]map[string]meaning
}

// New starts the server, and writes the laptop's cards and a configuration with the
// links "laptop" and "phone" into a folder, which must be empty. Close ends the
// server; the folder stays.
func New(dir string) (*World, error) {
	w := &World{dir: dir, server: davd.New(davd.Options{}), truth: map[string]meaning{}, own: map[Place]map[string]meaning{}}
	w.server.AddUser(user, password)
	url, err := w.server.Start("127.0.0.1:0")
	if err == nil {
		w.address = strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/")
		err = errors.Join(w.fill(), w.configure())
	}
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

// Close ends the server.
func (w *World) Close() error { return w.server.Close() }

// Configuration is the file that New wrote, Folder where a device keeps its cards.
func (w *World) Configuration() string { return filepath.Join(w.dir, "lockstep.toml") }

// Folder is where a device keeps the cards of the club.
func (w *World) Folder(p Place) string { return filepath.Join(w.dir, string(p), book) }

// Address of the server, on this machine only.
func (w *World) Address() string { return w.address }

// Count of cards that every place has to hold.
func (w *World) Count() int { return len(w.truth) }

func (w *World) fill() error {
	if err := os.MkdirAll(w.Folder(Laptop), 0o700); err != nil {
		return err
	}
	for _, m := range members() {
		if err := os.WriteFile(filepath.Join(w.Folder(Laptop), m.uid+".vcf"), []byte(card(m)), 0o600); err != nil {
			return err
		}
		w.truth[m.uid] = meaningOf(m.lines)
	}
	return nil
}

func (w *World) configure() error {
	text := fmt.Sprintf(`[accounts.laptop]
address = "vdir:laptop"

[accounts.phone]
address = "vdir:phone"

[accounts.server]
address = "carddav+http://%s@%s/"
password = {file = "server.password"}

[links.laptop]
left = "laptop"
right = "server"

[links.phone]
left = "phone"
right = "server"
`, user, w.address)
	for name, content := range map[string]string{"lockstep.toml": text, "server.password": password + "\n"} {
		if err := os.WriteFile(filepath.Join(w.dir, name), []byte(content), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// cards of a place: where each is, and its text, by UID.
func (w *World) cards(p Place) (map[string]stored, error) {
	out := map[string]stored{}
	add := func(at, body string) error {
		uid, says, err := read(body)
		if err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
		if _, twice := out[uid]; twice {
			return fmt.Errorf("%s: there are two cards %s", p, uid)
		}
		out[uid] = stored{at, body, says}
		return nil
	}
	if p == Server {
		truth := w.server.Truth()
		for _, path := range slices.Sorted(maps.Keys(truth)) {
			if strings.HasSuffix(path, "/") {
				continue // the address book
			}
			if err := add(path, truth[path]); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	files, err := filepath.Glob(filepath.Join(w.Folder(p), "*.vcf"))
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		body, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if err := add(name, string(body)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// stored is a card in a place.
type stored struct {
	at, body string
	says     meaning
}

// put stores a card at its place.
func (w *World) put(p Place, at, body string) error {
	if p == Server {
		return w.server.Put(at, body)
	}
	return os.WriteFile(at, []byte(body), 0o600)
}

// remove takes a card away.
func (w *World) remove(p Place, at string) error {
	if p == Server {
		return w.server.Delete(at)
	}
	return os.Remove(at)
}

// Compare reads every card in every place, and holds it against the truth. It
// returns how many cards each must hold and what is otherwise, in order; nothing =
// all places are as they should be.
func (w *World) Compare() (cards int, differences []string) {
	for _, p := range Places() {
		there, err := w.cards(p)
		if err != nil {
			differences = append(differences, fmt.Sprintf("the %s cannot be read: %v", p, err))
			continue
		}
		for _, uid := range slices.Sorted(maps.Keys(w.truth)) {
			want := w.truth[uid]
			if own := w.own[p][uid]; own != nil {
				want = own
			}
			got, is := there[uid]
			if !is {
				differences = append(differences, fmt.Sprintf("the %s misses the card %s", p, uid))
				continue
			}
			for _, d := range want.differs(got.says) {
				differences = append(differences, fmt.Sprintf("the card %s on the %s %s", uid, p, d))
			}
		}
		for _, uid := range slices.Sorted(maps.Keys(there)) {
			if w.truth[uid] == nil {
				differences = append(differences, fmt.Sprintf("the %s has the card %s, which should be gone", p, uid))
			}
		}
	}
	return len(w.truth), differences
}
