package maildir

import (
	"strings"
	"testing"
	"unicode/utf8"

	"lockstep/core"
)

// FuzzFileName: a name that is taken apart is the same when it is put together,
// its ID names it and no other, and flags come and go without touching the rest.
func FuzzFileName(f *testing.F) {
	for _, name := range []string{
		"1700000000.M1P2Q3.host:2,FS", "1.x,S=12,W=13:2,Sab,extra", "1:2,:2,S", "1!2,S", "1;2,", ":2,S", "", "1.x,U=7:2,", "2\nnewline", "4\xff\xfe:2,S\xff", "5%2F..%00", "a/b", "1.2.host:2,FS", "1:2,:2,\n%",
	} {
		f.Add(name, "FSa", "R")
	}
	f.Fuzz(func(t *testing.T, name, add, remove string) {
		n := parseName(name)
		if n.String() != name {
			t.Fatalf("%q is put together as %q", name, n.String())
		}
		if !strings.Contains(name, "/") {
			id := idOf(n.unique)
			if back, version := uniqueOf(id); back != n.unique || version != "" {
				t.Errorf("%q has the ID %q, which names %q", n.unique, id, back)
			}
			if !utf8.ValidString(string(id)) || strings.ContainsFunc(string(id), func(r rune) bool { return r < ' ' || r == 0x7f }) {
				t.Errorf("%q has the ID %q", n.unique, id)
			}
		}
		letters := func(s string) string { // as the package itself asks for them
			return strings.Map(func(r rune) rune {
				if r >= 'a' && r <= 'z' || strings.ContainsRune("DFPRST", r) {
					return r
				}
				return -1
			}, s)
		}
		add, remove = letters(add), letters(remove)
		now := parseName(n.with(add, remove).String())
		if now.unique != n.unique || now.extra != n.extra {
			t.Errorf("%q with %q and without %q is %q", name, add, remove, now.String())
		}
		for _, c := range "abcdefghijklmnopqrstuvwxyzDFPRST" {
			want := strings.ContainsRune(add, c) || strings.ContainsRune(n.flags, c) && !strings.ContainsRune(remove, c)
			if has := strings.ContainsRune(now.flags, c); has != want {
				t.Errorf("%q with %q and without %q is %q", name, add, remove, now.String())
			}
		}
		if again := now.with(add, remove); again.String() != now.String() {
			t.Errorf("a second time %q becomes %q", now.String(), again.String())
		}
		if head := withoutUID(n.unique); len(head) > len(n.unique) {
			t.Errorf("%q without its UID is %q", n.unique, head)
		}
	})
}

// FuzzKeywords: whatever stands in the file, the names that are read are
// marks, every line is read or told, and what is written is read back.
func FuzzKeywords(f *testing.F) {
	for _, text := range []string{"0 work\n1 $Forwarded\r\n25 last\n", "26 beyond\n-1 below\nx\n\n3\n4 two words\n5 \\Seen\n6 \xff\n", "0 a\n0 b", "+1 x\n00 y\n \n\x00"} {
		f.Add(text, "new")
	}
	f.Fuzz(func(t *testing.T, text, name string) {
		k, bad := parseKeywords([]byte(text))
		for _, mark := range k {
			if mark != "" && (!core.ValidMark(mark) || strings.HasPrefix(mark, `\`) || !utf8.ValidString(mark)) {
				t.Errorf("%q is a keyword", mark)
			}
		}
		lines := strings.Split(text, "\n")
		for _, line := range bad {
			if line.number < 1 || line.number > len(lines) || line.text != strings.TrimRight(lines[line.number-1], "\r") || line.letter < -1 || line.letter > 25 {
				t.Errorf("%+v is no line of %q", line, text)
			}
		}
		if !core.ValidMark(name) || !utf8.ValidString(name) || strings.HasPrefix(name, `\`) {
			return
		}
		before := k
		n := k.add(name, [26]bool{}, &keywords{})
		if n < 0 {
			return
		}
		if before[n] != "" {
			t.Errorf("%q took the letter of %q", name, before[n])
		}
		if len(text) > 0 && !strings.HasSuffix(text, "\n") {
			text += "\n"
		}
		if again, _ := parseKeywords([]byte(text + string(rune('0'+n/10)) + string(rune('0'+n%10)) + " " + name + "\n")); again != k {
			t.Errorf("%q is read back as %q", k, again)
		}
	})
}
