package maildir

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"lockstep/core"
	"lockstep/format/utf7"
)

func TestFileNames(t *testing.T) {
	for name, want := range map[string]fileName{
		"1.2.host":              {unique: "1.2.host"},
		"1.2.host:2,":           {unique: "1.2.host", sep: ':'},
		"1.2.host:2,FS":         {unique: "1.2.host", sep: ':', flags: "FS"},
		"1.2.host!2,S":          {unique: "1.2.host", sep: '!', flags: "S"},
		"1.2.host;2,S":          {unique: "1.2.host", sep: ';', flags: "S"},
		"1,S=12,W=13,U=4:2,Sab": {unique: "1,S=12,W=13,U=4", sep: ':', flags: "Sab"},
		"1.2.host:1,x":          {unique: "1.2.host:1,x"},
		"1:2,:2,S":              {unique: "1", sep: ':', flags: ":2", extra: ",S"},
		"1:2,S,more:2,F":        {unique: "1", sep: ':', flags: "S", extra: ",more:2,F"},
		"a!b:2,S":               {unique: "a!b", sep: ':', flags: "S"},
		":2,S":                  {sep: ':', flags: "S"},
		"1:2":                   {unique: "1:2"},
	} {
		if got := parseName(name); got != want {
			t.Errorf("%q is %+v, want %+v", name, got, want)
		}
	}
}

func TestFlagsOfAFileName(t *testing.T) {
	for _, c := range []struct{ name, add, remove, want string }{
		{"1", "", "", "1"},
		{"1", "S", "", "1:2,S"},
		{"1", "", "S", "1"},
		{"1:2,", "S", "", "1:2,S"},
		{"1:2,S", "", "S", "1:2,"},
		{"1:2,FS", "R", "", "1:2,FRS"},
		{"1:2,S", "S", "", "1:2,S"},
		{"1:2,SS", "", "S", "1:2,"},
		{"1:2,Sc", "ab", "", "1:2,Sabc"},
		{"1!2,X9S", "F", "S", "1!2,FX9"},
		{"1:2,ZA", "S", "", "1:2,SZA"},
		{"1:2,S,keep", "F", "", "1:2,FS,keep"},
		{"1:2,:2,S", "S", "", "1:2,:2S,S"},
		{"1:2,\xff\xfeS", "F", "S", "1:2,F\xff\xfe"},
	} {
		if got := parseName(c.name).with(c.add, c.remove).String(); got != c.want {
			t.Errorf("%q with %q without %q is %q, want %q", c.name, c.add, c.remove, got, c.want)
		}
	}
}

func TestWithoutUID(t *testing.T) {
	for unique, want := range map[string]string{
		"1.2.h": "1.2.h", "1.2.h,U=12": "1.2.h", "1.2.h,U=12,FMD5=ab": "1.2.h,FMD5=ab", "1,S=3,U=4,W=5": "1,S=3,W=5",
		"1,U=": "1,U=", "1,U=x": "1,U=x", "1,U=1x": "1,U=1x",
	} {
		if got := withoutUID(unique); got != want {
			t.Errorf("%q without its UID is %q, want %q", unique, got, want)
		}
	}
}

func TestUTF7(t *testing.T) {
	for name, want := range map[string]string{
		"Sent": "Sent", "Entwürfe": "Entw&APw-rfe", "A&B": "A&-B", "台北": "&U,BTFw-", "a😀b": "a&2D3eAA-b", "": "",
		"~peter/mail/台北/日本語": "~peter/mail/&U,BTFw-/&ZeVnLIqe-",
	} {
		if got := utf7.Encode(name); got != want {
			t.Errorf("%q is written %q, want %q", name, got, want)
		}
		if got, ok := utf7.Decode(want); got != name || !ok {
			t.Errorf("%q is read %q, %v, want %q", want, got, ok, name)
		}
	}
	for _, text := range []string{"&", "a&b", "&AGE-", "&APw", "&AP-", "&APx-", "&2D0-", "ü", "&!-", "&APw-&APw-", "&AP w-"} {
		if got, ok := utf7.Decode(text); ok {
			t.Errorf("%q is not in the one right form, but is read as %q", text, got)
		}
	}
}

