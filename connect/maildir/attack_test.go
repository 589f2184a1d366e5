//go:build unix

package maildir_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"lockstep/connect/maildir"
	"lockstep/core"
)

// hostilePaths are collections as a server may name them: each name alone, and
// below another one.
func hostilePaths() []string {
	names := []string{
		"..", ".", "...", "%2Fabs", "..%2F..%2F.ssh", "INBOX\x00x", "a\nb", "a\\b", "C:\\x", ".hidden", "trailing.", "trailing ", " ",
		"%25", "%252e", "%25=", "%25zz", "%2500", "CON", "con.txt", "nul", "LPT1", "COM¹", "cur", "new", "tmp", "Cur", "inbox", "Inbox", "INBOx",
		"Sent", "sent", "SENT", "sEnT", "straße", "STRASSE", "\u00e9", "e\u0301", "É", "Entwürfe", "&APw-", "Entw&APw-rfe", "&", "A&B", "日本語", "\u202etxt", "\uFFFD",
		strings.Repeat("x", 300), strings.Repeat("X", 300), strings.Repeat("ü", 150), strings.Repeat("日", 100), strings.Repeat(".", 200), strings.Repeat("%25", 150),
		"~", "~root", "-rf", "*", "a:2,S", "maildirfolder", "dovecot-keywords", "lockstep-name", "x%25~0123456789abcdef0123", "a.b", "a..b", "a~2",
	}
	paths := []string{"../../.ssh", "/abs", "a/../../b", "a//b", "a/", "./x", "x/./y", "../INBOX/.."}
	for _, name := range names {
		paths = append(paths, name, "box/"+name, name+"/below")
	}
	return paths
}

func TestAttack36HostileFolderNames(t *testing.T) {
	for _, layout := range []maildir.Layout{maildir.MaildirPP, maildir.Nested} {
		t.Run(string(layout), func(t *testing.T) {
			around := t.TempDir()
			root := filepath.Join(around, "home", "Mail")
			r, err := maildir.Open(maildir.Config{Path: root, Layout: layout, Create: true})
			must(t, err)
			defer r.Close()
			want := append(hostilePaths(), "INBOX")
			for i, path := range hostilePaths() {
				c := makeCollection(t, r, path)
				deliver(t, r, string(c.ID), message(i), "")
			}
			again, err := maildir.Open(maildir.Config{Path: root, Layout: layout})
			must(t, err)
			defer again.Close()
			got := paths(t, again)
			for _, path := range want {
				if !slices.Contains(got, path) {
					t.Errorf("%.60q does not come back", path)
				}
			}
			for i, path := range hostilePaths() { // each is a folder of its own
				s := only(t, again, path)
				if s.Sum != create("", message(i), "").Item.Sum {
					t.Errorf("%.60q holds another one's message", path)
				}
			}
			slices.Sort(want)
			if len(got) != len(slices.Compact(want)) {
				t.Errorf("%d folders were made of %d names", len(got), len(want))
			}
			wantSafeNames(t, root)
			if got := names(t, around); !slices.Equal(got, []string{"home"}) {
				t.Errorf("outside of the root there is %q", got)
			}
			if got := names(t, around, "home"); !slices.Equal(got, []string{"Mail"}) {
				t.Errorf("outside of the root there is %q", got)
			}
		})
	}
}

// A name that could not be read back, or is so deep that every look at the tree
// would take minutes, is refused; nothing of it is made.
func TestAttack36EndlessFolderNames(t *testing.T) {
	for _, layout := range []maildir.Layout{maildir.MaildirPP, maildir.Nested} {
		m := newMUA(t, layout, "a")
		r := m.open(t)
		before := files(t, m.root)
		for _, path := range []string{strings.Repeat("x", 70_000), strings.Repeat("a/", 30_000) + "a", strings.Repeat("a/", 200) + "a", strings.Repeat("%25", 30_000)} {
			_, err := r.CreateCollection(context.Background(), path, core.RoleNone)
			wantClass(t, err, core.Permanent)
			if text := err.Error(); len(text) > 1000 || !strings.Contains(text, "(") {
				t.Errorf("the error is %.2000s", text)
			}
			_, err = r.RenameCollection(context.Background(), "a", path)
			wantClass(t, err, core.Permanent)
		}
		if got := files(t, m.root); !slices.Equal(got, before) {
			t.Errorf("%d files became %d", len(before), len(got))
		}
		long := strings.Repeat("a/", 99) + strings.Repeat("x", 60_000)
		makeCollection(t, r, long)
		if got := paths(t, m.open(t)); !slices.Contains(got, long) {
			t.Errorf("%s: a name that is accepted does not come back", layout)
		}
	}
}

