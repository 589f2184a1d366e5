package demo

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// day is a moment of the year that the sample is of.
func day(month time.Month, d, hour, minute int) time.Time {
	return time.Date(2025, month, d, hour, minute, 0, 0, time.UTC)
}

// sample is all mail of the account, oldest first.
func sample() ([]message, error) {
	out, err := files()
	if err != nil {
		return nil, err
	}
	for i, l := range letters() {
		out = append(out, correspondence(i, l)...)
	}
	out = slices.Concat(out, bikeList(), choir(), newsletters(), invoices(), photos(), oddities(), spam(), thrownAway(), unfinished())
	slices.SortStableFunc(out, func(x, y message) int { return cmp.Or(x.at.Compare(y.at), cmp.Compare(x.name, y.name)) })
	return out, nil
}

// correspondence is a letter, Ida's answer and what the friend says to that.
func correspondence(i int, l letter) []message {
	start := day(time.Month(1+i*5%12), 2+i%20, 7+i%12, i*7%60)
	encoding := encodings()[i%3]
	one := func(n int, from, to, subject, content, folder string, marks ...string) message {
		name := fmt.Sprintf("%s.%d@example.net", l.name, n)
		var refs []string
		for k := range n {
			refs = append(refs, fmt.Sprintf("%s.%d@example.net", l.name, k))
		}
		at := start.Add(time.Duration(n) * 5 * time.Hour)
		return message{name, folder, marks, at, compose(envelope{name, from, to, subject, at, refs, []field{{"Content-Language", l.language}}},
			text("plain", encoding, content))}
	}
	return []message{
		one(0, l.friend, ida, l.subject, l.first, inbox, `\Answered`, `\Seen`),
		one(1, ida, l.friend, "Re: "+l.subject, l.answer, sent, `\Seen`),
		one(2, l.friend, ida, "Re: "+l.subject, l.closing, inbox, `\Seen`),
	}
}

// bikeList is a mailing list; of most threads Ida read the beginning.
func bikeList() (out []message) {
	riders := []string{
		"Ana Petrov <ana@example.com>", "Bo Lind <bo@example.net>", "Chidi Okafor <chidi@example.com>", "Dora Kiss <dora@example.net>",
		"Emil Brun <emil@example.com>", "Freya Holm <freya@example.net>", "Goran Babić <goran@example.com>",
	}
	for i, t := range bikeTopics() {
		var people []string
		for k := range 5 {
			people = append(people, riders[(i*3+k*2)%len(riders)])
		}
		for k, m := range thread(t, "lists.example.net", "Bikes <bikes@lists.example.net>", people, day(time.Month(1+i/2), 4+i%2*14, 18, i),
			field{"List-Id", "Bikes <bikes.lists.example.net>"}, field{"Precedence", "list"}) {
			m.folder = bikes
			if k < 4-i%3 {
				m.marks = []string{`\Seen`}
			}
			out = append(out, m)
		}
	}
	return out
}

// choir is what Ida's choir writes, and what she answers.
func choir() (out []message) {
	const all = "Choir <choir@choir.example.net>"
	for i, t := range choirTopics() {
		people := []string{"Vera Nilsson <vera@choir.example.net>", "Paul Adler <paul@choir.example.net>", ida,
			"Rosa Fabbri <rosa@choir.example.net>", "Vera Nilsson <vera@choir.example.net>"}
		for k, m := range thread(t, "choir.example.net", all, people, day(time.Month(1+i*3/2), 11, 20, 5*i)) {
			m.marks = []string{`\Seen`}
			switch {
			case people[k] == ida:
				m.folder = sent
			case i < 4:
				m.folder = archive
			default:
				m.folder = inbox
			}
			if k == 0 && i%3 == 0 {
				m.marks = []string{`\Flagged`, `\Seen`}
			}
			out = append(out, m)
		}
	}
	return out
}
