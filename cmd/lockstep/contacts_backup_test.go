package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/peers/davd"
)

// backup is a directory of cards as it was, with the times of its files and its own.
type backup struct {
	dir   string
	files map[string]string
	times map[string]time.Time
	time  time.Time
}

// age sets the times of a device's files and directory back, as if they had been written
// then.
func (d *device) age(t *testing.T, by time.Duration) {
	t.Helper()
	for _, name := range append(slices.Collect(maps.Keys(d.cards(t))), ".") {
		seen, err := os.Stat(filepath.Join(d.dir, name))
		must(t, err)
		must(t, os.Chtimes(filepath.Join(d.dir, name), time.Time{}, seen.ModTime().Add(-by)))
	}
}

func (d *device) backup(t *testing.T) backup {
	t.Helper()
	b := backup{dir: d.dir, files: d.cards(t), times: map[string]time.Time{}}
	for name := range b.files {
		seen, err := os.Stat(filepath.Join(d.dir, name))
		must(t, err)
		b.times[name] = seen.ModTime()
	}
	seen, err := os.Stat(d.dir)
	must(t, err)
	b.time = seen.ModTime()
	return b
}

// into puts the files into the directory, over what is there; beside writes each to a
// file that gets the name then. times keeps those of the files.
func (b backup) into(t *testing.T, beside, times bool) {
	t.Helper()
	for name, body := range b.files {
		file := filepath.Join(b.dir, name)
		if beside {
			file += ".part"
		}
		must(t, os.WriteFile(file, []byte(body), 0o600))
		if times {
			must(t, os.Chtimes(file, time.Time{}, b.times[name]))
		}
		must(t, os.Rename(file, filepath.Join(b.dir, name)))
	}
}

// others removes the files that the backup has not.
func (b backup) others(t *testing.T) {
	t.Helper()
	entries, err := os.ReadDir(b.dir)
	must(t, err)
	for _, e := range entries {
		if _, has := b.files[e.Name()]; !has {
			must(t, os.Remove(filepath.Join(b.dir, e.Name())))
		}
	}
}

func (b backup) dirTime(t *testing.T) {
	t.Helper()
	must(t, os.Chtimes(b.dir, time.Time{}, b.time))
}

// putBackBy are the ways in which programs put a backup back, with its times.
func putBackBy() map[string]func(*testing.T, backup) {
	return map[string]func(*testing.T, backup){
		"cp -a dir, tar":    func(t *testing.T, b backup) { b.into(t, false, true); b.dirTime(t) },
		"rsync -a":          func(t *testing.T, b backup) { b.into(t, true, true); b.dirTime(t) },
		"rsync -a --delete": func(t *testing.T, b backup) { b.others(t); b.into(t, true, true); b.dirTime(t) },
		"rm -r dir and cp -a": func(t *testing.T, b backup) {
			must(t, os.RemoveAll(b.dir))
			must(t, os.Mkdir(b.dir, 0o700))
			b.into(t, false, true)
			b.dirTime(t)
		},
		"rm and cp -p of the files": func(t *testing.T, b backup) {
			for name := range b.files {
				must(t, os.Remove(filepath.Join(b.dir, name)))
			}
			b.others(t)
			b.into(t, false, true)
		},
	}
}

// TestCase56WithTimes: an old backup that is put back with its times rolls nothing back on
// the server, deletes nothing there, and what is newer comes back.
func TestCase56WithTimes(t *testing.T) {
	for name, putBack := range putBackBy() {
		t.Run(name, func(t *testing.T) {
			onBooks(t, func(t *testing.T, b *book) {
				w := b.tap(t)
				d := newDevice(t, b, "here", "")
				for _, uid := range []string{"u1", "u2", "u3", "u4", "u5"} {
					d.write(t, uid+".vcf", newCard(uid, uid, "TITLE:old", "TEL:+1 1", "TEL:+1 2"))
				}
				d.sync(t)
				d.age(t, 2*time.Hour)
				d.quiet(t, 0)
				old := d.backup(t)

				for _, uid := range []string{"u1", "u2", "u3"} {
					b.edit(t, uid, replacing("TITLE:old", "TITLE:new"))
					b.edit(t, uid, without("TEL:+1 2"))
				}
				b.put(t, "s1.vcf", newCard("s1", "From there"))
				d.write(t, "l1.vcf", newCard("l1", "From here"))
				d.edit(t, "u4", adding("NOTE:newer"))
				d.sync(t)
				here, there := bodies(d.cards(t)), b.cards(t)

				putBack(t, old)
				w.all()
				d.sync(t)
				if wrote := w.writes(); len(wrote) > 0 {
					t.Errorf("the program sent %+v", wrote)
				}
				if now := b.cards(t); !maps.Equal(now, there) {
					t.Errorf("the server had\n%v\nand has\n%v", there, now)
				}
				if now := bodies(d.cards(t)); !slices.Equal(now, here) {
					t.Errorf("here was\n%v\nand is\n%v", here, now)
				}
				if all := d.conflicts(t); len(all) > 0 {
					t.Errorf("conflicts: %+v", all)
				}
				d.quiet(t, 0)

				d.edit(t, "u1", replacing("TITLE:new", "TITLE:newest")) // all is as ever
				d.remove(t, "u5")
				d.sync(t)
				if body := b.body(t, "u1"); !has(body, "TITLE:newest") || b.find(t, "u5") != "" {
					t.Errorf("the server has\n%s\n%v", body, b.cards(t))
				}
				d.quiet(t, 0)
			})
		})
	}
}

