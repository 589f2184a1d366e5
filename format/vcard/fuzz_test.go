package vcard_test

import (
	"bytes"
	"testing"

	"lockstep/format/contentline"
	"lockstep/format/vcard"
)

// FuzzCard: what Describe accepts is kept byte for byte; each property can be
// said in each version; a UID changes one line; and Split loses nothing.
func FuzzCard(f *testing.F) {
	for _, seed := range []string{
		"", "BEGIN:VCARD\nVERSION:2.1\nTEL;CELL;PREF:1\nN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:=FC;b\nPHOTO;BASE64:\n AA==\n\nEND:VCARD\n",
		"BEGIN:VCARD\r\nVERSION:4.0\r\nitem1.ADR;LABEL=\"a^nb\";TYPE=\"home,work\";PREF=3:;;c\\,d\r\nitem1.X-ABLABEL:x\r\nBDAY:--0412\r\nGEO:geo:1,2\r\nPHOTO:data:image/png;base64,AA==\r\nTEL;VALUE=uri:tel:+1;ext=2\r\nEND:VCARD",
		"BEGIN:VCARD\nVERSION:3.0\nBDAY;X-APPLE-OMIT-YEAR=1604:1604-04-12\nKEY;ENCODING=b;TYPE=PGP:AA\nX-A;VALUE=uri:b\\;c\nEND:VCARD\nx",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		size := 0
		for part := range vcard.Split(body) {
			size += len(part.Body)
		}
		if size > len(body) {
			t.Fatalf("%q became %d bytes", body, size)
		}
		uid, _, err := vcard.Describe(body)
		if err != nil {
			return
		}
		c, err := vcard.Parse(body)
		if err != nil || !bytes.Equal(c.Doc.Bytes(), body) {
			t.Fatalf("%q: %v", body, err)
		}
		for _, p := range c.Properties() {
			for _, version := range []string{vcard.V21, vcard.V30, vcard.V40} {
				q := p.In(version)
				if p.Name == "VERSION" || p.Inner != nil {
					continue
				}
				doc, err := contentline.Parse([]byte("BEGIN:VCARD\r\nVERSION:" + version + "\r\nEND:VCARD\r\n"))
				if err != nil {
					t.Fatal(err)
				}
				doc.Insert(2, q.Line)
				again, err := vcard.Parse(doc.Bytes())
				if err != nil || len(again.Properties()) != 2 {
					t.Fatalf("%q: line %d in %s is %q: %v", body, p.Number, version, doc.Bytes(), err)
				}
			}
		}
		with, err := vcard.WithUID(body, "u")
		if err != nil {
			t.Fatal(err)
		}
		if now, _, err := vcard.Describe(with); err != nil || now != "u" && now != uid {
			t.Fatalf("%q: %q %v", body, with, err)
		}
	})
}
