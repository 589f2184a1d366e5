package script

import (
	"slices"
	"strings"
	"testing"

	"lockstep/internal/mapping"
)

func TestExpressions(t *testing.T) {
	for _, c := range []struct{ script, code string }{
		{`srcBean.getDatasetFirstValueById('mail');`, `first(mail)`},
		{`js:srcBean.getDatasetValuesById("mailAlias")`, `mailAlias`},
		{` gjs: srcBean.getDatasetValues("my-attr")`, `attr("my-attr")`},
		{`srcBean.getDatasetFirstValueById("title")`, `first(title)`},
		{`srcBean.getDatasetFirstValueById("count")`, `first(attr("count"))`},
		{`srcBean.getDatasetFirstValueById("uid") + "@" + "example" + ".org"`, `concat(first(uid), "@example.org")`},
		{`(srcBean.getDatasetFirstValueById("givenName") + " " + srcBean.getDatasetFirstValueById("sn")).trim()`, `trim(concat(first(givenName), " ", first(sn)))`},
		{`srcBean.getDatasetFirstValueById("mail").toLowerCase().split("@")[0]`, `split(lower(first(mail)), "@")[0]`},
		{`srcBean.getDatasetFirstValueById("mail").replace(/-/g, "_")`, `replace(first(mail), "-", "_")`},
		{`var m = srcBean.getDatasetFirstValueById("mail"); m.substring(0, m.indexOf("@"))`, `first(mail) contains "@" ? first(mail)[:indexOf(first(mail), "@")] : ""`},
		{"var m = srcBean.getDatasetFirstValueById('mail') // the address\nreturn m", `first(mail)`},
		{`if (srcBean.getDatasetValuesById("a").size() > 0) { srcBean.getDatasetValuesById("a") } else "x@y"`, `len(a) > 0 ? a : "x@y"`},
		{`srcBean.getDatasetFirstValueById("displayName") || srcBean.getDatasetFirstValueById("cn")`, `first(displayName) != "" ? first(displayName) : first(cn)`},
		{`gr: def n = srcBean.getDatasetFirstValueById("cn"); n ?: 'none'`, `first(cn) != "" ? first(cn) : "none"`},
		{`gr: srcBean.getDatasetFirstValueById("cn").replace("-", "")`, `replace(first(cn), "-", "")`},
		{`srcBean.getDatasetFirstValueById("enabled") == "TRUE" ? srcBean.getDatasetValuesById("mailAlias") : null`, `first(enabled) == "TRUE" ? mailAlias : ""`},
		{`["a@x", srcBean.getDatasetFirstValueById("mail")]`, `["a@x", first(mail)]`},
		{`srcBean.getMainIdentifier()`, `dn`},
		{`""`, `""`},
		{`null`, `""`},
		{`4000000`, `"4000000"`},
		{`-1`, `"-1"`},
		{`1 + "0" + srcBean.getDatasetFirstValueById("a")`, `concat("10", first(a))`},
		{`"\"\\\n\r\t" + '\x41\u00e9/\/'`, `"\"\\\n\r\tAé//"`},
	} {
		s, err := Parse(c.script)
		if err != nil {
			t.Errorf("%s: %v", c.script, err)
			continue
		}
		e, err := s.Expression()
		if err != nil || e.Code != c.code {
			t.Errorf("%s is %s, %v, not %s", c.script, e.Code, err, c.code)
		}
		if _, err := mapping.Parse(c.code); err != nil {
			t.Errorf("%s: %v", c.code, err)
		}
	}
}

