package main

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/core"
	"lockstep/format/utf7"
	"lockstep/peers/fault"
	"lockstep/protocol/imap"
)

// moved is an account whose mail another program has brought into a Maildir.
type moved struct {
	account
	proxy *fault.Proxy
	dir   string
	mail  string // the root of the Maildir
}

const (
	// movedSize is how long a message is, in bytes or some more.
	movedSize = 4000
	// movedEach is how many messages a folder holds.
	movedEach = 40
)

// movedFolders are the folders of the account; a letter that is not ASCII shows
// how names are spelt on the disk, and folders of INBOX have a place of their own.
func movedFolders() []string { return []string{"INBOX", "Work", "Lists/go", "Entwürfe", "INBOX/sub"} }

// movedMarks of the message n: all that have a letter of their own, but for
// $Forwarded.
func movedMarks(n int) core.Marks {
	all := []string{core.Seen, core.Answered, core.Flagged, core.Draft, core.Deleted}
	return core.NewMarks(all[:n%(len(all)+1)]...)
}

// movedMessage has lines that end with LF. One in ten has no Message-ID, and
// some are twins.
func movedMessage(folder, n int) []byte {
	id := fmt.Sprintf("Message-ID: <m%d.%d@example.org>\n", folder, n)
	switch {
	case n%10 == 3:
		id = ""
	case n%10 == 5:
		n--
		id = fmt.Sprintf("Message-ID: <m%d.%d@example.org>\n", folder, n)
	}
	return fmt.Appendf(nil, "Received: from a by b; Fri, 2 Jan 2026 10:00:00 +0000\nFrom: a@example.org\nSubject: message %d\n%sDate: Fri, 2 Jan 2026 10:00:00 +0000\n\n%s",
		n, id, strings.Repeat("forty bytes of text are in each line ..\n", movedSize/40))
}

// newMoved fills an account.
func newMoved(t *testing.T, a account) *moved {
	t.Helper()
	proxy, err := fault.Listen(a.address, fault.Plan{})
	must(t, err)
	t.Cleanup(func() { proxy.Close() })
	m := &moved{account: a, proxy: proxy, dir: t.TempDir()}
	m.mail = filepath.Join(m.dir, "Mail")
	u := &imapUser{account: a, conn: a.login(t)}
	for _, f := range movedFolders()[1:] {
		must(t, u.conn.Create(t.Context(), imap.Mailbox(f), ""))
	}
	var adds []*imap.Command
	for i, f := range movedFolders() {
		for n := range movedEach {
			adds = append(adds, u.startAdd(t, f, movedMessage(i, n), movedMarks(n)))
		}
	}
	for _, cmd := range adds {
		u.wait(t, cmd)
	}
	must(t, u.conn.Logout(t.Context()))
	return m
}

// files of the tree below the root, without what mbsync keeps beside them.
func (m *moved) files(t *testing.T) (names []string) {
	t.Helper()
	must(t, filepath.WalkDir(m.mail, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() && (strings.Contains(path, "/cur/") || strings.Contains(path, "/new/")) {
			info, err := e.Info()
			if err != nil {
				return err
			}
			names = append(names, fmt.Sprint(strings.TrimPrefix(path, m.mail), " ", info.Size(), " ", info.ModTime().UnixNano()))
		}
		return err
	}))
	slices.Sort(names)
	return names
}

// takeOver syncs the tree with the account for the first time, and again, as
// the configuration logs in. pushed is how many messages the other program has
// stored on the server with a header of its own.
func (m *moved) takeOver(t *testing.T, p *program, how imap.Mechanism, pushed int) {
	t.Helper()
	before := m.files(t)
	if want := len(movedFolders())*movedEach + pushed; len(before) != want {
		t.Fatalf("%d files, not %d", len(before), want)
	}
	if out, exit := p.run(t, "plan"); exit != 0 {
		t.Errorf("the plan ends with %d:\n%.3000s%s", exit, out.text, out.errs)
	}
	up := m.proxy.Stats()
	r := p.sync(t)
	down := m.proxy.Stats().Down - up.Down
	t.Logf("first sync: %d bytes down, %d of bodies read; %+v", down, r.BytesRead, r)
	if most := unnamed() + int64(pushed)*2*movedSize; r.writes() != 0 || r.Parked != 0 || r.BytesRead > most || r.BytesWritten != 0 || down > most+300*int64(len(before)) {
		t.Errorf("the first sync: %+v, %d bytes from the server", r, down)
	}
	if after := m.files(t); !slices.Equal(before, after) {
		t.Errorf("files were changed:\n%s", strings.Join(after, "\n"))
	}
	p.sync(t) // what a first sync has left to learn
	login := m.loginCost(t, how)
	conn := m.proxy.Stats()
	r = p.sync(t)
	again := m.proxy.Stats()
	if n := again.RoundTrips - conn.RoundTrips - login; r.writes() != 0 || r.BytesRead != 0 || again.Connections-conn.Connections != 1 || n > 4 {
		t.Errorf("a later sync: %d round trips after login, %+v", n, r)
	}
	if out, exit := p.run(t, "check"); exit != 0 {
		t.Errorf("the sides differ (%d):\n%.2000s%s", exit, out.text, out.errs)
	}
}

