package mapping_test

import (
	"slices"
	"strings"
	"testing"

	"lockstep/internal/mapping"
)

// ann is an entry with a bit of everything.
func ann() mapping.Entry {
	return mapping.Entry{
		Source: "corp", DN: "uid=ann,ou=people,dc=example,dc=org", Where: "uid=ann,ou=people,dc=example,dc=org",
		Attributes: map[string][]string{
			"mail": {"b@d.org", "a@d.org"}, "givenname": {"Ann"}, "sn": {"Other"}, "objectclass": {"top", "obmUser"},
			"my-attr": {"x;y", ""}, "uidnumber": {"17"}, "useraccountcontrol": {"514"}, "type": {"staff"}, "cn;lang-fr": {"Anne"},
			"userpassword": {"s3cret"},
		},
	}
}

func TestExpressions(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
		asks []string
	}{
		{"", nil, nil},
		{"mail", []string{"a@d.org", "b@d.org"}, []string{"mail"}}, // sorted, however the directory gives them
		{"MAIL", []string{"a@d.org", "b@d.org"}, []string{"mail"}},
		{"my-attr", []string{"x;y"}, []string{"my-attr"}},
		{"cn;lang-fr", []string{"Anne"}, []string{"cn;lang-fr"}},
		{"missing", nil, []string{"missing"}},
		{"dn", []string{"uid=ann,ou=people,dc=example,dc=org"}, nil},
		{"first(mail)", []string{"a@d.org"}, []string{"mail"}},
		{"first(missing)", nil, []string{"missing"}},
		{"all(Mail)", []string{"a@d.org", "b@d.org"}, []string{"mail"}},
		{"mail[0]", []string{"a@d.org"}, []string{"mail"}},
		{`concat(first(givenName), " ", first(SN))`, []string{"Ann Other"}, []string{"givenname", "sn"}},
		{`first(givenName) + "@" + lower("D.ORG")`, []string{"Ann@d.org"}, []string{"givenname"}},
		{`upper(mail)`, []string{"A@D.ORG", "B@D.ORG"}, []string{"mail"}},
		{`split(attr("my-attr"), ";")`, []string{"x", "y"}, []string{"my-attr"}},
		{`split(first(attr("my-attr")), ";")`, []string{"x", "y"}, []string{"my-attr"}},
		{`replace(mail, "d.org", "e.org")`, []string{"a@e.org", "b@e.org"}, []string{"mail"}},
		{`replace(first(mail), "d.org", "e.org")`, []string{"a@e.org"}, []string{"mail"}},
		{`join(mail, ", ")`, []string{"a@d.org, b@d.org"}, []string{"mail"}},
		{`trim("  x ")`, []string{"x"}, nil},
		{`filter(mail, # matches "^b")`, []string{"b@d.org"}, []string{"mail"}},
		{`map(mail, split(#, "@")[0])`, []string{"a", "b"}, []string{"mail"}},
		{`first(filter(mail, has(#, "B@D.ORG")))`, []string{"b@d.org"}, []string{"mail"}},
		{`has(objectClass, "OBMUSER") ? mail : missing`, []string{"a@d.org", "b@d.org"}, []string{"mail", "missing", "objectclass"}},
		{`let m = first(mail); m + "x"`, []string{"a@d.orgx"}, []string{"mail"}},
		{`int(first(uidNumber)) * 2`, []string{"34"}, []string{"uidnumber"}},
		{`float(first(uidNumber)) / 2`, []string{"8.5"}, []string{"uidnumber"}},
		{`first(attr("type"))`, []string{"staff"}, []string{"type"}}, // the name of a function of expr-lang
		{`lower(dn)`, []string{"uid=ann,ou=people,dc=example,dc=org"}, nil},
		{`first(attr("DN"))`, []string{"uid=ann,ou=people,dc=example,dc=org"}, nil},
		{`last(missing)`, nil, []string{"missing"}}, // nothing is no value
		{`["a", "", "b"]`, []string{"a", "b"}, nil},
		{`[mail, filter(mail, # == "x"), "c@d.org"]`, []string{"a@d.org", "b@d.org", "c@d.org"}, []string{"mail"}},
	} {
		e, err := mapping.Parse(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		got, err := e.Value(ann())
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s gives %q, %v; want %q", c.text, got, err, c.want)
		}
		if asks := e.Attributes(); !slices.Equal(asks, c.asks) {
			t.Errorf("%s asks for %q, want %q", c.text, asks, c.asks)
		}
		if e.String() != c.text {
			t.Errorf("%s prints as %s", c.text, e)
		}
	}
}

// TestBadExpressions: every mistake has its place and, where one is known, a
// remedy.
func TestBadExpressions(t *testing.T) {
	for text, want := range map[string]string{
		`frist(mail)`:          `unknown name frist, at character 1; the functions beside those of expr-lang are all, attr, `,
		`first(mail`:           `at character`,
		`mail + "x"`:           `list`,
		`attr(mail)`:           `attr needs the name of an attribute, at character`,
		`attr("a", "b")`:       `attr needs the name of an attribute`,
		`len(type)`:            `type is a function, at character 5; call it, or write attr("type")`,
		`$env["mail"]`:         `$env is not known`,
		`first(mail) == "a@d"`: `it gives no values, but a bool`,
		`now()`:                `now`,
		`concat(mail, "x")`:    `take first(x), ask has(x, value), or put lists together as [x, y]`,
		"mail alias":           `at character 6`,
		"2 +":                  `at character`,
	} {
		e, err := mapping.Parse(text)
		if err == nil {
			got, err := e.Value(ann())
			t.Errorf("%s is taken: %q, %v", text, got, err)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", text, err, want)
		}
	}
}

func TestConditions(t *testing.T) {
	for text, want := range map[string]bool{
		"":                                         true,
		`has(objectClass, "obmuser")`:              true,
		`"obmuser" in objectClass`:                 false, // in is exact
		`dn endsWith "dc=example,dc=org"`:          true,
		`len(mail) > 1`:                            true,
		`mail == []`:                               false,
		`missing == []`:                            true,
		`any(mail, # endsWith "@d.org")`:           true,
		`first(missing) matches "^x"`:              false,
		`not has(mail, "x") and first(sn) != "No"`: true,
	} {
		c, err := mapping.ParseCondition(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got, err := c.Holds(ann()); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"mail":        "a condition holds or does not; this gives a list",
		"first(mail)": "this gives a text",
		"1":           "this gives a number",
		"mail ==":     "at character",
		`mail == "a"`: "take first(x), ask has(x, value)",
	} {
		if _, err := mapping.ParseCondition(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", text, err, want)
		}
	}
}

// TestFailuresHoldNoValues: what an expression makes of a password is not told.
func TestFailuresHoldNoValues(t *testing.T) {
	for _, text := range []string{
		`int(first(userPassword))`, `string(missing[3])`, `userPassword[7]`, `fromJSON(first(userPassword))`, `{"a": first(userPassword)}["a"].b`,
		`first(userPassword) matches first(split("[", ",")) ? 1 : 2`, `toJSON(userPassword) | int()`,
	} {
		e, err := mapping.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got, err := e.Value(ann())
		if err == nil {
			t.Errorf("%s gives %q", text, got)
		} else if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v holds the value", text, err)
		}
	}
}