func TestConditions(t *testing.T) {
	for _, c := range []struct{ script, code string }{
		{`true`, `true`},
		{` false `, `false`},
		{`1 > 0`, `true`},
		{`!nodelete`, `true`},
		{`srcBean.getDatasetFirstValueById("mail") != null`, `true`},
		{`srcBean.getDatasetById("mail") != null`, `len(mail) > 0`},
		{`srcBean.getDatasetFirstValueById("mail") != "" && !srcBean.getDatasetValuesById("objectClass").contains("disabled")`,
			`first(mail) != "" && !("disabled" in objectClass)`},
		{`srcBean.getDatasetFirstValueById("mail").indexOf("@example.org") != -1`, `first(mail) contains "@example.org"`},
		{`srcBean.getDatasetFirstValueById("mail").indexOf("a") === 0`, `first(mail) startsWith "a"`},
		{`srcBean.getDatasetFirstValueById("mail").endsWith("@x.org") || false`, `first(mail) endsWith "@x.org"`},
		{`/^a/i.test(srcBean.getDatasetFirstValueById("uid"))`, `first(uid) matches "(?i)^a"`},
		{`srcBean.getDatasetFirstValueById("uid").match(/^a/) == null`, `!(first(uid) matches "^a")`},
		{`!(srcBean.getDatasetFirstValueById("uid"))`, `!(first(uid) != "")`},
		{`!!srcBean.getDatasetFirstValueById("uid").length`, `(first(uid) != "")`},
		{`gr: !srcBean.getDatasetValuesById("a")`, `!(len(a) > 0)`},
		{`"a" == srcBean.getDatasetFirstValueById("b")`, `first(b) == "a"`},
	} {
		s, err := Parse(c.script)
		if err != nil {
			t.Errorf("%s: %v", c.script, err)
			continue
		}
		e, err := s.Condition()
		if err != nil || e.Code != c.code || (e.Always != nil) != (c.code == "true" || c.code == "false") {
			t.Errorf("%s is %s, %v, not %s", c.script, e.Code, err, c.code)
		}
		if _, err := mapping.ParseCondition(c.code); err != nil {
			t.Errorf("%s: %v", c.code, err)
		}
	}
}

