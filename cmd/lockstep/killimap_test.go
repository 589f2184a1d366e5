package main

import (
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/peers/imapd"
)

// account is the server side of the kill test, edited as another client does.
type account struct {
	user *imapd.User
	rnd  *rand.Rand
	n    int
}

var mailboxes = []string{"INBOX", "Work", "Lists/go"}

func (a *account) add(t *testing.T, truth *truth) {
	a.n++
	id := fmt.Sprintf("s%d@example.org", a.n)
	body := fmt.Sprintf("From: a@example.org\r\nSubject: %s\r\nMessage-ID: <%s>\r\n\r\n%s\r\n", id, id, strings.Repeat("text ", a.rnd.Intn(2000)))
	if _, err := a.user.Append(mailboxes[a.rnd.Intn(len(mailboxes))], []byte(body), time.Now()); err != nil {
		t.Fatal(err)
	}
	truth.made[id] = true
}

func (a *account) places() (out []imapd.Place) {
	for _, m := range mailboxes {
		out = append(out, a.user.Places(m)...)
	}
	return out
}

func (a *account) id(p imapd.Place) string {
	_, rest, _ := strings.Cut(string(a.user.Body(p.Mailbox, p.UID)), "Message-ID: <")
	id, _, _ := strings.Cut(rest, ">")
	return id
}

func (a *account) edit(t *testing.T, truth *truth) {
	all := a.places()
	if len(all) == 0 || a.rnd.Intn(3) == 0 {
		a.add(t, truth)
		return
	}
	p := all[a.rnd.Intn(len(all))]
	switch a.rnd.Intn(4) {
	case 0:
		truth.deleted[a.id(p)] = true
		a.user.Expunge(p.Mailbox, p.UID)
	case 1:
		if to := mailboxes[a.rnd.Intn(len(mailboxes))]; to != p.Mailbox {
			a.user.Move(p.Mailbox, p.UID, to)
		}
	default:
		if slices.Contains(p.Flags, `\Flagged`) {
			a.user.SetFlags(p.Mailbox, p.UID)
		} else {
			a.user.SetFlags(p.Mailbox, p.UID, `\Flagged`)
		}
	}
}

// contents in the words of the Maildir side.
func (a *account) contents() []string {
	var out []string
	for _, p := range a.places() {
		folder := "."
		if p.Mailbox != "INBOX" {
			folder = "." + strings.ReplaceAll(p.Mailbox, "/", ".")
		}
		flags := ""
		if slices.Contains(p.Flags, `\Flagged`) {
			flags = "F"
		}
		out = append(out, fmt.Sprintf("%s %s %s", a.id(p), folder, flags))
	}
	slices.Sort(out)
	return out
}

// TestKillIMAP is TestKill between a Maildir and an IMAP server, whose answers
// are lost with the process.
func TestKillIMAP(t *testing.T) {
	seed := *killSeed
	if seed == 0 {
		seed = time.Now().UnixNano()
	}
	t.Logf("replay the users with -killseed %d", seed)
	rnd := rand.New(rand.NewSource(seed))
	dir := t.TempDir()
	server := imapd.New(imapd.Options{})
	defer server.Close()
	address, err := server.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ca := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(ca, server.CAPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	remote := &account{user: server.AddUser("me", "secret"), rnd: rnd}
	for _, m := range mailboxes[1:] {
		if err := remote.user.CreateMailbox(m, imapd.MailboxSettings{}); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(dir, "lockstep.toml")
	config := fmt.Sprintf(`
[accounts.server]
type = "imap"
address = "imap://me@%s/?tls=starttls&ca=%s"
password = {env = "THE_PASSWORD"}
[accounts.local]
type = "maildir"
path = %q
[links.mail]
left = "server"
right = "local"
guard = false # deletions add up while every sync is killed
`, address, ca, filepath.Join(dir, "mail"))
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	truth := &truth{made: map[string]bool{}, deleted: map[string]bool{}}
	local := newMailbox(t, filepath.Join(dir, "mail"), rnd)
	for range 100 {
		local.add("l", truth)
		remote.add(t, truth)
	}
	sync := func(after time.Duration) error {
		return program(t, after, dir, []string{"THE_PASSWORD=secret"}, "sync", "--config", file, "--no-progress")
	}
	killed := 0
	for range *kills {
		if sync(time.Duration(5+rnd.Intn(200))*time.Millisecond) != nil {
			killed++
		}
		for range rnd.Intn(10) {
			local.edit("l", truth)
			remote.edit(t, truth)
		}
	}
	for range 3 {
		if err := sync(0); err != nil {
			t.Fatalf("a sync that nobody killed: %v", err)
		}
	}
	var l []string
	for _, line := range local.contents(t) {
		fields := strings.SplitN(line, " ", 3)
		l = append(l, fmt.Sprintf("%s %s %s", fields[0], fields[1], strings.TrimSpace(strings.ReplaceAll(fields[2], "S", ""))))
	}
	slices.Sort(l)
	r := remote.contents()
	if !slices.Equal(l, r) {
		t.Errorf("the sides differ: %d files and %d messages", len(l), len(r))
		for _, line := range append(l, r...) {
			if slices.Contains(l, line) != slices.Contains(r, line) {
				t.Log(line)
			}
		}
	}
	count := map[string]int{}
	for _, line := range l {
		id, _, _ := strings.Cut(line, " ")
		if count[id]++; count[id] > 1 {
			t.Errorf("%s is there twice", id)
		}
	}
	for id := range truth.made {
		if count[id] == 0 && !truth.deleted[id] {
			t.Errorf("%s is lost", id)
		}
	}
	t.Logf("%d of %d runs were killed; %d messages on both sides", killed, *kills, len(l))
}