// unnamed is how many bytes the messages without a Message-ID have on the
// server: nothing but their bodies proves which one is which.
func unnamed() (n int64) {
	for i := range movedFolders() {
		for k := range movedEach {
			if body := movedMessage(i, k); !bytes.Contains(body, []byte("Message-ID")) {
				n += int64(len(body) + bytes.Count(body, []byte("\n")))
			}
		}
	}
	return n
}

// loginCost is what a connection costs before its first question: round trips.
func (m *moved) loginCost(t *testing.T, how imap.Mechanism) int {
	t.Helper()
	before := m.proxy.Stats()
	conn, err := imap.Dial(t.Context(), imap.Options{Address: m.proxy.Addr(), Security: imap.None})
	must(t, err)
	must(t, conn.Login(t.Context(), m.user, m.password, how))
	must(t, conn.Close())
	return m.proxy.Stats().RoundTrips - before.RoundTrips
}

// brought is a message of the account as another program sees it.
type brought struct {
	folder, flags string
	uid           uint32
	body          []byte // with LF
}

// fetched reads the account.
func (m *moved) fetched(t *testing.T) (all []brought) {
	t.Helper()
	u := &imapUser{account: m.account, conn: m.account.login(t)}
	for _, f := range movedFolders() {
		u.open(t, f)
		must(t, u.conn.Fetch(t.Context(), imap.Between(1, 1<<32-1), "(UID FLAGS BODY.PEEK[])", func(msg *imap.Message) {
			var body bytes.Buffer
			_, err := body.ReadFrom(msg.Body)
			must(t, err)
			flags := ""
			for _, letter := range []byte("DFRST") {
				if withoutRecent(msg.Flags).Has(letters()[letter]) {
					flags += string(letter)
				}
			}
			all = append(all, brought{f, flags, msg.UID, bytes.ReplaceAll(body.Bytes(), []byte("\r\n"), []byte("\n"))})
		}))
	}
	must(t, u.conn.Logout(t.Context()))
	return all
}

// deliver writes a message under a name that some program chooses.
func (m *moved) deliver(t *testing.T, folder, part, name string, body []byte) {
	t.Helper()
	for _, d := range []string{"cur", "new", "tmp"} {
		must(t, os.MkdirAll(filepath.Join(m.mail, folder, d), 0o700))
	}
	file := filepath.Join(m.mail, folder, part, name)
	must(t, os.WriteFile(file, body, 0o600))
	at := time.Date(2026, 1, 2, 10, 0, 0, 0, time.UTC)
	must(t, os.Chtimes(file, at, at))
}

