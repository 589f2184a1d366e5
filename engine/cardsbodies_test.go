package engine_test

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"lockstep/format/vcard"
)

func cardOf(version string, lines ...string) []byte {
	return []byte("BEGIN:VCARD\r\nVERSION:" + version + "\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VCARD\r\n")
}

// ownCards are cards as programs write them, without a UID.
func ownCards() [][]byte {
	return [][]byte{
		cardOf("3.0", "PRODID:-//Apple Inc.//macOS 14.4//EN", "N:Doe;Jane;;Dr.;", "FN:Dr. Jane Doe", "ORG:Acme\\, Inc.;Sales;", "TITLE:Buyer",
			"EMAIL;type=INTERNET;type=HOME;type=pref:jane@Example.org", "item1.EMAIL;type=INTERNET:boat@example.org", "item1.X-ABLabel:Boat",
			"TEL;type=CELL;type=VOICE;type=pref:+49 (171) 555-0001", "item2.TEL:0171/555 02", "item2.X-ABLabel:_$!<HomeFAX>!$_",
			"item3.ADR;type=WORK;type=pref:;;1 Main St\\nFloor 2;Springfield;IL;12345;USA", "item3.X-ABADR:us",
			"NOTE:A note that is longer than a line may be\\, with commas\\; semicolons",
			"  and a fold\\nand two lines", "CATEGORIES:Friends,Work", "BDAY;X-APPLE-OMIT-YEAR=1604:1604-04-12",
			"item4.X-ABDATE;type=pref:2010-05-06", "item4.X-ABLabel:_$!<Anniversary>!$_", "X-PHONETIC-FIRST-NAME:Dschein", "REV:2024-01-02T03:04:05Z"),
		cardOf("4.0", "PRODID:-//Server//EN", "FN:Max Muster", "N:Muster;Max;;;", "TEL;VALUE=uri;PREF=1;TYPE=\"voice,home\":tel:+49-30-555-0003",
			"TEL;TYPE=work:+49 30 5550004;ext=12", "EMAIL;PREF=2;TYPE=work:max@example.com", "EMAIL:max@example.net", "EMAIL:MAX@example.edu",
			"ADR;TYPE=home;LABEL=\"1 Weg, Berlin\":;;Weg 1;Berlin;;10115;", "PHOTO:data:image/png;base64,iVBORw0KGgoAAAANSUhEUg==", "NICKNAME:Maxi,Mux",
			"NOTE:one", "NOTE;LANGUAGE=de:eins", "URL:https://example.org/a|b", "IMPP:xmpp:max@example.org", "BDAY:--0412", "KIND:individual", "CATEGORIES:a\\,b,Sport",
			"REV:20240102T030405Z"),
		cardOf("2.1", "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=BCrgen;;;", "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=BCrgen M=C3=BCller",
			"TEL;CELL;PREF:0171-555-05", "TEL;HOME;FAX:030 555 06", "EMAIL;INTERNET:juergen@example.org", "ADR;HOME;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:;;Stra=C3=9Fe 1;=",
			"K=C3=B6ln;;50667;", "NOTE;ENCODING=QUOTED-PRINTABLE:first=0D=0Asecond", "PHOTO;JPEG;ENCODING=BASE64:", " /9j/4AAQSkZJRgABAQEASABIAAD/", " 2wBDAAUDBAQEAwUEBAQ=", "", "ORG:Werk", "X-IRMC-LUID:1"),
		cardOf("3.0", "N:Group;Two;;;", "FN:Two Numbers", "TEL;TYPE=HOME:+1 555 1234", "TEL;TYPE=WORK:+1 (555) 12-34", "item1.TEL:+1 999",
			"item1.EMAIL:two@example.org", "item1.X-ABLABEL:shared", "TITLE:Twin", "CATEGORIES:Work", "CATEGORIES:Zoo", "PHOTO;ENCODING=b;TYPE=JPEG:AQIDBA=="),
		cardOf("3.0", "FN:Bare", "N:;Bare;;;"),
	}
}

// richCard shows what a server holds: without it, nobody can tell a property that
// it drops from one that was deleted before we looked.
func richCard() []byte {
	lines := []string{"FN:Rich", "N:Rich;;;;", "TITLE:t", "NOTE:n", "CATEGORIES:1,2,3,4,5,6,7,8,9,10,11,12", "NICKNAME:1,2,3"}
	for _, n := range []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"} {
		types := "TYPE=" + strings.ToUpper(strings.Join(cardTypes(), ",")) + ",FAX,PREF"
		lines = append(lines, "item"+n+".TEL;"+types+":"+n, "item"+n+".X-ABLABEL:l", "e"+n+".EMAIL;"+types+":e@"+n, "e"+n+".X-ABLABEL:l")
	}
	return cardOf("3.0", lines...)
}

// corpusFlag: a seed with the real cards is not the same world as without.
var corpusFlag = flag.Bool("corpus", false, "the worlds of cards have those of LOCKSTEP_CORPUS, too")

// corpusCards are the real cards of LOCKSTEP_CORPUS/vcard, in the order of their
// paths, without those that are too large for many passes; none without -corpus.
func corpusCards() (all [][]byte, err error) {
	const most = 64 << 10
	dir := os.Getenv("LOCKSTEP_CORPUS")
	if dir == "" || !*corpusFlag {
		return nil, nil
	}
	err = filepath.WalkDir(filepath.Join(dir, "vcard"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".vcf" {
			return err
		}
		file, err := os.ReadFile(path)
		for part := range vcard.Split(file) {
			if part.Err == nil && len(part.Body) <= most {
				all = append(all, part.Body)
			}
		}
		return err
	})
	return all, err
}

// withUID gives a card this UID, whatever UID it has.
func withUID(body []byte, uid string) ([]byte, error) {
	c, err := vcard.Parse(body)
	if err != nil {
		return nil, err
	}
	for i, l := range slices.Backward(c.Doc.Lines) {
		if l.Name == "UID" && l.Depth == 1 {
			c.Doc.Remove(i)
		}
	}
	return vcard.WithUID(c.Doc.Bytes(), uid)
}