// Directories below directories without end are not looked into, and what was
// not looked at is not taken for deleted.
func TestAttack36EndlessDirectories(t *testing.T) {
	m := newMUA(t, maildir.Nested, "a")
	m.add(t, "a", message(1), "")
	deep := m.dir("a")
	for range 110 {
		deep = filepath.Join(deep, "d")
	}
	must(t, os.MkdirAll(deep, 0o700))
	r := m.open(t)
	s, err := r.Collections(context.Background())
	must(t, err)
	if s.Complete {
		t.Error("the survey is complete")
	}
	only(t, r, "a")
}

// wantSafeNames checks that every directory can be copied anywhere: no two
// names are one where case or composition does not count, and none is special.
func wantSafeNames(t *testing.T, root string) {
	t.Helper()
	seen := map[string]string{}
	for _, name := range files(t, root) {
		folded := cases.Fold().String(norm.NFC.String(name))
		if other, twice := seen[folded]; twice {
			t.Errorf("%.60q and %.60q are one on some file systems", other, name)
		}
		seen[folded] = name
		base := filepath.Base(name)
		if len(base) > 255 || strings.ContainsAny(base, "\\\x00\n") || strings.HasSuffix(base, " ") || base != "." && strings.HasSuffix(base, ".") {
			t.Errorf("%q is not safe", name)
		}
		device, _, _ := strings.Cut(strings.ToLower(base), ".")
		if slices.Contains([]string{"con", "nul", "lpt1"}, device) {
			t.Errorf("%q is a device of Windows", name)
		}
	}
}

// outside is a directory that nothing may touch.
func outside(t *testing.T) (dir, secret string, untouched func()) {
	dir = t.TempDir()
	secret = filepath.Join(dir, "secret")
	must(t, os.WriteFile(secret, []byte("secret"), 0o600))
	must(t, os.MkdirAll(filepath.Join(dir, "cur"), 0o700))
	must(t, os.MkdirAll(filepath.Join(dir, "new"), 0o700))
	before := files(t, dir)
	return dir, secret, func() {
		t.Helper()
		if got := files(t, dir); !slices.Equal(got, before) {
			t.Errorf("outside, %q became %q", before, got)
		}
		if text, err := os.ReadFile(secret); string(text) != "secret" || err != nil {
			t.Errorf("the file outside became %q, %v", text, err)
		}
		if seen, err := os.Stat(secret); err != nil || seen.Mode() != 0o600 || seen.ModTime().Unix() == 1_600_000_000 {
			t.Errorf("the file outside has permissions %v and time %v", seen.Mode(), seen.ModTime())
		}
	}
}

