package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/engine"
	"lockstep/state"
)

// documented is the Go type behind each section of docs/json.md.
func documented() map[string]any {
	return map[string]any{
		"report": reportJSON{}, "counts": engine.Counts{}, "step, folder, held": stepJSON{}, "note, parked": noteJSON{},
		"conflict": conflictJSON{}, "where": whereJSON{}, "collision": collisionJSON{}, "run": runJSON{}, "status": statusJSON{}, "pair": pairJSON{}, "folder_state": folderStateJSON{},
		"running": state.Holder{}, "daemon": runningJSON{}, "item": itemJSON{}, "pairing": pairingJSON{}, "at": atJSON{}, "seen": seenJSON{}, "open_write": openJSON{},
		"undo": undoJSON{}, "place, state": placeJSON{}, "finding": core.Finding{}, "config": configJSON{}, "checked": checkedJSON{},
		"reference": referenceJSON{}, "completion": completionJSON{}, "version": versionJSON{}, "error": errorJSON{}, "entries": entriesJSON{}, "grace": graceJSON{}, "owner": ownerJSON{},
		"imported": importedJSON{}, "exported": exportedJSON{}, "left_out": leftOutJSON{}, "untranslated": untranslatedJSON{}, "demo": demoJSON{},
	}
}

// keysOf lists the keys of a struct but for its type, and whether each may be
// left out.
func keysOf(t reflect.Type) map[string]bool {
	out := map[string]bool{}
	for f := range t.Fields() {
		name, options, tagged := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			for k, may := range keysOf(f.Type) {
				out[k] = may
			}
		case f.IsExported() && name != "-" && name != "type":
			out[name] = tagged && strings.Contains(options, "omitempty")
		}
	}
	return out
}

// sections reads the tables of docs/json.md.
func sections(t *testing.T) map[string]map[string]bool {
	t.Helper()
	text, err := os.ReadFile("../docs/json.md")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string]bool{}
	name := regexp.MustCompile("`([a-z_]+)`")
	for _, section := range strings.Split(string(text), "\n### ")[1:] {
		title, rest, _ := strings.Cut(section, "\n")
		keys := map[string]bool{}
		for line := range strings.Lines(rest) {
			cell, _, row := strings.Cut(strings.TrimPrefix(line, "| "), " | ")
			if !row || cell == "key" {
				continue
			}
			for _, found := range name.FindAllStringSubmatch(cell, -1) {
				keys[found[1]] = strings.HasSuffix(cell, "*")
			}
		}
		out[title] = keys
	}
	return out
}

// TestJSONIsDocumented: the page names exactly the keys that there are.
func TestJSONIsDocumented(t *testing.T) {
	got := sections(t)
	for title, value := range documented() {
		if want := keysOf(reflect.TypeOf(value)); !reflect.DeepEqual(got[title], want) {
			t.Errorf("%s: the page has %v\nand there are %v", title, got[title], want)
		}
		delete(got, title)
	}
	for title := range got {
		t.Errorf("the page tells of %s, which is not there", title)
	}
}