// hostileNames is what a server may call a folder.
func hostileNames() []string {
	return []string{
		".", "..", "...", "../../.ssh", "/abs", "a/../../b", "INBOX\x00x", "a.b", ".hidden", "trailing.", "trailing ", " ",
		"%", "%2e", "%2F", "%=", "%zz", "%~0123456789abcdef0123", "%41", "a\nb", "a\\b", "C:\\x", "CON", "con.txt", "NUL", "Aux .x", "COM1", "lpt9",
		"COM¹", "COM10", "cur", "CUR", "New", "tmp", "inbox", "Inbox", "INBOX.x", "Entwürfe", "&APw-", "&", "a&b", "日本語", "e\u0301", "\u00e9", "\u202etxt.exe",
		strings.Repeat("x", 300), strings.Repeat("ü", 150), strings.Repeat("X", 300), strings.Repeat(".", 90), "~", "~root", "-rf", "*", "a:2,S", "maildirfolder", "dovecot-keywords", "",
	}
}

func TestNamesAreReversible(t *testing.T) {
	for _, name := range hostileNames() {
		for _, dots := range []bool{true, false} {
			for _, force := range []int{0, 1, 100} {
				text := escape(name, dots, force)
				if got := unescape(text); got != name {
					t.Errorf("%q written as %q is read as %q", name, text, got)
				}
				if strings.ContainsAny(text, "/\\\x00\n") || text == "" || strings.HasPrefix(text, ".") || strings.HasSuffix(text, ".") || dots && strings.Contains(text, ".") {
					t.Errorf("%q is written as %q", name, text)
				}
				if reserved(text) {
					t.Errorf("%q is written as %q, which means something", name, text)
				}
			}
		}
		names, err := splitPath(joinPath([]string{"a", name}))
		if err != nil || !slices.Equal(names, []string{"a", name}) {
			t.Errorf("the path %q is %q, %v", joinPath([]string{"a", name}), names, err)
		}
	}
}

// TestNamesOfOthers: a tree of another program may spell names in modified UTF-7;
// a name that only looks like it comes back as it was given.
func TestNamesOfOthers(t *testing.T) {
	for text, name := range map[string]string{"Entw&APw-rfe": "Entwürfe", "Entwürfe": "Entwürfe", "R&D": "R&D", "a&b-c": "a&b-c", "R&-D": "R&D", "R%26-D": "R&-D"} {
		if got := nameOf(text); got != name {
			t.Errorf("%q is read as %q", text, got)
		}
	}
	for base, path := range map[string]string{"..sub.x": "INBOX/sub/x", ".INBOX.sub": "INBOX/sub", ".a.b": "a/b", ".%=.b": "/b"} {
		if got := flatPath(nil, base); got != path {
			t.Errorf("%q is read as %q", base, got)
		}
	}
	for _, name := range append(hostileNames(), "Entw&APw-rfe", "R&-D", "R&D", "&-ü", "x&-%26") {
		if text := nestedName(name, 0); nameOf(text) != name {
			t.Errorf("%q is written as %q and read as %q", name, text, nameOf(text))
		}
	}
}

func FuzzNames(f *testing.F) {
	for _, name := range hostileNames() {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if !utf8.ValidString(name) {
			if shown := nameOf(name); !utf8.ValidString(shown) {
				t.Fatalf("%q is shown as %q", name, shown)
			}
			return
		}
		for _, text := range []string{utf7.Encode(escape(name, true, 0)), nestedName(name, 0)} {
			if got := nameOf(text); got != name {
				t.Fatalf("%q is written %q and read %q", name, text, got)
			}
		}
		if names, err := splitPath(joinPath([]string{name, name})); err != nil || !slices.Equal(names, []string{name, name}) {
			t.Fatalf("%q becomes %q, %v", name, names, err)
		}
		nameOf(name)
		splitPath(name)
	})
}