func TestAttack37PlantedLinks(t *testing.T) {
	links := map[string]func(old, name string) error{"symbolic": os.Symlink, "hard": os.Link}
	for kind, link := range links {
		t.Run(kind+" link where the next message is written", func(t *testing.T) {
			_, secret, untouched := outside(t)
			m := newMUA(t, maildir.MaildirPP, "a")
			for n := 1; n <= 3; n++ { // who knows the clock knows the names
				must(t, link(secret, filepath.Join(m.dir("a"), "tmp", fmt.Sprintf("1700000000.M123456P42Q%d.host.example", n))))
			}
			must(t, link(secret, filepath.Join(m.dir("a"), "new", "1700000000.M123456P42Q4.host.example")))
			s := deliver(t, fixed(t, m, counting()), "a", message(1), "")
			if s.ID != "1700000000.M123456P42Q5.host.example" {
				t.Errorf("it was delivered as %s", s.ID)
			}
			untouched()
		})
		t.Run(kind+" link where the keywords are", func(t *testing.T) {
			_, secret, untouched := outside(t)
			m := newMUA(t, maildir.MaildirPP, "a")
			must(t, link(secret, filepath.Join(m.dir("a"), "dovecot-keywords.lock")))
			_, err := write(t, m.open(t), create("a", message(1), core.NewMarks("work")))
			wantClass(t, err, core.Transient)
			untouched()
			must(t, os.Remove(filepath.Join(m.dir("a"), "dovecot-keywords.lock")))
			must(t, link(secret, filepath.Join(m.dir("a"), "dovecot-keywords")))
			_, err = write(t, m.open(t), create("a", message(1), core.NewMarks("work")))
			if kind == "symbolic" {
				wantClass(t, err, core.Permanent)
			} else {
				must(t, err) // the name is renamed over; the file outside stays
			}
			untouched()
		})
	}
	t.Run("directories", func(t *testing.T) {
		for _, sub := range []string{"tmp", "new", "cur"} {
			dir, _, untouched := outside(t)
			m := newMUA(t, maildir.MaildirPP, "a")
			must(t, os.Remove(filepath.Join(m.dir("a"), sub)))
			must(t, os.Symlink(dir, filepath.Join(m.dir("a"), sub)))
			r := m.open(t)
			_, err := write(t, r, create("a", message(1), ""))
			wantClass(t, err, core.Permanent)
			if _, err := listing(r, "a"); sub != "tmp" {
				wantClass(t, err, core.Permanent)
			}
			r.DeleteCollection(context.Background(), "a", 0)
			untouched()
		}
	})
	t.Run("inside the root", func(t *testing.T) { // an os.Root alone would follow it
		m := newMUA(t, maildir.MaildirPP, "a", "b")
		m.add(t, "b", message(1), "")
		must(t, os.RemoveAll(filepath.Join(m.dir("a"), "new")))
		must(t, os.Symlink("../.b/new", filepath.Join(m.dir("a"), "new")))
		r := m.open(t)
		_, err := listing(r, "a")
		wantClass(t, err, core.Permanent)
		_, err = write(t, r, create("a", message(2), ""))
		wantClass(t, err, core.Permanent)
		only(t, r, "b")
	})
	t.Run("hard links that look like messages", func(t *testing.T) {
		_, secret, untouched := outside(t)
		must(t, os.Chtimes(secret, time.Unix(1_500_000_000, 0), time.Unix(1_500_000_000, 0)))
		m := newMUA(t, maildir.MaildirPP, "a", "b")
		must(t, os.Link(secret, filepath.Join(m.dir("a"), "cur", "1.x:2,S")))
		must(t, os.Link(secret, filepath.Join(m.dir("a"), "tmp", "1600000000.M1P1Q1.host.example"))) // as old as a delivery of ours that died
		must(t, os.Symlink(secret, filepath.Join(m.dir("a"), "tmp", "1600000000.M1P1Q2.host.example")))
		r := fixed(t, m, counting())
		s := only(t, r, "a")
		deliver(t, r, "a", message(1), core.NewMarks("work"))
		if got := names(t, m.dir("a"), "tmp"); !slices.Equal(got, []string{"1600000000.M1P1Q2.host.example"}) {
			t.Errorf("in tmp there is %q", got)
		}
		for _, w := range []core.Write{{Op: core.OpMark, Ref: s.Ref, Add: core.NewMarks(core.Flagged)}, {Op: core.OpMove, Ref: s.Ref, To: "b"},
			{Op: core.OpDelete, Ref: core.Ref{Collection: "b", ID: s.ID}}} {
			_, err := write(t, r, w)
			must(t, err)
			untouched()
		}
	})
	t.Run("a directory replaced during the pass", func(t *testing.T) {
		dir, _, untouched := outside(t)
		m := newMUA(t, maildir.MaildirPP, "a")
		r := m.open(t)
		s := deliver(t, r, "a", message(1), "")
		must(t, os.Rename(m.dir("a"), m.dir("was-a")))
		must(t, os.Symlink(dir, m.dir("a")))
		write(t, r, create("a", message(2), ""))
		write(t, r, core.Write{Op: core.OpMark, Ref: s.Ref, Add: core.NewMarks(core.Seen, "work")})
		untouched()
	})
}

