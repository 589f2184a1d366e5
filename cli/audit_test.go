package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/peers/webadmind"
	"lockstep/state"
	"lockstep/state/sqlite"
)

// newStaff is a machine with the link "staff" from a file with so many people to
// a mail server, and more keys of that link.
func newStaff(t *testing.T, people int, keys string) (*machine, *webadmind.Server) {
	t.Helper()
	m := newMachine(t)
	server := webadmind.New(webadmind.Options{Version: webadmind.V310, TMail: true})
	url, err := server.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	m.write("lockstep.toml", "[links.staff]\nleft = \"ldif:people.ldif\"\nright = \"james+"+url+"\"\n"+keys+
		"\n[links.staff.users]\npassword = \"word\"\n[links.staff.aliases]\nvalues = \"alias\"\n")
	m.people(people, "")
	return m, server
}

// people writes the directory: so many entries with one alias each, and more
// lines for the first of them.
func (m *machine) people(n int, more string) {
	m.t.Helper()
	text := "version: 1\n"
	for i := range n {
		text += fmt.Sprintf("\ndn: uid=u%02d,dc=example\nentryUUID: 5d3b1f0e-0000-4000-8000-0000000000%02d\nmail: u%02d@example.com\nalias: a%02d@example.com\nword: s3cret%02d\n", i, i, i, i, i)
		if i == 0 {
			text += more
		}
	}
	m.write("people.ldif", text)
}

func (m *machine) auditFile() string {
	return filepath.Join(m.dir, "state/links/link-staff/audit.jsonl")
}

// audit reads the lines of a file, and how many are none.
func auditLines(t *testing.T, file string) (lines []auditJSON, torn int) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		var one auditJSON
		if json.Unmarshal([]byte(line), &one) != nil {
			torn++
			continue
		}
		lines = append(lines, one)
	}
	return lines, torn
}

// each tells whether every change of every run has one line.
func eachOnce(t *testing.T, lines []auditJSON, want int) {
	t.Helper()
	seen := map[string]int{}
	for _, l := range lines {
		seen[fmt.Sprintf("%s %d", l.Run, l.N)]++
	}
	for what, n := range seen {
		if n != 1 {
			t.Errorf("%s has %d lines", what, n)
		}
	}
	if len(seen) != want {
		t.Errorf("%d changes are told of, not %d", len(seen), want)
	}
}

func TestAudit(t *testing.T) {
	m, _ := newStaff(t, 3, "")
	m.want(exitDone, "sync")
	info, err := os.Stat(m.auditFile())
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	text, _ := os.ReadFile(m.auditFile())
	if strings.Contains(string(text), "s3cret") {
		t.Errorf("a password is in the audit:\n%s", text)
	}
	lines, torn := auditLines(t, m.auditFile())
	eachOnce(t, lines, 6)
	one := lines[0]
	if torn != 0 || one.Link != "staff" || one.Owner != "u00@example.com" || one.Resource != "users" || one.Op != "create" || one.Status != "done" ||
		one.EntryUUID != "5d3b1f0e-0000-4000-8000-000000000000" || !strings.HasSuffix(one.DN, "people.ldif:3") || !strings.HasSuffix(one.Time, "Z") {
		t.Errorf("%+v", one)
	}
	m.want(exitDone, "sync")
	lines, _ = auditLines(t, m.auditFile())
	eachOnce(t, lines, 6)
}

// TestAuditCatchesUp: what a crash kept from the file is appended by the next
// sync, once, and a line that it cut off does not run into the next.
func TestAuditCatchesUp(t *testing.T) {
	for _, cut := range []int{0, 1, 200, 700} {
		for _, marked := range []bool{false, true} {
			m, _ := newStaff(t, 3, "")
			m.want(exitDone, "sync")
			mark := filepath.Join(filepath.Dir(m.auditFile()), "audit.json")
			text, err := os.ReadFile(m.auditFile())
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(m.auditFile(), text[:cut], 0o600); err != nil {
				t.Fatal(err)
			}
			old := []byte("torn")
			if marked { // the mark is never ahead of the file
				old = []byte(`{"run":"","n":0,"intent":0}`)
			}
			if err := os.WriteFile(mark, old, 0o600); err != nil {
				t.Fatal(err)
			}
			m.want(exitDone, "sync")
			lines, torn := auditLines(t, m.auditFile())
			eachOnce(t, lines, 6)
			if torn > 1 {
				t.Errorf("%d lines are torn after a cut at %d", torn, cut)
			}
		}
	}
}

// loggedStore counts the entries of the log that are read from it.
type loggedStore struct {
	state.Store
	read *int
}

func (s loggedStore) Log(ctx context.Context, run string) ([]state.Entry, error) {
	out, err := s.Store.Log(ctx, run)
	*s.read += len(out)
	return out, err
}

func (s loggedStore) LogAfter(ctx context.Context, run string, n int) iter.Seq2[state.Entry, error] {
	return func(yield func(state.Entry, error) bool) {
		for e, err := range s.Store.LogAfter(ctx, run, n) {
			*s.read++
			if !yield(e, err) {
				return
			}
		}
	}
}

