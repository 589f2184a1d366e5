package demo

import (
	"fmt"
	"time"
)

// invoices come every month, each with a document.
func invoices() (out []message) {
	for i := range 12 {
		at := day(time.Month(1+i), 3, 9, 30)
		name := fmt.Sprintf("invoice-2025-%02d@energy.example.com", i+1)
		total := fmt.Sprintf("%d.%02d EUR", 61+i*7%19, i*13%100)
		body := compose(envelope{name, "Stadtwerke <rechnung@energy.example.com>", ida, fmt.Sprintf("Ihre Rechnung %02d/2025", i+1), at, nil, nil},
			multipart("mixed", fmt.Sprintf("=_invoice_%d", i), text("plain", "quoted-printable", "Guten Tag,\n\nim Anhang finden Sie Ihre Rechnung über "+total+".\n\nMit freundlichen Grüßen"),
				attachment("application/pdf", fmt.Sprintf("Rechnung-2025-%02d.pdf", i+1), pdf("Rechnung", fmt.Sprintf("%02d/2025", i+1), total))))
		m := message{name: name, folder: archive, marks: []string{`\Seen`}, at: at, body: body}
		if i > 7 {
			m.folder = inbox
		}
		if i == 9 {
			m.marks = []string{`\Seen`, "Wichtig"}
		}
		out = append(out, m)
	}
	return out
}

// photos are of one evening; the file names are not ASCII (RFC 2231).
func photos() (out []message) {
	for i := range 4 {
		at := day(time.August, 20, 19, 10*i)
		name := fmt.Sprintf("sunset.%d@example.com", i)
		body := compose(envelope{name, "Hélène Lefèvre <helene@example.com>", ida, fmt.Sprintf("Coucher de soleil %d/4", i+1), at, nil, nil},
			multipart("mixed", fmt.Sprintf("=_sunset_%d", i), text("plain", "8bit", "Voilà !"),
				attachment("image/png", fmt.Sprintf("côte-%d.png", i+1), photo(i))))
		out = append(out, message{name, inbox, []string{`\Seen`}, at, body})
	}
	return out
}