// A message that no program can take apart is synced as a whole.
func TestAttack23NestedMIMEStaysWhole(t *testing.T) {
	var deep, forwarded strings.Builder
	for n := range 10_000 {
		fmt.Fprintf(&deep, "Content-Type: multipart/mixed; boundary=\"b%d\"\n\n--b%d\n", n, n)
		forwarded.WriteString("Content-Type: message/rfc822\n\n")
	}
	header := "Message-ID: <bomb@example.org>\n"
	for name, body := range map[string]string{
		"10,000 multiparts deep":      header + deep.String(),
		"10,000 forwards deep":        header + forwarded.String(),
		"a forward of half a field":   header + "Content-Type: message/rfc822\n\nContent-Type: message/rfc822",
		"100,000 parts":               header + "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nx\n", 100_000),
		"boundaries that begin alike": header + "Content-Type: multipart/mixed; boundary=b\n\n--bb\n--b--\n--bbb\n--b\n",
		"1,000,000 fields":            header + strings.Repeat("a:b\n", 1_000_000) + "\nx\n",
		"a field of 10 MB":            header + "Subject: " + strings.Repeat("=?utf-8?q?=zz?= ", 10<<16) + "\n\nx\n",
		"no header at all":            "\n\x00\xff\n.\n\n",
	} {
		t.Run(name, func(t *testing.T) {
			m := newMUA(t, maildir.MaildirPP, "a", "b")
			m.add(t, "a", []byte(body), "")
			r := m.open(t)
			s := only(t, r, "a")
			got, err := fetch(t, r, s.Ref)
			must(t, err)
			if got != body || s.Bad != "" {
				t.Fatalf("%d of %d bytes are fetched, bad: %q", len(got), len(body), s.Bad)
			}
			copied := deliver(t, r, "b", []byte(got), "")
			if copied.Sum != s.Sum || copied.Size != s.Size || copied.Key != s.Key {
				t.Errorf("%+v became %+v", s, copied)
			}
			text, err := os.ReadFile(m.find(t, copied.Ref))
			if must(t, err); string(text) != body {
				t.Errorf("the copy differs: %d bytes of %d", len(text), len(body))
			}
		})
	}
}

// What a message says never becomes a name on disk.
func TestAttack38NamesInMessages(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a")
	body := "Message-ID: <../../x\x00/\n y>\nContent-Disposition: attachment; filename=\"../../../x\"\nX-Keywords: ../y\n\nbody\n"
	s := deliver(t, fixed(t, m, counting()), "a", []byte(body), "")
	if got := files(t, m.dir("a")); !slices.Equal(got, []string{".", "cur", "new", "new/1700000000.M123456P42Q1.host.example", "tmp"}) {
		t.Errorf("%q", got)
	}
	if s.Key != "../../x/y" {
		t.Errorf("its Key is %q", s.Key)
	}
}

func TestAttack39HostileFileNames(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a", "b")
	hostile := []string{
		"1:2,:2,S", "2\nnewline:2,S", "3\x01\x7f:2,", "4\xff\xfe:2,S\xff", "5%2F..%00:2,", "6 ; rm -rf ~:2,F", "7:2," + strings.Repeat("S", 240),
		"8" + strings.Repeat("x", 250), "-9:2,", "10:1,x", ":2,S", "11:2,\n\n", "12:2,S,\xff", "13!2,S", "14;2,S", "15:2,日", "16\u202e:2,",
	}
	for i, name := range hostile {
		must(t, os.WriteFile(filepath.Join(m.dir("a"), "cur", name), message(i), 0o600))
	}
	r := m.open(t)
	all := list(t, r, "a")
	if len(all) != len(hostile) {
		t.Fatalf("%d of %d files are listed", len(all), len(hostile))
	}
	sums := map[core.Sum]core.Ref{}
	for _, s := range all {
		if s.Bad != "" || strings.ContainsFunc(string(s.ID), func(r rune) bool { return r < ' ' || r == 0x7f || r == '\uFFFD' }) {
			t.Errorf("%+v", s)
		}
		sums[s.Sum] = s.Ref
	}
	for i := range hostile {
		ref := sums[create("", message(i), "").Item.Sum]
		if body, err := fetch(t, r, ref); err != nil || body != string(message(i)) {
			t.Errorf("%q: %q, %v", hostile[i], body, err)
		}
		before, _ := os.ReadDir(filepath.Join(m.dir("a"), "cur"))
		_, err := write(t, r, core.Write{Op: core.OpMark, Ref: ref, Add: core.NewMarks(core.Draft)})
		if err != nil {
			wantClass(t, err, core.Permanent) // the name is too long with one more flag
		}
		if after, _ := os.ReadDir(filepath.Join(m.dir("a"), "cur")); len(after) != len(before) {
			t.Errorf("marking %q left %d of %d files", hostile[i], len(after), len(before))
		}
	}
	for _, s := range list(t, r, "a") {
		res, err := write(t, r, core.Write{Op: core.OpMove, Ref: s.Ref, To: "b"})
		must(t, err)
		_, err = write(t, r, core.Write{Op: core.OpDelete, Ref: res.Stub.Ref})
		must(t, err)
	}
	if got := files(t, m.dir("a")); !slices.Equal(got, []string{".", "cur", "new", "tmp"}) {
		t.Errorf("left are %q", got)
	}
}