// TestMoveIn takes over trees that other programs filled: file names as they
// make them, nothing is written, read or renamed.
func TestMoveIn(t *testing.T) {
	for _, c := range []struct {
		name string
		// file is where a message lies; n counts them.
		file func(n int, b brought) (folder, part, name string)
	}{
		{"OfflineIMAP", func(n int, b brought) (string, string, string) {
			folder := utf7.Encode(b.folder) // with sep = /
			sum := md5.Sum([]byte(folder))
			return folder, "cur", fmt.Sprintf("%d_%d.4321.host,U=%d,FMD5=%s:2,%s", 1767348000+n/3, n%3, b.uid, hex.EncodeToString(sum[:]), b.flags)
		}},
		{"cloud_mdir_sync", func(n int, b brought) (string, string, string) {
			flags := strings.Map(func(r rune) rune { // it knows these three
				if strings.ContainsRune("FRS", r) {
					return r
				}
				return -1
			}, b.flags)
			sum := sha1.Sum(b.body)
			name := fmt.Sprintf("%d.M%d-%s", 1767348000+n, 123456+n, hex.EncodeToString(sum[:]))
			if flags == "" {
				return b.folder, "new", name
			}
			return b.folder, "cur", name + ":2," + flags
		}},
		{"mbsync", func(n int, b brought) (string, string, string) {
			return utf7.Encode(b.folder), "cur", fmt.Sprintf("%d.R%d.host,U=%d:2,%s", 1767348000+n, 1000+n, b.uid, b.flags)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, server := inProcess(t)
			m := newMoved(t, a)
			if c.name == "cloud_mdir_sync" { // it leaves these two alone: here nobody has them
				u := &imapUser{account: a, conn: a.login(t)}
				for _, f := range movedFolders() {
					u.open(t, f)
					u.wait(t, u.conn.StartStore(t.Context(), imap.Between(1, 1<<32-1), false, imap.Flags(core.Draft, core.Deleted)))
				}
			}
			for n, b := range m.fetched(t) {
				folder, part, name := c.file(n, b)
				m.deliver(t, folder, part, name, b.body)
			}
			p := newProgram(t, m.dir, a.plainConfig("left", m.proxy.Addr())+
				fmt.Sprintf("[accounts.right]\ntype = \"maildir\"\npath = %q\nlayout = \"nested\"\n[links.mail]\nleft = \"left\"\nright = \"right\"\ntrash = \"flags\"\n", m.mail), a.env())
			m.takeOver(t, p, imap.Best, 0)
			for _, v := range server.Violations() {
				t.Errorf("not IMAP: %s", v)
			}
		})
	}
}

// TestMoveInFromMbsync lets mbsync itself fill a Maildir from a real server, and
// goes on with the configuration that import makes of its own.
func TestMoveInFromMbsync(t *testing.T) {
	a := dovecot(t)
	if _, err := exec.LookPath("mbsync"); errors.Is(err, exec.ErrNotFound) {
		t.Skip("there is no mbsync (isync) on this machine")
	}
	for _, layout := range []string{"Verbatim", "Maildir++"} {
		t.Run(layout, func(t *testing.T) {
			a.empty(t)
			m := newMoved(t, a)
			host, port, _ := strings.Cut(m.proxy.Addr(), ":")
			where := "SubFolders Verbatim\nPath " + m.mail + "/\nInbox " + m.mail + "/INBOX\n"
			if layout == "Maildir++" {
				where = "SubFolders Maildir++\nInbox " + m.mail + "/\n"
			}
			rc := filepath.Join(m.dir, "mbsyncrc")
			must(t, os.WriteFile(rc, []byte(fmt.Sprintf("IMAPAccount there\nHost %s\nPort %s\nUser %s\nPassCmd \"printenv THE_PASSWORD\"\nSSLType None\nAuthMechs LOGIN\n\n"+
				"IMAPStore far\nAccount there\n\nMaildirStore near\n%s\nChannel mail\nFar :far:\nNear :near:\nPatterns *\nCreate Both\nRemove Both\nExpunge None\nCopyArrivalDate yes\nSyncState *\n",
				host, port, a.user, where)), 0o600))
			must(t, os.MkdirAll(m.mail, 0o700))
			mbsync := func() {
				cmd := exec.CommandContext(t.Context(), "mbsync", "-c", rc, "-a")
				cmd.Env = append(os.Environ(), a.env(), "HOME="+m.dir)
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Fatalf("mbsync: %v\n%s", err, out)
				}
			}
			mbsync()
			work := "Work"
			if layout == "Maildir++" {
				work = ".Work"
			}
			const pushed = 5
			for n := range pushed {
				m.deliver(t, work, "cur", fmt.Sprintf("1767348999.M%dP1.host:2,S", n), movedMessage(9, 10*n+1))
			}
			mbsync()
			p := newProgram(t, m.dir, "", a.env())
			imported := p.command("import", "mbsync", rc)
			imported.Args = slices.DeleteFunc(imported.Args, func(a string) bool { return a == "--output" || a == "json" })
			config, err := imported.Output()
			if err != nil {
				t.Fatalf("import: %v\n%s", err, config)
			}
			must(t, os.WriteFile(filepath.Join(m.dir, "lockstep.toml"), config, 0o600))
			m.takeOver(t, p, imap.Login, pushed) // AuthMechs
		})
	}
}

