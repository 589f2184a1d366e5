package ldap

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"lockstep/core"
)

// TestResults: the class of every result, as the answer to a question and to a
// login, row by row.
func TestResults(t *testing.T) {
	const (
		transient = core.Transient
		permanent = core.Permanent
		auth      = core.Auth
	)
	rows := []struct {
		code   int
		text   string
		asking core.Class
		login  core.Class
		remedy string // a part of it
	}{
		{1, "000004DC: LdapErr: DSID-0C090A5C, comment: In order to perform this operation a successful bind must be completed on the connection.", auth, auth, "set user and password"},
		{1, "", transient, transient, ""},
		{2, "", permanent, auth, ""},
		{3, "", transient, transient, "pages"},
		{4, "", permanent, auth, "page = 500"},
		{5, "", permanent, auth, ""},
		{6, "", permanent, auth, ""},
		{7, "", auth, auth, "kind of login"},
		{8, "", auth, auth, "StartTLS"},
		{10, "", permanent, auth, "address the server"},
		{11, "", permanent, auth, "smaller pages"},
		{12, "", permanent, auth, "page = 0"},
		{13, "", auth, auth, "StartTLS"},
		{14, "", auth, auth, "kind of login"},
		{16, "", permanent, auth, "filter"},
		{17, "", permanent, auth, "filter"},
		{18, "", permanent, auth, "filter"},
		{19, "", permanent, auth, ""},
		{20, "", permanent, auth, ""},
		{21, "", permanent, auth, "filter"},
		{32, "", permanent, auth, "check the"},
		{33, "", permanent, auth, "base"},
		{34, "", permanent, auth, "check the"},
		{36, "", permanent, auth, "base"},
		{48, "", auth, auth, "user and password"},
		{49, "80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data 525, v3839", auth, auth, "no such user"},
		{49, "AcceptSecurityContext error, data 52e, v3839", auth, auth, "check user and password"},
		{49, "AcceptSecurityContext error, data 530, v3839", auth, auth, "at this time"},
		{49, "AcceptSecurityContext error, data 531, v3839", auth, auth, "from this machine"},
		{49, "AcceptSecurityContext error, data 532, v3839", auth, auth, "password has expired"},
		{49, "AcceptSecurityContext error, data 533, v3839", auth, auth, "disabled"},
		{49, "AcceptSecurityContext error, data 701, v3839", auth, auth, "account has expired"},
		{49, "AcceptSecurityContext error, data 773, v3839", auth, auth, "be changed"},
		{49, "AcceptSecurityContext error, data 775, v3839", auth, auth, "locked"},
		{49, "", auth, auth, "check user and password"},
		{50, "", permanent, auth, "let the account read"},
		{51, "", transient, transient, ""},
		{52, "", transient, transient, ""},
		{53, "", permanent, auth, ""},
		{54, "", permanent, auth, ""},
		{64, "", permanent, auth, ""},
		{65, "", permanent, auth, ""},
		{66, "", permanent, auth, ""},
		{67, "", permanent, auth, ""},
		{68, "", permanent, auth, ""},
		{69, "", permanent, auth, ""},
		{71, "", permanent, auth, "base"},
		{80, "", transient, transient, "administrator"},
		{123, "", auth, auth, "for itself"},
		{4711, "", permanent, auth, ""}, // no row names it
	}
	tested := map[string]bool{}
	for _, row := range rows {
		result := &ResultError{Code: row.code, Text: row.text}
		if r, ok := find(result); ok {
			tested[fmt.Sprint(r.code, r.text)] = true
		}
		for what, class := range map[purpose]core.Class{asking: row.asking, binding: row.login} {
			var e *core.Error
			if !errors.As(failure("ldap.Test", "thing", what, result), &e) || e.Class != class || !strings.Contains(e.Remedy, row.remedy) {
				t.Errorf("%d %q is %v of class %s, want %s and %q", row.code, row.text, e, e.Class, class, row.remedy)
			}
		}
	}
	for _, r := range table() {
		if !tested[fmt.Sprint(r.code, r.text)] {
			t.Errorf("row %d %q is not tested", r.code, r.text)
		}
	}
}

// TestFailureKeepsItsClass: what has a class already keeps it.
func TestFailureKeepsItsClass(t *testing.T) {
	inner := core.Errorf("config.Secret", core.Auth, "no such file")
	if got := failure("ldap.Bind", "x", binding, inner); got != error(inner) {
		t.Errorf("%v became %v", inner, got)
	}
	if got := core.ClassOf(failure("ldap.Bind", "x", binding, context.Canceled)); got != core.Transient {
		t.Errorf("a cancelled login is %s", got)
	}
}

func TestErrorTexts(t *testing.T) {
	got := failure("ldap.Search", "dc=x", asking, &ResultError{Code: 4, Text: "too\x1b[31m many"}).Error()
	want := "ldap.Search dc=x: the server says 4 sizeLimitExceeded: too\x1b[31m many (read in pages (page = 500), or let the server allow the account a larger answer)"
	if got != want { // texts are made plain where they are read
		t.Errorf("got  %q\nwant %q", got, want)
	}
	for in, out := range map[string]string{"a\r\nb": "a  b", "x\x1b[31m": "x [31m", "\xff": "?", "ok\x00": "ok", strings.Repeat("x", 600): strings.Repeat("x", 500) + "..."} {
		if got := plain(in); got != out {
			t.Errorf("%q is %q, want %q", in, got, out)
		}
	}
}