// TestAuditReadsWhatIsNew: a sync that changes nothing reads nothing of the log,
// however much the last one wrote, and one that does reads its own entries.
func TestAuditReadsWhatIsNew(t *testing.T) {
	m, _ := newStaff(t, 20, "")
	m.want(exitDone, "sync")
	read := 0
	open := m.System.Store
	m.System.Store = func(ctx context.Context, path string) (state.Store, error) {
		store, err := open(ctx, path)
		return loggedStore{store, &read}, err
	}
	m.want(exitDone, "sync")
	m.want(exitDone, "sync")
	if read != 0 {
		t.Errorf("%d entries of the log are read, and nothing is new", read)
	}
	m.people(20, "alias: more@example.com\n")
	m.want(exitDone, "sync")
	if read != 1 {
		t.Errorf("%d entries of the log are read for one that is new", read)
	}
	lines, _ := auditLines(t, m.auditFile())
	eachOnce(t, lines, 41)
}

// TestAuditTellsWhatStood: what is deleted was something, also where the name of
// an element is all there is to it.
func TestAuditTellsWhatStood(t *testing.T) {
	m, _ := newStaff(t, 2, "")
	m.people(2, "alias: more@example.com\n")
	m.want(exitDone, "sync")
	m.people(2, "")
	m.want(exitDone, "sync")
	lines, _ := auditLines(t, m.auditFile())
	last := lines[len(lines)-1]
	if last.Op != "delete" || last.Element != "more@example.com" || last.Before != "more@example.com" || last.After != "" {
		t.Errorf("%+v", last)
	}
}

// TestAuditIsMovedAway: a file that is rotated begins anew with what comes next.
func TestAuditIsMovedAway(t *testing.T) {
	m, _ := newStaff(t, 2, "")
	m.want(exitDone, "sync")
	if err := os.Rename(m.auditFile(), m.auditFile()+".1"); err != nil {
		t.Fatal(err)
	}
	m.people(2, "alias: more@example.com\n")
	m.want(exitDone, "sync")
	lines, _ := auditLines(t, m.auditFile())
	if eachOnce(t, lines, 1); lines[0].Element != "more@example.com" {
		t.Errorf("%+v", lines)
	}
}

// TestAuditTellsOfInterruptedWrites: of a write that nobody lived to see the
// answer of there is a line, too, and only one.
func TestAuditTellsOfInterruptedWrites(t *testing.T) {
	m, _ := newStaff(t, 1, "")
	m.want(exitDone, "sync")
	store, err := sqlite.Open(context.Background(), filepath.Join(m.dir, "state/links/link-staff/state.db"))
	if err != nil {
		t.Fatal(err)
	}
	in := core.Intent{N: 1000, Run: "20200101T000000.000Z", Op: core.OpCreate, Side: core.Right, At: core.Ref{Collection: "aliases"}, Key: "aliases/u00@example.com/x@example.com", Owner: "u00@example.com"}
	if err := store.Commit(context.Background(), &state.Batch{PutIntents: []core.Intent{in}}); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		m.run("sync")
		lines, _ := auditLines(t, m.auditFile())
		n := 0
		for _, l := range lines {
			if l.Status == "interrupted" && l.Element == "x@example.com" && l.N == 0 {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d lines tell of it: %+v", n, lines)
		}
	}
}

// TestNoSyncWithoutAudit: where nothing can be appended, nothing is written.
func TestNoSyncWithoutAudit(t *testing.T) {
	m, server := newStaff(t, 2, "audit = \"folder\"")
	if err := os.Mkdir(filepath.Join(m.dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	m.want(exitFailed, "sync")
	if !strings.Contains(m.errors.String(), "staff: audit "+m.dir+"/folder: ") || !strings.Contains(m.errors.String(), "name another one with audit") {
		t.Errorf("%s", &m.errors)
	}
	if changes := server.Changes(); len(changes) > 0 {
		t.Errorf("%v", changes)
	}
	m.want(exitDiffers, "plan") // which writes nothing, needs none
	if err := os.Remove(filepath.Join(m.dir, "folder")); err != nil {
		t.Fatal(err)
	}
	m.want(exitDone, "sync")
	lines, _ := auditLines(t, filepath.Join(m.dir, "folder"))
	eachOnce(t, lines, 4)
	if _, err := os.Stat(m.auditFile()); err == nil {
		t.Error("there are two audits")
	}
}

// TestAuditFailsAtTheEnd: a disk that fills up while a sync runs makes it fail,
// and the next one appends what is missing.
func TestAuditFailsAtTheEnd(t *testing.T) {
	m, _ := newStaff(t, 2, "audit = \"audit.jsonl\"\nafter_sync = \"rm -rf state/links/link-staff/audit.json; mkdir -p state/links/link-staff/audit.json.new\"")
	t.Chdir(m.dir)
	m.want(exitFailed, "sync")
	if !strings.Contains(m.errors.String(), "kept in the log, but not in the audit") {
		t.Errorf("%s", &m.errors)
	}
	if err := os.RemoveAll(filepath.Join(m.dir, "state/links/link-staff/audit.json.new")); err != nil {
		t.Fatal(err)
	}
	m.want(exitDone, "sync")
	lines, _ := auditLines(t, filepath.Join(m.dir, "audit.jsonl"))
	eachOnce(t, lines, 4)
}
