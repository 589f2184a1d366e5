//go:build unix

package maildir_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"lockstep/connect/maildir"
	"lockstep/core"
)

// fixed opens a tree with a clock, a process and a host of a test's own.
func fixed(t testing.TB, m *mua, count func() uint64) *maildir.Replica {
	t.Helper()
	return fixedAt(t, m, count, 1_700_000_000)
}

func fixedAt(t testing.TB, m *mua, count func() uint64, seconds int64) *maildir.Replica {
	t.Helper()
	r, err := maildir.Open(maildir.Config{
		Path: m.root, Layout: m.layout, Host: "host.example", PID: 42, Count: count,
		Now: func() time.Time { return time.Unix(seconds, 123_456_789) },
	})
	must(t, err)
	t.Cleanup(func() { r.Close() })
	return r
}

func counting() func() uint64 {
	n := uint64(0)
	return func() uint64 { n++; return n }
}

func TestDelivery(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a")
	r := fixed(t, m, counting())
	body := []byte("Message-ID: <one@host>\r\n\r\nbo\rdy\r\n")
	unseen := deliver(t, r, "a", body, "")
	marked := deliver(t, r, "a", body, core.NewMarks(core.Flagged, core.Seen))
	want := []string{".", "cur", "cur/1700000000.M123456P42Q2.host.example:2,FS", "new", "new/1700000000.M123456P42Q1.host.example", "tmp"}
	if got := files(t, m.dir("a")); !slices.Equal(got, want) {
		t.Fatalf("%q, want %q", got, want)
	}
	for i, s := range []core.Stub{unseen, marked} {
		file := filepath.Join(m.dir("a"), want[[]int{4, 2}[i]])
		text, err := os.ReadFile(file)
		must(t, err)
		if string(text) != "Message-ID: <one@host>\n\nbo\rdy\n" {
			t.Errorf("on disk it is %q", text)
		}
		seen, err := os.Stat(file)
		must(t, err)
		if !seen.ModTime().Equal(time.Unix(1_600_000_000, 0)) || seen.Mode() != 0o600 {
			t.Errorf("it has time %v and permissions %v", seen.ModTime(), seen.Mode())
		}
		all := list(t, r, "a")
		if !slices.Contains(all, s) {
			t.Errorf("the answer was %+v, the listing is %+v", s, all)
		}
	}
	if unseen.ID != "1700000000.M123456P42Q1.host.example" || unseen.Key != "one@host" || unseen.Sum != create("a", body, "").Item.Sum {
		t.Errorf("%+v", unseen)
	}
}

func TestDeliveredMessageIsNotReadAgain(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a")
	r := m.open(t)
	s := deliver(t, r, "a", message(1), "")
	known := memoryOf{}
	r.Recall(known.keep([]core.Stub{s}).recall)
	file := m.find(t, s.Ref)
	seen, err := os.Stat(file)
	must(t, err)
	must(t, os.WriteFile(file, bytes.ToUpper(message(1)), 0o600)) // would be noticed if it were read
	must(t, os.Chtimes(file, seen.ModTime(), seen.ModTime()))
	if now := only(t, r, "a"); now != s {
		t.Errorf("%+v, then %+v", s, now)
	}
}

func TestAttack40PermissionsWhateverTheUmask(t *testing.T) {
	for _, mask := range []int{0, 0o277, 0o777} {
		func() {
			root := filepath.Join(t.TempDir(), "Mail")
			defer syscall.Umask(syscall.Umask(mask))
			r, err := maildir.Open(maildir.Config{Path: root, Create: true})
			must(t, err)
			defer r.Close()
			_, err = r.CreateCollection(context.Background(), "a", core.RoleNone)
			must(t, err)
			deliver(t, r, "a", message(1), core.NewMarks("work"))
			for _, name := range files(t, root) {
				seen, err := os.Lstat(filepath.Join(root, name))
				must(t, err)
				if want := map[bool]os.FileMode{true: 0o700, false: 0o600}[seen.IsDir()]; seen.Mode().Perm() != want {
					t.Errorf("with umask %o, %s has permissions %v", mask, name, seen.Mode())
				}
			}
		}()
	}
}

