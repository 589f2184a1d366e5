package config

import (
	"testing"

	"lockstep/core"
)

func TestPatterns(t *testing.T) {
	for _, c := range []struct {
		pattern, path string
		want          bool
	}{
		{"INBOX", "INBOX", true},
		{"inbox", "INBOX", true},
		{"INBOX", "Inbox", true},
		{"INBOX/*", "inbox/a", true},
		{"inb*", "INBOX", false},
		{"Sent", "sent", false},
		{"Lists/*", "Lists/go", true},
		{"Lists/*", "Lists", false},
		{"Lists/*", "Lists/go/nuts", false},
		{"Lists/**", "Lists/go/nuts", true},
		{"Lists/**", "Lists/go", true},
		{"Lists/**", "Lists", false},
		{"**", "a", true},
		{"**", "a/b/c", true},
		{"**/drafts", "drafts", true},
		{"**/drafts", "a/b/drafts", true},
		{"**/drafts", "a/b/drafts/c", false},
		{"a/**/z", "a/z", true},
		{"a/**/z", "a/b/c/z", true},
		{"a/**/b/**", "a/x/b/y/z", true},
		{"a/**/b/**", "a/x/b", false},
		{"20[0-2]?", "2019", true},
		{"20[0-2]?", "2039", false},
		{"[^a-z]*", "Z", true},
		{`\*`, "*", true},
		{`\*`, "a", false},
		{"[Gmail]/*", "[Gmail]/Spam", true},
		{"[Gmail]/*", "G/Spam", false},
		{"[Google Mail]", "[Google Mail]", true},
		{"x/[Gmail]", "x/G", true},
		{"*", "a%2Fb", true},
		{"*", "", true},
	} {
		p, err := ParsePattern(c.pattern)
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		if got := p.Match(c.path, core.RoleNone); got != c.want {
			t.Errorf("%s on %s: %v", c.pattern, c.path, got)
		}
	}
}

func TestRolePatterns(t *testing.T) {
	p, err := ParsePattern(`\sent`)
	if err != nil {
		t.Fatal(err)
	}
	if !p.Match("Gesendet", core.RoleSent) || p.Match("Sent", core.RoleNone) || !p.Names() {
		t.Error("a role pattern goes by the role alone")
	}
}

func TestPatternsThatName(t *testing.T) {
	for text, want := range map[string]bool{"a/b": true, "[Gmail]/All Mail": true, `a\*`: true, "a*": false, "**": false, "[a]": false, "a?": false} {
		p, err := ParsePattern(text)
		if err != nil || p.Names() != want {
			t.Errorf("%s: %v %v", text, p.Names(), err)
		}
	}
}

func FuzzPattern(f *testing.F) {
	f.Add("a/**/[b-d]*", "a/x/c")
	f.Add(`\Sent`, "Sent")
	f.Fuzz(func(t *testing.T, text, path string) {
		if p, err := ParsePattern(text); err == nil {
			p.Match(path, core.RoleSent)
			p.Names()
		}
	})
}