func TestMalformedPathsAreRefused(t *testing.T) {
	for _, path := range []string{"", "a%", "a%2", "a%2f", "%41", "a\xff"} {
		if names, err := splitPath(path); core.ClassOf(err) != core.Permanent || err == nil {
			t.Errorf("%q is taken for %q, %v", path, names, err)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, c := range conditions() {
		err := failure("maildir.test", "x", &fs.PathError{Op: "open", Path: "x", Err: c.err})
		var e *core.Error
		if !errors.As(err, &e) || e.Class != c.class || e.Remedy != c.remedy || e.Thing != "x" || !errors.Is(err, c.err) {
			t.Errorf("%v becomes %#v, want class %s", c.err, err, c.class)
		}
	}
	if err := failure("op", "x", errors.New("anything")); core.ClassOf(err) != core.Unknown {
		t.Errorf("an unknown error has class %s", core.ClassOf(err))
	}
	if failure("op", "x", nil) != nil {
		t.Error("nothing becomes an error")
	}
	if own := fmt.Errorf("again: %w", missing("op", "x")); core.ClassOf(failure("other", "y", own)) != core.Missing {
		t.Error("an error with a class loses it")
	}
	if err := failure("op", "x", context.Canceled); err != context.Canceled {
		t.Errorf("the end of a context becomes %v", err)
	}
}

func TestLineEndsOnDisk(t *testing.T) {
	for body, want := range map[string]string{
		"": "", "a\r\nb\r\n": "a\nb\n", "a\nb": "a\nb", "a\rb\r": "a\rb\r", "\r\r\n\r": "\r\n\r", "\r\n\r\n": "\n\n",
		strings.Repeat("x\r\n", 20000): strings.Repeat("x\n", 20000),
	} {
		for _, step := range []int{1, 7, 1 << 20} {
			var out bytes.Buffer
			w := &lfWriter{out: &out}
			for rest := []byte(body); len(rest) > 0; {
				n, err := w.Write(rest[:min(step, len(rest))])
				if err != nil {
					t.Fatal(err)
				}
				rest = rest[n:]
			}
			if err := w.flush(); err != nil || out.String() != want {
				t.Errorf("%.20q in steps of %d is written %.20q, %v", body, step, out.String(), err)
			}
		}
	}
}

func TestHostPart(t *testing.T) {
	for host, want := range map[string]string{
		"mail.example.org": "mail.example.org", "a/b:c": `a\057b\072c`, "": "localhost", "a!b;c,d%e\nf": "a_b_c_d_e_f", "hüst": "h_st",
		strings.Repeat("h", 300): strings.Repeat("h", longestHost),
	} {
		if got := hostPart(host); got != want {
			t.Errorf("%q becomes %q, want %q", host, got, want)
		}
	}
}

func TestRolesOfTheTableAreUnique(t *testing.T) {
	seen := map[string]core.Role{}
	for role, names := range wellKnown() {
		for name := range strings.SplitSeq(names, "|") {
			if name == "" || name != strings.TrimSpace(name) {
				t.Errorf("%s has the name %q", role, name)
			}
			if other, twice := seen[foldName(name)]; twice {
				t.Errorf("%q is %s and %s", name, role, other)
			}
			seen[foldName(name)] = role
		}
	}
}

func TestKeywordsFile(t *testing.T) {
	k, bad := parseKeywords([]byte("0 work\n1 $Forwarded\r\n25 last\n26 beyond\n-1 below\n+2 sign\nx\n\n3\n4 two words\n5 \\Seen\n6 \xff\n"))
	wrong := []badLine{{4, "26 beyond", -1}, {5, "-1 below", -1}, {6, "+2 sign", -1}, {7, "x", -1}, {9, "3", 3}, {10, "4 two words", 4}, {11, `5 \Seen`, 5}}
	if !slices.Equal(bad, wrong) {
		t.Errorf("wrong lines are %+v", bad)
	}
	want := keywords{0: "work", 1: core.Forwarded, 25: "last", 6: "\uFFFD"}
	if k != want {
		t.Fatalf("%q, want %q", k, want)
	}
	if m := k.marks("FPSTabcz:2é"); m != core.NewMarks(core.Flagged, core.Forwarded, core.Seen, core.Deleted, "work", "last") {
		t.Errorf("marks are %q", m)
	}
	letters, missing := k.letters(core.NewMarks(core.Forwarded, "work", "new", `\Unknown`, core.Draft))
	if letters != "PbDa" { // in the order of the marks: $Forwarded has two
		t.Errorf("letters are %q", letters)
	}
	if !slices.Equal(missing, []string{"new"}) {
		t.Errorf("missing are %q", missing)
	}
}
