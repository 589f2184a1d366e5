//go:build unix

package cli

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unicode"

	"lockstep/peers/imapd"
)

// What a message, a folder or a file is called changes nothing on the terminal
// of who looks at it: no colour, no other line, no other order of letters.
func TestAttack14NothingHostileReachesTheTerminal(t *testing.T) {
	m := newMachine(t)
	hostile := []string{"\x1b[31mred", "\x1b]0;title\x07", "a\rb", "a\x00b", "\x9b31m", "\xc2\x9b31m", "\u202egnp.exe", "\u2066x", "a\x7f\x08b", "\xff\xfe", "x\u2028y", "a\tb"}
	for i, text := range hostile {
		file := strings.ReplaceAll(fmt.Sprintf("1700000000.%02d%s.test", i, text), "\x00", "0")
		m.write(filepath.Join("left", "new", file), "Message-ID: <"+text+"@example.org>\nSubject: "+text+"\nFrom: "+text+"\n\nbody "+text+"\n")
		folder := filepath.Join("left", strings.ReplaceAll(".box"+text, "\x00", "0"))
		for _, sub := range []string{"cur", "new", "tmp"} {
			if err := os.MkdirAll(filepath.Join(m.dir, folder, sub), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		m.write(filepath.Join(folder, "new", file), "Message-ID: <in"+text+"@example.org>\n\nx\n")
		if err := os.Symlink("nowhere"+strings.ReplaceAll(text, "\x00", "0"), filepath.Join(m.dir, "left", "cur", "bad"+file+":2,")); err != nil {
			t.Fatal(err)
		}
	}
	m.write(filepath.Join("left", "dovecot-keywords"), "0 \x1b[31mred\n1 \u202ekw\nbroken \x1b[31m\n")
	m.put("left", "plain")
	if err := os.Rename(filepath.Join(m.dir, "left", "new", "1700000000.plain.test"), filepath.Join(m.dir, "left", "cur", "1700000000.plain.test:2,Sab")); err != nil {
		t.Fatal(err)
	}
	look := func(args ...string) {
		t.Helper()
		m.run(args...)
		if m.out.Len() == 0 && m.errors.Len() == 0 {
			t.Errorf("%q says nothing", args)
		}
		for _, text := range []string{m.out.String(), m.errors.String()} {
			for _, r := range text {
				if r != '\n' && unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp) {
					t.Errorf("%q prints %q in %q", args, r, text)
					break
				}
			}
		}
	}
	look("plan", "work", "--verbose")
	look("sync", "work", "--verbose")
	for _, shown := range []string{`\x1b[31mred`, `\u202egnp.exe`, "plain@example.org"} {
		if !strings.Contains(m.out.String(), shown) {
			t.Errorf("sync does not show %s: %s", shown, m.out.String())
		}
	}
	look("status", "work", "--verbose")
	look("log", "--verbose")
	look("check", "work", "--verbose")
	look("doctor")
	for _, text := range hostile {
		look("explain", text)
		look("explain", text+"@example.org")
		look("sync", text)
		look("conflicts", "show", text)
	}
	for _, args := range [][]string{{"plan", "work"}, {"sync", "work"}, {"status", "work"}} {
		m.run(append(args, "--output", "json")...)
		for line := range strings.Lines(m.out.String()) {
			if !json.Valid([]byte(line)) {
				t.Errorf("%q prints %q", args, line)
			}
		}
	}
}

// What is written anywhere is read by nobody else, even without a umask.
func TestAttack40NothingIsReadByOthers(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0))
	m := newMachine(t)
	temp := filepath.Join(m.dir, "temp")
	if err := os.Mkdir(temp, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", temp)
	if err := os.RemoveAll(filepath.Join(m.dir, "right")); err != nil {
		t.Fatal(err)
	}
	m.put("left", "one")
	m.put("left", "two")
	m.write(filepath.Join("left", "new", "1700000000.big.test"), "Message-ID: <big@example.org>\n\n"+strings.Repeat("0123456789abcde\n", 3<<16))
	must := func(args ...string) {
		t.Helper()
		if code := m.run(args...); code != exitDone && code != exitDiffers {
			t.Fatalf("%q ends with %d: %s%s", args, code, m.out.String(), m.errors.String())
		}
	}
	must("sync", "work")
	if err := os.Remove(filepath.Join(m.dir, "left", "new", "1700000000.big.test")); err != nil {
		t.Fatal(err)
	}
	must("plan", "work", "--save", filepath.Join(m.dir, "saved"))
	must("sync", "work")
	kinds := map[string]int{}
	for _, place := range []string{"state", "right", "saved"} {
		err := filepath.WalkDir(filepath.Join(m.dir, place), func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err == nil && info.Mode().Perm()&0o077 != 0 {
				t.Errorf("%s has mode %v", path, info.Mode())
			}
			kinds[filepath.Ext(path)]++
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if kinds[".db"] == 0 || kinds[".body"] == 0 || kinds[".json"] == 0 {
		t.Errorf("nothing was looked at: %v", kinds)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) != 0 {
		t.Errorf("temporary files are left: %v, %v", left, err)
	}
}

// A folder that a server cannot have and a message that it cannot hold are
// parked and told, the rest goes on, and status shows them until they are
// cured.
func TestAttack36WhatTheServerCannotHold(t *testing.T) {
	server := imapd.New(imapd.Options{Delimiter: "."})
	t.Cleanup(func() { server.Close() })
	user := server.AddUser("me", "s3cret")
	address, err := server.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
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
		"[accounts.disk]\naddress = \"maildir:disk\"\nlayout = \"nested\"\n[links.work]\nleft = \"disk\"\nright = \"mail\"\n")
	folder := func(name string) {
		for _, sub := range []string{"cur", "new", "tmp"} {
			if err := os.MkdirAll(filepath.Join(m.dir, "disk", name, sub), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		m.put(filepath.Join("disk", name), "in-"+strings.ReplaceAll(name, ".", "-"))
	}
	for _, name := range []string{"INBOX", "good", "a.b", "Entwürfe", "x*y%z"} {
		folder(name)
	}
	nul := filepath.Join(m.dir, "disk", "good", "new", "1700000000.nul.test")
	m.write("disk/good/new/1700000000.nul.test", "Message-ID: <nul@example.org>\n\na\x00b\n")
	if code := m.run("sync", "work"); code != exitParked {
		t.Fatalf("it ends with %d: %s%s", code, &m.out, &m.errors)
	}
	for _, name := range []string{"INBOX", "good", "Entwürfe", "x*y%z"} {
		if n := len(user.Places(name)); n != 1 {
			t.Errorf("%d messages in %s: %s%s", n, name, &m.out, &m.errors)
		}
	}
	if n := len(user.Mailboxes()); n != 4 {
		t.Errorf("mailboxes %q", user.Mailboxes())
	}
	wants := map[string]string{"a.b": `separates the levels`, "nul@example.org": "NUL byte"}
	shows := func(want bool) {
		t.Helper()
		if code := m.run("status", "work"); code != exitDone {
			t.Errorf("status ends with %d: %s", code, &m.errors)
		}
		for thing, why := range wants {
			found := false
			for line := range strings.Lines(m.out.String()) {
				found = found || strings.Contains(line, thing) && strings.Contains(line, why)
			}
			if found != want {
				t.Errorf("status shows %s: %v, want %v: %s", thing, found, want, &m.out)
			}
		}
	}
	shows(true)
	if code := m.run("sync", "work"); code != exitParked {
		t.Errorf("the second sync ends with %d: %s%s", code, &m.out, &m.errors)
	}
	shows(true)
	if err := os.Remove(nul); err != nil {
		t.Fatal(err)
	}
	m.write("disk/good/new/1700000000.cured.test", "Message-ID: <nul@example.org>\n\nab\n")
	if code := m.run("sync", "work"); code != exitParked { // for the folder alone
		t.Errorf("half cured, it ends with %d: %s%s", code, &m.out, &m.errors)
	}
	if m.run("status", "work"); strings.Contains(m.out.String(), "nul@example.org") || !strings.Contains(m.out.String(), "a.b") {
		t.Errorf("half cured, status shows %s", &m.out)
	}
	if err := os.Rename(filepath.Join(m.dir, "disk", "a.b"), filepath.Join(m.dir, "disk", "a-b")); err != nil {
		t.Fatal(err)
	}
	if code := m.run("sync", "work"); code != exitDone {
		t.Errorf("cured, it ends with %d: %s%s", code, &m.out, &m.errors)
	}
	shows(false)
	if a, b := len(user.Places("a-b")), len(user.Places("good")); a != 1 || b != 2 {
		t.Errorf("%d messages in a-b and %d in good", a, b)
	}
	if code := m.run("check", "work"); code != exitDone {
		t.Errorf("the sides differ: %s%s", &m.out, &m.errors)
	}
}
