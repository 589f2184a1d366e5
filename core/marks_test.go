package core

import "testing"

func TestMarks(t *testing.T) {
	m := NewMarks("work", `\Seen`, "work", "", "two words", "tab\there")
	if m != `\Seen work` {
		t.Fatalf("got %q", m)
	}
	for _, c := range []struct{ name, got, want string }{
		{"union", string(m.Union(NewMarks("a"))), `\Seen a work`},
		{"union with nothing", string(m.Union("")), `\Seen work`},
		{"minus", string(m.Minus(NewMarks("work", "x"))), `\Seen`},
		{"intersect", string(m.Intersect(NewMarks("work", "x"))), "work"},
		{"cut", string(Vocabulary{Marks: NewMarks(`\Flagged`), Any: true}.Cut(m)), "work"},
		{"common", string(Vocabulary{Marks: NewMarks(`\Seen`, "work")}.Common(Vocabulary{Marks: NewMarks(`\Seen`), Any: true}).Marks), `\Seen work`},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, c.got, c.want)
		}
	}
	if m.Has("wor") || !m.Has("work") || Marks("").Has("") {
		t.Error("Has takes a part for the whole, or nothing for something")
	}
	if (Vocabulary{Any: true}).Holds(`\Seen`) {
		t.Error("a system flag is held only by name")
	}
}

func TestClassOf(t *testing.T) {
	err := Errorf("x.Y", Missing, "reading: %w", Errorf("z", Transient, "inner"))
	if ClassOf(err) != Missing {
		t.Error("the outermost class counts")
	}
	if ClassOf(nil) != Unknown || Class(200).String() == "" {
		t.Error("what has no class is Unknown")
	}
	e := &Error{Op: "maildir.Fetch", Class: Permanent, Thing: "INBOX/1", Remedy: "make it readable", Err: Errorf("open", Permanent, "denied")}
	if got := e.Error(); got != "maildir.Fetch INBOX/1: open: denied (make it readable)" {
		t.Errorf("got %q", got)
	}
}

func TestWatermark(t *testing.T) {
	m := Watermark{Position: 7, Incarnation: "v1"}
	for _, c := range []struct {
		position uint64
		now      Incarnation
		beyond   bool
	}{{7, "v1", false}, {8, "v1", true}, {0, "v1", true}, {3, "v2", true}} {
		if got := m.Beyond(Stub{Position: c.position}, c.now); got != c.beyond {
			t.Errorf("position %d, incarnation %s: %v", c.position, c.now, got)
		}
	}
}
