package ldap

import (
	"errors"
	"strings"
	"testing"

	goldap "github.com/go-ldap/ldap/v3"
)

func goodFilters() []string {
	return []string{"(mail=*)", "(&(objectClass=inetOrgPerson)(mail=*))", "(|(a=b)(c=d)(!(e=f)))", "(&)", "(|)", "(cn=)", "(cn=a*b*c)", "(cn=*b*)",
		"(cn>=5)", "(cn<=5)", "(cn~=x)", "(cn=Müller)", `(cn=\2a\28\29\5c\00)`, "(cn;lang-fr=x)", "(2.5.4.3=x)", "(cn:=x)", "(cn:dn:=x)",
		"(cn:caseExactMatch:=x)", "(:dn:2.4.6.8.10:=x)", "(:caseExactMatch:=x)", "(cn:dn:2.5.13.5:=x)", "(a=b=c)", "(a= b )", "(a=:=)",
		"(&(objectCategory=person)(objectClass=user)(mail=*)(!(userAccountControl:1.2.840.113556.1.4.803:=2)))"}
}

func TestCheckFilter(t *testing.T) {
	for _, text := range goodFilters() {
		if err := CheckFilter(text); err != nil {
			t.Error(err)
		}
	}
	for text, at := range map[string]int{
		"": 1, "mail=*": 1, "(mail=*": 8, "(mail=*))": 9, "(mail)": 6, "()": 2, "(=x)": 2, "(&(a=b)x": 8, "(&(a=b)(c=d)": 13,
		"(& (a=b))": 3, "(!(a=b)(c=d))": 8, "(!)": 3, "(!(a=b)x": 8, "(a=b)(c=d)": 6, "(a=(b))": 4, "(a=**)": 5, "(a>=*)": 5, `(a=\2)`: 4, `(a=\zz)`: 4,
		`(a=b\`: 5, "(a=\x00)": 4, "(a>b)": 3, "(a:b)": 3, "(:=x)": 2, "(a::=x)": 3, "(a b=c)": 3, "(müll=x)": 3, "(Ü=x)": 2, "(a=Ü)(": 6,
		"(a:x y:=z)": 3, " (a=b)": 1,
	} {
		err := CheckFilter(text)
		var wrong *SyntaxError
		if !errors.As(err, &wrong) || wrong.At != at {
			t.Errorf("%q: %v, want an error at character %d", text, err, at)
		}
	}
	if err := CheckFilter(strings.Repeat("(!", 200) + "(a=b)" + strings.Repeat(")", 200)); err == nil {
		t.Error("200 parentheses within each other are a filter")
	}
	if err := CheckFilter("(a=\xff)"); err == nil {
		t.Error("what is not UTF-8 is a filter")
	}
}

func TestSyntaxErrorText(t *testing.T) {
	got := CheckFilter("(& (mail=*))").Error()
	want := `"(& (mail=*))": no space may be here, at character 3 (write the parts of a filter without spaces between them)`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// FuzzFilter: what is a filter is encoded as the one that was meant: printed
// from its encoding it is a filter again, with the same encoding.
func FuzzFilter(f *testing.F) {
	for _, text := range goodFilters() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if CheckFilter(text) != nil {
			return
		}
		compiled, err := goldap.CompileFilter(text)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if strings.Contains(text, ":") { // go-ldap prints a rule as if it were a value
			return
		}
		printed, err := goldap.DecompileFilter(compiled)
		if err != nil || CheckFilter(printed) != nil {
			t.Fatalf("%q is printed as %q, %v, %v", text, printed, err, CheckFilter(printed))
		}
		again, err := goldap.CompileFilter(printed)
		if err != nil || string(again.Bytes()) != string(compiled.Bytes()) {
			t.Fatalf("%q is printed as %q, which is another filter, %v", text, printed, err)
		}
		if strings.Count(text, "(") != strings.Count(printed, "(") {
			t.Fatalf("%q is printed as %q, which has other parts", text, printed)
		}
	})
}

func TestCheckDN(t *testing.T) {
	for _, text := range []string{"", "dc=example,dc=com", "ou=people, dc=example, dc=com", "cn=a+sn=b,dc=c", `cn=Smith\, John,dc=c`, `cn=\c3\a4,dc=c`,
		"2.5.4.3=x,dc=c", "cn=ä,dc=c", "cn=#040141,dc=c"} {
		if err := CheckDN(text); err != nil {
			t.Error(err)
		}
	}
	for _, text := range []string{"people", "cn=a,", "cn=a,b", "=a", `cn=a\`, `cn=a\zz`, "cn=\xff", " ", "cn=a;b", `cn="a`, "cn=#zz"} {
		var wrong *SyntaxError
		if err := CheckDN(text); !errors.As(err, &wrong) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