func TestFailedDeliveryLeavesNothing(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a")
	r := m.open(t)
	before := files(t, m.root)
	for name, body := range map[string]io.Reader{
		"the body ends with an error": io.MultiReader(strings.NewReader("Subject: x\n"), iotest.ErrReader(errors.New("cut"))),
		"the body is another one":     strings.NewReader("Subject: other\n\n"),
		"the body is cut":             bytes.NewReader(message(1)[:30]),
	} {
		w := create("a", message(1), "")
		w.Item.Body = io.NopCloser(body)
		_, err := write(t, r, w)
		if core.ClassOf(err) != core.Transient || err == nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := files(t, m.root); !slices.Equal(got, before) {
			t.Errorf("%s: left are %q", name, got)
		}
	}
}

func TestAbandonedDeliveriesOfOursAreSwept(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a")
	r := fixed(t, m, counting())
	tmp := filepath.Join(m.dir("a"), "tmp")
	for name, age := range map[string]time.Duration{
		"1699000000.M1P7Q3.host.example": 40 * time.Hour, "1699000000.M1P7Q4.host.example": 30 * time.Hour,
		"1699000000.M1P7Q3.another.example": 40 * time.Hour, "mutt-host-1": 40 * time.Hour,
		"1699990000.M1P7Q5.host.example": 40_000 * time.Hour, // begun now, of an old message
	} {
		must(t, os.WriteFile(filepath.Join(tmp, name), nil, 0o600))
		at := time.Unix(1_700_000_000, 0).Add(-age)
		must(t, os.Chtimes(filepath.Join(tmp, name), at, at))
	}
	deliver(t, r, "a", message(1), "")
	want := []string{"1699000000.M1P7Q3.another.example", "1699000000.M1P7Q4.host.example", "1699990000.M1P7Q5.host.example", "mutt-host-1"}
	if got := names(t, tmp); !slices.Equal(got, want) {
		t.Errorf("left are %q, want %q", got, want)
	}
}

// TestManyFolders: deliveries wait in more folders than are open at a time.
func TestManyFolders(t *testing.T) {
	var folders []string
	for i := range 12 {
		folders = append(folders, fmt.Sprintf("f%d", i))
	}
	m := newMUA(t, maildir.MaildirPP, folders...)
	r := m.open(t)
	var writes []core.Write
	for n := range 5 {
		for _, f := range folders {
			writes = append(writes, create(f, message(n), ""))
		}
	}
	for _, err := range r.Apply(context.Background(), slices.Values(writes)) {
		must(t, err)
	}
	must(t, r.Flush(context.Background()))
	for _, f := range folders {
		if got := list(t, r, f); len(got) != 5 {
			t.Errorf("%s: %d messages", f, len(got))
		}
	}
}

func TestTmpIsMadeAgain(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a")
	must(t, os.Remove(filepath.Join(m.dir("a"), "tmp")))
	deliver(t, m.open(t), "a", message(1), "")
}

func TestMarks(t *testing.T) {
	for name, c := range map[string]struct{ file, add, remove, want string }{
		"new becomes cur":             {"new/1.x", core.Seen, "", "cur/1.x:2,S"},
		"new stays without a change":  {"new/1.x", "", core.Seen, "new/1.x"},
		"new with flags":              {"new/1.x:2,F", core.Seen, "", "cur/1.x:2,FS"},
		"no info":                     {"cur/1.x", core.Seen, "", "cur/1.x:2,S"},
		"add and remove":              {"cur/1.x:2,FS", core.Answered, core.Seen, "cur/1.x:2,FR"},
		"already so":                  {"cur/1.x:2,FS", core.Seen, core.Draft, "cur/1.x:2,FS"},
		"last flag":                   {"cur/1.x:2,S", "", core.Seen, "cur/1.x:2,"},
		"letters of others":           {"cur/1.x:2,QSz9", core.Flagged, core.Seen, "cur/1.x:2,FQz9"},
		"fields of others":            {"cur/1,S=5,U=7:2,S,x", core.Flagged, "", "cur/1,S=5,U=7:2,FS,x"},
		"other separator":             {"cur/1.x!2,S", core.Flagged, "", "cur/1.x!2,FS"},
		"all of them":                 {"cur/1.x:2,", core.Seen + " " + core.Answered + " " + core.Flagged + " " + core.Deleted + " " + core.Draft + " " + core.Forwarded, "", "cur/1.x:2,DFPRST"},
		"unknown system flag":         {"cur/1.x:2,", `\Unheard`, "", "cur/1.x:2,"},
		"keyword that has a letter":   {"cur/1.x:2,S", "work", "", "cur/1.x:2,Sc"},
		"keyword without a letter":    {"cur/1.x:2,S", "home", "", "cur/1.x:2,Sa"},
		"keyword that nobody has":     {"cur/1.x:2,Sc", "", "home", "cur/1.x:2,Sc"},
		"a letter in use is not free": {"cur/1.x:2,ab", "home", "", "cur/1.x:2,abd"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMUA(t, maildir.MaildirPP, "a")
			must(t, os.WriteFile(filepath.Join(m.dir("a"), "dovecot-keywords"), []byte("2 work\n"), 0o600))
			must(t, os.WriteFile(filepath.Join(m.dir("a"), c.file), message(1), 0o600))
			r := m.open(t)
			before := only(t, r, "a")
			add, remove := core.NewMarks(strings.Fields(c.add)...), core.NewMarks(strings.Fields(c.remove)...)
			res, err := write(t, r, core.Write{Op: core.OpMark, Ref: before.Ref, Add: add, Remove: remove})
			must(t, err)
			if _, err := os.Stat(filepath.Join(m.dir("a"), c.want)); err != nil {
				t.Errorf("%s became %q, want %s", c.file, files(t, m.dir("a")), c.want)
			}
			now := only(t, m.open(t), "a")
			if now.Ref != before.Ref || now.Rev != before.Rev || res.Stub.Ref != now.Ref || res.Stub.Marks != now.Marks {
				t.Errorf("%+v became %+v; the answer was %+v", before, now, res.Stub)
			}
		})
	}
}

