//go:build unix

package maildir_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"lockstep/connect/maildir"
	"lockstep/core"
	"lockstep/format/mime"
)

func TestStub(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a")
	file := m.add(t, "a", []byte("X-TUID: abcdefghijkl\r\nMessage-ID: <one@host>\r\n\r\nbody\r\n"), core.NewMarks(core.Seen, core.Forwarded, "work"))
	must(t, os.Chtimes(file, time.Unix(5, 0), time.Unix(1_234_567_890, 5)))
	s := only(t, m.open(t), "a")
	sum, size, _ := mime.Digest(strings.NewReader("Message-ID: <one@host>\n\nbody\n"))
	if s.Rev == "" {
		t.Error("it has no Rev")
	}
	unique, _, _ := strings.Cut(filepath.Base(file), ":")
	want := core.Stub{Ref: core.Ref{Collection: "a", ID: core.ID(unique)}, Key: "one@host", Rev: s.Rev, Sum: sum, Size: size,
		Marks: core.NewMarks(core.Seen, core.Forwarded, "work"), Time: 1_234_567_890}
	if s != want {
		t.Errorf("%+v, want %+v", s, want)
	}
}

func TestKnownMessageIsNeverOpened(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a")
	file := m.add(t, "a", message(1), core.NewMarks(core.Seen))
	known := memoryOf{}
	r := m.open(t)
	r.Recall(known.recall)
	before := only(t, r, "a")
	known.keep([]core.Stub{before})

	seen, err := os.Stat(file) // another body that looks the same from outside
	must(t, err)
	must(t, os.WriteFile(file, bytes.ToUpper(message(1)), 0o600))
	must(t, os.Chtimes(file, seen.ModTime(), seen.ModTime()))
	must(t, os.Rename(file, file+"T"))
	now := only(t, r, "a")
	if now.Sum != before.Sum || now.Key != before.Key || now.Size != before.Size || now.Marks != core.NewMarks(core.Seen, core.Deleted) {
		t.Errorf("it was read again: %+v, then %+v", before, now)
	}

	must(t, os.Chtimes(file+"T", time.Unix(1, 1), time.Unix(1, 1)))
	if now := only(t, r, "a"); now.Sum == before.Sum || now.ID == before.ID {
		t.Errorf("another body is taken for the known one: %+v, then %+v", before, now)
	}
}

func TestMessageEditedInPlaceIsAnother(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a")
	file := m.add(t, "a", message(1), "")
	known := memoryOf{}
	r := m.open(t)
	r.Recall(known.recall)
	before := only(t, r, "a")
	known.keep([]core.Stub{before})

	must(t, os.WriteFile(file, message(2), 0o600))
	must(t, os.Chtimes(file, time.Unix(9, 0), time.Unix(9, 0)))
	edited := only(t, r, "a")
	if edited.ID == before.ID {
		t.Fatal("one ID has two bodies")
	}
	if body, err := fetch(t, r, edited.Ref); err != nil || body != string(message(2)) {
		t.Errorf("%q, %v", body, err)
	}
	_, err := fetch(t, r, before.Ref)
	wantClass(t, err, core.Missing)
	_, err = write(t, r, core.Write{Op: core.OpDelete, Ref: before.Ref})
	wantClass(t, err, core.Missing)
	known.keep([]core.Stub{edited}) // and stays what it was called
	if again := only(t, r, "a"); again != edited {
		t.Errorf("%+v became %+v", edited, again)
	}
	if _, err := write(t, r, core.Write{Op: core.OpMark, Ref: edited.Ref, Add: core.NewMarks(core.Seen)}); err != nil {
		t.Error(err)
	}
	if again := only(t, r, "a"); again.Ref != edited.Ref || again.Marks != core.NewMarks(core.Seen) {
		t.Errorf("%+v", again)
	}

	must(t, os.Chtimes(m.find(t, before.Ref), time.Unix(10, 0), time.Unix(10, 0))) // touched, not edited
	if again := only(t, r, "a"); again.Sum != edited.Sum {
		t.Errorf("%+v", again)
	}
}

