package contacts

import "strings"

// member of the club, as the lines of a card.
type member struct {
	uid   string
	lines []string
}

// members of the Heron Rowing Club, in the order of their cards.
func members() []member {
	return []member{
		{aroha, []string{"FN:Aroha Parata", "N:Parata;Aroha;;;", "TEL;TYPE=HOME:+64 4 555 0101", "EMAIL:aroha@old.example", "CATEGORIES:Crew"}},
		{"benoit", []string{"FN:Benoît Lacroix", "N:Lacroix;Benoît;;;", "TEL;TYPE=CELL:+33 6 55 01 02 03", "CATEGORIES:Crew"}},
		{"chidi", []string{"FN:Chidi Okafor", "N:Okafor;Chidi;;;", "EMAIL;TYPE=HOME:chidi@okafor.example", "BDAY:1988-02-29"}},
		{dmitri, []string{"FN:Dmitri Volkov", "N:Volkov;Dmitri;;;", "TEL;TYPE=WORK:+49 30 5550104"}},
		{"eun-ji", []string{"FN:은지 김", "N:김;은지;;;", "EMAIL:eunji@kim.example", "X-PHONETIC-LAST-NAME:Kim"}},
		{jonas, []string{"FN:Jonas Weber", "N:Weber;Jonas;;;", "TEL:+41 44 555 01 06", "ADR;TYPE=HOME:;;Seestrasse 9;Zürich;;8002;Switzerland"}},
		{mei, []string{"FN:Mei Tanaka", "N:Tanaka;Mei;;;", "TITLE:Cox", "EMAIL:mei@tanaka.example"}},
		{boathouse, []string{"FN:The old boathouse", "N:;;;;", "TEL:+44 20 7946 0108"}},
	}
}

// Those of whom the story tells more.
const (
	aroha     = "aroha"
	dmitri    = "dmitri"
	jonas     = "jonas"
	mei       = "mei"
	boathouse = "boathouse"
	zeynep    = "zeynep"
)

// card of a member, as the laptop writes it.
func card(m member) string {
	all := append([]string{"BEGIN:VCARD", "VERSION:3.0", "UID:" + m.uid}, m.lines...)
	return strings.Join(append(all, "END:VCARD", ""), "\r\n")
}
