package ldif_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"lockstep/format/ldif"
)

// read returns all records and all errors of a text.
func read(in io.Reader) (records []ldif.Record, errs []string) {
	for r, err := range ldif.Read(in) {
		if err != nil {
			errs = append(errs, err.Error())
			continue
		}
		records = append(records, r)
	}
	return records, errs
}

// print tells records in short.
func print(records []ldif.Record) string {
	var b strings.Builder
	for _, r := range records {
		fmt.Fprintf(&b, "%d %s", r.Line, r.DN)
		for _, a := range r.Attributes {
			fmt.Fprintf(&b, " %s=%q", a.Name, a.Value)
		}
		b.WriteString("; ")
	}
	return strings.TrimSuffix(b.String(), "; ")
}

func TestRead(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", ""},
		{"only the version", "version: 1\n", ""},
		{"an entry", "version: 1\n\ndn: uid=a\nmail: a@d\nmail: b@d\n", `3 uid=a mail="a@d" mail="b@d"`},
		{"no version", "dn: uid=a\n\n\n\ndn: uid=b\n", `1 uid=a; 5 uid=b`},
		{"version without an empty line", "version: 1\ndn: uid=a\n", `2 uid=a`},
		{"two texts in one", "version: 1\n\ndn: a=a\n\nversion: 1\n\ndn: b=b\n", `3 a=a; 7 b=b`},
		{"CR LF", "dn: uid=a\r\nmail: a@d\r\n\r\ndn: uid=b\r\n", `1 uid=a mail="a@d"; 4 uid=b`},
		{"folded", "dn: uid=a,\n dc=d\nsn: O\n t\n her\n", `1 uid=a,dc=d sn="Other"`},
		{"folded with CR LF", "dn: uid=a,\r\n dc=d\r\n", `1 uid=a,dc=d`},
		{"folded before the colon", "d\n n: uid=a\n", `1 uid=a`},
		{"Base64", "dn:: dWlkPcOp\nsn:: IMOpCg==\ncn::\n", `1 uid=é sn=" é\n" cn=""`},
		{"Base64, folded", "dn: a=a\nsn:: QUJD\n REVG\n", `1 a=a sn="ABCDEF"`},
		{"UTF-8 as it is", "dn: uid=é\nsn: Öther\n", `1 uid=é sn="Öther"`},
		{"a mark", "\xef\xbb\xbfdn: uid=a\n", `1 uid=a`},
		{"blanks", "dn:uid=a\nsn:    x  \nempty:\nblank: \n", `1 uid=a sn="x  " empty="" blank=""`},
		{"comments", "# one\n goes on\ndn: uid=a\n# two\nsn: x\n\n# three\n", `3 uid=a sn="x"`},
		{"options", "dn: uid=a\ncn;lang-fr;x-y: A\n2.5.4.3: B\nuserCertificate;binary:: AAE=\n", `1 uid=a cn;lang-fr;x-y="A" 2.5.4.3="B" userCertificate;binary="\x00\x01"`},
		{"a colon in a value", "dn: uid=a\nlabeledURI: http://x:1/\nodd: x<y\n", `1 uid=a labeledURI="http://x:1/" odd="x<y"`},
		{"no end of line", "dn: uid=a\nsn: x", `1 uid=a sn="x"`},
		{"an empty dn", "dn:\nvendorName: x\n", `1  vendorName="x"`},
		{"as ldapsearch ends", "dn: uid=a\n\n# search result\nsearch: 2\nresult: 0 Success\n\n# numEntries: 1\n", `1 uid=a`},
	} {
		records, errs := read(strings.NewReader(c.text))
		if got := print(records); got != c.want || len(errs) > 0 {
			t.Errorf("%s: %s, %q; want %s", c.name, got, errs, c.want)
		}
		records, errs = read(iotest.OneByteReader(strings.NewReader(c.text)))
		if got := print(records); got != c.want || len(errs) > 0 {
			t.Errorf("%s, byte by byte: %s, %q; want %s", c.name, got, errs, c.want)
		}
	}
}