func TestTwoFilesOfOneNameAreTwoItems(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a")
	file := m.add(t, "a", message(1), core.NewMarks(core.Seen))
	known := memoryOf{}
	r := m.open(t)
	r.Recall(known.recall)
	first := only(t, r, "a")
	known.keep([]core.Stub{first})
	dir, unique := filepath.Dir(file), string(first.ID)

	must(t, os.WriteFile(filepath.Join(dir, unique+":2,F"), message(2), 0o600)) // sorts before it
	must(t, os.WriteFile(filepath.Join(m.dir("a"), "new", unique), message(3), 0o600))
	all := list(t, r, "a")
	bodies := map[string]core.Ref{}
	for _, s := range all {
		body, err := fetch(t, r, s.Ref)
		must(t, err)
		bodies[body] = s.Ref
	}
	if len(all) != 3 || len(bodies) != 3 {
		t.Fatalf("three files are %+v", all)
	}
	if bodies[string(message(1))] != first.Ref {
		t.Errorf("the known message lost its ID to another: %v", bodies)
	}
	known.keep(all)
	if again := list(t, r, "a"); !slices.Equal(again, all) {
		t.Errorf("%+v became %+v", all, again)
	}
	other := bodies[string(message(2))]
	if _, err := write(t, r, core.Write{Op: core.OpMark, Ref: other, Add: core.NewMarks(core.Draft)}); err != nil {
		t.Fatal(err)
	}
	if got := names(t, dir); !slices.Equal(got, []string{unique + ":2,DF", unique + ":2,S"}) {
		t.Errorf("marking one of them made %q", got)
	}
	_, err := write(t, r, core.Write{Op: core.OpMark, Ref: first.Ref, Add: core.NewMarks(core.Draft, core.Flagged), Remove: core.NewMarks(core.Seen)})
	wantClass(t, err, core.Permanent) // the other file has that name
	if _, err := write(t, r, core.Write{Op: core.OpDelete, Ref: first.Ref}); err != nil {
		t.Fatal(err)
	}
	known.keep(slices.DeleteFunc(all, func(s core.Stub) bool { return s.Ref == first.Ref }))
	left := list(t, r, "a")
	if len(left) != 2 || left[0].Ref == first.Ref || left[1].Ref == first.Ref {
		t.Errorf("one was deleted, left are %+v", left)
	}
}

func TestFileWithTwoNamesIsOneItem(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a", "b")
	file := m.add(t, "a", message(1), "")
	again := filepath.Join(m.dir("a"), "cur", filepath.Base(file)+":2,S")
	must(t, os.Link(file, again)) // a rename by link and unlink that came to no end
	r := m.open(t)
	s := only(t, r, "a")
	if s.Marks != core.NewMarks(core.Seen) {
		t.Errorf("the name in cur does not count: %+v", s)
	}
	if _, err := write(t, r, core.Write{Op: core.OpMark, Ref: s.Ref, Add: core.NewMarks(core.Flagged)}); err != nil {
		t.Fatal(err)
	}
	if got := files(t, m.dir("a")); !slices.Equal(got, []string{".", "cur", "cur/" + filepath.Base(file) + ":2,FS", "new", "tmp"}) {
		t.Errorf("%q", got)
	}
	must(t, os.Link(again[:len(again)-1]+"FS", file))
	r = m.open(t)
	if _, err := write(t, r, core.Write{Op: core.OpDelete, Ref: s.Ref}); err != nil {
		t.Fatal(err)
	}
	if got := list(t, r, "a"); len(got) != 0 {
		t.Errorf("a deleted message is still there: %+v", got)
	}
}

func TestBadFilesAreListed(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a")
	cur := filepath.Join(m.dir("a"), "cur")
	must(t, os.WriteFile(filepath.Join(cur, "1.good:2,S"), message(1), 0o600))
	must(t, os.Mkdir(filepath.Join(cur, "2.dir"), 0o700))
	must(t, os.Symlink("1.good:2,S", filepath.Join(cur, "3.link:2,")))
	must(t, os.Symlink("/etc/passwd", filepath.Join(cur, "4.link:2,")))
	must(t, os.Symlink("nowhere", filepath.Join(cur, "5.link:2,")))
	must(t, syscall.Mkfifo(filepath.Join(cur, "6.fifo:2,"), 0o600))
	must(t, os.WriteFile(filepath.Join(cur, "7.large:2,"), nil, 0o600))
	must(t, os.Truncate(filepath.Join(cur, "7.large:2,"), 1<<40))
	must(t, os.WriteFile(filepath.Join(cur, ".hidden"), message(2), 0o600))
	r := m.open(t)
	all := list(t, r, "a")
	if len(all) != 7 {
		t.Fatalf("%d items: %+v", len(all), all)
	}
	for _, s := range all {
		if good := s.ID == "1.good"; good != (s.Bad == "") {
			t.Errorf("%s is bad: %q", s.ID, s.Bad)
		} else if good {
			continue
		}
		if s.Size != -1 || s.Sum != "" || s.Key != "" {
			t.Errorf("what is it that was read of %+v?", s)
		}
		_, err := fetch(t, r, s.Ref)
		wantClass(t, err, core.Permanent)
		for _, w := range []core.Write{{Op: core.OpDelete}, {Op: core.OpMark, Add: core.NewMarks(core.Seen)}, {Op: core.OpMove, To: "INBOX"}} {
			if w.Ref = s.Ref; s.ID != "7.large" {
				_, err := write(t, r, w)
				wantClass(t, err, core.Permanent)
			}
		}
	}
	if got := names(t, cur); len(got) != 8 {
		t.Errorf("left are %q", got)
	}
}

