package webadmind_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// matchBody compares a body with what a script wants:
//
//	(nothing)             no body
//	text WORDS            this text
//	html                  a page
//	[mine] = JSON         this; a string "<name>" keeps a value, "..." is any
//	[mine] ~ JSON         this list, in any order
//	[mine] has JSON       objects with at least these members
//	TYPE MESSAGE [| DETAILS]   James's error; details + = some, none = null
//
// mine: only what names the script's own domains, for lists of a shared server.
func (p *player) matchBody(got reply, want string) error {
	text, isText := strings.CutPrefix(want, "text ")
	switch {
	case want == "" || isText:
		if string(got.body) != p.fill(text) {
			return fmt.Errorf("%q, want %q", got.body, p.fill(text))
		}
		return nil
	case want == "html":
		if !strings.HasPrefix(got.kind, "text/html") || !bytes.Contains(got.body, []byte("Bad Message 400")) {
			return fmt.Errorf("%s %q, want a page", got.kind, got.body)
		}
		return nil
	case got.kind != "application/json":
		return fmt.Errorf("it is %s", got.kind)
	}
	var is any
	if err := unmarshal(got.body, &is); err != nil {
		return fmt.Errorf("%q: %w", got.body, err)
	}
	want, mine := cutWord(want, "mine")
	if mine {
		is = p.mine(is)
	}
	for _, how := range []string{"=", "~", "has"} {
		if rest, found := cutWord(want, how); found {
			var should any
			if err := unmarshal([]byte(p.fill(rest)), &should); err != nil {
				return fmt.Errorf("the script: %w", err)
			}
			if !p.same(is, should, how) {
				return fmt.Errorf("%s, want %s %s", got.body, how, p.fill(rest))
			}
			return nil
		}
	}
	return p.matchError(got, is, want)
}

func cutWord(text, word string) (string, bool) { return strings.CutPrefix(text, word+" ") }

// unmarshal keeps the digits of numbers.
func unmarshal(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return d.Decode(into)
}

func (p *player) matchError(got reply, is any, want string) error {
	want, details, hasDetails := strings.Cut(p.fill(want), " | ")
	kind, message, _ := strings.Cut(want, " ")
	var e struct {
		StatusCode    int
		Type, Message string
		Details       *string
	}
	if o, ok := is.(map[string]any); !ok || len(o) != 4 {
		return fmt.Errorf("%s, want an error with four members", got.body)
	}
	if err := json.Unmarshal(got.body, &e); err != nil {
		return err
	}
	fine := e.StatusCode == got.status && e.Type == kind && e.Message == message && (e.Details != nil) == hasDetails
	if !fine || hasDetails && details != "+" && *e.Details != details {
		return fmt.Errorf("%s, want %s", got.body, want)
	}
	return nil
}

// mine takes out what does not name the script's domains.
func (p *player) mine(is any) any {
	names := func(v any) bool {
		text, err := json.Marshal(v)
		return err == nil && strings.Contains(string(text), p.vars["d"])
	}
	switch is := is.(type) {
	case []any:
		out := []any{}
		for _, v := range is {
			if names(v) {
				out = append(out, v)
			}
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for k, v := range is {
			if names(k) || names(v) {
				out[k] = v
			}
		}
		return out
	}
	return is
}

// same compares two values; numbers by what they are worth.
func (p *player) same(is, want any, how string) bool {
	switch want := want.(type) {
	case string:
		s, ok := is.(string)
		if name, keeps := strings.CutPrefix(want, "<"); keeps && strings.HasSuffix(name, ">") && len(name) > 2 {
			p.vars[strings.TrimSuffix(name, ">")] = s
			return ok
		}
		return ok && (want == "..." || s == want)
	case json.Number:
		n, ok := is.(json.Number)
		if a, err := n.Float64(); ok && err == nil && strings.Contains(n.String(), ".") {
			b, err := want.Float64()
			return err == nil && a == b
		}
		return ok && n == want
	case []any:
		list, ok := is.([]any)
		if !ok || len(list) != len(want) {
			return false
		}
		if how == "~" {
			return p.sameSet(list, want)
		}
		for i := range want {
			if !p.same(list[i], want[i], how) {
				return false
			}
		}
		return true
	case map[string]any:
		o, ok := is.(map[string]any)
		if !ok || how != "has" && len(o) != len(want) {
			return false
		}
		for k, v := range want {
			if got, there := o[k]; !there || !p.same(got, v, how) {
				return false
			}
		}
		return true
	}
	return is == want
}

// sameSet finds for each wanted value one of its own.
func (p *player) sameSet(list, want []any) bool {
	used := make([]bool, len(list))
	for _, w := range want {
		found := false
		for i, v := range list {
			if !used[i] && p.same(v, w, "=") {
				used[i], found = true, true
				break
			}
		}
		if !found {
			return false
		}
	}
	return true
}
