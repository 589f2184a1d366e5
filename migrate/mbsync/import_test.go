package mbsync_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/config"
	"lockstep/core"
	"lockstep/migrate/mbsync"
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
	paths, err := filepath.Glob("testdata/*.mbsyncrc")
	if err != nil || len(paths) == 0 {
		t.Fatal("no files found", err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			got, err := mbsync.Import(filepath.Base(path), read(t, path))
			if err != nil {
				t.Fatal(err)
			}
			var untranslated strings.Builder
			for _, u := range got.Untranslated {
				untranslated.WriteString(u.String() + "\n")
			}
			golden(t, strings.TrimSuffix(path, ".mbsyncrc")+".toml", got.TOML)
			golden(t, strings.TrimSuffix(path, ".mbsyncrc")+".untranslated", untranslated.String())
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
	text := read(t, "testdata/all.mbsyncrc")
	unix, err := mbsync.Import("x", text)
	if err != nil || len(unix.Untranslated) > 0 {
		t.Fatal(err, unix.Untranslated)
	}
	windows, err := mbsync.Import("x", []byte("\ufeff"+strings.ReplaceAll(string(text), "\n", "\r\n")))
	if err != nil || windows.TOML != unix.TOML {
		t.Errorf("%v\n%s", err, windows.TOML)
	}
}

// folders of an account, and whether mbsync would sync each by some Patterns.
func folders() []string {
	return []string{"INBOX", "Sent", "Spam", "Lists", "Lists/go", "Lists/old", "Lists/older/x", "[Gmail]", "[Gmail]/Sent Mail", "[Gmail]/Trash", "a.b", "a/b/c", "xay"}
}

// TestPatterns: the links of a channel select just the folders that its patterns
// do, each in one link.
func TestPatterns(t *testing.T) {
	for _, c := range []struct{ patterns, folders string }{
		{`*`, "INBOX Sent Spam Lists Lists/go Lists/old Lists/older/x [Gmail] [Gmail]/Sent_Mail [Gmail]/Trash a.b a/b/c xay"},
		{`%`, "INBOX Sent Spam Lists [Gmail] a.b xay"},
		{`% !Spam !INBOX`, "Sent Lists [Gmail] a.b xay"},
		{`* !Lists/old*`, "INBOX Sent Spam Lists Lists/go [Gmail] [Gmail]/Sent_Mail [Gmail]/Trash a.b a/b/c xay"},
		{`* ![Gmail]* "[Gmail]/Sent Mail"`, "INBOX Sent Spam Lists Lists/go Lists/old Lists/older/x [Gmail]/Sent_Mail a.b a/b/c xay"},
		{`!Sent INBOX Sent`, "INBOX Sent"},
		{`INBOX Lists/*`, "INBOX Lists/go Lists/old Lists/older/x"},
		{`L*o* *a*`, "Spam Lists/go Lists/old Lists/older/x [Gmail] [Gmail]/Sent_Mail [Gmail]/Trash a.b a/b/c xay"},
		{`*c %/%/x`, "Lists/older/x a/b/c"},
		{`* !* Sent`, "Sent"},
	} {
		got, err := mbsync.Import("x", []byte("IMAPStore a\nHost h\nUser u\nPassCmd \"p\"\n\nMaildirStore b\nPath ~/m/\nInbox ~/m/INBOX\nSubFolders Verbatim\n\n"+
			"Channel c\nFar :a:\nNear :b:\nCreate Both\nPatterns "+c.patterns+"\n"))
		if err != nil || len(got.Untranslated) > 0 {
			t.Fatal(c.patterns, err, got.Untranslated)
		}
		links := map[string]int{}
		for _, l := range checked(t, got.TOML).Links {
			for _, f := range folders() {
				if _, synced, _ := l.Mapper().Map(core.Left, core.Collection{ID: "1", Path: f, Feed: "f"}); synced {
					links[f]++
				}
			}
		}
		var selected []string
		for _, f := range folders() {
			if links[f] > 0 {
				selected = append(selected, strings.ReplaceAll(f, " ", "_"))
			}
			if links[f] > 1 {
				t.Errorf("%s: %s is in %d links", c.patterns, f, links[f])
			}
		}
		if strings.Join(selected, " ") != c.folders {
			t.Errorf("%s selects %s\n%s", c.patterns, strings.Join(selected, " "), got.TOML)
		}
	}
}

// TestOperations: what Sync and Expunge become.
func TestOperations(t *testing.T) {
	for _, c := range []struct{ lines, want, untranslated string }{
		{"Sync All\nExpunge Both", `trash = "expunge"`, ""},
		{"Sync Full\nExpunge Both", `trash = "expunge"`, ""},
		{"Sync Pull Push New Delete Flags ReNew\nExpungeSolo Both", `trash = "expunge"`, ""},
		{"Sync Pull\nExpunge Both", `mode = "left-to-right"`, ""},
		{"Sync Push\nExpunge Both", `mode = "right-to-left" trash = "expunge"`, ""},
		{"Sync New Flags\nExpunge Both", `deletes = false trash = "expunge"`, ""},
		{"Sync Pull PushNew PushFlags\nExpunge Both", `deletes = "right" trash = "expunge"`, ""},
		{"Sync Push PullNew PullFlags\nExpunge Both", `deletes = "left" trash = "expunge"`, ""},
		{"Sync PullNew PullGone PullFlags Push\nExpunge Both", `trash = "expunge"`, ""},
		{"Sync Pull New\nExpunge Both", `mode = "left-to-right" deletes = false`, "marks are carried over"},
		{"Sync Pull PushFlags\nExpunge Both", `mode = "left-to-right"`, "only where new messages go"},
		{"Expunge None", `trash = "flags"`, ""},
		{"", `trash = "flags"`, ""},
		{"Expunge Near", `trash = "flags"`, "only marked"},
		{"ExpungeSolo Near", `trash = "flags"`, "only marked"},
		{"Sync Flags\nExpunge Both", "", "copies no new messages"},
		{"Sync All Colour", "", "no word of Sync"},
		{"Expunge Both\nMaxSize 1m", `trash = "expunge" max_size = "1MiB"`, "placeholder"},
		{"Expunge Both\nMaxMessages 5\nExpireUnread yes", `trash = "expunge"`, "no limit"},
		{"Expunge Both\nMaxMessages 0\nMaxSize 0", `trash = "expunge"`, ""},
	} {
		got, err := mbsync.Import("x", []byte("IMAPStore a\nHost h\nUser u\nPassCmd \"p\"\n\nMaildirStore b\nPath ~/m/\nInbox ~/m/INBOX\n\nChannel c\nFar :a:\nNear :b:\n"+c.lines+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		var untranslated []string
		for _, u := range got.Untranslated {
			untranslated = append(untranslated, u.String())
		}
		if len(untranslated) > 1 || (c.untranslated != "") != (len(untranslated) == 1) || !strings.Contains(strings.Join(untranslated, ""), c.untranslated) {
			t.Errorf("%q: untranslated %q", c.lines, untranslated)
		}
		_, link, _ := strings.Cut(got.TOML, "[links.c]\n")
		var settings []string
		for line := range strings.Lines(link) {
			key, _, _ := strings.Cut(line, " ")
			if line = strings.TrimSpace(line); line != "" && key != "#" && key != "left" && key != "right" && key != "folders" && key != "roles" {
				settings = append(settings, line)
			}
		}
		if got := strings.Join(settings, " "); got != c.want {
			t.Errorf("%q becomes %s", c.lines, got)
		}
		checked(t, got.TOML)
	}
}

// TestInbox: where INBOX lies decides how it is linked.
func TestInbox(t *testing.T) {
	for _, c := range []struct{ store, want string }{
		{"Path ~/m/\nInbox ~/m/INBOX", `left = "a" right = "b"`},
		{"Path ~/m/\nInbox ~/m/", `left = "a" right = "b"`},
		{"Path ~/m/\nInbox ~/m/eingang", `left = "a" right = "b" map = {"INBOX" = "eingang"}`},
		{"Path ~/m/\nInbox ~/elsewhere/", `left = "a#INBOX" right = "maildir:~/elsewhere#INBOX" left = "a" right = "b" exclude = ["INBOX"]`},
		{"Path ~/m/", `left = "a#INBOX" right = "maildir:~/Maildir#INBOX" left = "a" right = "b" exclude = ["INBOX"]`},
		{"Inbox ~/m/\nSubFolders Maildir++", `left = "a" right = "b"`},
	} {
		got, err := mbsync.Import("x", []byte("IMAPStore a\nHost h\nUser u\nPassCmd \"p\"\n\nMaildirStore b\n"+c.store+"\n\nChannel c\nFar :a:\nNear :b:\nPatterns *\nCreate Both\nExpunge Both\n"))
		if err != nil || len(got.Untranslated) > 0 {
			t.Fatal(c.store, err, got.Untranslated)
		}
		_, links, _ := strings.Cut(got.TOML, "\n[links.")
		var settings []string
		for line := range strings.Lines(links) {
			key, _, _ := strings.Cut(line, " ")
			if key == "left" || key == "right" || key == "map" || key == "exclude" {
				settings = append(settings, strings.TrimSpace(line))
			}
		}
		if got := strings.Join(settings, " "); got != c.want {
			t.Errorf("%q becomes %s", c.store, got)
		}
		checked(t, got.TOML)
	}
}

// TestBroken: what is no configuration of mbsync is refused with the line and a
// remedy.
func TestBroken(t *testing.T) {
	for _, c := range []struct{ text, line, why, remedy string }{
		{"", ":1", "no section", ".mbsyncrc"},
		{"Sync All\n# nothing\n", ":2", "no section", ".mbsyncrc"},
		{"Channel a\nFar :\xff:\n", ":2", "not UTF-8", "UTF-8"},
		{strings.Repeat(" ", mbsync.MostBytes+1), ":1", "longer than", "check"},
	} {
		_, err := mbsync.Import("x", []byte(c.text))
		var classed *core.Error
		if !errors.As(err, &classed) || classed.Class != core.Permanent || classed.Thing != "x"+c.line || !strings.Contains(err.Error(), c.why) || !strings.Contains(classed.Remedy, c.remedy) {
			t.Errorf("%.80q: %v", c.text, err)
		}
	}
}

// FuzzRead: whatever the file, the result is a configuration, or an error says
// why there is none; and what stands after Pass is not in it.
func FuzzRead(f *testing.F) {
	paths, err := filepath.Glob("testdata/*.mbsyncrc")
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
		"IMAPStore a\nHost h\nUser u\nPass p\n\nMaildirStore b\nPath ~/m/\nInbox ~/n\nFlatten .\n\nChannel c\nFar :a:\nNear :b:\nPatterns * !%x INBOX\n",
		"MaildirStore a\nPath /m/\nInbox /m/i\n\nMaildirStore b\nInbox /n\nSubFolders Maildir++\n\nChannel c\nFar :a:\"a b\"\nNear :b:INBOX\n\nGroup g c\n",
		"IMAPStore a\nHost a\nUser u\nTrash t\n\nIMAPStore b\nHost b\nUser v\n\nChannel c\nFar :a:\nNear :b:\nPatterns a/%\nSync PullNew\nExpungeSolo Far\nMaxSize 1m\n",
		"IMAPAccount a\nHost ::1\nPort 1\nUser u\nPassCmd +\"x \\\"y\\\"\"\nSSLType None\n\nIMAPStore a\nAccount a\n\nIMAPStore b\nHost b\nUser v\n\nChannel c\nFar :a:%\nNear :b:&-\n",
	} {
		f.Add(seed)
	}
	const secret = "7d1f-hidden-42"
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, secret) {
			return
		}
		got, err := mbsync.Import("x", []byte(text))
		if err != nil {
			if core.ClassOf(err) != core.Permanent {
				t.Errorf("%v has no class", err)
			}
			return
		}
		checked(t, got.TOML)
		with, err := mbsync.Import("x", []byte(text+"\n\nIMAPAccount fuzzed\nHost h\nUser u\nPass "+secret+"\n"))
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
