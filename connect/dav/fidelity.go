package dav

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"

	"lockstep/core"
	wire "lockstep/protocol/dav"
)

// Fidelity writes a rich item into a collection, reads it back, says what became of its
// lines, and deletes it. It changes the collection for that moment, so it is done only
// when a person asks for it. Permanent: the collection is read-only or refuses the item.
func (r *Replica) Fidelity(ctx context.Context, id core.CollectionID) (out []core.Finding, err error) {
	const op = "dav.Fidelity"
	b, err := r.book(ctx, op, id)
	if err != nil {
		return nil, err
	}
	raw := make([]byte, 8)
	random := r.config.Random
	if random == nil {
		random = rand.Reader
	}
	if _, err := io.ReadFull(random, raw); err != nil {
		return nil, core.Errorf(op, core.Transient, "no random numbers: %w", err)
	}
	for _, sample := range samples(r.config.Flavour) {
		uid := "lockstep-fidelity-" + hex.EncodeToString(raw) + sample.suffix
		f, err := r.tryOut(ctx, b, uid, sample)
		if err != nil {
			return out, err
		}
		out = append(out, f)
	}
	return out, nil
}

// tryOut makes one round trip.
func (r *Replica) tryOut(ctx context.Context, b *book, uid string, s sample) (f core.Finding, err error) {
	name := uid + r.config.Flavour.Extension
	sent := []byte(strings.ReplaceAll(s.text, "%UID%", uid))
	f.Name = s.name
	stored, err := r.client.Put(ctx, r.config.Flavour, b.URL, name, sent, wire.Guard{New: true})
	if refusal, is := wire.Refused(err); is && core.ClassOf(err) == core.Permanent {
		f.Value, f.Bad = "refused: "+refusal.Error(), true
		return f, nil
	}
	if err != nil {
		return f, err
	}
	defer func() { // whatever was read, it goes
		guard := wire.Guard{ETag: stored.ETag}
		if o, e := r.client.Get(context.WithoutCancel(ctx), r.config.Flavour, b.URL, stored.Name, ""); e == nil {
			guard.ETag = o.ETag
		}
		if gone := r.client.Delete(context.WithoutCancel(ctx), b.URL, stored.Name, guard); gone != nil && err == nil {
			err = fmt.Errorf("%s was written to try the server out, and cannot be deleted: %w", stored.Name, gone)
		}
	}()
	o, err := r.client.Get(ctx, r.config.Flavour, b.URL, stored.Name, r.version(b))
	if err != nil {
		return f, err
	}
	lost, came := compareLines(sent, o.Data)
	switch {
	case bytes.Equal(sent, o.Data):
		f.Value = "stored as it was sent"
	case len(lost) == 0 && len(came) == 0:
		f.Value = "stored with its lines in another order or folded otherwise"
	default:
		var parts []string
		if len(lost) > 0 {
			parts = append(parts, "not stored as sent: "+strings.Join(lost, ", "))
		}
		if len(came) > 0 {
			parts = append(parts, "added or changed: "+strings.Join(came, ", "))
		}
		f.Value, f.Effect = strings.Join(parts, "; "), "what the server does not keep stays on the other side"
	}
	if stored.ETag == "" {
		f.Value += "; no ETag after the write"
	}
	return f, nil
}

// compareLines names the properties of the lines that are missing or new.
func compareLines(sent, stored []byte) (lost, came []string) {
	names := func(a, b []string) (out []string) {
		for _, line := range a {
			if i := slices.Index(b, line); i >= 0 {
				b = slices.Delete(slices.Clone(b), i, i+1)
				continue
			}
			end := strings.IndexAny(line, ";:")
			if end < 0 {
				end = len(line)
			}
			out = append(out, line[:min(end, 40)])
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	a, b := unfold(sent), unfold(stored)
	return names(a, b), names(b, a)
}

// unfold takes a body apart into its content lines (RFC 6350, section 3.2).
func unfold(body []byte) []string {
	text := strings.ReplaceAll(string(body), "\r\n", "\n")
	text = strings.NewReplacer("\n ", "", "\n\t", "").Replace(text)
	return strings.FieldsFunc(text, func(r rune) bool { return r == '\n' })
}

// sample is an item to try a server out with.
type sample struct{ name, suffix, text string }

// samples hold what servers often lose: groups and labels, parameters, lists, unknown
// properties, long and folded lines, other scripts, a photo.
func samples(f wire.Flavour) []sample {
	lines := func(all ...string) string { return strings.Join(all, "\r\n") + "\r\n" }
	if f.Component != "" {
		return []sample{{"event", "", lines(
			"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Lockstep//Fidelity//EN",
			"BEGIN:VEVENT", "UID:%UID%", "DTSTAMP:20260101T000000Z", "DTSTART;VALUE=DATE:20260105", "DTEND;VALUE=DATE:20260106",
			"SUMMARY;LANGUAGE=de:Prüfung\\, 試験", "DESCRIPTION:a long line that has to be folded because it is longer than sev",
			" enty-five octets\\nand has two lines", "CATEGORIES:one,two", "RRULE:FREQ=YEARLY;COUNT=3", "X-LOCKSTEP;X-A=\"b;c\":unknown",
			"BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT15M", "DESCRIPTION:soon", "END:VALARM",
			"END:VEVENT", "END:VCALENDAR")}}
	}
	return []sample{
		{"vCard 3.0", "-3", lines(
			"BEGIN:VCARD", "VERSION:3.0", "UID:%UID%", "FN:Prüfung 試験", "N:Prüfung;試験;;;", "NICKNAME:one,two", "CATEGORIES:one,two",
			"TEL;TYPE=CELL,VOICE;X-A=b:+49 30 123456", "item1.EMAIL;TYPE=INTERNET:a@example.org", "item1.X-ABLABEL:Chess club",
			"ADR;TYPE=HOME:;;Street 1;City;;12345;Country", "NOTE:a long line that has to be folded because it is longer than seventy-fi",
			" ve octets\\nand has two lines\\, a comma\\; and a semicolon", "BDAY:--0412", "X-LOCKSTEP;X-A=b:unknown",
			"PHOTO;ENCODING=b;TYPE=GIF:R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "END:VCARD")},
		{"vCard 4.0", "-4", lines(
			"BEGIN:VCARD", "VERSION:4.0", "UID:%UID%", "KIND:individual", "FN:Prüfung 試験", "N:Prüfung;試験;;;", "GENDER:O;other",
			"TEL;VALUE=uri;PREF=1;TYPE=\"cell,voice\":tel:+49-30-123456", "EMAIL;PREF=1;TYPE=work:a@example.org", "RELATED;TYPE=friend;VALUE=text:Ann",
			"ANNIVERSARY:20090808", "BDAY:--0412", "LANG;PREF=1:de", "X-LOCKSTEP:unknown", "END:VCARD")},
	}
}
