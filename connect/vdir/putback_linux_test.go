package vdir_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lockstep/connect/memory"
	"lockstep/core"
	"lockstep/engine"
	"lockstep/format/vcard"
	"lockstep/merge"
	"lockstep/merge/contact"
)

// TestPutBack: what tells a backup that is put back from edits and deletions.
func TestPutBack(t *testing.T) {
	const hour = time.Hour
	for name, c := range map[string]struct {
		change func(p *person, file string)
		dir    time.Duration // by how much the time of the directory is set back; 0 = it is not
		want   core.PutBack
	}{
		"edited in place":        {func(p *person, file string) { must(t, os.WriteFile(file, card(2), 0o600)) }, 0, core.NotPutBack},
		"edited, old directory":  {func(p *person, file string) { must(t, os.WriteFile(file, card(2), 0o600)) }, hour, core.NotPutBack},
		"saved beside":           {func(p *person, file string) { p.beside(t, file, 0) }, 0, core.NotPutBack},
		"with a time to come":    {func(p *person, file string) { p.beside(t, file, -hour) }, 0, core.NotPutBack},
		"an older file":          {func(p *person, file string) { p.beside(t, file, hour) }, 0, core.AlonePutBack},
		"older, over it":         {func(p *person, file string) { must(t, os.WriteFile(file, card(2), 0o600)); p.old(t, file, hour) }, 0, core.AlonePutBack},
		"with its directory":     {func(p *person, file string) { p.beside(t, file, hour) }, hour, core.AllPutBack},
		"a moment older":         {func(p *person, file string) { p.beside(t, file, time.Second) }, 0, core.NotPutBack},
		"deleted":                {func(p *person, file string) { must(t, os.Remove(file)) }, 0, core.NotPutBack},
		"not in the backup":      {func(p *person, file string) { must(t, os.Remove(file)) }, hour, core.AllPutBack},
		"deleted, then a backup": {func(p *person, file string) { must(t, os.Remove(file)) }, -hour, core.NotPutBack},
	} {
		p := newPerson(t, "a")
		file := filepath.Join(p.root, "a", "1.vcf")
		p.write(t, "a/1.vcf", card(1))
		then := p.revOf(t)
		c.change(p, file)
		if c.dir != 0 {
			p.old(t, filepath.Dir(file), c.dir)
		}
		r := p.open(t)
		_, err := r.Collections(t.Context())
		must(t, err)
		atOnce := c.want
		if atOnce == core.AlonePutBack {
			atOnce = core.YoungPutBack
		}
		if got := r.PutBack("a", then, p.revOf(t)); got != atOnce {
			t.Errorf("%s: at once %v, not %v", name, got, atOnce)
		}
		p.config.Now = func() time.Time { return time.Now().Add(hour) }
		r = p.open(t)
		_, err = r.Collections(t.Context())
		must(t, err)
		if got := r.PutBack("a", then, p.revOf(t)); got != c.want {
			t.Errorf("%s: %v, not %v", name, got, c.want)
		}
		for _, unknown := range []core.Rev{"", "1.2", "x.y.?.!#d"} {
			if got := r.PutBack("a", unknown, p.revOf(t)); got != core.NotPutBack {
				t.Errorf("%s: %v from %q", name, got, unknown)
			}
		}
		if got := r.PutBack("b", then, ""); got != core.NotPutBack {
			t.Errorf("%s: %v of a collection that is not there", name, got)
		}
	}
}

// beside lets a file take the place of another one, whose time is so much earlier.
func (p *person) beside(t *testing.T, file string, by time.Duration) {
	t.Helper()
	must(t, os.WriteFile(file+".part", card(2), 0o600))
	if by != 0 {
		p.old(t, file+".part", by)
	}
	must(t, os.Rename(file+".part", file))
}

// old sets a time so much back.
func (p *person) old(t *testing.T, name string, by time.Duration) {
	t.Helper()
	must(t, os.Chtimes(name, time.Time{}, time.Now().Add(-by)))
}

// revOf the only item; "" = it is not there.
func (p *person) revOf(t *testing.T) core.Rev {
	t.Helper()
	d, err := p.open(t).Changes(t.Context(), "a", "")
	must(t, err)
	if len(d.Changed) == 0 {
		return ""
	}
	return d.Changed[0].Rev
}

// TestBackupComes: one older file may be the first of many, so that a pass waits whether
// more come: then it is a backup, and else an edit.
func TestBackupComes(t *testing.T) {
	m := merge.Properties{Format: contact.Format{}}
	sum := func(body []byte) core.Sum { s, _ := m.Sum(body); return s }
	for name, more := range map[string]int{"alone": 0, "of several": 2} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			shape := core.Operations{Create: core.Checked, Update: core.Checked, Delete: core.Checked, Named: true}
			d.server = memory.NewServer("left", memory.Shape{Ops: shape, UniqueKeys: true, TellsRev: true, TellsID: true, Exact: true, Digest: sum,
				Keys: func(b []byte) core.Key { uid, _, _ := vcard.Describe(b); return core.Key(uid) }})
			d.server.AddFolder("a", core.RoleNone, core.Vocabulary{})
			d.config.Digest = func(r io.Reader) (core.Sum, int64, error) {
				body, err := io.ReadAll(r)
				return sum(body), int64(len(body)), err
			}
			file := func(n int) string { return filepath.Join(d.root, "a", fmt.Sprint(n, ".vcf")) }
			now := func(n int, title string) []byte {
				return bytes.Replace(card(n), []byte("END:"), []byte("TITLE:"+title+"\r\nEND:"), 1)
			}
			putBack := func(n int) {
				must(t, os.WriteFile(file(n), now(n, "old"), 0o600))
				d.old(t, file(n), 2*time.Hour)
			}
			for n := range 3 {
				putBack(n)
			}
			sleeps := 0
			e := engine.Engine{Now: d.config.Now, NewRun: func() string { d.runs++; return fmt.Sprint("run", d.runs) }, Attempts: 3, BatchItems: 10, BatchBytes: 1 << 20}
			e.Sleep = func(context.Context, time.Duration) error {
				sleeps++
				for n := range more {
					putBack(n + 1)
				}
				d.ahead = time.Hour
				return nil
			}
			pass := func() {
				link := d.link()
				link.Traits.Merger, link.Traits.Digest = m, d.config.Digest
				report, err := e.Pass(t.Context(), link, engine.Options{})
				must(t, err)
				if len(report.Plan.Notes) > 0 {
					t.Errorf("%+v", report.Plan.Notes)
				}
			}
			pass()
			for n := range 3 {
				ref, _ := d.server.ByKey(uid(n))
				d.server.Edit(ref, now(n, "new"))
			}
			pass()
			d.ahead = 0
			putBack(0)
			pass()
			want := "old"
			if more > 0 {
				want = "new"
			}
			ref, _ := d.server.ByKey(uid(0))
			if there := d.server.At(ref).Body; sleeps != 1 || !bytes.Contains(there, []byte("TITLE:"+want)) || !strings.Contains(d.read(t, filepath.Join("a", "0.vcf")), "TITLE:"+want) {
				t.Errorf("after %d pauses the server has\n%s", sleeps, there)
			}
		})
	}
}
