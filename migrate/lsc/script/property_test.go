package script

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lockstep/internal/mapping"
)

// writer draws scripts of the forms that are translated.
type writer struct{ *rapid.T }

func (w writer) one(choices ...string) string { return rapid.SampledFrom(choices).Draw(w.T, "one") }

func (w writer) pick(n int) int { return rapid.IntRange(0, n-1).Draw(w.T, "pick") }

func (w writer) attribute() string { return w.one("mail", "sn", "my-attr", "title", "count") }

func (w writer) literal() string {
	return w.one(`'a'`, `"@"`, `'-'`, `''`, `"Ab"`, `"x.org"`, `'é'`, `"\u0041\t"`)
}

func (w writer) text(depth int) string {
	if depth == 0 || w.pick(4) == 0 {
		switch w.pick(4) {
		case 0:
			return w.literal()
		case 1:
			return "srcBean.getMainIdentifier()"
		}
		return fmt.Sprintf("srcBean.getDatasetFirstValueById('%s')", w.attribute())
	}
	x := "(" + w.text(depth-1) + ")"
	switch w.pick(17) {
	case 0:
		return x + " + (" + w.text(depth-1) + ")"
	case 1:
		return x + w.one(".toLowerCase()", ".toUpperCase()", ".trim()", ".toString()")
	case 2:
		return x + fmt.Sprintf(".split(%s)[%d]", w.one("'@'", "'-'", "'.'", "'ab'"), w.pick(2))
	case 3:
		return x + fmt.Sprintf(".replace(%s, %s)", w.one("'a'", "'-'", "'é'", "'A@'"), w.literal())
	case 4:
		return x + fmt.Sprintf(".replace(%s, %s)", w.one("/a/g", "/-/", `/\./g`, "/a@/g"), w.literal())
	case 5:
		return fmt.Sprintf("%s.substring(0, %s.%s(%s))", x, x, w.one("indexOf", "lastIndexOf"), w.literal())
	case 6:
		return fmt.Sprintf("%s.substring(%s.%s(%s))", x, x, w.one("indexOf", "lastIndexOf"), w.literal())
	case 7:
		return fmt.Sprintf("%s.substring(%s.%s(%s) + 1)", x, x, w.one("indexOf", "lastIndexOf"), w.one("'a'", "'@'", "'-'"))
	case 8:
		return fmt.Sprintf("%s ? %s : %s", "("+w.truth(depth-1)+")", x, w.text(depth-1))
	case 9:
		return fmt.Sprintf("%s ? %s : %s", "("+w.text(depth-1)+")", x, w.text(depth-1))
	case 10:
		return x + w.one(" || ", " && ") + "(" + w.text(depth-1) + ")"
	case 11:
		return w.list(depth-1) + fmt.Sprintf(w.one(".get(%d)", "[%d]"), w.pick(2))
	case 12:
		return w.list(depth-1) + ".join(" + w.literal() + ")"
	case 13:
		return x + ".concat(" + w.text(depth-1) + ", " + w.literal() + ")"
	case 14:
		return "String(" + w.text(depth-1) + ")"
	case 15:
		return fmt.Sprintf("%d + %s", w.pick(20), w.literal())
	}
	return fmt.Sprintf("%s && %s", x, "("+w.text(depth-1)+")")
}

func (w writer) list(depth int) string {
	switch {
	case depth == 0 || w.pick(3) > 0:
		return fmt.Sprintf("srcBean.getDatasetValuesById('%s')", w.attribute())
	case w.pick(2) == 0:
		return "(" + w.text(depth-1) + ").split(" + w.one("'@'", "'-'") + ")"
	}
	return "[" + w.text(depth-1) + ", " + w.text(depth-1) + "]"
}

