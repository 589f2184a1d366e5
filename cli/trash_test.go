package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lockstep/peers/imapd"
)

// A message that is deleted here goes to the trash of the server. That trash is
// kept in step too, so one sync brings it into the trash here, and the sides
// are equal.
func TestDeletedGoesToBothTrashes(t *testing.T) {
	server := imapd.New(imapd.Options{})
	t.Cleanup(func() { server.Close() })
	user := server.AddUser("me", "s3cret")
	if err := user.CreateMailbox("Papierkorb", imapd.MailboxSettings{Use: `\Trash`}); err != nil {
		t.Fatal(err)
	}
	address, err := server.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 12 { // so many that the guard minds not one
		body := fmt.Sprintf("Message-ID: <m%d@example.org>\r\n\r\nbody %d\r\n", i, i)
		if _, err := user.Append("INBOX", []byte(body), time.Unix(1_700_000_000, 0)); err != nil {
			t.Fatal(err)
		}
	}
	m := newMachine(t)
	getenv := m.System.Getenv
	m.System.Getenv = func(name string) string {
		if name == "WORD" {
			return "s3cret"
		}
		return getenv(name)
	}
	m.write("lockstep.toml", "[accounts.mail]\naddress = \"imap://me@"+address+"/?tls=none\"\npassword = {env = \"WORD\"}\n"+
		"[accounts.disk]\naddress = \"maildir:disk\"\n[links.work]\nleft = \"mail\"\nright = \"disk\"\n")
	if code := m.run("sync"); code != exitDone {
		t.Fatalf("the first sync ends with %d: %s%s", code, &m.out, &m.errors)
	}
	files, err := filepath.Glob(filepath.Join(m.dir, "disk", "*", "*"))
	if err != nil || len(files) < 12 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	for _, f := range files {
		if text, _ := os.ReadFile(f); strings.Contains(string(text), "<m3@") {
			if err := os.Remove(f); err != nil {
				t.Fatal(err)
			}
		}
	}
	if code := m.run("sync"); code != exitDone {
		t.Fatalf("the sync ends with %d: %s%s", code, &m.out, &m.errors)
	}
	if n := len(user.Places("Papierkorb")); n != 1 {
		t.Errorf("%d messages in the server's trash", n)
	}
	if code := m.run("check"); code != exitDone {
		t.Errorf("check ends with %d right after the sync: %s%s", code, &m.out, &m.errors)
	}
}