// A line that cannot be read names nothing, and its letter is not given to
// another keyword: mails that bear it would get that keyword.
func TestAttack39BrokenKeywordsFile(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a")
	file := filepath.Join(m.dir("a"), "dovecot-keywords")
	broken := "\xff\x00\n0 two words\n1 \n2 \\Seen\n99999999999999999999 x\n3 good\n-4 below\n5 a\x00b\n" + strings.Repeat("x", 5000)
	must(t, os.WriteFile(file, []byte(broken), 0o600))
	must(t, os.WriteFile(filepath.Join(m.dir("a"), "cur", "1.x:2,Sd"), message(1), 0o600))
	r := m.open(t)
	if s := only(t, r, "a"); s.Marks != core.NewMarks(core.Seen, "good") || s.Bad != "" {
		t.Errorf("%+v", s)
	}
	deliver(t, r, "a", message(2), core.NewMarks("new"))
	if text, err := os.ReadFile(file); err != nil || string(text) != broken+"\n4 new\n" {
		t.Errorf("the file became %q, %v", text, err)
	}
	for _, s := range list(t, r, "a") {
		if s.ID == "1.x" && s.Marks != core.NewMarks(core.Seen, "good") {
			t.Errorf("%+v", s)
		}
	}
	found, err := m.open(t).Probe(context.Background())
	must(t, err)
	told := 0
	for _, f := range found {
		if f.Name == "keywords" && f.Bad && strings.HasPrefix(f.Value, ".a/dovecot-keywords, line ") && f.Effect != "" {
			told++
		}
	}
	if told != 8 {
		t.Errorf("%d of 8 broken lines are told: %+v", told, found)
	}
}

// A keyword that would make the file too large to be read again is refused.
func TestAttack39EndlessKeyword(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a", "b")
	file := filepath.Join(m.dir("b"), "dovecot-keywords")
	must(t, os.WriteFile(file, []byte(strings.Repeat("junk\n", 13_107)), 0o600))
	r := m.open(t)
	for folder, mark := range map[string]string{"a": strings.Repeat("k", 70_000), "b": "work"} {
		_, err := write(t, r, create(folder, message(1), core.NewMarks(mark)))
		wantClass(t, err, core.Permanent)
		if all := list(t, m.open(t), folder); len(all) != 0 {
			t.Errorf("%+v", all)
		}
		if text := err.Error(); len(text) > 1000 || !strings.Contains(text, "(") {
			t.Errorf("the error is %.2000s", text)
		}
		if got := names(t, m.dir(folder), "tmp"); len(got) != 0 {
			t.Errorf("left are %q", got)
		}
	}
	deliver(t, r, "a", message(2), core.NewMarks(strings.Repeat("k", 1000)))
	if s := only(t, m.open(t), "a"); s.Marks != core.Marks(strings.Repeat("k", 1000)) {
		t.Errorf("%.80s", s.Marks)
	}
	if _, err := os.Stat(filepath.Join(m.dir("b"), "dovecot-keywords.lock")); err == nil {
		t.Error("the lock is left")
	}
}

