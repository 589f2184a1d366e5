package dav

import (
	"net/http"
	"strings"
	"testing"

	"lockstep/core"
	wire "lockstep/protocol/dav"
)

// TestMended: of several stamps the last stays, and every other line as it is.
func TestMended(t *testing.T) {
	for in, want := range map[string]string{
		"REV:1|FN:a|PRODID:x|rev;A=b:2|NOTE:fol\r\n ded": "FN:a|PRODID:x|rev;A=b:2|NOTE:fol\r\n ded",
		"PRODID:a|PRODID:b|PRODID:c":                     "PRODID:c",
		"REV:1|PRODID:a|NOTE:b|NOTE:c":                   "", // nothing to mend
		"AGENT:|BEGIN:VCARD|REV:1|END:VCARD|REV:2":       "", // another card's
		"no line": "",
	} {
		card := func(lines string) string {
			return strings.ReplaceAll("BEGIN:VCARD|"+lines+"|END:VCARD|", "|", "\r\n")
		}
		got := string(mended([]byte(card(in))))
		if want != "" {
			want = card(want)
		}
		if got != want {
			t.Errorf("%q becomes\n%q\nand not\n%q", in, got, want)
		}
	}
}

// TestInvalid: only what is refused for what it says is worth another copy.
func TestInvalid(t *testing.T) {
	for _, c := range []struct {
		status    int
		condition string
		class     core.Class
		want      bool
	}{
		{http.StatusUnsupportedMediaType, "", core.Permanent, true},
		{http.StatusBadRequest, "", core.Permanent, true},
		{http.StatusForbidden, "valid-address-data", core.Permanent, true},
		{http.StatusForbidden, "", core.Permanent, false},
		{http.StatusForbidden, "max-resource-size", core.Permanent, false},
		{http.StatusPreconditionFailed, "", core.Conflict, false},
		{http.StatusInternalServerError, "", core.Unknown, false},
	} {
		refusal := &wire.StatusError{Status: c.status}
		if c.condition != "" {
			refusal.Conditions = []wire.Condition{{Name: c.condition}}
		}
		if got := invalid(&core.Error{Class: c.class, Err: refusal}); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
	if invalid(nil) || invalid(core.Errorf("x", core.Permanent, "of our own")) {
		t.Error("there is no refusal")
	}
}

// TestRevs: a Rev is taken apart as it was made.
func TestRevs(t *testing.T) {
	for _, c := range [][3]string{{`"a b"`, `"c"`, `"a b" "c"`}, {`"a"`, "", `"a"`}, {"", "", ""}, {"", `"c"`, ""}} {
		rev := revOf(c[0], c[1])
		etag, tag := tagsOf(rev)
		if c[0] == "" {
			c[1] = ""
		}
		if string(rev) != c[2] || etag != c[0] || tag != c[1] {
			t.Errorf("%q: %q is %q and %q", c, rev, etag, tag)
		}
	}
}