func TestKeywordsOfDovecot(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a")
	file := filepath.Join(m.dir("a"), "dovecot-keywords")
	must(t, os.WriteFile(file, []byte("0 $Forwarded\n1 work"), 0o640)) // not even a last line end
	r := m.open(t)
	s := deliver(t, r, "a", message(1), core.NewMarks("new", core.Forwarded))
	text, err := os.ReadFile(file)
	must(t, err)
	if string(text) != "0 $Forwarded\n1 work\n2 new\n" {
		t.Errorf("the file is %q", text)
	}
	if seen, err := os.Stat(file); err != nil || seen.Mode() != 0o640 {
		t.Errorf("its permissions became %v", seen.Mode())
	}
	if name := filepath.Base(m.find(t, s.Ref)); !strings.HasSuffix(name, ":2,Pac") {
		t.Errorf("the flags are those of %q", name)
	}
	if _, err := write(t, r, core.Write{Op: core.OpMark, Ref: s.Ref, Remove: core.NewMarks(core.Forwarded)}); err != nil {
		t.Error(err)
	}
	if now := only(t, r, "a"); now.Marks != core.NewMarks("new") {
		t.Errorf("marks are %q", now.Marks)
	}
	if got := names(t, m.dir("a")); !slices.Equal(got, []string{"cur", "dovecot-keywords", "new", "tmp"}) {
		t.Errorf("left are %q", got)
	}
}

func TestThereAre26Keywords(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a")
	r := m.open(t)
	s := deliver(t, r, "a", message(1), "")
	for n := range 26 {
		_, err := write(t, r, core.Write{Op: core.OpMark, Ref: s.Ref, Add: core.NewMarks(fmt.Sprint("k", n))})
		must(t, err)
	}
	before := only(t, r, "a")
	if len(before.Marks.List()) != 26 {
		t.Errorf("marks are %q", before.Marks)
	}
	_, err := write(t, r, core.Write{Op: core.OpMark, Ref: s.Ref, Add: core.NewMarks("one-more"), Remove: core.NewMarks("k1")})
	wantClass(t, err, core.Permanent)
	if !strings.Contains(err.Error(), "26 keywords") || !strings.Contains(err.Error(), "remove keywords") {
		t.Errorf("%v tells no remedy", err)
	}
	if now := only(t, r, "a"); now != before {
		t.Errorf("refused, but %+v became %+v", before, now)
	}
	if got := names(t, m.dir("a")); !slices.Equal(got, []string{"cur", "dovecot-keywords", "new", "tmp"}) {
		t.Errorf("left are %q", got)
	}
}

