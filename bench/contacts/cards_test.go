package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"lockstep/format/vcard"
)

func TestCardsAreTheSameAgain(t *testing.T) {
	of := func(seed uint64) (all []byte) {
		for _, c := range makeCards(300, seed) {
			all = append(all, c.body...)
		}
		return all
	}
	if !bytes.Equal(of(42), of(42)) {
		t.Error("the same seed made two address books")
	}
	if bytes.Equal(of(42), of(43)) {
		t.Error("another seed made the same address book")
	}
}

func TestCardsAreWhatTheySay(t *testing.T) {
	all := makeCards(2000, seed)
	photos, size := 0, 0
	for _, c := range all {
		uid, label, err := vcard.Describe(c.body)
		if err != nil || uid != c.uid || label == "" {
			t.Fatalf("%q, %q, %v:\n%s", uid, label, err, c.body)
		}
		for line := range bytes.Lines(c.body) {
			if !bytes.HasSuffix(line, []byte("\r\n")) || len(line) > 77 || !utf8.Valid(line) {
				t.Fatalf("a line of %s is %q", c.uid, line)
			}
		}
		if bytes.Contains(c.body, []byte("\r\nPHOTO;")) {
			photos++
		}
		size += len(c.body)
	}
	if s, err := snapCards(all); err != nil || len(s) != 2000 || len(s.uids()) != 2000 {
		t.Errorf("%d different cards with %d UIDs, %v", len(s), len(s.uids()), err)
	}
	if photos < 120 || photos > 200 || size/2000 < 1500 || size/2000 > 2500 {
		t.Errorf("%d photos, and %d bytes on average", photos, size/2000)
	}
	weights := 0
	for _, l := range languages() {
		weights += l.weight
	}
	if weights != 100 {
		t.Errorf("the weights of the languages are %d together", weights)
	}
}

func TestFolded(t *testing.T) {
	for _, n := range []int{74, 75, 76, 150, 151} {
		for _, letter := range []string{"x", "ß", "𠮷"} {
			line := strings.Repeat(letter, n)
			out := folded(line)
			if got := strings.ReplaceAll(strings.TrimSuffix(out, "\r\n"), "\r\n ", ""); got != line {
				t.Errorf("%d of %s became %q", n, letter, out)
			}
			pieces := strings.Split(out, "\r\n")
			if slices.ContainsFunc(pieces, func(p string) bool { return len(p) > 75 || !utf8.ValidString(p) }) {
				t.Errorf("%d of %s: %q", n, letter, pieces)
			}
		}
	}
}
