package mapping_test

import (
	"slices"
	"strings"
	"testing"

	"lockstep/internal/mapping"
)

func TestFilters(t *testing.T) {
	for text, want := range map[string]bool{
		"":                           true,
		"(mail=*)":                   true,
		"(missing=*)":                false,
		"(objectClass=OBMUSER)":      true,
		"(objectClass=person)":       false,
		"(!(objectClass=person))":    true,
		"(!(missing=x))":             true,
		"(&(mail=*)(sn=other))":      true,
		"(&(mail=*)(sn=x))":          false,
		"(|(sn=x)(sn=Other))":        true,
		"(&)":                        true,
		"(|)":                        false,
		"(mail=A@d.org)":             true,
		"(mail=a@*)":                 true,
		"(mail=*@D.ORG)":             true,
		"(mail=*@*.org)":             true,
		"(mail=a*b*org)":             false,
		"(mail=*x*)":                 false,
		"(sn~=other)":                true,
		"(sn=  other )":              true,
		"(uidNumber>=17)":            true,
		"(uidNumber>=9)":             true, // as numbers
		"(uidNumber>=18)":            false,
		"(uidNumber<=100)":           true,
		"(sn>=nobody)":               true,
		"(sn<=nobody)":               false,
		"(sn:=other)":                true,
		"(sn:caseExactMatch:=other)": false,
		"(sn:2.5.13.5:=Other)":       true,
		"(userAccountControl:1.2.840.113556.1.4.803:=2)":    true, // 514 = 512 + 2
		"(userAccountControl:1.2.840.113556.1.4.803:=3)":    false,
		"(userAccountControl:1.2.840.113556.1.4.804:=3)":    true,
		"(!(userAccountControl:1.2.840.113556.1.4.803:=2))": false,
		`(my-attr=x\3by)`:   true,
		`(sn=\4fther)`:      true,
		"(cn;lang-fr=anne)": true,
		"(cn=anne)":         false,
		"(memberOf:1.2.840.113556.1.4.1941:=cn=x)": false,
		"(cn:dn:=x)":               false,
		"(:caseExactMatch:=Other)": false,
		"(!(memberOf:1.2.840.113556.1.4.1941:=cn=x))": false, // it cannot be told
	} {
		f, err := mapping.ParseFilter(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := f.Matches(ann()); got != want {
			t.Errorf("%s: %v", text, got)
		}
		if f.String() != text {
			t.Errorf("%s prints as %s", text, f)
		}
		if here := f.Local() == nil; here == (strings.Contains(text, "1941") || strings.Contains(text, ":dn") || strings.Contains(text, "(:")) {
			t.Errorf("%s: %v", text, f.Local())
		}
	}
	f, _ := mapping.ParseFilter("(&(mail=*)(|(CN=x)(!(Mail=y))))")
	if got := f.Attributes(); !slices.Equal(got, []string{"cn", "mail"}) {
		t.Errorf("reads %q", got)
	}
}

func TestBadFilters(t *testing.T) {
	for text, want := range map[string]string{
		"mail=*":                        "a filter starts with a parenthesis, at character 1; write it as in (objectClass=person)",
		"(mail=*":                       "a closing parenthesis is missing, at character 8",
		"(mail=*))":                     "text after the end of the filter, at character 9",
		"(mail=*)(sn=*)":                "at character 9; join filters with (&(...)(...))",
		"()":                            "a comparison is missing, at character 2",
		"(mail)":                        "a comparison is missing",
		"(=x)":                          "a comparison is missing",
		"(&(mail=*)":                    "a closing parenthesis is missing",
		"(!mail=*)":                     "a filter starts with a parenthesis, at character 3",
		"(ma il=x)":                     `"ma il" is not the name of an attribute, at character 2`,
		`(sn=\4)`:                       `an escape is not two hexadecimal digits`,
		`(sn=\zz)`:                      `an escape is not two hexadecimal digits, at character 5; write \5c for a backslash`,
		`(sn=\`:                         `an escape`,
		"(sn=a(b)":                      `a character that must be escaped, at character 6`,
		"(sn>=a*)":                      `an asterisk in a comparison`,
		"(u:1.2.840.113556.1.4.803:=x)": "the bits to look at are not a number",
		strings.Repeat("(!", 200) + "(a=b)" + strings.Repeat(")", 200): "more than 100 parentheses",
	} {
		if _, err := mapping.ParseFilter(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", text, err, want)
		}
	}
}

// FuzzFilter: no filter and no value panics, and what parses is asked of an
// entry without its answer depending on the order of values.
func FuzzFilter(f *testing.F) {
	for _, seed := range []string{"(&(mail=*)(!(sn=a*b*)))", `(cn=\2a\28)`, "(x:1.2.840.113556.1.4.803:=2)", "(|)", "(a>=1)"} {
		f.Add(seed, "17")
	}
	f.Fuzz(func(t *testing.T, text, value string) {
		filter, err := mapping.ParseFilter(text)
		if err != nil {
			return
		}
		one := mapping.Entry{Attributes: map[string][]string{"a": {value, "x"}, "cn": {value}, "mail": {value}}}
		other := mapping.Entry{Attributes: map[string][]string{"a": {"x", value}, "cn": {value}, "mail": {value}}}
		if filter.Matches(one) != filter.Matches(other) {
			t.Fatal("the order of values counts")
		}
	})
}