func (w writer) truth(depth int) string {
	if depth == 0 {
		return fmt.Sprintf("srcBean.getDatasetFirstValueById('%s') == %s", w.attribute(), w.literal())
	}
	x := "(" + w.text(depth-1) + ")"
	switch w.pick(13) {
	case 0:
		return x + w.one(" == ", " != ", " === ", " !== ") + "(" + w.text(depth-1) + ")"
	case 1:
		return x + fmt.Sprintf(w.one(".contains(%s)", ".startsWith(%s)", ".endsWith(%s)", ".equals(%s)", ".equalsIgnoreCase(%s)"), w.literal())
	case 2:
		return "!(" + w.truth(depth-1) + ")"
	case 3:
		return "(" + w.truth(depth-1) + ")" + w.one(" && ", " || ") + "(" + w.truth(depth-1) + ")"
	case 4:
		return fmt.Sprintf("%s%s %s %d", w.list(depth-1), w.one(".size()", ".length"), w.one("==", "!=", "<", ">", "<=", ">="), w.pick(3))
	case 5:
		return x + w.one(".length", ".length()") + w.one(" > 0", " == 0", " != 0", " >= 1", " < 1", " >= 0")
	case 6:
		return x + ".indexOf(" + w.literal() + ")" + w.one(" != -1", " == -1", " > -1", " >= 0", " < 0", " == 0", " != 0")
	case 7:
		return w.one(x, w.list(depth-1)) + ".isEmpty()"
	case 8:
		return w.list(depth-1) + ".contains(" + w.literal() + ")"
	case 9:
		return w.one(`/^a.*@/`, `/[a-c]-?/i`, `/\.org$/`) + ".test(" + w.text(depth-1) + ")"
	case 10:
		return "0 < " + w.list(depth-1) + ".size()"
	case 11:
		return fmt.Sprintf("srcBean.getDatasetById('%s') %s null", w.attribute(), w.one("==", "!="))
	}
	return "(" + x + w.one(" == null", " != null", ".match(/a/) != null", ".match(/a/) == null") + ") == true"
}

func (w writer) entry() mapping.Entry {
	e := mapping.Entry{DN: "uid=a-b,dc=x", Attributes: map[string][]string{}}
	for _, name := range []string{"mail", "sn", "my-attr", "title", "count"} {
		value := rapid.SampledFrom([]string{"a@x.org", "Ab-c@x.org", "a", "É-é@b", " a ", "-", "@", "a-b-c", "A@a@", "x.y.z"})
		values := rapid.SliceOfNDistinct(value, 0, 3, rapid.ID[string]).Draw(w.T, name)
		slices.Sort(values)
		e.Attributes[name] = values
	}
	return e
}

// TestSameResult: a translated script gives what the script gives, for any
// entry, and fails where the script fails.
func TestSameResult(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := writer{t}
		form := w.pick(3)
		var text string
		switch form {
		case 0:
			text = w.text(3)
		case 1:
			text = w.list(3)
		default:
			text = w.truth(3)
		}
		switch w.pick(6) {
		case 0:
			text = "var s = " + text + ";\nreturn s"
		case 1:
			text = fmt.Sprintf("if (%s) { %s; } else { var s = %s; s }", w.truth(1), text, text)
		}
		s, err := Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		entry := w.entry()
		want, failed := evaluate(s.root, bean{entry.DN, entry.Attributes})
		if form == 2 {
			sameTruth(t, s, text, entry, want, failed)
		} else {
			sameValues(t, s, text, entry, want, failed)
		}
	})
}

func sameValues(t *rapid.T, s *Script, text string, entry mapping.Entry, want any, failed error) {
	e, err := s.Expression()
	if tooMuch(err) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	expression, err := mapping.Parse(e.Code)
	if err != nil {
		t.Fatalf("%s\nis %s\nwhich does not compile: %v", text, e.Code, err)
	}
	got, err := expression.Value(entry)
	var values []string
	switch want := want.(type) {
	case string:
		values = []string{want}
	case array:
		values = want
	}
	values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == "" })
	if (err != nil) != (failed != nil) || err == nil && !slices.Equal(got, values) {
		t.Fatalf("%s\nis %s\ngot %q, %v\nwant %q, %v", text, e.Code, got, err, values, failed)
	}
	if e.Plain != "" && e.Kind == List {
		if plain, _ := mapping.Parse(e.Plain); plain.String() != "" {
			if got, err := plain.Value(entry); err != nil || !slices.Equal(got, values) {
				t.Fatalf("%s is not %s alone", text, e.Plain)
			}
		}
	}
}

func sameTruth(t *rapid.T, s *Script, text string, entry mapping.Entry, want any, failed error) {
	e, err := s.Condition()
	if tooMuch(err) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	condition, err := mapping.ParseCondition(e.Code)
	if err != nil {
		t.Fatalf("%s\nis %s\nwhich does not compile: %v", text, e.Code, err)
	}
	got, err := condition.Holds(entry)
	if (err != nil) != (failed != nil) || err == nil && got != want || e.Always != nil && *e.Always != want {
		t.Fatalf("%s\nis %s\ngot %v, %v\nwant %v, %v", text, e.Code, got, err, want, failed)
	}
}

// tooMuch: a drawn script is refused for what nobody writes.
func tooMuch(err error) bool {
	return err != nil && (strings.Contains(err.Error(), "always has the same result") || strings.Contains(err.Error(), "longer than 4000 bytes"))
}
