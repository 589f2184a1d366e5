package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"lockstep/peers/davd"
)

// reader is a program of other people that reads what this one writes.
type reader struct {
	name, conf string
}

// newReader writes the program's configuration. Without the program nothing can be
// said.
func newReader(t *testing.T, name, conf string) *reader {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("%s is not installed: nothing was read by it (peers/real/readers.sh installs it)", name)
	}
	file := filepath.Join(t.TempDir(), name+".conf")
	must(t, os.WriteFile(file, []byte(conf), 0o600))
	return &reader{name: name, conf: file}
}

// says runs the program, which has to end with 0 and to complain about nothing, and
// returns the lines that it prints.
func (r *reader) says(t *testing.T, args ...string) []string {
	t.Helper()
	out, errs := r.run(t, args...)
	if errs != "" {
		t.Fatalf("%s %q complains:\n%s%s", r.name, args, out, errs)
	}
	return strings.FieldsFunc(out, func(c rune) bool { return c == '\n' })
}

// run runs the program, which has to end with 0, and answers its questions with yes.
func (r *reader) run(t *testing.T, args ...string) (out, errs string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute) // some ask for ever
	defer cancel()
	cmd := exec.CommandContext(ctx, r.name, append([]string{"-c", r.conf}, args...)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "HOME="+filepath.Dir(r.conf), "TZ=Europe/Berlin", "COLUMNS=500")
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(strings.Repeat("y\n", 10)), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %q: %v\n%s%s", r.name, args, err, &stdout, &stderr)
	}
	return stdout.String(), stderr.String()
}

// khard reads the address book of a device.
func khard(t *testing.T, d *device) *reader {
	return newReader(t, "khard", "[addressbooks]\n[["+theBook+"]]\npath = "+d.dir+"\n[contact table]\nlocalize_dates = no\n")
}

// readable is a card, and what a program has to find in it.
type readable struct {
	card, name string
	// email, telephone and birthday as khard prints them; "" = none.
	email, telephone, birthday string
	// also are texts of what it shows.
	also []string
}

const (
	// thePhoto is a GIF of one dot.
	thePhoto = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
	longWord = "Ærøskøbing – 日本語 – "
)

// people are cards with what is easily lost or broken, by UID. splits: long lines are
// folded within letters too, as many programs do.
func people(splits bool) map[string]readable {
	folded := func(line string) string {
		var b strings.Builder
		for at := 0; len(line) > 70; line = line[at:] {
			for at = 70; !splits && !utf8.RuneStart(line[at]); at-- {
			}
			b.WriteString(line[:at] + "\r\n ")
		}
		return b.String() + line
	}
	v4 := func(uid, name string, lines ...string) string {
		return strings.Replace(newCard(uid, name, lines...), "VERSION:3.0", "VERSION:4.0", 1)
	}
	return map[string]readable{
		"umlauts": {newCard("umlauts", "Jürgen Müßig", "TEL;TYPE=CELL:+49 30 123456", "BDAY:1970-04-12"), "Jürgen Müßig", "", "+49 30 123456", "1970.04.12", nil},
		"decomposed": {newCard("decomposed", "Zoe\u0308 A\u030angstro\u0308m", "EMAIL;TYPE=INTERNET:zoe@example.org"),
			"Zoe\u0308 A\u030angstro\u0308m", "zoe@example.org", "", "", nil},
		"asia":    {v4("asia", "試験 太郎", "BDAY:19991231", "LANG;PREF=1:ja", "GENDER:M"), "試験 太郎", "", "", "1999.12.31", nil},
		"emoji":   {newCard("emoji", "Ann 👩🏽‍🚀 Other", "EMAIL:ann@example.org"), "Ann 👩🏽‍🚀 Other", "ann@example.org", "", "", nil},
		"photo":   {newCard("photo", "Phil Photo", folded("PHOTO;ENCODING=b;TYPE=GIF:"+strings.Repeat(thePhoto, 200))), "Phil Photo", "", "", "", nil},
		"picture": {v4("picture", "Vera Four", "PHOTO:data:image/gif;base64,"+thePhoto), "Vera Four", "", "", "", nil},
		"note": {newCard("note", "Nora Note", folded("NOTE:"+strings.Repeat(longWord, 300)+`first\nsecond\, third\; fourth \\ fifth`)), "Nora Note", "", "", "",
			[]string{longWord + "first", `second, third; fourth \ fifth`}},
		"label": {newCard("label", "Lars Label", "item1.EMAIL;TYPE=INTERNET:lars@example.org", "item1.X-ABLABEL:Chess club", "item2.TEL:+45 1",
			"item2.X-ABLABEL:_$!<Mother>!$_"), "Lars Label", "lars@example.org", "+45 1", "", []string{"Chess club"}},
		"comma":                          {newCard("comma", `Meier\, Müller\; & Co.`, "ORG:A\\, B;C", "CATEGORIES:one,two"), "Meier, Müller; & Co.", "", "", "", []string{"one", "two"}},
		"noyear":                         {v4("noyear", "Max Mustermann", "BDAY:--0412"), "Max Mustermann", "", "", "1900.04.12", nil},
		"server/with spaces@example.org": {newCard("server/with spaces@example.org", "Ingrid Ident"), "Ingrid Ident", "", "", "", nil},
	}
}