// TestRefused: what is not translated says why, and on which line.
func TestRefused(t *testing.T) {
	for _, c := range []struct {
		script, why string
		line        int
	}{
		{"", "empty", 0},
		{"// nothing\n", "empty", 1},
		{"a", "a is not known", 0},
		{"srcBean.getDatasetFirstValueById(mail)", "mail is not known", 0},
		{"srcBean.getDatasetFirstValueById('ma il')", "not the name of an attribute", 0},
		{"srcBean.setDataset('a', 'b')", "srcBean.setDataset is not translated", 0},
		{"srcBean.mail", "srcBean.mail is not translated", 0},
		{"srcBean.getDatasetById('a')", "may be null; use getDatasetValuesById", 0},
		{"srcBean.getDatasetById('a').size() > 0", "may be null", 0},
		{"\n\ndstBean.getDatasetFirstValueById('a')", "what stands on the server (dstBean)", 2},
		{"AD.userAccountControlCheck('a')", "use a filter", 0},
		{"SecurityUtils.decrypt('a')", "Java code", 0},
		{"custom[0].connect('a')", "Java code", 0},
		{"new java.util.ArrayList()", `"new" is not translated`, 0},
		{"var r = [];\nfor (var i = 0; i < 3; i++) { r.push(i) }\nr", `"for" is not translated`, 1},
		{"var a = 'x'; a = 'y'; a", "an assignment", 0},
		{"var a = 'x', a = 'y'; a", "a gets a second value", 0},
		{"var a; a", "no value where it is declared", 0},
		{"var = 1", "a name is expected", 0},
		{"'a'; 'b'", "something follows it", 0},
		{"if ('a') 'b'", "without else", 0},
		{"if ('a') { var x = 'b' } else 'c'", "ends without a value", 0},
		{"function f() { return 'a' }", `"function" is not translated`, 0},
		{"'a' - 'b'", "arithmetic", 0},
		{"1 + 2", "texts are joined, and this is a number", 0},
		{"-'a'", "arithmetic", 0},
		{"4000000000", `write it as a text: "4000000000"`, 0},
		{"1.5", "not a whole number", 0},
		{"'a", "no end", 0},
		{"'a\nb'", "no end on its line", 0},
		{`'\q'`, "unknown escape", 0},
		{`'\u12'`, "unknown escape", 0},
		{`'a\`, "no end", 0},
		{"/* a", "a comment has no end", 0},
		{"/a", "has no end", 0},
		{"(1", `")" is expected at the end`, 0},
		{"'a' ? 'b'", `":" is expected at the end`, 0},
		{"srcBean.", "a name is expected at the end", 0},
		{"['a' 'b']", `"," is expected before "b"`, 0},
		{"[1]", "a list of texts", 0},
		{"'a' ? 'b' : 3", "one branch is", 0},
		{"'a'.substring(0, 3)", "indexOf of the same text", 0},
		{"'ab'.charAt(0)", ".charAt is not translated", 0},
		{"srcBean.getDatasetFirstValueById('a').length > 5", "the length of a text is compared with 5", 0},
		{"srcBean.getDatasetFirstValueById('a').indexOf('b') > 5", "the place in a text is compared with 5", 0},
		{"srcBean.getDatasetFirstValueById('a').lastIndexOf('b') == 0", "the place in a text is compared with 0", 0},
		{"srcBean.getDatasetFirstValueById('a') > 'b'", "only counts are compared by >", 0},
		{"srcBean.getDatasetFirstValueById('a') == 1", "a text is compared with a number", 0},
		{"srcBean.getDatasetValuesById('a') ? 'b' : 'c'", "a list is true even if it is empty", 0},
		{"srcBean.getDatasetValuesById('a') + ''", "texts are joined, and this is a list", 0},
		{"srcBean.getDatasetValuesById('a')[0 * 1]", "arithmetic", 0},
		{"srcBean.getDatasetValuesById('a')['0']", "only one of a list", 0},
		{"srcBean.getDatasetFirstValueById('a').replace(/[ab]/g, '')", "a regular expression is exchanged", 0},
		{"srcBean.getDatasetFirstValueById('a').replace(/a/g, '$1')", "without $", 0},
		{"srcBean.getDatasetFirstValueById('a').replaceAll('.', '')", "replaceAll reads", 0},
		{"rjs:srcBean.getDatasetFirstValueById('a').replace('-', '')", "use a pattern", 0},
		{"gr:srcBean.getDatasetFirstValueById('a').split('.')[0]", "cut at a regular expression", 0},
		{`gr:"$x"`, "a value inside a text", 0},
		{"gr:'''a'''", "three quotes", 0},
		{"gr:'a'\n+ 'b'", "something follows it", 1},
		{"/(?=a)/.test('b')", "is not translated", 0},
		{"/a/gm.test('b')", "flags", 0},
		{"/a/", "in test, match and replace only", 0},
		{"'a'.match(/a/)", "gives a match, where values are needed", 0},
		{"true", "gives true or false, where values are needed", 0},
		{strings.Repeat("(", 300) + "'a'" + strings.Repeat(")", 300), "nested more than", 0},
		{strings.Repeat("!", 300) + "'a'", "nested more than", 0},
		{strings.Repeat("'a' + ", 1500) + "'a'", "more than 2000 parts", 0},
		{"var a = srcBean.getDatasetFirstValueById('x')" + doubled(20) + "; a20", "more than 2000 parts", 0},
		{strings.Repeat(" ", 40000), "longer than", 0},
	} {
		s, err := Parse(c.script)
		if err == nil {
			_, err = s.Expression()
			if strings.Contains(c.script, ">") || strings.Contains(c.script, "==") {
				_, err = s.Condition()
			}
		}
		var wrong *Error
		if err != nil {
			wrong = err.(*Error)
		}
		if wrong == nil || !strings.Contains(err.Error(), c.why) || wrong.Line != c.line {
			t.Errorf("%.100q: %+v, want %q on line %d", c.script, wrong, c.why, c.line)
		}
	}
}

// doubled declares variables each of which is the one before it twice.
func doubled(n int) string {
	var b strings.Builder
	for i := range n {
		before := "a"
		if i > 0 {
			before = "a" + string(rune('0'+i/10)) + string(rune('0'+i%10))
		}
		b.WriteString(", a" + string(rune('0'+(i+1)/10)) + string(rune('0'+(i+1)%10)) + " = " + before + " + " + before)
	}
	return b.String()
}

func TestTemplates(t *testing.T) {
	for _, c := range []struct{ script, template string }{
		{`"(objectClass=inetOrgPerson)"`, "(objectClass=inetOrgPerson)"},
		{`"(&(a=b)(mail=" + pivotAttributes["mail"] + "))"`, "(&(a=b)(mail={mail}))"},
		{`'(mail=' + pivotAttributes.mail + ')'`, "(mail={mail})"},
	} {
		s, err := Parse(c.script)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := s.Template(); err != nil || got != c.template {
			t.Errorf("%s is %s, %v", c.script, got, err)
		}
	}
	for _, bad := range []string{`"(mail=" + srcBean.getMainIdentifier() + ")"`, `pivotAttributes[0]`, `true`} {
		s, err := Parse(bad)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := s.Template(); err == nil {
			t.Errorf("%s is %s", bad, got)
		}
	}
}

func TestProducts(t *testing.T) {
	for _, c := range []struct {
		script, attribute string
		by                int64
	}{
		{`srcBean.getDatasetFirstValueById("q") * 1024`, "q", 1024},
		{`1024 * parseInt(srcBean.getDatasetFirstValueById("q"), 10) * 1024`, "q", 1 << 20},
		{`"" + parseInt(srcBean.getDatasetFirstValueById("q")) * (1024 * 1024)`, "q", 1 << 20},
		{`(Number(srcBean.getDatasetFirstValueById("q")) * 1000).toFixed(0)`, "q", 1000},
		{`String(Math.round(1000 * srcBean.getDatasetFirstValueById("q")))`, "q", 1000},
		{`srcBean.getDatasetFirstValueById("q")`, "", 0},
		{`srcBean.getDatasetFirstValueById("q") * srcBean.getDatasetFirstValueById("r")`, "", 0},
		{`srcBean.getDatasetFirstValueById("q").trim() * 1024`, "", 0},
		{`parseInt(srcBean.getDatasetFirstValueById("q"), 16) * 1024`, "", 0},
		{`srcBean.getDatasetFirstValueById("q") * 1099511627776 * 2`, "", 0},
		{`srcBean.getDatasetFirstValueById("q") * 0`, "", 0},
		{`parseInt() * 1024`, "", 0},
	} {
		s, err := Parse(c.script)
		if err != nil {
			t.Fatal(err)
		}
		attribute, by, ok := s.Product()
		if attribute != c.attribute || by != c.by || ok != (c.by != 0) {
			t.Errorf("%s: %q by %d", c.script, attribute, by)
		}
	}
}

// TestNames: every attribute can be named, whatever else its name means.
func TestNames(t *testing.T) {
	for _, name := range append(taken(), "mail", "Mail", "x-y", "a;lang-de", "startsWith", "LEN") {
		code := "first(" + Attribute(name) + ")"
		e, err := mapping.Parse(code)
		if err != nil {
			t.Errorf("%s: %v", code, err)
			continue
		}
		if got := e.Attributes(); name != "dn" && !slices.Equal(got, []string{strings.ToLower(name)}) {
			t.Errorf("%s reads %v", code, got)
		}
	}
}

// FuzzScript: no text makes the reader fail, and what it translates compiles.
func FuzzScript(f *testing.F) {
	for _, text := range []string{
		"srcBean.getDatasetFirstValueById('mail')", "var a = 'x'; if (a) { a } else [a]", `gr:"a" ?: 'b'`, "rjs: /a\\/[/]/g.test('x')",
		"'a'.split('@')[0].replace(/-/g, '').substring(0, 'a'.indexOf(\"b\"))", "1*2", "!(a && b) || c ? d : e", "\"\\u0041\xff", "((((", "a\n(b)",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text)
		if err != nil {
			_ = err.(*Error).Error()
			return
		}
		if e, err := s.Expression(); err == nil {
			if _, err := mapping.Parse(e.Code); err != nil {
				t.Errorf("%q is %s: %v", text, e.Code, err)
			}
		}
		if e, err := s.Condition(); err == nil {
			if _, err := mapping.ParseCondition(e.Code); err != nil {
				t.Errorf("%q is %s: %v", text, e.Code, err)
			}
		}
		_, _ = s.Template()
		_, _, _ = s.Product()
	})
}
