package lsc

import (
	"fmt"
	"slices"
	"strings"

	"lockstep/internal/mapping"
	"lockstep/migrate/lsc/script"
	"lockstep/migrate/settings"
)

// filter is an LDAP filter (RFC 4515) taken apart as far as its logic: "&", "|"
// and "!" with their parts, or one comparison.
type filter struct {
	operator byte // 0 = a comparison
	of       []*filter
	// attribute and value of a comparison.
	attribute, value string
}

const deepestFilter = 50

// parseFilter reads a filter, in which values may be placeholders like {mail}.
func parseFilter(text string) (*filter, error) {
	text = strings.TrimSpace(text)
	if text != "" && text[0] != '(' {
		text = "(" + text + ")"
	}
	f, rest, err := partOf(text, 0)
	if err == nil && !settings.Printable(f.String()) {
		err = fmt.Errorf("it holds a character that cannot be printed")
	}
	if err == nil && strings.TrimSpace(rest) != "" {
		err = fmt.Errorf("something follows the filter: %s", rest)
	}
	return f, err
}

func partOf(text string, depth int) (*filter, string, error) {
	text = strings.TrimSpace(text)
	if depth > deepestFilter || len(text) < 2 || text[0] != '(' {
		return nil, "", fmt.Errorf("it is no filter: a \"(\" is missing, or there are too many")
	}
	text = strings.TrimSpace(text[1:])
	f := &filter{}
	if strings.IndexByte("&|!", text[0]) >= 0 {
		f.operator = text[0]
		text = strings.TrimSpace(text[1:])
		for strings.HasPrefix(text, "(") {
			part, rest, err := partOf(text, depth+1)
			if err != nil {
				return nil, "", err
			}
			f.of = append(f.of, part)
			text = strings.TrimSpace(rest)
		}
		rest, closed := strings.CutPrefix(text, ")")
		if !closed || f.operator == '!' && len(f.of) != 1 {
			return nil, "", fmt.Errorf("it is no filter: a \")\" is missing, or a part of %q", f.operator)
		}
		return f, rest, nil
	}
	comparison, rest, closed := strings.Cut(text, ")")
	attribute, value, compared := strings.Cut(comparison, "=")
	if !closed || !compared || attribute == "" || strings.ContainsAny(comparison, "(") {
		return nil, "", fmt.Errorf("it is no filter: %q is no comparison", comparison)
	}
	f.attribute, f.value = strings.TrimSpace(attribute), value
	return f, rest, nil
}

// String prints the filter without blanks between its parts.
func (f *filter) String() string {
	if f.operator == 0 {
		return "(" + f.attribute + "=" + f.value + ")"
	}
	var b strings.Builder
	b.WriteString("(" + string(f.operator))
	for _, part := range f.of {
		b.WriteString(part.String())
	}
	return b.String() + ")"
}

