package cli

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"lockstep/config"
	"lockstep/connect/all"
	"lockstep/core"
	"lockstep/state"
	"lockstep/state/memory"
)

// statusOf prints a status as it is at the 31st of January at noon.
func statusOf(st statusJSON, verbose bool) string {
	var out bytes.Buffer
	a := &app{out: &printer{w: &out}, globals: globals{Verbose: verbose}}
	a.sys.Now = func() time.Time { return time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC) }
	end := func(path string) config.End {
		return config.End{Account: &config.Account{Address: config.Address{Type: config.Maildir, Path: path}}}
	}
	a.showStatus(&config.Link{Name: "work", Kind: core.Mail, Left: end("/a"), Right: end("/b")}, st)
	return out.String()
}

// pairOf is a folder that is well, with so many items.
func pairOf(path string, items int) pairJSON {
	return pairJSON{
		Left:    &folderStateJSON{Folder: path, Items: items, How: "by a scan", Proof: "read up to " + path},
		Right:   &folderStateJSON{Folder: path, Items: items, How: "by a scan", Proof: "read up to " + path},
		Success: "R1", Ended: time.Date(2026, 1, 31, 11, 57, 0, 0, time.UTC).Unix(),
	}
}

func runAt(outcome string) *runJSON {
	at := time.Date(2026, 1, 31, 11, 57, 0, 0, time.UTC).Unix()
	return &runJSON{ID: "R1", Started: at, Ended: at, Outcome: outcome, Seconds: 2}
}

// TestStatusByFolder: few folders are told one by one, in columns of cells.
func TestStatusByFolder(t *testing.T) {
	st := statusJSON{Last: runAt("parked"), Success: runAt("done"), Items: [2]map[string]int{{"INBOX": 1204}, {"INBOX": 1204}}}
	ill := pairOf("INBOX", 1205)
	ill.Left.New, ill.Right.Gone, ill.Parked, ill.Success = 3, 1, 2, ""
	half := pairOf("Old", 7)
	half.Right = nil
	unread := pairOf("送信済み", 12)
	unread.Right.How, unread.Right.Proof, unread.Right.Folder, unread.Success = "", "", "Sent", ""
	refused := pairOf("📬 Post", 5)
	refused.Why, refused.Success = "cannot list 📬 Post: permission denied; nothing is concluded from it", ""
	out := pairOf("Junk", 9)
	out.Out = true
	st.Folders = []pairJSON{ill, half, pairOf("Work", 1), out, unread, refused}
	want := `work  maildir:/a <-> maildir:/b
  last run      2026-01-31 11:57, 3 minutes ago: done but for parked items in 2.0 s
  last success  2026-01-31 11:57, 3 minutes ago, run R1: both sides listed, nothing left undone
  next try      with the next lockstep sync; nothing watches this link now
  left          1,204 messages in step in 6 folders
  right         1,204 messages in step in 6 folders
  read by       by a scan
  folder     left  right
  INBOX     1,205  1,205  2 parked; 3 only on the left; 1 gone from the right
  Old           7      -  not on the right
  Work          1      1  in step
  送信済み     12     12  the right is not yet read to its end
  📬 Post       5      5  parked as a whole
  1 folder is left out by the configuration; --verbose shows all
`
	if got := statusOf(st, false); got != want {
		t.Errorf("got\n%s\nnot\n%s", got, want)
	}
	got := statusOf(st, true)
	for _, part := range []string{
		"  Work          1      1  in step\n    last success  3 minutes ago, run R1\n    left   read up to Work\n    right  read up to Work\n",
		"  Junk          9      9  left out by the configuration; what is on both sides stays so\n",
	} {
		if !strings.Contains(got, part) {
			t.Errorf("there is no %q in\n%s", part, got)
		}
	}
}

// TestStatusOfManyFolders: those that are well are summed up, and of those that
// are not some are shown.
func TestStatusOfManyFolders(t *testing.T) {
	st := statusJSON{Last: runAt("done"), Success: runAt("done"), Items: [2]map[string]int{{}, {}}}
	for i := range 300 {
		st.Folders = append(st.Folders, pairOf(fmt.Sprintf("F%03d", i), i))
	}
	if got := statusOf(st, false); !strings.HasSuffix(got, "  300 folders in step\n") || strings.Contains(got, "F0") || strings.Count(got, "\n") != 7 {
		t.Errorf("all well:\n%s", got)
	}
	st.Folders[7].Left.Changed = 1
	if got := statusOf(st, false); !strings.HasSuffix(got, "  folder  left  right\n  F007       7      7  1 changed on the left\n  299 other folders in step\n") {
		t.Errorf("one is not:\n%s", got)
	}
	for i := range 299 {
		st.Folders[i].Parked = 1
	}
	got := statusOf(st, false)
	if !strings.HasSuffix(got, "  F009       9      9  1 parked\n    … and 289 more; --verbose shows all\n  1 other folder in step\n") {
		t.Errorf("none but one is:\n%s", got)
	}
	if got := statusOf(st, true); strings.Count(got, "read up to") != 600 || strings.Contains(got, "--verbose") {
		t.Errorf("with -v:\n%s", got)
	}
	st.Folders[5].Left.How = "by looking"
	if got := statusOf(st, false); !strings.Contains(got, "  read by       left: 299 folders: by a scan; 1 folder: by looking\n                right: by a scan\n") {
		t.Errorf("two ways:\n%s", got)
	}
}