func TestAttack39ForeignFilesAreNeverDeleted(t *testing.T) {
	for _, layout := range []maildir.Layout{maildir.MaildirPP, maildir.Nested} {
		for _, foreign := range []string{"notes.txt", "cur/.hidden", "new/.nfs1", "cur/2.dir/file", ".procmailrc", "tmp/3.now", "cur/link ->", "Thesis/chapter1"} {
			t.Run(string(layout)+", "+foreign, func(t *testing.T) {
				m := newMUA(t, layout, "a")
				file, link := strings.CutSuffix(filepath.Join(m.dir("a"), foreign), " ->")
				must(t, os.MkdirAll(filepath.Dir(file), 0o700))
				if link {
					must(t, os.Symlink("nowhere", file))
				} else {
					must(t, os.WriteFile(file, []byte("mine"), 0o600))
				}
				m.add(t, "a", message(1), "")
				before := files(t, m.dir("a"))
				count := 1
				if strings.HasPrefix(foreign, "cur/2") || link {
					count = 2
				}
				err := m.open(t).DeleteCollection(context.Background(), "a", count)
				if foreign == "Thesis/chapter1" && layout == maildir.Nested {
					must(t, err) // the folder goes, the directory stays for what lies in it
					before = []string{".", "Thesis", "Thesis/chapter1"}
				} else if c := core.ClassOf(err); c != core.Permanent && c != core.Conflict {
					t.Errorf("deleting the folder tells %v", err)
				}
				if got := files(t, m.dir("a")); !slices.Equal(got, before) {
					t.Errorf("%q became %q", before, got)
				}
			})
		}
	}
}

func TestAttack40CrashLeavesNothingToOthers(t *testing.T) {
	// Permissions are tested in TestAttack40PermissionsWhateverTheUmask. A delivery
	// that is cut leaves one file in tmp, for its owner only, until it is swept.
	m := newMUA(t, maildir.MaildirPP, "a")
	dies := func() {
		defer func() { recover() }()
		w := create("a", message(1), "")
		w.Item.Body = dying{}
		write(t, fixed(t, m, counting()), w)
	}
	dies()
	left := names(t, m.dir("a"), "tmp")
	for _, name := range left {
		seen, err := os.Stat(filepath.Join(m.dir("a"), "tmp", name))
		must(t, err)
		if seen.Mode() != 0o600 {
			t.Errorf("%s has permissions %v", name, seen.Mode())
		}
		began := time.Unix(1_700_000_000, 0)
		must(t, os.Chtimes(filepath.Join(m.dir("a"), "tmp", name), began, began))
	}
	r := fixedAt(t, m, counting(), 1_700_000_000+37*60*60)
	if all := list(t, r, "a"); len(all) != 0 {
		t.Errorf("half a message is listed: %+v", all)
	}
	deliver(t, r, "a", message(1), "")
	if got := names(t, m.dir("a"), "tmp"); len(got) != 0 {
		t.Errorf("left are %q", got)
	}
}

// dying is a body in the middle of which the process ends.
type dying struct{}

func (dying) Read([]byte) (int, error) { panic("the process ends") }
func (dying) Close() error             { return nil }

// A store that loses everything for a moment is not an empty one.
func TestAttack41VanishedMailIsAnError(t *testing.T) {
	for name, c := range map[string]struct {
		lose  func(t *testing.T, m *mua)
		class core.Class
	}{
		"the tree":   {func(t *testing.T, m *mua) { must(t, os.Rename(m.root, m.root+"-away")) }, core.Unknown},
		"the folder": {func(t *testing.T, m *mua) { must(t, os.Rename(m.dir("a"), m.root+"-away")) }, core.Missing},
		"its cur": {func(t *testing.T, m *mua) {
			must(t, os.Rename(filepath.Join(m.dir("a"), "cur"), m.root+"-away"))
		}, core.Permanent},
		"its cur, a file now": {func(t *testing.T, m *mua) {
			must(t, os.Rename(filepath.Join(m.dir("a"), "cur"), m.root+"-away"))
			must(t, os.WriteFile(filepath.Join(m.dir("a"), "cur"), nil, 0o600))
		}, core.Permanent},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMUA(t, maildir.MaildirPP, "a")
			m.add(t, "a", message(1), core.NewMarks(core.Seen))
			c.lose(t, m)
			r, err := maildir.Open(maildir.Config{Path: m.root, Layout: m.layout})
			if err != nil {
				wantClass(t, err, core.Permanent)
				return
			}
			defer r.Close()
			all, err := listing(r, "a")
			wantClass(t, err, c.class)
			if len(all) != 0 {
				t.Errorf("%+v", all)
			}
		})
	}
}
