package main

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"lockstep/format/vcard"
)

// snapshot is what an address book holds: how often each card is there.
type snapshot map[held]int

// held is a card by its UID and what it says.
type held struct {
	uid string
	sum [sha256.Size]byte
}

// snap reads all cards of a folder; that is the judge, so nothing is believed and
// nothing remembered. Files whose names begin with a dot are no cards: Radicale
// keeps its own things there, and vdirsyncer what it is writing.
func snap(dir string) (snapshot, error) {
	out := snapshot{}
	_, err := eachCard(dir, func(_ string, body []byte) error {
		h, err := says(body)
		out[h]++
		return err
	})
	return out, err
}

// files of a folder with cards, by UID.
func files(dir string) (map[string]string, error) {
	out := map[string]string{}
	_, err := eachCard(dir, func(name string, body []byte) error {
		uid, _, err := vcard.Describe(body)
		out[uid] = name
		return err
	})
	return out, err
}

// eachCard reads a folder in the order of its names, and tells how many there
// are.
func eachCard(dir string, each func(name string, body []byte) error) (n int, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		body, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return n, err
		}
		if err := each(e.Name(), body); err != nil {
			return n, fmt.Errorf("%s in %s: %w", e.Name(), dir, err)
		}
		n++
	}
	return n, nil
}

// snapCards is what a folder with these cards would hold.
func snapCards(all []card) (snapshot, error) {
	out := snapshot{}
	for _, c := range all {
		h, err := says(c.body)
		if err != nil {
			return nil, err
		}
		out[h]++
	}
	return out, nil
}

// says reads what a card means: all its properties with their groups and
// parameters, in the form in which values are compared. Radicale puts lines into
// another order and folds them elsewhere, and that means nothing.
func says(body []byte) (held, error) {
	c, err := vcard.Parse(body)
	if err != nil {
		return held{}, err
	}
	uid, _, err := vcard.Describe(body)
	if err != nil {
		return held{}, err
	}
	var lines []string
	for _, p := range c.Properties() {
		attributes := p.Attributes()
		line := strings.ToLower(p.Group) + "." + vcard.CanonicalName(p.Name)
		for _, name := range slices.Sorted(maps.Keys(attributes)) {
			line += fmt.Sprintf(";%s=%q", name, attributes[name])
		}
		lines = append(lines, line+":"+p.Canonical())
	}
	slices.Sort(lines)
	return held{uid: uid, sum: sha256.Sum256([]byte(strings.Join(lines, "\n")))}, nil
}

func (s snapshot) count() (n int) {
	for _, k := range s {
		n += k
	}
	return n
}

// differs counts the cards of the other one that are not in this one, or that are
// missing there: the greater of both.
func (s snapshot) differs(other snapshot) int {
	gone, came := 0, 0
	for h, n := range s {
		gone += max(n-other[h], 0)
	}
	for h, n := range other {
		came += max(n-s[h], 0)
	}
	return max(gone, came)
}

// uids in order.
func (s snapshot) uids() []string {
	var out []string
	for h := range s {
		out = append(out, h.uid)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
