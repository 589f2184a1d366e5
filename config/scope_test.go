package config

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lockstep/core"
)

// noon is when the passes of these tests begin.
func noon() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

func day(text string) int64 {
	d, err := time.Parse(dayForm, text)
	if err != nil {
		panic(err)
	}
	return d.Unix()
}

func TestScope(t *testing.T) {
	seen := core.Stub{Size: 31e6, Time: day("2026-02-01"), Marks: core.NewMarks(core.Seen, "work"), Key: "<1@x>", Owner: "ann"}
	for _, c := range []struct {
		keys string
		item core.Stub
		want string // "" = in scope, else why not
	}{
		{"", seen, ""},
		{`max_size = "25MB"`, seen, "larger than 25 MB (31 MB)"},
		{`max_size = "31MB"`, seen, ""},
		{`max_size = "30999999B"`, seen, "larger than 31 MB (31000000 bytes)"},
		{`max_size = "1.5MB"`, core.Stub{Size: 1_600_000}, "larger than 1.5 MB (1.6 MB)"},
		{`max_size = "1B"`, core.Stub{Size: -1}, ""},
		{`max_size = "1KiB"`, core.Stub{Size: 1025}, "larger than 1 kB (1025 bytes)"},
		{`since = "2026-02-01"`, seen, ""},
		{`since = 2026-02-02`, seen, "older than 2026-02-02 (2026-02-01)"},
		{`since = "28d"`, seen, "older than 28d (2026-02-01)"},
		{`since = "29d"`, seen, ""},
		{`since = "1d"`, core.Stub{}, ""},
		{`filter = 'size < 1000'`, seen, `filter = "size < 1000" does not hold`},
		{`filter = 'size < 1000'`, core.Stub{Size: -1}, ""},
		{`filter = 'has("\\Seen") and "work" in marks'`, seen, ""},
		{`filter = 'not has("\\Seen")'`, seen, `filter = "not has(\"\\\\Seen\")" does not hold`},
		{`filter = 'date >= day("2026-02-01") and date < day("2026-02-02")'`, seen, ""},
		{`filter = 'age == 28'`, seen, ""},
		{`filter = 'age < 7'`, core.Stub{Size: 1}, ""},
		{`filter = 'date > day("2000-01-01")'`, core.Stub{Size: 1}, ""},
		{`filter = 'folder startsWith "INBOX" and role == "inbox"'`, seen, ""},
		{`filter = 'folder == "Lists"'`, seen, `filter = "folder == \"Lists\"" does not hold`},
		{`filter = 'key == "<1@x>" && owner == "ann"'`, seen, ""},
		{`filter = 'marks[7] == "x"'`, seen, ""}, // fails: in scope
		{`filter = 'int(key) == 1'`, seen, ""},   // fails: in scope
		{`filter = 'any(marks, # == "x")'`, seen, `filter = "any(marks, # == \"x\")" does not hold`},
		{"max_size = \"25MB\"\nsince = \"7d\"", core.Stub{Size: 1, Time: day("2026-01-01")}, "older than 7d (2026-01-01)"},
	} {
		in := linkOf(t, ends+c.keys).InScope(noon())
		if in == nil {
			if c.want != "" || c.keys != "" {
				t.Errorf("%s: there is no filter", c.keys)
			}
			continue
		}
		ok, why := in(c.item, folder("Inbox", core.RoleInbox))
		if ok != (c.want == "") || why != c.want {
			t.Errorf("%s: %v %q, want %q", c.keys, ok, why, c.want)
		}
	}
}

func TestScopeNamesTheFilters(t *testing.T) {
	names := map[string]string{}
	for _, keys := range []string{
		"", `max_size = "25MB"`, `max_size = "26MB"`, `since = "90d"`, `since = "2026-01-01"`, `filter = 'size > 1'`, "since = \"90d\"\nfilter = 'size > 1'",
	} {
		scope := linkOf(t, ends+keys).Scope()
		if was, taken := names[scope]; taken {
			t.Errorf("%q and %q have one scope %q", was, keys, scope)
		}
		names[scope] = keys
		if again := linkOf(t, ends+keys+"\nexclude = [\"x\"]").Scope(); again != scope {
			t.Errorf("%q and %q: folders are no filter", again, scope)
		}
	}
	accounts := "[accounts.c]\naddress = \"caldav+https://h/\"\n%s[links.x]\nleft = \"vdir:/v\"\nright = \"c\"\nkind = \"event\"\n"
	for _, key := range []string{"", `window = "90d"`, `window = "91d"`, `window = 2026-01-01`} {
		c, err := loadText(t, fmt.Sprintf(accounts, key+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		scope := c.Links[0].Scope()
		if was, taken := names[scope]; taken && key != "" {
			t.Errorf("%q and %q have one scope %q", was, key, scope)
		}
		names[scope] = key
		if in := c.Links[0].InScope(noon()); in != nil {
			if ok, why := in(core.Stub{Time: day("2020-01-01")}, core.Collection{}); !ok {
				t.Errorf("%s: the other side's events are %s", key, why)
			}
		}
	}
	if _, ok := names[""]; !ok {
		t.Error("no filters are no scope")
	}
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]int64{
		"25MB": 25e6, "25 MB": 25e6, "500kB": 5e5, "500KB": 5e5, "1GiB": 1 << 30, "1.5MiB": 3 << 19, "17": 17, "17B": 17, "2TB": 2e12,
		"": 0, "MB": 0, "-1MB": 0, "1e3": 0, "0x10": 0, "25mb": 0, "25M": 0, "NaN": 0, "99999999TB": 0, "0": 0, "0.1B": 0, ".": 0, "1.2.3MB": 0,
	} {
		got, err := parseSize(text)
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("%q is %d (%v), want %d", text, got, err, want)
		}
		if err == nil {
			if again, err := parseSize(printSize(got)); err != nil || again != got {
				t.Errorf("%q prints as %q, which is %d (%v)", text, printSize(got), again, err)
			}
		}
	}
}

func TestSince(t *testing.T) {
	for text, want := range map[string]string{
		"2024-02-29": "2024-02-29T00:00:00Z", "1d": "2026-02-28T12:00:00Z", "365d": "2025-03-01T12:00:00Z",
		"2023-02-29": "", "d": "", "+1d": "", "-1d": "", "1.5d": "", "1w": "", "": "", "99999999d": "",
	} {
		s, err := ParseSince(text)
		if (err == nil) != (want != "") {
			t.Errorf("%q: %v", text, err)
		}
		if err == nil && (s.Cutoff(noon()).Format(time.RFC3339) != want || s.String() != text) {
			t.Errorf("%q is %s, printed %q", text, s.Cutoff(noon()), s)
		}
	}
}

func TestExpressionErrors(t *testing.T) {
	for text, want := range map[string]string{
		`siz > 1`:                 `unknown name siz, at character 1; did you mean "size"?`,
		`date > date("2024")`:     `not callable`,
		`size > `:                 "unexpected token EOF",
		`"x"`:                     "expected bool",
		`date > day("yesterday")`: `day("yesterday") is not a date; write day("2024-01-31")`,
		`now() > date`:            "unknown name now",
		`size > "big"`:            "invalid operation",
	} {
		if _, err := ParseExpression(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