// TestBadRecords: each is reported, and what follows is read.
func TestBadRecords(t *testing.T) {
	long := strings.Repeat("x", 17<<20)
	folded := "sn: x" + strings.Repeat("\n "+strings.Repeat("y", 1<<20), 17)
	for _, c := range []struct{ name, bad, want string }{
		{"no dn", "sn: x\ncn: y\n", `line 1: "sn" comes before the dn (a record begins with dn:, and an empty line ends it)`},
		{"two dn", "dn: a=a\ndn: b=b\n", "line 2: a second dn in one record (put an empty line before it)"},
		{"a change", "dn: a=a\nchangetype: delete\n", "line 2: the record changes a directory (changetype)"},
		{"a change of values", "dn: a=a\nadd: sn\nsn: x\n-\n", "line 4: the record changes a directory (-) (write entries, not changes, as ldapsearch -LLL does)"},
		{"a control", "dn: a=a\ncontrol: 1.2.3 true\n", "the record changes a directory (control)"},
		{"a file", "dn: a=a\njpegPhoto:< file:///etc/passwd\n", "line 2: the value of jpegPhoto is in another file, which is not read (write it in Base64 after ::)"},
		{"no Base64", "dn: a=a\nsn:: a b\n", "line 2: the value of sn is not Base64"},
		{"no colon", "dn: a=a\nsn\n", `line 2: "sn" is not the name of an attribute`},
		{"no name", "dn: a=a\n: x\n", `line 2: "" is not the name`},
		{"a bad name", "dn: a=a\nsurn ame: x\n", `line 2: "surn ame" is not the name`},
		{"a bad option", "dn: a=a\ncn;;x: x\n", `"cn;;x" is not the name`},
		{"goes on from nothing", " x\ndn: a=a\n", "line 1: a line that goes on, without one before it"},
		{"NUL", "dn: a=a\nsn: a\x00b\n", "line 2: the value of sn has a control character"},
		{"CR", "dn: a=a\nsn: a\rb\n", "line 2: the value of sn has a control character"},
		{"another version", "version: 2\ndn: a=a\n", `line 1: this is version "2" (write it as version 1)`},
		{"a long line", "dn: a=a\nsn: " + long + "\ncn: y\n", "line 2: a line is longer than 16777216 bytes"},
		{"a long folded line", "dn: a=a\n" + folded + "\n", "line 2: a line is longer than"},
		{"a long record", "dn: a=a\n" + strings.Repeat("sn: "+long[:15<<20]+"\n", 3), "line 4: a record is longer than"},
		{"a search that ended early", "search: 2\nresult: 4 Size limit exceeded\n", "line 2: the search that wrote this text ended early (result: 4 Size limit exceeded) (search again without a limit)"},
		{"a reference", "ref: ldap://other/dc=d\n", `line 1: "ref" comes before the dn`},
		{"two mistakes", "dn: a=a\nx\ny\n", "line 2:"},
	} {
		records, errs := read(strings.NewReader(c.bad + "\ndn: after\nmail: x\n"))
		if len(errs) != 1 || !strings.Contains(errs[0], c.want) {
			t.Errorf("%s: %q, want %s", c.name, errs, c.want)
		}
		if len(records) != 1 || records[0].DN != "after" || len(records[0].Attributes) != 1 {
			t.Errorf("%s: what follows is read as %s", c.name, print(records))
		}
	}
	if _, errs := read(strings.NewReader("\xff\xfed\x00n\x00")); len(errs) != 1 || !strings.Contains(errs[0], "UTF-16") {
		t.Errorf("UTF-16: %q", errs)
	}
}

// TestBrokenReader: an error of the reader is no end of the text.
func TestBrokenReader(t *testing.T) {
	broken := errors.New("the disk is gone")
	for _, text := range []string{"", "dn: a=a\n", "dn: a=a\nsn: x\n\n", "dn: a=a\nsn: x\n ", "dn: a=a\nsn: x"} {
		var last error
		n := 0
		for _, err := range ldif.Read(io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken))) {
			last = err
			n++
		}
		if !errors.Is(last, broken) || n > 2 {
			t.Errorf("after %q: %v (%d)", text, last, n)
		}
	}
}

func TestPrint(t *testing.T) {
	r := ldif.Record{DN: "uid=a,dc=example,dc=org", Attributes: []ldif.Attribute{
		{"sn", "Other"}, {"cn", "é"}, {"cn", " x"}, {"cn", "x "}, {"cn", "<x"}, {"cn", ":x"}, {"empty", ""}, {"description", strings.Repeat("1234567890", 17)},
	}}
	want := "dn: uid=a,dc=example,dc=org\nsn: Other\ncn:: w6k=\ncn:: IHg=\ncn:: eCA=\ncn:: PHg=\ncn:: Ong=\nempty:\n" +
		"description: 123456789012345678901234567890123456789012345678901234567890123\n" +
		" 456789012345678901234567890123456789012345678901234567890123456789012345678\n 90123456789012345678901234567890\n\n"
	if got := string(r.Append(nil)); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// FuzzParse: nothing panics, and what was read is read the same after it was
// written.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"version: 1\n\ndn: uid=a,\n dc=d\nsn:: w6k=\n\ndn: b=b\ncn;lang-fr: x\n", "# c\n\ndn:\r\nx:\r\n", "dn: a\nchangetype: add\n\ndn: b\n",
		"search: 2\nresult: 0 Success\n", "dn: a\nx:< file:///y\n", " \n \n\n dn: a",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		records, _ := read(bytes.NewReader(text))
		out := []byte(ldif.Version)
		for i := range records {
			out = records[i].Append(out)
			records[i].Line = 0
		}
		again, errs := read(bytes.NewReader(out))
		for i := range again {
			again[i].Line = 0
		}
		if len(errs) > 0 || !reflect.DeepEqual(again, records) {
			t.Fatalf("%q, read as %s, is written as %q, which reads as %s, %q", text, print(records), out, print(again), errs)
		}
	})
}