// TestMoveInPages runs the commands of docs/migrate-mbsync.md on a Maildir that
// mbsync could have filled, and checks the configuration of
// docs/migrate-offlineimap.md.
func TestMoveInPages(t *testing.T) {
	a, _ := inProcess(t)
	m := newMoved(t, a)
	for n, b := range m.fetched(t) {
		m.deliver(t, utf7.Encode(b.folder), "cur", fmt.Sprintf("%d.R%d.host,U=%d:2,%s", 1767348000+n, n, b.uid, b.flags), b.body)
	}
	host, port, _ := strings.Cut(a.address, ":")
	must(t, os.WriteFile(filepath.Join(m.dir, ".mbsyncrc"), fmt.Appendf(nil, "IMAPStore far\nHost %s\nPort %s\nUser %s\nPassCmd \"printenv THE_PASSWORD\"\nCertificateFile %s\n\n"+
		"MaildirStore near\nPath ~/Mail/\nInbox ~/Mail/INBOX\nSubFolders Verbatim\n\nChannel mail\nFar :far:\nNear :near:\nPatterns *\nCreate Both\n", host, port, a.user, a.ca), 0o600))
	must(t, os.MkdirAll(filepath.Join(m.dir, ".config", "lockstep"), 0o700))
	p := &program{dir: m.dir, env: []string{"LOCKSTEP_IS_THE_PROGRAM=1", "HOME=" + m.dir, "XDG_CONFIG_HOME=", "XDG_STATE_HOME=", a.env()}}
	before, page := m.files(t), readPage(t, "migrate-mbsync.md")
	n := 0
	for line := range strings.Lines(page) {
		command, is := strings.CutPrefix(strings.TrimSpace(line), "$ lockstep ")
		if !is || command == "run" {
			continue
		}
		n++
		command, to, _ := strings.Cut(strings.ReplaceAll(command, "~", m.dir), " > ")
		cmd := exec.CommandContext(t.Context(), os.Args[0], strings.Fields(command)...)
		cmd.Env = append(os.Environ(), p.env...)
		var errs bytes.Buffer
		cmd.Stderr = &errs
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("lockstep %s: %v\n%s%s", command, err, out, &errs)
		}
		if to != "" {
			must(t, os.WriteFile(to, out, 0o600))
		}
	}
	if n < 6 {
		t.Errorf("the page shows %d commands", n)
	}
	if !slices.Equal(before, m.files(t)) {
		t.Error("files were changed")
	}

	var config strings.Builder
	for line := range strings.Lines(readPage(t, "migrate-offlineimap.md")) {
		text, within := strings.CutPrefix(line, "        ")
		if within && (strings.HasPrefix(text, "[") || strings.Contains(text, " = ")) {
			config.WriteString(text)
		}
	}
	if out, exit := newProgram(t, t.TempDir(), config.String()).run(t, "config", "check"); exit != 0 || !strings.Contains(config.String(), "[links.mail]") {
		t.Errorf("%s%s%s", config.String(), out.text, out.errs)
	}
}

func readPage(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", name))
	must(t, err)
	return string(text)
}

// TestMoveInBringsBackWhatWasDeleted: nothing tells a message that was deleted
// after the last run of the other program from one that was never there.
func TestMoveInBringsBackWhatWasDeleted(t *testing.T) {
	a, _ := inProcess(t)
	m := newMoved(t, a)
	for n, b := range m.fetched(t) {
		if n != 0 {
			m.deliver(t, utf7.Encode(b.folder), "cur", fmt.Sprintf("%d.R%d.host,U=%d:2,%s", 1767348000+n, n, b.uid, b.flags), b.body)
		}
	}
	p := newProgram(t, m.dir, a.plainConfig("left", m.proxy.Addr())+maildirConfig("right", m.mail)+
		"layout = \"nested\"\n[links.mail]\nleft = \"left\"\nright = \"right\"\ntrash = \"flags\"\n", a.env())
	if r := p.sync(t); r.Right.Created != 1 || r.writes() != 1 {
		t.Errorf("%+v", r)
	}
}
