package contentline_test

import (
	"bytes"
	"testing"

	"lockstep/format/contentline"
)

// FuzzDocument: what is parsed is kept byte for byte, and an edit changes one
// line and no other.
func FuzzDocument(f *testing.F) {
	for _, seed := range []string{
		"", "BEGIN:A\r\nx;a=\"b\":c\r\n d\r\nEND:A", "\ufeffA:1\rB;QUOTED-PRINTABLE:x=\n=\nC;BASE64:\n AA\n\nVERSION:2.1\nD:e\n f\n", "g.N;;A=,;B:\n\t\n",
	} {
		f.Add([]byte(seed), 1)
	}
	for _, body := range corpus(f) {
		if len(body) < 4000 {
			f.Add(body, 3)
		}
	}
	f.Fuzz(func(t *testing.T, body []byte, at int) {
		d, err := contentline.Parse(body)
		if err != nil {
			return
		}
		if !bytes.Equal(d.Bytes(), body) {
			t.Fatalf("%q became %q", body, d.Bytes())
		}
		if len(d.Lines) == 0 {
			return
		}
		at = int(uint(at) % uint(len(d.Lines)))
		l := d.Lines[at]
		if l.Name == "" || l.Name == "BEGIN" || l.Name == "END" || l.Name == "VERSION" {
			return
		}
		before := d.Lines
		l.Raw = ""
		d.Replace(at, l)
		again, err := contentline.Parse(d.Bytes())
		if err != nil {
			t.Fatalf("%q printed as %q: %v", body, d.Bytes(), err)
		}
		if len(again.Lines) != len(before) {
			t.Fatalf("%q printed as %q: %d lines, not %d", body, d.Bytes(), len(again.Lines), len(before))
		}
		for i := range again.Lines {
			if i != at && again.Lines[i].Raw != before[i].Raw {
				t.Fatalf("%q changed another line: %q", body, again.Lines[i].Raw)
			}
		}
	})
}
