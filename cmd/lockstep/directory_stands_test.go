package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// segment escapes one name of a path, which James 3.8 decodes so many times.
func segment(name string, times int) string {
	for range times {
		name = strings.ReplaceAll(url.PathEscape(name), "+", "%2B")
	}
	return name
}

// pathOf is the path and the body that make an element, written as stands has it.
func pathOf(line string) (method, path, body string) {
	word := strings.Fields(line)
	at := func(i int) string {
		if i < len(word) {
			return word[i]
		}
		return ""
	}
	switch word[0] {
	case "user":
		body, _ := json.Marshal(map[string]string{"password": at(2)})
		return "PUT", "/users/" + segment(at(1), 1), string(body)
	case "alias":
		return "PUT", "/address/aliases/" + segment(at(1), 2) + "/sources/" + segment(at(2), 2), ""
	case "forward":
		return "PUT", "/address/forwards/" + segment(at(1), 2) + "/targets/" + segment(at(2), 2), ""
	case "group":
		return "PUT", "/address/groups/" + segment(at(1), 2) + "/" + segment(at(2), 2), ""
	case "mapping":
		return "POST", "/mappings/address/" + segment(at(1), 2) + "/targets/" + segment(at(2), 2), ""
	case "quota":
		return "PUT", "/quota/users/" + segment(at(1), 2) + "/size", at(2)
	case "identity":
		body, _ := json.Marshal(map[string]any{"name": quotedIn(line, 0), "email": at(1), "sortOrder": 0, "textSignature": "", "htmlSignature": "", "bcc": []string{}, "replyTo": []string{}})
		return "POST", "/users/" + segment(at(1), 1) + "/identities", string(body)
	case "contact":
		_, domain, _ := strings.Cut(at(1), "@")
		body, _ := json.Marshal(map[string]string{"emailAddress": at(1), "firstname": quotedIn(line, 0), "surname": quotedIn(line, 1)})
		return "POST", "/domains/" + domain + "/contacts", string(body)
	case "mailbox":
		return "PUT", "/users/" + segment(at(1), 1) + "/mailboxes/" + at(2), ""
	}
	return "", "", ""
}

// quotedIn is the nth text in quotes.
func quotedIn(line string, n int) string {
	if parts := strings.Split(line, `"`); 2*n+1 < len(parts) {
		return parts[2*n+1]
	}
	return ""
}

// has makes what the lines say, "user ann@$d secret" or "alias ann@$d x@$d"; one
// that begins with "no " is taken away.
func (s *mailServer) has(t *testing.T, lines ...string) {
	t.Helper()
	for _, line := range lines {
		line, gone := strings.CutPrefix(s.fill(line), "no ")
		method, path, body := pathOf(line)
		switch {
		case path == "":
			t.Fatalf("what is %q?", line)
		case gone:
			method, body = "DELETE", ""
		}
		want := http.StatusNoContent
		if method == "POST" && (strings.HasSuffix(path, "/identities") || strings.HasSuffix(path, "/contacts")) {
			want = http.StatusCreated
		}
		s.ask(t, want, method, path, body)
	}
}

// stands is all that is in the test's domains, one sorted line each:
//
//	user ann@d                     alias ann@d x@d
//	forward ann@d x@y              mapping ann@d x@y
//	group all@d ann@d              quota ann@d 1000
//	identity ann@d "Ann" 0         contact ann@d "Ann" "Other"
//
// Quotas and identities are those of the addresses that another line names, and
// of those in also: there is no list of them.
func (s *mailServer) stands(t *testing.T, also ...string) []string {
	t.Helper()
	out := slices.Concat(s.users(t), s.mappings(t), s.contacts(t))
	owners := slices.Clone(also)
	for _, line := range out {
		if word := strings.Fields(line); s.ours(word[1]) {
			owners = append(owners, word[1])
		}
	}
	slices.Sort(owners)
	for _, owner := range slices.Compact(owners) {
		out = append(out, s.quota(t, owner)...)
		out = append(out, s.identity(t, owner)...)
	}
	slices.Sort(out)
	return slices.DeleteFunc(out, func(line string) bool { return !s.ours(line) })
}

func (s *mailServer) users(t *testing.T) (out []string) {
	t.Helper()
	var all []struct{ Username string }
	s.read(t, "/users", &all)
	for _, u := range all {
		out = append(out, "user "+u.Username)
	}
	return out
}

func (s *mailServer) mappings(t *testing.T) (out []string) {
	t.Helper()
	var all map[string][]struct{ Type, Mapping string }
	s.read(t, "/mappings", &all)
	for source, list := range all {
		for _, m := range list {
			switch m.Type {
			case "Alias":
				out = append(out, "alias "+m.Mapping+" "+source)
			case "Address":
				out = append(out, "mapping "+source+" "+m.Mapping)
			default:
				out = append(out, strings.ToLower(m.Type)+" "+source+" "+m.Mapping)
			}
		}
	}
	return out
}

func (s *mailServer) quota(t *testing.T, owner string) []string {
	t.Helper()
	var one struct{ User *struct{ Size *int64 } }
	status, text := s.asked(t, "GET", "/quota/users/"+segment(owner, 2), "")
	if status == http.StatusNotFound {
		return nil // no such account
	}
	must(t, json.Unmarshal(text, &one))
	if one.User == nil || one.User.Size == nil {
		return nil
	}
	return []string{fmt.Sprintf("quota %s %d", owner, *one.User.Size)}
}

// identity is what the owner may delete: the server's own, which has the name of
// the address, says nothing.
func (s *mailServer) identity(t *testing.T, owner string) (out []string) {
	t.Helper()
	status, text := s.asked(t, "GET", "/users/"+segment(owner, 1)+"/identities", "")
	if status == http.StatusNotFound {
		return nil // no such account
	}
	var all []struct {
		Name      string
		SortOrder int
		MayDelete bool
	}
	must(t, json.Unmarshal(text, &all))
	for _, i := range all {
		if i.MayDelete {
			out = append(out, fmt.Sprintf("identity %s %q %d", owner, i.Name, i.SortOrder))
		}
	}
	return out
}

func (s *mailServer) contacts(t *testing.T) (out []string) {
	t.Helper()
	for _, d := range []string{s.domain, s.other} {
		status, text := s.asked(t, "GET", "/domains/"+d+"/contacts", "")
		if status == http.StatusNotFound {
			return nil // it has no contacts: it is not TMail
		}
		var all []string
		must(t, json.Unmarshal(text, &all))
		for _, address := range all {
			local, _, _ := strings.Cut(address, "@")
			var c struct{ FirstName, Surname string }
			s.read(t, "/domains/"+d+"/contacts/"+segment(local, 1), &c)
			out = append(out, fmt.Sprintf("contact %s %q %q", address, c.FirstName, c.Surname))
		}
	}
	return out
}

// same compares lines, in any order; $d and $e are filled in.
func (s *mailServer) same(t *testing.T, want ...string) {
	t.Helper()
	want = slices.Clone(want)
	var owners []string
	for i := range want {
		want[i] = s.fill(want[i])
		owners = append(owners, strings.Fields(want[i])[1])
	}
	same(t, want, s.stands(t, owners...))
}

// lines of a text, without blanks around them and without empty ones.
func lines(text string) (out []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}