// bodies of cards, in order.
func bodies(cards map[string]string) []string { return slices.Sorted(maps.Values(cards)) }

// TestPutBackAndEdited: what was edited after a backup was put back does not undo what is
// newer on the server, and is not lost; a card that was deleted since comes back.
func TestPutBackAndEdited(t *testing.T) {
	b := newBook(t, davd.Options{})
	d := newDevice(t, b, "here", "")
	for _, uid := range []string{"u1", "u2", "u3"} {
		d.write(t, uid+".vcf", newCard(uid, uid, "TITLE:old", "TEL:+1 1"))
	}
	d.sync(t)
	d.age(t, 2*time.Hour)
	d.quiet(t, 0)
	old := d.backup(t)
	b.edit(t, "u1", replacing("TITLE:old", "TITLE:new"))
	b.edit(t, "u2", replacing("TITLE:old", "TITLE:new"))
	b.remove(t, "u3")
	d.sync(t)

	putBackBy()["cp -a dir, tar"](t, old)
	d.edit(t, "u2", adding("NOTE:mine"))
	d.dirTime(t, old)
	d.ends(t, 5, "sync")
	if body := d.body(t, "u1"); !has(body, "TITLE:new") {
		t.Errorf("here is\n%s", body)
	}
	here, there := d.body(t, "u2"), b.body(t, "u2")
	if !has(there, "TITLE:new") || !has(there, "NOTE:mine") || !has(here, "TITLE:old") || !has(here, "NOTE:mine") {
		t.Errorf("here is\n%s\nthere is\n%s", here, there)
	}
	if all := d.conflicts(t); len(all) != 1 || len(all[0].Collisions) != 1 || all[0].Collisions[0].Property != "TITLE" {
		t.Errorf("conflicts: %+v", all)
	}
	if body := b.body(t, "u3"); !has(body, "TITLE:old") {
		t.Errorf("there is\n%s", body)
	}
	d.quiet(t, 5)
}

func (d *device) dirTime(t *testing.T, b backup) {
	t.Helper()
	must(t, os.Chtimes(d.dir, time.Time{}, b.time))
}

// TestOneCardPutBack: a single card that somebody puts back is meant so, and goes over,
// with its old time, too; so is what git or an editor writes.
func TestOneCardPutBack(t *testing.T) {
	for name, file := range map[string]struct{ beside, times bool }{
		"cp -p": {false, true}, "install -p": {true, true}, "an editor": {false, false}, "git checkout": {true, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBook(t, davd.Options{})
			d := newDevice(t, b, "here", "")
			for _, uid := range []string{"u1", "u2"} {
				d.write(t, uid+".vcf", newCard(uid, uid, "TITLE:old"))
			}
			d.sync(t)
			d.age(t, 2*time.Hour)
			d.quiet(t, 0)
			old := d.backup(t)
			b.edit(t, "u1", replacing("TITLE:old", "TITLE:new"))
			d.sync(t)
			delete(old.files, "u2.vcf")
			old.into(t, file.beside, file.times)
			d.sync(t)
			if body := b.body(t, "u1"); !has(body, "TITLE:old") {
				t.Errorf("the server has\n%s", body)
			}
			d.quiet(t, 0)
		})
	}
}

// TestPutBackWithoutTimes: nothing tells a backup that is put back with new times from
// edits. What it overwrites on the server is had back by undo.
func TestPutBackWithoutTimes(t *testing.T) {
	b := newBook(t, davd.Options{})
	d := many(t, b, 30)
	d.age(t, 2*time.Hour)
	d.quiet(t, 0)
	old := d.backup(t)
	for _, uid := range []string{"m001", "m002", "m003"} {
		b.edit(t, uid, adding("TITLE:new"))
	}
	d.sync(t)
	there := b.cards(t)
	old.into(t, false, false)
	d.sync(t)
	if body := b.body(t, "m001"); strings.Contains(body, "TITLE:new") {
		t.Errorf("the server has\n%s", body)
	}
	d.ends(t, 0, "undo", d.lastRun(t))
	d.sync(t)
	if now := b.cards(t); !maps.Equal(now, there) {
		t.Errorf("the server had\n%v\nand has\n%v", there, now)
	}
	d.quiet(t, 0)
}

// TestPutBackUndone: who meant the old versions has them back by undo, on both sides.
func TestPutBackUndone(t *testing.T) {
	b := newBook(t, davd.Options{})
	d := newDevice(t, b, "here", "")
	for _, uid := range []string{"u1", "u2"} {
		d.write(t, uid+".vcf", newCard(uid, uid, "TITLE:old"))
	}
	d.sync(t)
	d.age(t, 2*time.Hour)
	d.quiet(t, 0)
	old := d.backup(t)
	b.edit(t, "u1", replacing("TITLE:old", "TITLE:new"))
	d.sync(t)
	putBackBy()["cp -a dir, tar"](t, old)
	d.ends(t, 3, "plan").says(t, "an older version was put back on the left")
	d.sync(t)
	if body := d.body(t, "u1"); !has(body, "TITLE:new") {
		t.Fatalf("here is\n%s", body)
	}
	d.ends(t, 0, "undo", d.lastRun(t))
	d.sync(t)
	if here, there := d.body(t, "u1"), b.body(t, "u1"); !has(here, "TITLE:old") || !has(there, "TITLE:old") {
		t.Errorf("here is\n%s\nthere is\n%s", here, there)
	}
	d.quiet(t, 0)
}
