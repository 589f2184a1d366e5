//go:build unix

package config

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"lockstep/core"
)

// insecure is a word of one account: it loosens no other, is nowhere a
// standard, and no address of the command line may say it.
func TestAttack07InsecureIsPerAccount(t *testing.T) {
	const plain = "type = \"imap\"\nhost = \"mail.example.org\"\nuser = \"me\"\ntls = \"none\"\n"
	c, err := loadText(t, "[accounts.old]\n"+plain+"insecure = true\n")
	if err != nil || !c.Accounts[0].Insecure {
		t.Fatalf("%+v, %v", c, err)
	}
	for name, text := range map[string]string{
		"another account":  "[accounts.old]\n" + plain + "insecure = true\n[accounts.new]\n" + plain,
		"for all":          "insecure = true\n[accounts.new]\n" + plain,
		"for all accounts": "[accounts]\ninsecure = true\n[accounts.new]\n" + plain,
		"for a link":       "[links.x]\nleft = \"imap://me@mail.example.org/?tls=none\"\nright = \"maildir:/m\"\ninsecure = true\n",
		"in an address":    "[accounts.new]\naddress = \"imap://me@mail.example.org/?tls=none&insecure=true\"\n",
		"said no":          "[accounts.new]\n" + plain + "insecure = false\n",
	} {
		if c, err := loadText(t, text); err == nil {
			t.Errorf("%s: %+v", name, c.Accounts)
		}
	}
	c, err = loadText(t, "[accounts.x]\ntype = \"imap\"\nhost = \"mail.example.org\"\nuser = \"me\"\n")
	if err != nil || c.Accounts[0].Address.TLS != Implicit || c.Accounts[0].Insecure {
		t.Errorf("the standard is %+v, %v", c.Accounts[0], err)
	}
}

// No text of a configuration or an address brings a line end or another
// control character into a command of a protocol.
func TestAttack11ControlCharacters(t *testing.T) {
	for _, text := range []string{`a\r\nA1 LOGOUT`, `a\nb`, `a\u0000b`, `a\u0001auth=Bearer x`, `a\u007fb`, `a\u0085b`} {
		for _, key := range []string{"host", "user"} {
			other := map[string]string{"host": "user = \"me\"\n", "user": "host = \"mail.example.org\"\n"}[key]
			if c, err := loadText(t, "[accounts.x]\ntype = \"imap\"\n"+other+key+" = \""+text+"\"\n"); err == nil {
				t.Errorf("%s = %s is taken: %+v", key, text, c.Accounts[0].Address)
			}
		}
	}
	for _, text := range []string{"imap://a%0d%0ab@h/", "imap://a%00@h/", "imap://me@h%0a/", "imap://me@h/#a%0ab", "imap://me@h/#a%00", "imap://me@h\r\n/", "imap://a%01@h/"} {
		if a, err := ParseAddress(text); err == nil {
			t.Errorf("%q is taken: %+v", text, a)
		}
	}
}

// A file with a password that others may read is refused, whichever way it is
// named, and what is no file is not waited for.
func TestAttack40PasswordFiles(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "word")
	if err := os.WriteFile(file, []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink("word", link); err != nil {
		t.Fatal(err)
	}
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for mode := range os.FileMode(0o1000) {
		if mode&0o400 == 0 {
			continue
		}
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{file, link} {
			got, err := Secret{of: "[accounts.work]", from: fromFile, at: path, env: testEnv}.Resolve(t.Context())
			if mode&0o077 == 0 {
				if err != nil || got != "s3cret" {
					t.Errorf("mode %04o: %v", mode, err)
				}
				continue
			}
			var e *core.Error
			if got != "" || !errors.As(err, &e) || e.Class != core.Auth || e.Remedy != "chmod 600 "+path || strings.Contains(err.Error(), "s3cret") {
				t.Errorf("mode %04o: %q, %v", mode, got, err)
			}
		}
	}
	for _, path := range []string{pipe, dir, "/dev/null"} {
		done := make(chan error, 1)
		go func() {
			_, err := Secret{from: fromFile, at: path, env: testEnv}.Resolve(context.Background())
			done <- err
		}()
		select {
		case err := <-done:
			if err == nil || !strings.Contains(err.Error(), "is not a regular file") {
				t.Errorf("%s: %v", path, err)
			}
		case <-time.After(30 * time.Second): // a guard: it waits for ever
			t.Fatalf("%s is waited for", path)
		}
	}
}
