package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/format/mime"
)

// corpus makes a Maildir of real ugly messages, every tenth of them twice, and
// returns how often each sum has to arrive.
func corpus(t *testing.T, dir string) map[core.Sum]int {
	t.Helper()
	root := os.Getenv("LOCKSTEP_CORPUS")
	if root == "" {
		t.Skip("LOCKSTEP_CORPUS is not set: no real messages to try")
	}
	for _, d := range []string{"cur", "new", "tmp"} {
		must(t, os.MkdirAll(filepath.Join(dir, d), 0o700))
	}
	want := map[core.Sum]int{}
	n := 0
	deliver := func(body []byte) {
		n++
		want[sumOf(t, body)]++
		must(t, os.WriteFile(filepath.Join(dir, "cur", fmt.Sprintf("%d.corpus:2,S", n)), body, 0o600))
	}
	must(t, filepath.WalkDir(filepath.Join(root, "mail"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if deliver(body); n%10 == 0 {
			deliver(body)
		}
		return nil
	}))
	if n == 0 {
		t.Fatalf("no messages in %s/mail", root)
	}
	return want
}

func sumOf(t *testing.T, body []byte) core.Sum {
	t.Helper()
	sum, _, err := mime.Digest(bytes.NewReader(body))
	must(t, err)
	return sum
}

// arrived compares what is in a Maildir with what has to be.
func arrived(t *testing.T, dir string, want map[core.Sum]int) {
	t.Helper()
	got := map[core.Sum]int{}
	must(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if d := filepath.Base(filepath.Dir(path)); err != nil || e.IsDir() || d != "cur" && d != "new" {
			return err
		}
		body, err := os.ReadFile(path)
		got[sumOf(t, body)]++
		return err
	}))
	n := 0
	for sum := range got {
		if want[sum] == 0 {
			t.Errorf("sum %s arrived and was never sent", sum)
		}
	}
	for sum, times := range want {
		if n += times; got[sum] != times {
			t.Errorf("sum %s arrived %d times, want %d", sum, got[sum], times)
		}
	}
	t.Logf("%d messages were to arrive with their sums", n)
}

const twoLinks = "[links.first]\nleft = \"a\"\nright = \"b\"\n[links.second]\nleft = \"b\"\nright = \"c\"\n"

// TestCorpus syncs real ugly messages from a Maildir++ into a nested Maildir
// and from there into another Maildir++: each arrives with the same sum.
func TestCorpus(t *testing.T) {
	dir := t.TempDir()
	a, c := filepath.Join(dir, "a"), filepath.Join(dir, "c")
	want := corpus(t, a)
	p := newProgram(t, dir, maildirConfig("a", a)+maildirConfig("b", filepath.Join(dir, "b"))+"layout = \"nested\"\n"+maildirConfig("c", c)+twoLinks)
	for range 2 { // the second time there is nothing to do
		if out, exit := p.run(t, "sync"); exit != 0 {
			t.Fatalf("sync ended with %d: %s%s", exit, out.text, out.errs)
		}
	}
	arrived(t, c, want)
}

// TestCorpusOverIMAP syncs them into an account and from there into another
// Maildir. A message with a NUL byte, which no IMAP literal can hold (RFC 9051,
// section 4.3), is parked and named; nothing else is.
func TestCorpusOverIMAP(t *testing.T) {
	t.Run("imapd", func(t *testing.T) {
		a, server := inProcess(t)
		corpusOver(t, a, func(body []byte) []byte { return body })
		for _, v := range server.Violations() {
			t.Errorf("not IMAP: %s", v)
		}
	})
	t.Run("Dovecot", func(t *testing.T) {
		corpusOver(t, dovecot(t), func(body []byte) []byte { // it drops a CR that ends a message
			return bytes.TrimRight(body, "\r")
		})
	})
}

// corpusOver uses an account of a server that stores a body in its own way.
func corpusOver(t *testing.T, account account, stored func([]byte) []byte) {
	dir := t.TempDir()
	a, c := filepath.Join(dir, "a"), filepath.Join(dir, "c")
	want := corpus(t, a)
	nul := []byte("Subject: nul\nMessage-ID: <nul@example.org>\n\nbefore\x00after\n")
	must(t, os.WriteFile(filepath.Join(a, "cur", "nul.corpus:2,"), nul, 0o600))
	unfit := map[string]bool{}
	entries, err := os.ReadDir(filepath.Join(a, "cur"))
	must(t, err)
	for _, e := range entries {
		body, err := os.ReadFile(filepath.Join(a, "cur", e.Name()))
		must(t, err)
		switch sum, there := sumOf(t, body), sumOf(t, stored(body)); {
		case bytes.IndexByte(body, 0) >= 0:
			unfit[unique(e.Name())] = true
			delete(want, sum)
		case there != sum:
			want[sum]--
			want[there]++
		}
	}
	p := newProgram(t, dir, maildirConfig("a", a)+account.config("b")+maildirConfig("c", c)+twoLinks, account.env())
	for round := range 2 {
		for _, link := range []struct {
			name string
			exit int
		}{{"first", 5}, {"second", 0}} {
			out, exit := p.run(t, "sync", link.name)
			if exit != link.exit {
				t.Fatalf("sync %s ended with %d: %s%s", link.name, exit, out.text, out.errs)
			}
			if n := out.report(t).writes(); round > 0 && n > 0 {
				t.Errorf("a second sync of %s made %d writes", link.name, n)
			}
		}
	}
	arrived(t, c, want)
	out, _ := p.run(t, "status", "first")
	var status struct {
		Parked []struct{ Side, Folder, ID, Why string }
	}
	must(t, json.Unmarshal([]byte(out.text), &status))
	for _, parked := range status.Parked {
		if !unfit[parked.ID] || !strings.Contains(parked.Why, "NUL") {
			t.Errorf("parked: %+v", parked)
		}
		delete(unfit, parked.ID)
	}
	for id := range unfit {
		t.Errorf("status does not name %s", id)
	}
}
