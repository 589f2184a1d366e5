package vdirsyncer_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/config"
	"lockstep/core"
	"lockstep/migrate/vdirsyncer"
)

// checked reads the result as lockstep config check does.
func checked(t *testing.T, toml string) *config.Config {
	t.Helper()
	path := filepath.Join(t.TempDir(), "lockstep.toml")
	if err := os.WriteFile(path, []byte(toml), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(path, func(name string) string { return map[string]string{"HOME": "/home/me"}[name] })
	if err != nil {
		t.Fatalf("the configuration is refused:\n%v\n%s", err, toml)
	}
	return c
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestGolden: what becomes of the files in testdata, and that it is a
// configuration. With LOCKSTEP_TEST_UPDATE=1 it writes what it expects.
func TestGolden(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.config")
	if err != nil || len(paths) == 0 {
		t.Fatal("no files found", err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			got, err := vdirsyncer.Import(filepath.Base(path), read(t, path))
			if err != nil {
				t.Fatal(err)
			}
			var untranslated strings.Builder
			for _, u := range got.Untranslated {
				untranslated.WriteString(u.String() + "\n")
			}
			golden(t, strings.TrimSuffix(path, ".config")+".toml", got.TOML)
			golden(t, strings.TrimSuffix(path, ".config")+".untranslated", untranslated.String())
			checked(t, got.TOML)
			if strings.Contains(got.TOML+untranslated.String(), "top-secret") {
				t.Error("a password is shown")
			}
		})
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if os.Getenv("LOCKSTEP_TEST_UPDATE") != "" {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want := read(t, path); got != string(want) {
		t.Errorf("%s is\n%s", path, got)
	}
}

// TestComplete: the file in which everything has an equal leaves nothing, and
// CRLF line ends and a byte order mark change nothing.
func TestComplete(t *testing.T) {
	text := read(t, "testdata/all.config")
	unix, err := vdirsyncer.Import("x", text)
	if err != nil || len(unix.Untranslated) > 0 {
		t.Fatal(err, unix.Untranslated)
	}
	windows, err := vdirsyncer.Import("x", []byte("\ufeff"+strings.ReplaceAll(string(text), "\n", "\r\n")))
	if err != nil || windows.TOML != unix.TOML {
		t.Errorf("%v\n%s", err, windows.TOML)
	}
}

// imported translates two directories of contacts, or what replaces them, and a
// pair of them with some options; it returns what [links.p] says, but for its
// ends, and why some of it is not translated.
func imported(t *testing.T, pair, a, b string) (link string, why []string) {
	t.Helper()
	storage := func(name, more string) string {
		text := "[storage " + name + "]\n"
		if !strings.Contains(more, "type") {
			text += "type = \"filesystem\"\npath = \"~/" + name + "\"\nfileext = \".vcf\"\n"
		}
		return text + more + "\n"
	}
	got, err := vdirsyncer.Import("x", []byte("[general]\nstatus_path = \"~\"\n[pair p]\na = \"left\"\nb = \"right\"\n"+pair+"\n"+storage("left", a)+storage("right", b)))
	if err != nil {
		t.Fatal(err)
	}
	checked(t, got.TOML)
	for _, u := range got.Untranslated {
		why = append(why, u.String())
	}
	var said []string
	_, text, _ := strings.Cut(got.TOML, "\n[links.")
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); strings.Contains(line, " = ") && !strings.HasPrefix(line, "#") {
			said = append(said, line)
		}
	}
	return strings.Join(said, " "), why
}

// TestPairs: what the options of a pair, and those of its storages that speak
// of the pair, become.
func TestPairs(t *testing.T) {
	const all = "collections = [\"from a\", \"from b\"]\n"
	for _, c := range []struct{ pair, a, b, want, why string }{
		{all, "", "", ``, ""},
		{all + "conflict_resolution = null", "", "", ``, ""},
		{all + "conflict_resolution = \"a wins\"", "", "", `conflict = "left"`, ""},
		{all + "conflict_resolution = \"b wins\"", "", "", `conflict = "right"`, ""},
		{all + "conflict_resolution = [\"command\", \"vimdiff\"]", "", "", ``, "no command is run"},
		{all + "conflict_resolution = \"newest\"", "", "", ``, "none of null"},
		{all + "metadata = [\"color\"]", "", "", ``, ""},
		{all + "metadata = [\"color\", \"order\"]", "", "", ``, "not carried over"},
		{all + "metadata = []", "", "", ``, ""},
		{all + "implicit = \"create\"", "", "", ``, ""},
		{all + "partial_sync = \"ignore\"", "", "", ``, "no side is read only"},
		{all + "partial_sync = \"ignore\"", "read_only = true", "", `mode = "left-to-right" conflict = "both"`, ""},
		{all + "partial_sync = \"ignore\"", "", "read_only = true", `mode = "right-to-left" conflict = "both"`, ""},
		{all + "partial_sync = \"revert\"", "read_only = true", "", `mode = "left-to-right" conflict = "both"`, "neither undone nor an error"},
		{all, "read_only = true", "", `mode = "left-to-right" conflict = "both"`, "read_only = true: what is changed"},
		{all + "partial_sync = \"ignore\"\nconflict_resolution = \"a wins\"", "read_only = true", "", `mode = "left-to-right"`, ""},
		{all + "partial_sync = \"ignore\"\nconflict_resolution = \"b wins\"", "read_only = true", "", `mode = "left-to-right" conflict = "both"`, ""},
		{all, "read_only = false\nno_delete = true", "", `deletes = "right"`, ""},
		{all, "", "no_delete = true", `deletes = "left"`, ""},
		{all, "no_delete = true", "no_delete = true", `deletes = false`, ""},
		{all + "partial_sync = \"ignore\"", "read_only = true", "no_delete = true", `mode = "left-to-right" deletes = false conflict = "both"`, ""},
		{all + "partial_sync = \"ignore\"", "read_only = true\nno_delete = true", "", `mode = "left-to-right" conflict = "both"`, ""},
	} {
		link, why := imported(t, c.pair, c.a, c.b)
		want := strings.TrimSpace(`left = "left" right = "right" kind = "contact" ` + c.want)
		if link != want || len(why) > 1 || (c.why != "") != (len(why) == 1) || !strings.Contains(strings.Join(why, ""), c.why) {
			t.Errorf("%q, %q, %q: %s\n%q", c.pair, c.a, c.b, link, why)
		}
	}
}

// TestCollections: which collections are linked, and with which.
func TestCollections(t *testing.T) {
	const dav = "type = \"carddav\"\nurl = \"https://h/dav/me/fr%C3%BChling%25\""
	for _, c := range []struct{ collections, a, b, want, why string }{
		{`["from a", "from b"]`, "", "", `left = "left" right = "right"`, ""},
		{`["from a"]`, "", "", `left = "left" right = "right"`, "what there is on the right only is made on the left"},
		{`["from b", "x"]`, "", "", `left = "left" right = "right"`, "what there is on the left only is made on the right"},
		{`["x", "y [z]*", "100%"]`, "", "", `left = "left" right = "right" folders = ["x", 'y \[z]\*', "100%25"]`, ""},
		{`["x", ["n", "y", "z"]]`, "", "", `left = "left" right = "right" folders = ["x", "y"] map = {"y" = "z"}`, ""},
		{`[["n", "y", "z"], ["m", "z", "y"]]`, "", "", `left = "left" right = "right" folders = ["y", "z"] map = {"y" = "z", "z" = "y"}`, ""},
		{`["from a", "from b", ["n", "y", "z"]]`, "", "", `left = "left" right = "right" map = {"y" = "z"}`, "with that one alone"},
		{`["x", ["n", "x", "z"]]`, "", "", `left = "left" right = "right" folders = ["x"]`, "linked twice"},
		{`["x", ["n", "y", "x"]]`, "", "", `left = "left" right = "right" folders = ["x"]`, "linked twice"},
		{`["x", ["n", "y"]]`, "", "", `left = "left" right = "right" folders = ["x"]`, "no name of a collection"},
		{`["x", "../y"]`, "", "", `left = "left" right = "right" folders = ["x"]`, "no name of a collection"},
		{`[]`, "", "", ``, "names no collection"},
		{`"x"`, "", "", ``, "neither null nor a list"},
		{`null`, "", "", `left = "vdir:~/left#left" right = "vdir:~/right#left" kind = "contact"`, ""},
		{`null`, "", dav, `left = "vdir:~/left#frühling%2525" right = "right#frühling%2525"`, ""},
		{`null`, dav, "", `left = "left#frühling%2525" right = "vdir:~/right#frühling%2525"`, ""},
		{`null`, dav, "type = \"carddav\"\nurl = \"http://localhost/b\"", `left = "left#frühling%2525" right = "right#b"`, ""},
		{`null`, "", "type = \"carddav\"\nurl = \"https://h/\"", ``, "tells no name of one"},
		{`[["n", null, "b"]]`, "", dav, `left = "vdir:~/left#b" right = "right#b"`, ""},
		{`[["n", "b%", null]]`, "type = \"filesystem\"\npath = \"~/a#b\"\nfileext = \".vcf\"", dav, `left = "vdir:~/a%23b/b%25#b%2525" right = "right#frühling%2525"`, ""},
		{`["from a", "from b", ["n", null, "b"]]`, "", "", `left = "left" right = "right"`, "left out: a storage that is a collection itself"},
	} {
		link, why := imported(t, "collections = "+c.collections, c.a, c.b)
		link = strings.TrimSuffix(strings.Replace(link, ` kind = "contact"`, "", 1), " ")
		if want := strings.Replace(c.want, ` kind = "contact"`, "", 1); link != want || len(why) > 1 || (c.why != "") != (len(why) == 1) || !strings.Contains(strings.Join(why, ""), c.why) {
			t.Errorf("%s, %q, %q: %s\n%q", c.collections, c.a, c.b, link, why)
		}
	}
}

// TestPasswords: where a password is, and that none is ever printed.
func TestPasswords(t *testing.T) {
	for _, c := range []struct{ lines, want, why string }{
		{"", "", ""},
		{"username = \"\"\npassword = \"\"", "", ""},
		{"username = \"me\"", "", "nobody is logged in"},
		{"username = \"me\"\npassword = \"top-secret\"", `user = "me" password = { file = "s.password" }`, "in clear"},
		{"username = 1234\npassword = 5678", `user = "1234" password = { file = "s.password" }`, "in clear"},
		{"password = \"top-secret\"", `user = "write-the-login-here" password = { file = "s.password" }`, "2"},
		{"username = \"me\"\npassword.fetch = [\"command\", \"~/a b\", \"c'd\", \"\"]", `user = "me" password = { command = "~/'a b' 'c'\\''d' ''" }`, ""},
		{"username = \"me\"\npassword.fetch = [\"command\", \"pass\", \"~me/x\", \"~\"]", `user = "me" password = { command = "pass ~me/x ~" }`, ""},
		{"username = \"me\"\npassword.fetch = [\"shell\", \"pass x | head\"]", `user = "me" password = { command = "pass x | head" }`, ""},
		{"username = \"me\"\npassword.fetch = [\"keyring\", \"dav\", \"me\"]", `user = "me" password = { command = "keyring get dav me" }`, ""},
		{"username = \"me\"\npassword.fetch = [\"shell\", \"echo top-secret\"]", `user = "me" password = { file = "s.password" }`, "holds the password itself"},
		{"username = \"me\"\npassword.fetch = [\"command\", \"sh\", \"-c\", \"/bin/printf top-secret\"]", `user = "me" password = { file = "s.password" }`, "holds the password itself"},
		{"username = \"me\"\npassword.fetch = [\"prompt\", \"Password\"]", `user = "me" password = { file = "s.password" }`, "not asked for"},
		{"username = \"me\"\npassword.fetch = \"top-secret\"", `user = "me" password = { file = "s.password" }`, "no command"},
		{"username.fetch = [\"command\", \"user\"]\npassword.fetch = [\"command\", \"pass\"]", `user = "write-the-login-here" password = { command = "pass" }`, "not asked of a command"},
		{"username = \"me\"\npassword.fetch = [\"command\", \"pass\"]\nauth = \"basic\"", `user = "me" auth = "basic" password = { command = "pass" }`, ""},
		{"auth = \"digest\"", "", "no login"},
	} {
		got, err := vdirsyncer.Import("x", []byte("[storage s]\ntype = \"carddav\"\nurl = \"https://h/\"\n"+c.lines+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		checked(t, got.TOML)
		var why strings.Builder
		for _, u := range got.Untranslated {
			why.WriteString(u.String() + "\n")
		}
		_, account, _ := strings.Cut(got.TOML, "names = \"address\"\n")
		said := strings.Join(strings.Fields(account), " ")
		if said != c.want || (c.why == "") != (len(got.Untranslated) == 0) || c.why != "2" && !strings.Contains(why.String(), c.why) || c.why == "2" && len(got.Untranslated) != 2 {
			t.Errorf("%q: %s\n%s", c.lines, said, why.String())
		}
		if strings.Contains(got.TOML+why.String(), "top-secret") || strings.Contains(got.TOML+why.String(), "5678") {
			t.Errorf("%q: the password is shown", c.lines)
		}
	}
}

// TestWindow: of a time range the beginning becomes a window where it can be said, and
// what is not said is told.
func TestWindow(t *testing.T) {
	const end, more, none = "end_date = \"datetime.now() + timedelta(days=365)\"", "a window has no end", "all events are kept in step"
	for _, c := range []struct{ start, want string }{
		{`datetime.now() - timedelta(days=365)`, "365d"}, {`datetime.now()-timedelta(days = 2*365)`, "730d"}, {`datetime.utcnow() - timedelta(30)`, "30d"},
		{`datetime.now(timezone.utc) - timedelta(weeks=4)`, "28d"}, {`date.today() - timedelta(days=1)`, "1d"}, {`datetime(2020, 1, 9)`, "2020-01-09"},
		{`date(2020, 12, 31)`, "2020-12-31"}, {`datetime(2020, 1, 9, 12, 30)`, "2020-01-09"},
		{`datetime.now()`, ""}, {`datetime.now() + timedelta(days=3)`, ""}, {`datetime.now() - timedelta(hours=90)`, ""}, {`datetime.now() - timedelta(days=0)`, ""},
		{`datetime.now() - timedelta(days=70000)`, ""}, {`datetime.now() - timedelta(weeks=10000)`, ""}, {`datetime.now() - timedelta(days=99*99*99)`, ""},
		{`datetime(2020, 13, 1)`, ""}, {`datetime.now() - timedelta(days=3) - timedelta(days=3)`, ""}, {`last year`, ""},
	} {
		for _, typ := range []string{"caldav", "carddav"} {
			got, err := vdirsyncer.Import("x", []byte("[storage s]\ntype = \""+typ+"\"\nurl = \"https://h/\"\nstart_date = \""+c.start+"\"\n"+end+"\n"))
			if err != nil {
				t.Fatal(err)
			}
			checked(t, got.TOML)
			said := ""
			for line := range strings.Lines(got.TOML) {
				if value, is := strings.CutPrefix(line, "window = "); is {
					said = strings.Trim(strings.TrimSpace(value), "\"")
				}
			}
			want := c.want
			if typ == "carddav" {
				want = "" // vdirsyncer knows no range of cards
			}
			why := fmt.Sprint(got.Untranslated)
			notes := 2 // the end, and what is no window
			if want != "" {
				notes = 1
			}
			if said != want || len(got.Untranslated) != notes || typ == "caldav" && (!strings.Contains(why, more) || (want == "") != strings.Contains(why, none)) {
				t.Errorf("%s of %s: %q\n%s", c.start, typ, said, why)
			}
		}
	}
}

// TestBroken: what is no configuration of vdirsyncer is refused with the line
// and a remedy.
func TestBroken(t *testing.T) {
	for _, c := range []struct{ text, line, why, remedy string }{
		{"", ":1", "no section", "config"},
		{"# nothing\n[general]\nstatus_path = \"~\"\n", ":3", "no section", "config"},
		{"a = 1\n[storage a]\n", ":1", "does not begin with a section", "config"},
		{"[storage a]\ntype = \"\xff\"\n", ":2", "not UTF-8", "UTF-8"},
		{strings.Repeat(" ", vdirsyncer.MostBytes+1), ":1", "longer than", "check"},
	} {
		_, err := vdirsyncer.Import("x", []byte(c.text))
		var classed *core.Error
		if !errors.As(err, &classed) || classed.Class != core.Permanent || classed.Thing != "x"+c.line || !strings.Contains(err.Error(), c.why) || !strings.Contains(classed.Remedy, c.remedy) {
			t.Errorf("%.80q: %v", c.text, err)
		}
	}
}

// FuzzRead: whatever the file, the result is a configuration, or an error says
// why there is none; and a password is not in it.
func FuzzRead(f *testing.F) {
	paths, err := filepath.Glob("testdata/*.config")
	if err != nil || len(paths) == 0 {
		f.Fatal("no files found", err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	for _, seed := range []string{
		"[pair p]\na=\"a\"\nb=\"b\"\ncollections=[[\"x\",null,\"INBOX\"],\"inbox\",[\"%\",\"\\\\Sent\",\"[Gmail]\"]]\n[storage a]\ntype=\"filesystem\"\npath=\"/a\"\nfileext=\".ics\"\n[storage b]\ntype=\"caldav\"\nurl=\"http://[::1]:1/a%2Fb/\"\n",
		"[storage a]\ntype = \"carddav\"\nurl = \"https://h:0/%zz\"\nusername = \"a\\\"b\"\npassword.fetch = [\"command\", \"a\", \"\\\\\", \"'\"]\nauth_cert = [\"a\", \"b\"]\n",
		"[pair p]\na: b\nb: a\ncollections: null\nconflict_resolution: a wins\n[storage a]\ntype: filesystem/vcard\npath: ~\nread_only: yes\n[storage b]\ntype: carddav\nurl: https://h/x\nno_delete: true\n",
	} {
		f.Add(seed)
	}
	const secret = "7d1f-hidden-42"
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, secret) {
			return
		}
		got, err := vdirsyncer.Import("x", []byte(text))
		if err != nil {
			if core.ClassOf(err) != core.Permanent {
				t.Errorf("%v has no class", err)
			}
			return
		}
		checked(t, got.TOML)
		with, err := vdirsyncer.Import("x", []byte(text+"\n[storage fuzzed]\ntype = \"carddav\"\nurl = \"https://h/\"\nusername = \"u\"\npassword = \""+secret+"\"\n"))
		if err != nil {
			return
		}
		checked(t, with.TOML)
		for _, u := range with.Untranslated {
			with.TOML += u.String()
		}
		if strings.Contains(with.TOML, secret) {
			t.Error("the password is shown")
		}
	})
}
