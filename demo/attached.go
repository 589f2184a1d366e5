package demo

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"
)

// pdf is a document of one page.
func pdf(lines ...string) []byte {
	var page strings.Builder
	page.WriteString("BT /F1 14 Tf 72 760 Td 20 TL\n")
	for _, l := range lines {
		fmt.Fprintf(&page, "(%s) Tj T*\n", l)
	}
	page.WriteString("ET\n")
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%sendstream", page.Len(), page.String()),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	var at []int
	for i, o := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, xref)
	return b.Bytes()
}

// photo is a picture of a sunset over water; n says how late it is.
func photo(n int) []byte {
	const wide, high = 160, 100
	m := image.NewRGBA(image.Rect(0, 0, wide, high))
	for y := range high {
		for x := range wide {
			c := color.RGBA{uint8(250 - 15*n - y), uint8(140 - 12*n - y/2), uint8(60 + y), 255}
			dx, dy := x-wide/2, y-(40+6*n)
			switch {
			case y > 70:
				c = color.RGBA{uint8(30 + (x+3*y)%17), uint8(60 + (x*y)%13), uint8(110 + y - 70), 255}
			case dx*dx+dy*dy < 200:
				c = color.RGBA{255, uint8(230 - 20*n), 120, 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		return nil // a bytes.Buffer takes everything
	}
	return b.Bytes()
}

// recording is some seconds of sound, 8,000 samples a second of 16 bits: a
// WAVE file of 16,044 bytes for one second. The chord is of three triangles.
func recording(seconds int) []byte {
	const rate = 8000
	n := uint32(seconds * rate * 2)
	var b bytes.Buffer
	b.WriteString("RIFF")
	for _, v := range []any{
		36 + n, []byte("WAVEfmt "), uint32(16), uint16(1), uint16(1), uint32(rate), uint32(2 * rate), uint16(2), uint16(16), []byte("data"), n,
	} {
		if err := binary.Write(&b, binary.LittleEndian, v); err != nil {
			return nil // a bytes.Buffer takes everything
		}
	}
	for i := range seconds * rate {
		v := triangle(i, rate/220) + triangle(i, rate/277) + triangle(i, rate/330)
		b.Write(binary.LittleEndian.AppendUint16(nil, uint16(int16(v))))
	}
	return b.Bytes()
}

// triangle is a wave of this period, in samples, between -5000 and 5000.
func triangle(i, period int) int {
	p := i % period * 20000 / period
	if p > 10000 {
		p = 20000 - p
	}
	return p - 5000
}

// invitation asks to a meeting (RFC 5546, section 3.2.2).
func invitation(sequence int, start, end, summary string) string {
	return strings.Join([]string{
		"BEGIN:VCALENDAR", "PRODID:-//Choir//Rehearsals//EN", "VERSION:2.0", "METHOD:REQUEST", "BEGIN:VEVENT",
		"UID:rehearsal-summer@choir.example.net", fmt.Sprintf("SEQUENCE:%d", sequence), "DTSTAMP:20250602T080000Z",
		"DTSTART:" + start, "DTEND:" + end, "SUMMARY:" + summary,
		"ORGANIZER;CN=Choir:mailto:choir@choir.example.net", "ATTENDEE;RSVP=TRUE:mailto:ida@example.org",
		"END:VEVENT", "END:VCALENDAR",
	}, "\r\n")
}