func TestPages(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a")
	want := map[core.ID]bool{}
	for n := range 25 {
		file := m.add(t, "a", message(n), core.NewMarks([]string{core.Seen, ""}[n%2]))
		unique, _, _ := strings.Cut(filepath.Base(file), ":")
		want[core.ID(unique)] = true
	}
	r, err := maildir.Open(maildir.Config{Path: m.root, Page: 4})
	must(t, err)
	defer r.Close()
	got := map[core.ID]bool{}
	since, page := core.Token(""), 0
	for more := true; more; page++ {
		if page == 3 { // the next pages are asked of another replica, after a crash
			r2, err := maildir.Open(maildir.Config{Path: m.root, Page: 4})
			must(t, err)
			defer r2.Close()
			r = r2
		}
		if page == 2 { // and all files have new names
			for _, sub := range []string{"cur", "new"} {
				for _, name := range names(t, m.dir("a"), sub) {
					unique, _, _ := strings.Cut(name, ":")
					must(t, os.Rename(filepath.Join(m.dir("a"), sub, name), filepath.Join(m.dir("a"), "cur", unique+":2,RS")))
				}
			}
		}
		d, err := r.Changes(context.Background(), "a", since)
		must(t, err)
		if !d.Full {
			t.Error("a page is not Full")
		}
		for _, s := range d.Changed {
			if got[s.ID] {
				t.Errorf("%s is listed twice", s.ID)
			}
			got[s.ID] = true
		}
		since, more = d.Next, d.More
	}
	if len(got) != len(want) || page != 7 {
		t.Errorf("%d of %d items on %d pages", len(got), len(want), page)
	}
	if since != "1" {
		t.Errorf("the last token is %q", since)
	}
}

// A directory that is read while files in it are renamed may show some twice
// and some not at all.
func TestListingNamesWhatIsThereAllTheTime(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a")
	dir := m.dir("a")
	const n = 1000
	for i := range n {
		must(t, os.WriteFile(filepath.Join(dir, "new", fmt.Sprintf("1700000000.%04d.mua", i)), message(i), 0o600))
	}
	known := memoryOf{}
	known.keep(list(t, m.open(t), "a"))
	stop := make(chan bool)
	var renamer sync.WaitGroup
	renamer.Go(func() {
		state := make([]string, n)
		for i := range state {
			state[i] = filepath.Join(dir, "new", fmt.Sprintf("1700000000.%04d.mua", i))
		}
		for round := 0; ; round++ { // in bursts, with time for a listing between them
			i := round * 7 % n
			to := filepath.Join(dir, "cur", fmt.Sprintf("1700000000.%04d.mua:2,%s", i, []string{"S", "FS", "RS", ""}[round/n%4]))
			if os.Rename(state[i], to) == nil {
				state[i] = to
			}
			if round%40 != 0 {
				continue
			}
			select {
			case <-stop:
				return
			case <-time.After(time.Duration(round%17) * time.Millisecond):
			}
		}
	})
	whole := 0
	for range 30 {
		r := m.open(t)
		r.Recall(known.recall)
		all, err := listing(r, "a")
		if err != nil {
			wantClass(t, err, core.Transient)
			continue
		}
		whole++
		if len(all) != n {
			t.Errorf("%d of %d messages are listed", len(all), n)
		}
		r.Close()
	}
	close(stop)
	renamer.Wait()
	if whole == 0 {
		t.Error("no listing came to an end")
	}
	t.Logf("%d of 30 listings came to an end", whole)
}

func TestFetchIsWhatStandsOnDisk(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a", "b")
	body := "Subject: mixed\r\n\nline\r\nbare \r CR\n"
	m.add(t, "a", []byte(body), "")
	m.add(t, "b", message(1), "")
	r := m.open(t)
	a, b := only(t, r, "a"), only(t, r, "b")
	if got, err := fetch(t, r, a.Ref); got != body || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	n := 0
	for item, err := range r.Fetch(context.Background(), []core.Ref{b.Ref, {Collection: "none", ID: "x"}, a.Ref, {Collection: "a", ID: "x/1.2.3"}}) {
		switch item.Ref {
		case a.Ref, b.Ref:
			must(t, err)
			if item.Rev == "" || item.Size != -1 {
				t.Errorf("%+v", item.Stub)
			}
		default:
			wantClass(t, err, core.Missing)
		}
		n++
	}
	if n != 4 {
		t.Errorf("%d of 4 were yielded", n)
	}
	for range r.Fetch(context.Background(), []core.Ref{a.Ref, b.Ref}) {
		break // nothing is left open or panics
	}
}
