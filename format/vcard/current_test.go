package vcard_test

import (
	"strings"
	"testing"

	"lockstep/format/vcard"
)

// TestCurrent: a card of vCard 2.1 becomes one of 3.0 that says the same, in UTF-8.
func TestCurrent(t *testing.T) {
	old := strings.ReplaceAll("BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller;J=F6rg;;;\nFN;CHARSET=ISO-8859-1:J\xf6rg M\xfcller\n"+
		"TEL;HOME;CELL:+49 30 1234\nNOTE;ENCODING=QUOTED-PRINTABLE:one=0D=0Atwo, three=\n and four\n"+
		"PHOTO;ENCODING=BASE64;JPEG:\n  /9j/4AAQ\n  SkZJRg==\n\nX-OWN;FOO=bar:kept\nADR;WORK:;;1 Road\\; back;Town;;12345;Land\n"+
		"AGENT:\nBEGIN:VCARD\nVERSION:2.1\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=A9l;Al\nEND:VCARD\nUID:u1\nEND:VCARD\n", "\n", "\r\n")
	got, err := vcard.Current([]byte(old))
	if err != nil {
		t.Fatal(err)
	}
	want := "BEGIN:VCARD\nVERSION:3.0\nN:Müller;Jörg;;;\nFN:Jörg Müller\nTEL;TYPE=cell,home:+49 30 1234\n" +
		"NOTE:one\\ntwo\\, three and four\nPHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRg==\nX-OWN;FOO=bar:kept\nADR;TYPE=work:;;1 Road\\; back;Town;;12345;Land\n" +
		"AGENT:BEGIN:VCARD\\nVERSION:3.0\\nFN:Al Mél\\nN:Mél\\;Al\\nEND:VCARD\\n\nUID:u1\nEND:VCARD\n"
	if plain := strings.ReplaceAll(string(got), "\r\n", "\n"); plain != want {
		t.Errorf("it is\n%s\nwant\n%s", plain, want)
	}
	if uid, label, err := vcard.Describe(got); uid != "u1" || label != "Jörg Müller" || err != nil {
		t.Errorf("%q %q %v", uid, label, err)
	}
	again, err := vcard.Current(got)
	if err != nil || string(again) != string(got) {
		t.Errorf("a card of 3.0 is not returned as it is: %v", err)
	}
}

// TestCurrentWithoutName: vCard 3.0 must have an FN, which telephones left out.
func TestCurrentWithoutName(t *testing.T) {
	for lines, want := range map[string]string{
		"N:Other;Ann\r\nTEL;CELL:1\r\n": "FN:Ann Other\r\nN:Other;Ann\r\nTEL;TYPE=cell:1\r\n",
		"N:a\\;b\r\n":                   "FN:a\\;b\r\nN:a\\;b\r\n",
		"N:\r\nTEL:1\r\n":               "FN:1\r\nN:\r\nTEL:1\r\n",
		"N:Other;Ann\r\nFN:Annie\r\n":   "N:Other;Ann\r\nFN:Annie\r\n",
	} {
		got, err := vcard.Current([]byte("BEGIN:VCARD\r\nVERSION:2.1\r\n" + lines + "END:VCARD\r\n"))
		if err != nil || string(got) != "BEGIN:VCARD\r\nVERSION:3.0\r\n"+want+"END:VCARD\r\n" {
			t.Errorf("%q becomes %q: %v", lines, got, err)
		}
	}
}