// TestKhard: khard reads every card that this program wrote: downloaded from servers
// that store what they are sent and from such that do not, made on another device,
// and merged.
func TestKhard(t *testing.T) {
	t.Run("davd", func(t *testing.T) { readByKhard(t, newBook(t, davd.Options{})) })
	t.Run("davd as Radicale", func(t *testing.T) { readByKhard(t, newBook(t, davd.Options{Profile: davd.Radicale()})) })
	t.Run("Radicale", func(t *testing.T) { readByKhard(t, realBook(t)) })
}

func readByKhard(t *testing.T, b *book) {
	here, there := newDevice(t, b, "here", ""), newDevice(t, b, "there", "")
	read := khard(t, here)
	real := b.server == nil
	all := people(!real) // Radicale 3.1.8 spoils what is folded within a letter,
	if real {
		delete(all, "picture") // and cuts off the data: URIs of vCard 4.0
	}
	for n, uid := range slices.Sorted(maps.Keys(all)) { // half of them come from another device
		if n%2 == 0 {
			b.ask(t, "PUT", fmt.Sprintf("%scard-%d.vcf", b.path, n), all[uid].card, "Content-Type", "text/vcard; charset=utf-8", "If-None-Match", "*")
		} else {
			there.write(t, fmt.Sprintf("card-%d.vcf", n), all[uid].card)
		}
	}
	there.sync(t)
	here.sync(t)
	readAll(t, read, all)

	// Both sides edit every card.
	for uid := range all {
		here.edit(t, uid, adding("TITLE:Title of "+uid))
		there.edit(t, uid, adding("X-THERE:of "+uid))
	}
	there.sync(t)
	here.sync(t)
	readAll(t, read, all)
	for uid := range all {
		if body := here.body(t, uid); !has(body, "X-THERE:of "+uid) || !has(body, "TITLE:Title of "+uid) {
			t.Errorf("not merged:\n%s", body)
		}
	}
	if card := strings.Join(unfolded(there.body(t, "photo")), "\n"); !strings.Contains(card, strings.Repeat(thePhoto, 200)) {
		t.Errorf("where the photo came from is no whole photo any more:\n%s", card)
	}
	here.quiet(t, 0)
}

// readAll compares what khard finds with what is in the cards.
func readAll(t *testing.T, read *reader, all map[string]readable) {
	t.Helper()
	want := map[string][]string{}
	add := func(what, value string, uid string) {
		if value != "" {
			want[what] = append(want[what], value+"\t"+all[uid].name)
		}
	}
	for uid, p := range all {
		want["list"] = append(want["list"], uid+"\t"+p.name)
		add("email", p.email, uid)
		add("phone", p.telephone, uid)
		add("birthdays", p.birthday, uid)
	}
	for _, what := range slices.Sorted(maps.Keys(want)) {
		var got []string
		for _, line := range read.says(t, what, "--parsable") {
			if cells := strings.Split(line, "\t"); len(cells) >= 2 { // a remark has none
				got = append(got, cells[0]+"\t"+cells[1])
			}
		}
		slices.Sort(got)
		slices.Sort(want[what])
		if !slices.Equal(got, want[what]) {
			t.Errorf("khard %s: %q, want %q", what, got, want[what])
		}
	}
	for uid, p := range all {
		if len(p.also) == 0 && uid != "photo" && uid != "picture" {
			continue
		}
		shown := strings.Join(read.says(t, "show", "uid:"+uid), "\n")
		for _, text := range p.also {
			if !strings.Contains(shown, text) {
				t.Errorf("%s: khard shows no %q in\n%s", uid, text, shown)
			}
		}
		if uid == "photo" || uid == "picture" {
			card := strings.Join(read.says(t, "show", "--format", "vcard", "uid:"+uid), "\n")
			if want := strings.Count(strings.Join(unfolded(p.card), "\n"), thePhoto); strings.Count(strings.Join(unfolded(card), "\n"), thePhoto) < max(1, want) {
				t.Errorf("%s: khard finds no whole photo in\n%s", uid, card)
			}
		}
	}
}