// TestPairsOfAState: what a folder has on each side is counted from what was
// agreed and what was seen since; its success is claimed only where it is known.
func TestPairsOfAState(t *testing.T) {
	ctx := t.Context()
	store := memory.New()
	at := func(id core.CollectionID) core.CollectionAt {
		return core.CollectionAt{Collection: core.Collection{ID: id, Path: string(id), Feed: core.FeedID(id), Rev: "1.1"}}
	}
	ref := func(c core.CollectionID, id core.ID) core.Ref { return core.Ref{Collection: c, ID: id} }
	sides := [2]state.SideState{
		{Tokens: map[core.FeedID]core.Token{"A": "1", "B": "1", "C": "1", "D": "1"}},
		{Tokens: map[core.FeedID]core.Token{"A": "1", "B": "1", "C": "1"}},
	}
	b := &state.Batch{Sides: [2]*state.SideState{&sides[0], &sides[1]}}
	for n, c := range []core.CollectionID{"A", "B", "C", "D"} {
		b.Collections = append(b.Collections, core.CollectionRow{N: int64(n + 1), Side: [2]core.CollectionAt{at(c), at(c)}})
		for i := range 5 {
			id := core.ID(fmt.Sprint(i))
			b.PutRows = append(b.PutRows, core.Row{N: int64(10*n + i + 1), Side: [2]core.Bound{{Ref: ref(c, id)}, {Ref: ref(c, id)}}})
		}
	}
	seen := func(s core.Stub, gone bool) state.Observation { return state.Observation{Stub: s, Gone: gone} }
	b.Observe[core.Left] = []state.Observation{
		seen(core.Stub{Ref: ref("B", "0")}, true), seen(core.Stub{Ref: ref("B", "1"), Marks: core.Seen}, false),
		seen(core.Stub{Ref: ref("B", "new")}, false), seen(core.Stub{Ref: ref("B", "newer")}, false),
		seen(core.Stub{Ref: ref("B", "old"), Out: true}, false), seen(core.Stub{Ref: ref("B", "bad"), Bad: "no"}, false),
	}
	b.Parked = &[]core.Note{{Side: core.Right, Ref: ref("C", ""), Why: "cannot list C"}, {Side: core.Left, Ref: ref("B", "bad"), Why: "no"}}
	if err := store.Commit(ctx, b); err != nil {
		t.Fatal(err)
	}
	end := config.End{Account: &config.Account{Address: config.Address{Type: config.Maildir, Path: "/a"}}}
	s := &session{store: store, link: &config.Link{Name: "work", Kind: core.Mail, Left: end, Right: end}}
	how, proof := all.Reading(end, core.Collection{Rev: "1.1"}, "1")
	later := runJSON{ID: "R2"}
	for outcome, success := range map[string]string{"done": "R1", "parked": "R1", "failed": "", "planned": "", "done, then failed": "", "done, then planned": ""} {
		st := statusJSON{}
		first, second, more := strings.Cut(outcome, ", then ")
		runs := []runJSON{*runAt(first)}
		if later.Outcome = second; more {
			runs = append(runs, later)
		}
		st.takeRuns(runs)
		head, err := store.Head(ctx)
		if err != nil {
			t.Fatal(err)
		}
		totals, err := store.Totals(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var in [2]seenIn
		for _, x := range core.Sides() {
			if in[x], st.Differs[x], err = s.seen(ctx, x); err != nil {
				t.Fatal(err)
			}
		}
		got := s.pairs(head, totals, in, *b.Parked, &st)
		if len(got) != 4 || st.Differs != [2]int{6, 0} {
			t.Fatalf("%d folders, differing %v", len(got), st.Differs)
		}
		for i, want := range []struct {
			left, right folderStateJSON
			parked      int
			why         string
			success     string
		}{
			{left: folderStateJSON{Items: 5}, right: folderStateJSON{Items: 5}, success: success},
			{left: folderStateJSON{Items: 6, New: 2, Changed: 1, Gone: 1}, right: folderStateJSON{Items: 5}, parked: 1},
			{left: folderStateJSON{Items: 5}, right: folderStateJSON{Items: 5}, why: "cannot list C"},
			{left: folderStateJSON{Items: 5}, right: folderStateJSON{Items: 5}}, // the right was not read to its end
		} {
			p := got[i]
			name := string("ABCD"[i])
			want.left.Folder, want.left.How, want.left.Proof = name, how, proof
			if want.right.Folder = name; i < 3 {
				want.right.How, want.right.Proof = how, proof
			}
			if *p.Left != want.left || *p.Right != want.right || p.Parked != want.parked || p.Why != want.why || p.Success != want.success {
				t.Errorf("after a run that is %s, %s: %+v %+v %+v", outcome, name, p, *p.Left, *p.Right)
			}
		}
	}
}