func TestLockOfTheKeywords(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a")
	r := m.open(t)
	s := deliver(t, r, "a", message(1), "")
	lock := filepath.Join(m.dir("a"), "dovecot-keywords.lock")
	must(t, os.WriteFile(lock, nil, 0o600))
	mark := core.Write{Op: core.OpMark, Ref: s.Ref, Add: core.NewMarks("work")}
	_, err := write(t, r, mark)
	wantClass(t, err, core.Transient)
	if _, err := os.Stat(lock); err != nil {
		t.Fatal("another program's lock was taken away")
	}
	long := time.Now().Add(-time.Hour) // its owner died
	must(t, os.Chtimes(lock, long, long))
	_, err = write(t, r, mark)
	must(t, err)
	must(t, os.Symlink("elsewhere", lock))
	mark.Add = core.NewMarks("home")
	_, err = write(t, r, mark)
	wantClass(t, err, core.Transient)
}

func TestMoveTakesKeywordsAlong(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a", "b")
	must(t, os.WriteFile(filepath.Join(m.dir("a"), "dovecot-keywords"), []byte("0 work\n1 home\n"), 0o600))
	must(t, os.WriteFile(filepath.Join(m.dir("b"), "dovecot-keywords"), []byte("0 home\n2 private\n"), 0o600))
	must(t, os.WriteFile(filepath.Join(m.dir("a"), "cur", "1.x,S=9,U=4:2,FQabe,x"), message(1), 0o600)) // e has no name anywhere
	r := m.open(t)
	before := only(t, r, "a")
	res, err := write(t, r, core.Write{Op: core.OpMove, Ref: before.Ref, To: "b"})
	must(t, err)
	now := only(t, r, "b")
	if now.Marks != before.Marks || res.Stub.Ref != now.Ref || now.Rev != before.Rev || now.Sum != before.Sum {
		t.Errorf("%+v became %+v; the answer was %+v", before, now, res.Stub)
	}
	if got := names(t, m.dir("b"), "cur"); !slices.Equal(got, []string{"1.x,S=9:2,FQad,x"}) {
		t.Errorf("its name is %q", got)
	}
}

func TestMoveToATakenName(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a", "b")
	must(t, os.WriteFile(filepath.Join(m.dir("a"), "cur", "1.x:2,S"), message(1), 0o600))
	must(t, os.WriteFile(filepath.Join(m.dir("b"), "cur", "1.x:2,F"), message(2), 0o600))
	r := m.open(t)
	res, err := write(t, r, core.Write{Op: core.OpMove, Ref: only(t, r, "a").Ref, To: "b"})
	must(t, err)
	all := list(t, r, "b")
	if len(all) != 2 || res.Stub.ID == "1.x" || len(list(t, r, "a")) != 0 {
		t.Errorf("%+v; the answer was %+v", all, res.Stub)
	}
	if body, err := fetch(t, r, res.Stub.Ref); err != nil || body != string(message(1)) {
		t.Errorf("%q, %v", body, err)
	}
	same, err := write(t, r, core.Write{Op: core.OpMove, Ref: res.Stub.Ref, To: "b"})
	if err != nil || same.Stub.Ref != res.Stub.Ref {
		t.Errorf("moved to where it is: %+v, %v", same, err)
	}
}

func TestMoveOfAnUnseenMessageStaysUnseen(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a", "b")
	file := m.add(t, "a", message(1), "")
	r := m.open(t)
	_, err := write(t, r, core.Write{Op: core.OpMove, Ref: only(t, r, "a").Ref, To: "b"})
	must(t, err)
	if got := names(t, m.dir("b"), "new"); !slices.Equal(got, []string{filepath.Base(file)}) {
		t.Errorf("%q", files(t, m.dir("b")))
	}
}

func TestConditions(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a", "b")
	m.add(t, "a", message(1), "")
	r := m.open(t)
	s := only(t, r, "a")
	for _, w := range []core.Write{{Op: core.OpDelete}, {Op: core.OpMove, To: "b"}, {Op: core.OpMark, Add: core.NewMarks(core.Seen)}} {
		w.Ref = s.Ref
		for _, c := range []core.Condition{{Rev: "1.2.3"}, {Sum: "another"}} {
			w.If = c
			_, err := write(t, r, w)
			wantClass(t, err, core.Conflict)
		}
	}
	if now := only(t, r, "a"); now != s {
		t.Errorf("refused, but %+v became %+v", s, now)
	}
	_, err := write(t, r, core.Write{Op: core.OpMark, Ref: s.Ref, If: core.Condition{Sum: s.Sum}, Add: core.NewMarks(core.Seen)})
	must(t, err)
	_, err = write(t, r, core.Write{Op: core.OpDelete, Ref: s.Ref, If: core.Condition{Rev: s.Rev}})
	must(t, err)
	for _, w := range []core.Write{{Op: core.OpUpdate, Ref: s.Ref}, {Op: core.OpPlace, Ref: s.Ref, To: "b"}} {
		_, err := write(t, r, w)
		wantClass(t, err, core.Permanent)
	}
	_, err = write(t, r, core.Write{Op: core.OpDelete, Ref: s.Ref, Incarnation: "old"})
	wantClass(t, err, core.Resync)
	_, err = write(t, r, create("none", message(1), ""))
	wantClass(t, err, core.Missing)
	deliver(t, r, "a", message(1), "")
	_, err = write(t, r, core.Write{Op: core.OpMove, Ref: only(t, r, "a").Ref, To: "none"})
	wantClass(t, err, core.Missing)
}