// TestJSONOfEveryCommand: what commands print is what the page tells, in all
// that can happen to a link.
func TestJSONOfEveryCommand(t *testing.T) {
	m := newMachine(t)
	seen := map[string]bool{}
	run := func(code int, args ...string) {
		t.Helper()
		m.want(code, append(args, "--output", "json")...)
		for line := range strings.Lines(m.out.String()) {
			seen[m.holdsWhatIsDocumented(line)] = true
		}
	}
	run(exitDone, "status")
	m.put("left", "one")
	m.put("left", "two")
	m.put("right", "three")
	run(exitDiffers, "plan")
	run(exitDiffers, "plan", "maildir:"+m.dir+"/left", "maildir:"+m.dir+"/elsewhere")
	run(exitDiffers, "check")
	run(exitDone, "sync")
	if err := os.Mkdir(m.dir+"/left/.New", 0o700); err != nil {
		t.Fatal(err)
	}
	for _, sub := range []string{"cur", "new", "tmp"} {
		if err := os.Mkdir(m.dir+"/left/.New/"+sub, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(m.dir + "/left/new/1700000000.two.test"); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", m.dir+"/left/cur/1700000000.bad.test:2,"); err != nil {
		t.Fatal(err)
	}
	run(exitDiffers, "plan")
	run(exitParked, "sync")
	deleting := m.field("run", "log", "--output", "json", "--last", "1")
	m.addConflicts(2)
	run(exitDone, "status")
	run(exitDone, "log")
	run(exitDone, "log", deleting)
	run(exitDone, "explain", "one")
	run(exitDone, "explain", "bad")
	run(exitDone, "conflicts")
	run(exitDone, "conflicts", "show", "1")
	run(exitDone, "conflicts", "resolve", "1", "left")
	run(exitDone, "undo", deleting)
	m.run("doctor", "--output", "json")
	for line := range strings.Lines(m.out.String()) {
		seen[m.holdsWhatIsDocumented(line)] = true
	}
	run(exitDone, "config", "show")
	run(exitDone, "config", "check")
	run(exitDone, "config", "describe")
	run(exitDone, "completion", "bash")
	run(exitDone, "version")
	run(exitDone, "import", "lsc", "../migrate/lsc/testdata/all.xml")
	run(exitParked, "import", "lsc", "../migrate/lsc/testdata/refused.xml")
	m.write("cards.vcf", "BEGIN:VCARD\nVERSION:3.0\nFN:Anna\nEND:VCARD\njunk\n")
	run(exitDiffers, "import", m.dir+"/cards.vcf", "vdir:"+m.dir+"/book#book", "--plan")
	run(exitParked, "import", m.dir+"/cards.vcf", "vdir:"+m.dir+"/book#book")
	m.write("book/bad.vcf", "junk\n")
	run(exitParked, "export", "vdir:"+m.dir+"/book#book", m.dir+"/again.vcf")
	run(exitDone, "demo", "directory")
	run(exitFailed, "explain", "nobody")
	run(exitFailed, "log", "nothing")
	run(exitUsage, "status", "wrok")

	for i := range 30 { // what the guard holds back
		m.put("left", "many"+strings.Repeat("x", i))
	}
	run(exitParked, "sync")
	for i := range 30 {
		if err := os.Remove(m.dir + "/left/new/1700000000.many" + strings.Repeat("x", i) + ".test"); err != nil {
			t.Fatal(err)
		}
	}
	run(exitHeld, "plan")
	run(exitHeld, "sync")
	run(exitDone, "status")
	m.write("lockstep.toml", "[links.work]\nleft = 5\nrihgt = \"x\"\n")
	run(exitUsage, "config", "check")

	m, _ = newStaff(t, 3, "deletes = true") // a directory and its mail server
	run(exitDiffers, "plan")
	run(exitDiffers, "plan", "--clean")
	run(exitDone, "sync")
	first := m.field("run", "log", "--output", "json", "--last", "1")
	m.people(2, "alias: not an address\n")
	run(exitParked, "sync")
	made := m.field("run", "log", "--output", "json", "--last", "1")
	run(exitDone, "log", made)
	run(exitDone, "status")
	run(exitDone, "explain", "u00@example.com")
	run(exitDone, "explain", "u02@example.com")
	m.run("doctor", "--output", "json")
	for line := range strings.Lines(m.out.String()) {
		seen[m.holdsWhatIsDocumented(line)] = true
	}
	m.people(0, "")
	run(exitHeld, "sync")
	run(exitDone, "undo", made)
	run(exitParked, "undo", first) // accounts stay

	parts := []string{"counts", "pair", "folder_state", "where", "collision", "running", "daemon", "pairing", "at", "seen", "open_write", "finding", "entries", "grace", "untranslated", "left_out"} // of others
	for title := range sections(t) {
		for _, typ := range strings.Split(title, ", ") {
			if !slices.Contains(parts, typ) && !seen[typ] {
				t.Errorf("no command printed a %s", typ)
			}
		}
	}
}

// holdsWhatIsDocumented reads a line strictly as its type, and returns that.
func (m *machine) holdsWhatIsDocumented(line string) string {
	m.t.Helper()
	var object map[string]json.RawMessage
	var typ string
	if err := json.Unmarshal([]byte(line), &object); err != nil || json.Unmarshal(object["type"], &typ) != nil {
		m.t.Fatalf("no object with a type: %q", line)
	}
	for title, value := range documented() {
		if !slices.Contains(strings.Split(title, ", "), typ) {
			continue
		}
		strict := json.NewDecoder(bytes.NewReader([]byte(line)))
		strict.DisallowUnknownFields()
		if err := strict.Decode(reflect.New(reflect.TypeOf(value)).Interface()); err != nil {
			m.t.Errorf("%s: %v: %s", typ, err, line)
		}
		for key, mayMiss := range keysOf(reflect.TypeOf(value)) {
			if _, there := object[key]; !there && !mayMiss {
				m.t.Errorf("%s has no %s: %s", typ, key, line)
			}
		}
		return typ
	}
	m.t.Errorf("%q is no documented type: %s", typ, line)
	return typ
}