// conjuncts are the conditions of a filter that must all hold, sorted and in
// lower case, as filters are compared.
func (f *filter) conjuncts() (out []string) {
	if f.operator != '&' {
		return []string{strings.ToLower(f.String())}
	}
	for _, part := range f.of {
		out = append(out, part.conjuncts()...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// filters reads the three filters of a source. The second and the third say
// which entry an address means; here all entries are known, so they count only
// where they ask for other things than the first.
func (m *importer) filters(t *task, e *element) bool {
	at, f := m.filter(t, e, "allEntriesFilter", "getAllFilter", "allFilter")
	switch {
	case at == nil:
		m.lost(t, e.line, "it has no filter for its entries")
		return false
	case f == nil: // which is reported
		return false
	}
	read, err := mapping.ParseFilter(f.String())
	if err != nil {
		m.lost(t, at.textLine, "the filter %s is not read here: %v", shown(f.String()), err)
		return false
	}
	t.filter, t.elsewhere = f, read.Local() != nil
	m.pivots(t, e)
	hasMail := "(" + strings.ToLower(t.mail) + "=*)" // as all have that are found by their address
	all := slices.DeleteFunc(f.conjuncts(), func(s string) bool { return s == hasMail })
	at, f = m.filter(t, e, "oneEntryFilter", "getOneFilter", "oneFilter")
	if rest, ok := m.pivotal(t, at, f, "the filter of one entry", t.pivot); ok {
		if more := beyond(rest, all); len(more) > 0 {
			m.note(at.textLine, t.what("the filter of one entry"), "LSC leaves out entries that do not match all of it; here they take part: add %s to filter", strings.Join(more, ""))
		}
	}
	at, f = m.filter(t, e, "cleanEntryFilter", "cleanFilter", "")
	if !t.resource.delete || t.table == "identities" { // it decides nothing
		return true
	}
	if rest, ok := m.pivotal(t, at, f, "the clean filter", "email"); ok {
		if more := beyond(all, rest); len(more) > 0 {
			m.note(at.textLine, t.what("the clean filter"), "LSC keeps what belongs to entries that match it but not %s; here they count as gone, and what is theirs goes when deletions are on and the grace is over", strings.Join(more, ""))
		}
		if more := beyond(rest, all); len(more) > 0 {
			m.note(at.textLine, t.what("the clean filter"), "lsc -c deletes what belongs to entries that do not match %s, and makes it again; here it stays", strings.Join(more, ""))
		}
	}
	return true
}

// pivots reads what entries are found by, which must be their address.
func (m *importer) pivots(t *task, e *element) {
	pivots := e.strings("pivotAttributes")
	if names := texts(pivots); len(names) > 0 {
		t.pivot = strings.ToLower(names[0])
	}
	if len(pivots) > 1 {
		m.note(pivots[1].textLine, t.what("pivotAttributes"), "entries are found by the address alone, not by %s", shown(pivots[1].text))
	}
	if t.pivot == "" {
		t.pivot = strings.ToLower(t.mail)
	}
	if t.pivot != strings.ToLower(t.mail) {
		m.note(pivots[0].textLine, t.what("pivotAttributes"), "LSC finds accounts by %s and writes to %s; here an entry's account is %s", shown(t.pivot), shown(t.mail), shown(t.mail))
	}
}

// beyond are the conditions that others do not have.
func beyond(all, others []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(others, s) })
}

// filter reads one filter by its new name, a script, or one of its old names, a
// text. Element nil = there is none; filter nil = it cannot be read, and is
// reported.
func (m *importer) filter(t *task, e *element, name, old, older string) (*element, *filter) {
	of, text := e.child(name), ""
	var err error
	if of != nil {
		text = of.text
		if !strings.HasPrefix(text, "(") { // else it is no script, and LSC takes it as it is
			var s *script.Script
			if s, err = script.Parse(text); err == nil {
				text, err = s.Template()
			}
		}
	} else if of = e.child(old); of != nil {
		text = of.text
	} else if of = e.child(older); of != nil {
		text = of.text
	}
	if of == nil || of.text == "" {
		return nil, nil
	}
	var f *filter
	if err == nil {
		f, err = parseFilter(text)
	}
	if err != nil {
		became := ""
		if name == "allEntriesFilter" {
			became = "nothing is made of this task"
		}
		m.noteScript(of, t.what("<"+of.name.Local+">"), became, err)
		return of, nil
	}
	return of, f
}

// pivotal takes the comparison with a placeholder out of a filter and returns
// what is left. The placeholder must stand for the address, and be looked for
// where the address is.
func (m *importer) pivotal(t *task, at *element, f *filter, what, pivot string) (rest []string, ok bool) {
	if f == nil {
		return nil, false
	}
	found, attribute := false, strings.ToLower(t.mail)
	for _, c := range f.conjuncts() {
		if !strings.Contains(c, "{") {
			if c != "("+attribute+"=*)" {
				rest = append(rest, c)
			}
			continue
		}
		found = true
		if want := "(" + attribute + "={" + pivot + "})"; c != want {
			m.note(at.textLine, t.what(what), "it finds an entry by %s and not by %s, as an account's entry is found here", shown(c), want)
			return nil, false
		}
	}
	if !found {
		m.note(at.textLine, t.what(what), "it has no placeholder for the address, so LSC finds the same entries for every address")
	}
	return rest, found
}