func TestTooLongANameIsRefused(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a")
	must(t, os.WriteFile(filepath.Join(m.dir("a"), "cur", strings.Repeat("x", 252)+":2,"), message(1), 0o600))
	r := m.open(t)
	s := only(t, r, "a")
	_, err := write(t, r, core.Write{Op: core.OpMark, Ref: s.Ref, Add: core.NewMarks(core.Seen)})
	wantClass(t, err, core.Permanent)
	if now := only(t, r, "a"); now != s {
		t.Errorf("%+v became %+v", s, now)
	}
}

// A mail program changes flags of all messages, moves some and files others
// away while the engine marks them: everybody's marks are there in the end.
func TestAttack39MarksWhileAMailProgramRenames(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a")
	cur := filepath.Join(m.dir("a"), "cur")
	const n = 200
	for i := range n {
		must(t, os.WriteFile(filepath.Join(cur, fmt.Sprintf("%03d.x:2,", i)), message(i), 0o600))
	}
	r := m.open(t)
	list(t, r, "a")
	var program sync.WaitGroup
	program.Go(func() {
		for _, letter := range "RFD" { // three rounds over all messages
			entries, _ := os.ReadDir(cur)
			for _, e := range entries {
				unique, flags, _ := strings.Cut(e.Name(), ":2,")
				for { // a mail program tries again too
					letters := []byte(flags + string(letter))
					slices.Sort(letters)
					if os.Rename(filepath.Join(cur, e.Name()), filepath.Join(cur, unique+":2,"+string(letters))) == nil {
						break
					}
					found, _ := filepath.Glob(filepath.Join(cur, unique+":2,*"))
					if len(found) != 1 {
						continue
					}
					_, flags, _ = strings.Cut(filepath.Base(found[0]), ":2,")
					if os.Rename(found[0], filepath.Join(cur, unique+":2,"+flags+string(letter))) == nil {
						break
					}
				}
			}
		}
	})
	var writes []core.Write
	for i := range n {
		for _, mark := range []string{core.Seen, "work", core.Forwarded} {
			writes = append(writes, core.Write{Seq: len(writes), Op: core.OpMark, Ref: core.Ref{Collection: "a", ID: core.ID(fmt.Sprintf("%03d.x", i))}, Add: core.NewMarks(mark)})
		}
	}
	retry := writes
	for len(retry) > 0 { // Transient: it kept changing
		var again []core.Write
		for res, err := range r.Apply(context.Background(), slices.Values(retry)) {
			if err != nil {
				wantClass(t, err, core.Transient)
				again = append(again, writes[res.Seq])
			}
		}
		retry = again
	}
	program.Wait()
	all := list(t, r, "a")
	if len(all) != n {
		t.Fatalf("%d messages are left of %d", len(all), n)
	}
	want := core.NewMarks(core.Seen, "work", core.Forwarded, core.Answered, core.Flagged, core.Draft)
	for _, s := range all {
		if s.Marks != want {
			t.Fatalf("%s has marks %q, want %q", s.ID, s.Marks, want)
		}
	}
}

