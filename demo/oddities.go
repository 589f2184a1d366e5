package demo

import (
	"fmt"
	"slices"
	"time"
)

// oddities are messages that sync programs stumble over.
func oddities() []message {
	return slices.Concat(meeting(), forwards(), nameless(), twins(), []message{large()})
}

// meeting is an invitation and its second version.
func meeting() (out []message) {
	for i, hour := range []int{18, 19} {
		at := day(time.June, 2+i, 8, 0)
		name := fmt.Sprintf("rehearsal-summer.%d@choir.example.net", i)
		start, end := fmt.Sprintf("20250620T%d0000Z", hour), fmt.Sprintf("20250620T%d3000Z", hour+1)
		words := fmt.Sprintf("Rehearsal on 20 June at %d:00, in the school.", hour+2)
		body := compose(envelope{name, "Choir <choir@choir.example.net>", ida, "Invitation: summer rehearsal", at, nil, nil},
			multipart("alternative", fmt.Sprintf("=_meeting_%d", i), text("plain", "8bit", words),
				encoded("8bit", []byte(invitation(i, start, end, "Summer rehearsal")), field{"Content-Type", "text/calendar; method=REQUEST; charset=utf-8"})))
		out = append(out, message{name, inbox, []string{`\Seen`}, at, body})
	}
	return out
}

// forwards hold a whole message each; the one inside has a Message-ID too.
func forwards() (out []message) {
	for i, subject := range []string{"Keys", "Parcel for you"} {
		at := day(time.May, 7+i, 12, 15)
		inner := compose(envelope{fmt.Sprintf("inner.%d@example.com", i), "Caretaker <house@example.com>", "Tom Harker <tom@harker.example.com>", subject, at.Add(-time.Hour), nil, nil},
			text("plain", "8bit", "Please pass this on to Ms Brandt.\n\nFrom now on the door is locked at ten."))
		name := fmt.Sprintf("forwarded.%d@harker.example.com", i)
		body := compose(envelope{name, "Tom Harker <tom@harker.example.com>", ida, "Fwd: " + subject, at, nil, nil},
			multipart("mixed", fmt.Sprintf("=_forwarded_%d", i), text("plain", "8bit", "For you, I think.\n\nTom"), forwarded(inner)))
		out = append(out, message{name, inbox, []string{"$Forwarded", `\Seen`}, at, body})
	}
	return out
}

// nameless messages have no Message-ID; a scanner sent them.
func nameless() (out []message) {
	for i := range 2 {
		at := day(time.April, 14, 16, i)
		body := compose(envelope{"", "Scanner <scanner@office.example.org>", ida, "Scan", at, nil, nil},
			multipart("mixed", "=_scan", text("plain", "8bit", fmt.Sprintf("Page %d", i+1)), attachment("application/pdf", "scan.pdf", pdf("Lease", fmt.Sprintf("page %d", i+1)))))
		out = append(out, message{"", inbox, []string{`\Seen`}, at, body})
	}
	return out
}

// twins are two copies of one message in one folder: two messages.
func twins() []message {
	at := day(time.July, 9, 10, 0)
	const name = "ticket@festival.example.com"
	body := compose(envelope{name, "Festival <office@festival.example.com>", ida, "Your ticket", at, nil, nil}, text("plain", "8bit", "Row 7, seat 12. Please print this."))
	one := message{name, inbox, []string{`\Seen`}, at, body}
	other := one
	other.at = at.Add(2 * time.Second)
	return []message{one, other}
}

// large is a message of 1.3 MB.
func large() message {
	at := day(time.September, 28, 22, 40)
	const name = "recording@choir.example.net"
	return message{name, inbox, []string{`\Flagged`, `\Seen`}, at,
		compose(envelope{name, "Paul Adler <paul@choir.example.net>", ida, "Last night, the whole second half", at, nil, nil},
			multipart("mixed", "=_recording", text("plain", "8bit", "Listen to the end!"), attachment("audio/wav", "concert.wav", recording(60))))}
}

func spam() (out []message) {
	offers := []string{"You have won", "Cheap watches", "Your parcel waits", "Last warning", "Meet singles", "Double your money", "Free cruise", "Re: Re: your account"}
	for i := range 16 {
		at := day(time.Month(1+i%12), 5+i, 3, 33)
		name := fmt.Sprintf("offer-%02d@spam.example.com", i+1)
		body := compose(envelope{name, "Prize Office <win@spam.example.com>", ida, offers[i%len(offers)] + "!!!", at, nil, nil},
			text("html", "base64", fmt.Sprintf("<b>%s</b> – click <i>now</i>, number %d", offers[i%len(offers)], i)))
		out = append(out, message{name, junk, nil, at, body})
	}
	return out
}

func thrownAway() (out []message) {
	for i := range 6 {
		at := day(time.October, 10+i, 13, 0)
		name := fmt.Sprintf("canteen-%d@office.example.org", i+1)
		body := compose(envelope{name, "Canteen <canteen@office.example.org>", ida, "Today's menu", at, nil, nil},
			text("plain", "8bit", []string{"Soup", "Pasta", "Fish", "Curry", "Dumplings", "Pancakes"}[i]))
		out = append(out, message{name, trash, []string{`\Seen`}, at, body})
	}
	return out
}

func unfinished() (out []message) {
	for i, subject := range []string{"Idea for the autumn concert", "Complaint (do not send today)", "Liste für Weihnachten"} {
		at := day(time.November, 20+i, 23, 5)
		name := fmt.Sprintf("draft-%d@example.org", i+1)
		body := compose(envelope{name, ida, "", subject, at, nil, nil}, text("plain", "8bit", "…"))
		out = append(out, message{name, drafts, []string{`\Draft`, `\Seen`}, at, body})
	}
	return out
}

// ownNotes are only on this machine: Ida's notes to herself.
func ownNotes() (out []message) {
	for i, subject := range []string{"Wi-Fi of the holiday house", "Shoe sizes", "Books to read", "Paint: the blue of the kitchen", "Plants: who waters when",
		"Bike: frame number", "Recipes to try", "Gifts", "What the doctor said", "Songs for Vera", "Tyre pressure", "Words that I like"} {
		at := day(time.Month(1+i), 27, 21, 15)
		name := fmt.Sprintf("note-%02d@example.org", i+1)
		out = append(out, message{name, notes, []string{`\Seen`}, at,
			compose(envelope{name, ida, ida, subject, at, nil, nil}, text("plain", "8bit", subject+": …"))})
	}
	return out
}
