package main

import (
	"os"
	"path/filepath"
	"testing"
)

// tree makes a Maildir++ of one message in each named file.
func tree(t *testing.T, files map[string]string) snapshot {
	t.Helper()
	root := t.TempDir()
	for name, body := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, err := snap(root)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSnapshots(t *testing.T) {
	const mail = "Subject: a\nMessage-ID: <1@x>\n\nhello\n\nX-TUID: of the text\n"
	want := tree(t, map[string]string{"cur/1.a:2,FS": mail, ".Sent/cur/2.a:2,S": "Subject: b\n\nother\n"})
	sent := "Subject: b\n\nother\n"
	for _, c := range []struct {
		what    string
		files   map[string]string
		differs int
	}{
		{"other file names", map[string]string{"cur/9,U=7:2,SF": mail, ".Sent/cur/8:2,S": sent}, 0},
		{"CRLF", map[string]string{"cur/1:2,FS": "Subject: a\r\nMessage-ID: <1@x>\r\n\r\nhello\r\n\r\nX-TUID: of the text\r\n", ".Sent/cur/2:2,S": sent}, 0},
		{"mbsync's field", map[string]string{"cur/1:2,FS": "Subject: a\nX-TUID: abc\nMessage-ID: <1@x>\n\nhello\n\nX-TUID: of the text\n", ".Sent/cur/2:2,S": sent}, 0},
		{"mbsync's field at the end", map[string]string{"cur/1:2,FS": mail, ".Sent/cur/2:2,S": "Subject: b\nX-TUID: abc\n\nother\n"}, 0},
		{"keywords", map[string]string{"cur/1:2,FSa": mail, ".Sent/cur/2:2,S": sent}, 0},
		{"a flag", map[string]string{"cur/1:2,S": mail, ".Sent/cur/2:2,S": sent}, 1},
		{"a lost message", map[string]string{"cur/1:2,FS": mail}, 1},
		{"a doubled message", map[string]string{"cur/1:2,FS": mail, "cur/2:2,FS": mail, ".Sent/cur/2:2,S": sent}, 1},
		{"another folder", map[string]string{"cur/1:2,FS": mail, "cur/2:2,S": sent}, 1},
		{"a cut body", map[string]string{"cur/1:2,FS": mail[:len(mail)-5], ".Sent/cur/2:2,S": sent}, 1},
		{"a file in tmp", map[string]string{"cur/1:2,FS": mail, ".Sent/tmp/2:2,S": sent}, 1},
	} {
		if got := want.differs(tree(t, c.files)); got != c.differs {
			t.Errorf("%s: %d differ, not %d", c.what, got, c.differs)
		}
	}
}

func TestFlagsInTheMaildir(t *testing.T) {
	root := t.TempDir()
	if err := makeCorpus(root, 2000, seed); err != nil {
		t.Fatal(err)
	}
	before, err := snap(root)
	if err != nil {
		t.Fatal(err)
	}
	if err := flagFiles(root, 10); err != nil {
		t.Fatal(err)
	}
	after, err := snap(root)
	if err != nil {
		t.Fatal(err)
	}
	if got := before.differs(after); got != 100 || after.count() != 2000 {
		t.Errorf("%d of %d messages changed", got, after.count())
	}
}