func TestFlushMakesMessagesSeen(t *testing.T) {
	for _, n := range []int{1, 5, 100} {
		m := newMUA(t, maildir.MaildirPP, "a", "b")
		r := m.open(t)
		var writes []core.Write
		for i := range n {
			writes = append(writes, create([]string{"a", "b"}[i%2], message(i), core.NewMarks([]string{"", core.Seen}[i%2])))
		}
		for _, err := range r.Apply(context.Background(), slices.Values(writes)) {
			must(t, err)
		}
		others := m.open(t)
		if got := len(list(t, others, "a")) + len(list(t, others, "b")); got != 0 {
			t.Errorf("%d messages are seen before they are durable", got)
		}
		must(t, r.Flush(context.Background()))
		if got := len(list(t, others, "a")) + len(list(t, others, "b")); got != n {
			t.Errorf("%d of %d messages are seen", got, n)
		}
		for _, path := range []string{"a", "b"} {
			if got := names(t, m.dir(path), "tmp"); len(got) != 0 {
				t.Errorf("left are %q", got)
			}
		}
		must(t, r.Flush(context.Background()))
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := r.Flush(ctx); err == nil {
			t.Error("it flushes with a cancelled context")
		}
	}
}

func TestDeliveryIsSeenByItsOwnReplica(t *testing.T) {
	for name, look := range map[string]func(r *maildir.Replica, s core.Stub) error{
		"listed": func(r *maildir.Replica, s core.Stub) error {
			all, err := listing(r, "a")
			if err == nil && (len(all) != 1 || all[0] != s) {
				return fmt.Errorf("%+v", all)
			}
			return err
		},
		"fetched": func(r *maildir.Replica, s core.Stub) error {
			for item, err := range r.Fetch(context.Background(), []core.Ref{s.Ref}) {
				if err == nil {
					item.Body.Close()
				}
				return err
			}
			return errors.New("nothing")
		},
		"marked": func(r *maildir.Replica, s core.Stub) error {
			for _, err := range r.Apply(context.Background(), slices.Values([]core.Write{{Op: core.OpMark, Ref: s.Ref, Add: core.NewMarks(core.Seen)}})) {
				return err
			}
			return errors.New("nothing")
		},
		"closed": func(r *maildir.Replica, s core.Stub) error { return r.Close() },
	} {
		m := newMUA(t, maildir.MaildirPP, "a")
		r := m.open(t)
		var s core.Stub
		for res, err := range r.Apply(context.Background(), slices.Values([]core.Write{create("a", message(1), "")})) {
			must(t, err)
			s = res.Stub
		}
		if err := look(r, s); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		only(t, m.open(t), "a")
	}
}

func TestFlushWhenOtherProgramsWereFaster(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a", "b")
	r := m.open(t)
	s := deliver(t, r, "b", message(1), "")
	for _, err := range r.Apply(context.Background(), slices.Values([]core.Write{{Op: core.OpMark, Ref: s.Ref, Add: core.NewMarks(core.Seen)}})) {
		must(t, err)
	}
	must(t, os.RemoveAll(m.dir("b"))) // nothing is left to be made durable
	must(t, r.Flush(context.Background()))

	for _, err := range r.Apply(context.Background(), slices.Values([]core.Write{create("a", message(1), ""), create("a", message(2), "")})) {
		must(t, err)
	}
	tmp := names(t, m.dir("a"), "tmp")
	must(t, os.Remove(filepath.Join(m.dir("a"), "tmp", tmp[0])))
	wantClass(t, r.Flush(context.Background()), core.Unknown) // one is lost, and nobody is told that it is not
	only(t, r, "a")
	must(t, r.Flush(context.Background()))

	must(t, os.RemoveAll(m.dir("a")))
	_, err := write(t, r, create("a", message(1), ""))
	wantClass(t, err, core.Missing)
}

func TestMoveToAFolderThatIsGone(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a", "b")
	r := m.open(t)
	s := deliver(t, r, "a", message(1), core.NewMarks(core.Seen))
	list(t, r, "b")
	must(t, os.RemoveAll(m.dir("b")))
	_, err := write(t, r, core.Write{Op: core.OpMove, Ref: s.Ref, To: "b"})
	wantClass(t, err, core.Missing)
	if now := only(t, r, "a"); now.Ref != s.Ref {
		t.Errorf("%+v", now)
	}
}

func TestTooLargeAMessageIsRefused(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP)
	r, err := maildir.Open(maildir.Config{Path: m.root, MaxSize: 100})
	must(t, err)
	defer r.Close()
	_, err = write(t, r, create("INBOX", bytes.Repeat([]byte("x"), 101), ""))
	wantClass(t, err, core.Permanent)
	deliver(t, r, "INBOX", bytes.Repeat([]byte("x"), 100), "")
	if s := only(t, r, "INBOX"); s.Bad != "" {
		t.Errorf("%+v", s)
	}
	if got := names(t, m.root, "tmp"); len(got) != 0 {
		t.Errorf("left are %q", got)
	}
}
