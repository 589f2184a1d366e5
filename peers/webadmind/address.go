package webadmind

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// lower is for names, which are ASCII but for what nobody should use.
func lower(s string) string { return strings.ToLower(s) }

// mailAddress reads an address as James does: trimmed, the domain in lower case,
// the local part as it is. It is stricter than a user's name in its domain.
func mailAddress(text string) (address string, err error) {
	text = strings.TrimSpace(text)
	local, domain, err := splitAddress(text)
	if err != nil {
		return "", err
	}
	domain, err = mailDomain(domain)
	return local + "@" + domain, err
}

// splitAddress reads the local part: a dot-atom in ASCII, where a backslash
// takes any character, or a quoted string (RFC 5321, section 4.1.2).
func splitAddress(text string) (local, domain string, err error) {
	if strings.HasPrefix(text, `"`) {
		end := strings.Index(text[1:], `"@`)
		if end < 0 {
			return "", "", fmt.Errorf("no end of the quoted local part in '%s'", text)
		}
		return text[:end+2], text[end+3:], nil
	}
	at := strings.IndexByte(text, '@')
	if at < 0 {
		return "", "", fmt.Errorf("no @ in '%s'", text)
	}
	local, domain = text[:at], text[at+1:]
	if local == "" {
		return "", "", fmt.Errorf("no local part in '%s'", text)
	}
	if strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(local, "..") {
		return "", "", fmt.Errorf("a dot at the wrong place in '%s'", text)
	}
	for i := 0; i < len(local); i++ {
		if c := local[i]; c == '\\' && i+1 < len(local) {
			i++
		} else if c <= ' ' || c >= 0x7f || strings.IndexByte(`()<>[]:;,"`, c) >= 0 {
			return "", "", fmt.Errorf("invalid character in the local part at position %d in '%s'", i+1, text)
		}
	}
	return local, domain, nil
}

// mailDomain reads letters, digits and hyphens, or four numbers in brackets,
// which lose these.
func mailDomain(domain string) (string, error) {
	if in, is := strings.CutPrefix(domain, "["); is {
		in, is = strings.CutSuffix(in, "]")
		if !is || !isIPv4(in) {
			return "", fmt.Errorf("invalid number in '%s'", domain)
		}
		return in, nil
	}
	labels := strings.Split(domain, ".")
	for _, l := range labels {
		if err := label(l, "-"); err != nil {
			return "", err
		}
	}
	if last := labels[len(labels)-1]; last[0] >= '0' && last[0] <= '9' && !isIPv4(domain) {
		return "", errors.New("the last domain part must not start with 0-9")
	}
	return lower(domain), nil
}

// label checks one part of a domain's name; marks are allowed inside it.
func label(l, marks string) error {
	switch {
	case l == "":
		return errors.New("a domain part should not be empty")
	case len(l) > 63:
		return errors.New("a domain part should not exceed 63 characters")
	case strings.ContainsRune(marks, rune(l[0])):
		return fmt.Errorf("a domain part should not start with one of %s", marks)
	case strings.ContainsRune(marks, rune(l[len(l)-1])):
		return fmt.Errorf("a domain part should not end with one of %s", marks)
	}
	for i := range len(l) {
		if c := l[i]; !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte(marks, c) >= 0) {
			return errors.New("domain parts: ASCII chars must be a-z A-Z 0-9 - or _")
		}
	}
	return nil
}

func isIPv4(s string) bool {
	parts := strings.Split(s, ".")
	for _, p := range parts {
		if p == "" || len(p) > 3 || strings.Trim(p, "0123456789") != "" {
			return false
		}
	}
	return len(parts) == 4
}

// domainName checks the name of a domain, which may hold underscores, unlike
// that of an address.
func domainName(name string) error {
	for l := range strings.SplitSeq(name, ".") {
		if err := label(l, "-_"); err != nil {
			return err
		}
	}
	return nil
}

// username reads a user's name as every route of users does: in lower case, and
// with a domain that could be one, if it has one.
func username(text string) (string, *answer) {
	local, domain, full := strings.Cut(text, "@")
	switch {
	case len(text) > 255:
		return "", invalidArguments("username length should not be longer than 255 characters")
	case local == "":
		return "", invalidArguments("username local part should not be empty")
	}
	if full {
		if err := domainName(domain); err != nil {
			return "", invalidArguments(err.Error())
		}
	}
	return lower(text), nil
}

// domainOf a user's name; "" = it has none.
func domainOf(user string) string {
	_, domain, _ := strings.Cut(user, "@")
	return domain
}

// address reads a parameter that is an address; what names it in the error.
func (s *Server) address(param, what string) (string, *answer) {
	text, a := s.twice(param)
	if a != nil {
		return "", a
	}
	address, err := mailAddress(text)
	if err != nil {
		return "", failed(http.StatusBadRequest, invalidArgument, "The "+what+" is not an email address", err.Error())
	}
	return address, nil
}
