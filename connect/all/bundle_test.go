package all

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"lockstep/config"
	"lockstep/core"
	"lockstep/format/ical"
	"lockstep/format/vcard"
)

// listBundle opens a file, and lists and fetches all of it.
func listBundle(t *testing.T, typ config.Type, path string) (stubs []core.Stub, bodies map[core.ID][]byte) {
	t.Helper()
	kind := core.Contact
	if typ == config.ICS {
		kind = core.Event
	}
	r, _, err := Open(t.Context(), config.End{Account: &config.Account{Address: config.Address{Type: typ, Path: path}}}, Options{Kind: kind})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	s, err := r.Collections(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	d, err := r.Changes(t.Context(), s.Collections[0].Feed, "")
	if err != nil || d.More {
		t.Fatal(d.More, err)
	}
	var refs []core.Ref
	for _, s := range d.Changed {
		if s.Bad == "" {
			refs = append(refs, s.Ref)
		}
	}
	bodies = map[core.ID][]byte{}
	for item, err := range r.Fetch(t.Context(), refs) {
		if err != nil {
			t.Fatal(err)
		}
		if bodies[item.ID], err = io.ReadAll(item.Body); err != nil {
			t.Fatal(err)
		}
	}
	return d.Changed, bodies
}

// TestCase58: a card of vCard 2.1 with QUOTED-PRINTABLE in ISO-8859-1 is read as UTF-8.
func TestCase58(t *testing.T) {
	path := filepath.Join(t.TempDir(), "old.vcf")
	text := "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller;J=F6rg\r\nFN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:J=F6rg M=FCller\r\nEND:VCARD\r\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	stubs, bodies := listBundle(t, config.VCF, path)
	if len(stubs) != 1 || stubs[0].Bad != "" || stubs[0].Label != "Jörg Müller" {
		t.Fatalf("%+v", stubs)
	}
	want := "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:" + string(stubs[0].Key) + "\r\nN:Müller;Jörg\r\nFN:Jörg Müller\r\nEND:VCARD\r\n"
	if got := string(bodies[stubs[0].ID]); got != want {
		t.Errorf("it is\n%s", got)
	}
}

// TestCutOff: a calendar that is cut off between two events is not taken for a whole one.
func TestCutOff(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cut.ics")
	event := "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:a\nDTSTAMP:20260101T000000Z\nDTSTART:20260101T000000Z\nEND:VEVENT\n"
	for text, bad := range map[string]string{event: `:8": the file ends before END:VCALENDAR`, event + "END:VCALENDAR\n\n": "", "": `:1": the file ends`} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		stubs, _ := listBundle(t, config.ICS, path)
		if len(stubs) == 0 || !strings.Contains(stubs[len(stubs)-1].Bad, bad) || bad == "" && (len(stubs) != 1 || stubs[0].Bad != "") {
			t.Errorf("%q: %+v", text, stubs)
		}
	}
}

// TestBundleCorpus: every real file is taken apart; each item can be synced under its
// UID, or is refused with file and line.
func TestBundleCorpus(t *testing.T) {
	corpus := os.Getenv("LOCKSTEP_CORPUS")
	if corpus == "" {
		t.Skip("LOCKSTEP_CORPUS names no folder of real files")
	}
	begins := regexp.MustCompile(`(?im)^BEGIN:(VEVENT|VTODO|VJOURNAL|VCARD)\r?$`) // others hold time zones, or nothing
	files, good, bad := 0, 0, 0
	err := filepath.WalkDir(corpus, func(path string, d fs.DirEntry, err error) error {
		typ, describe := config.VCF, vcard.Describe
		switch strings.ToLower(filepath.Ext(path)) {
		case ".vcf":
		case ".ics":
			typ, describe = config.ICS, ical.Describe
		default:
			return err
		}
		if err != nil || d.IsDir() {
			return err
		}
		files++
		place := regexp.MustCompile("^" + regexp.QuoteMeta(`"`+path) + `:[0-9]+": .`)
		stubs, bodies := listBundle(t, typ, path)
		again, _ := listBundle(t, typ, path)
		if text, err := os.ReadFile(path); err != nil || len(stubs) == 0 && begins.Match(text) {
			t.Errorf("%s is taken for a file of nothing, %v", path, err)
		}
		for i, s := range stubs {
			if s != again[i] {
				t.Errorf("%s: a second look finds %+v, and not %+v", path, again[i], s)
			}
			if s.Bad != "" {
				bad++
				if !place.MatchString(s.Bad) {
					t.Errorf("no file and line: %s", s.Bad)
				}
				continue
			}
			good++
			uid, _, err := describe(bodies[s.ID])
			if err != nil || core.Key(uid) != s.Key || uid == "" || int64(len(bodies[s.ID])) != s.Size {
				t.Errorf("%s: %q, %v of %+v", path, uid, err, s)
			}
		}
		return nil
	})
	if err != nil || files == 0 || good == 0 {
		t.Errorf("%d files, %v", files, err)
	}
	t.Logf("%d files: %d items, %d refused", files, good, bad)
}
