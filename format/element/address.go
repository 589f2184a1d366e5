package element

import (
	"errors"
	"fmt"
	"strings"
)

// Account normalises the address of an account or of an alias as the server
// stores it: all of it in lower case. An error says in a few words why it is no
// address.
func Account(address string) (string, error) {
	local, domain, err := split(address)
	return lower(local) + "@" + lower(domain), err
}

// Target normalises an address that mail is sent on to: only its domain is in
// lower case, since another server may tell local parts apart by case.
func Target(address string) (string, error) {
	local, domain, err := split(address)
	return local + "@" + lower(domain), err
}

// Domain of a normalised address.
func Domain(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }

// mostAddress is how long an address may be: James stores 255 characters of a
// user's name.
const mostAddress = 255

// split checks an address as far as every mail server does (RFC 5321, section
// 4.1.2): ASCII, one @ outside quotes, a dot-atom before it and labels of
// letters, digits and hyphens after it. Quoted local parts are refused: webadmin
// takes no "/" and no blank.
func split(address string) (local, domain string, err error) {
	address = strings.TrimSpace(address)
	at := strings.LastIndexByte(address, '@')
	switch {
	case address == "":
		return "", "", errors.New("an empty address")
	case len(address) > mostAddress:
		return "", "", fmt.Errorf("%q... is longer than %d characters", address[:40], mostAddress)
	case at < 0:
		return "", "", fmt.Errorf("%q has no domain", address)
	}
	local, domain = address[:at], address[at+1:]
	for name := range strings.SplitSeq(local, ".") {
		if name == "" || strings.ContainsFunc(name, notAtom) {
			return "", "", fmt.Errorf("%q is not an address", address)
		}
	}
	for name := range strings.SplitSeq(domain, ".") {
		if name == "" || len(name) > 63 || name[0] == '-' || name[len(name)-1] == '-' || strings.ContainsFunc(name, notLabel) {
			return "", "", fmt.Errorf("%q has no valid domain", address)
		}
	}
	return local, domain, nil
}

// notAtom: outside atext of RFC 5322, section 3.2.3, or a "/", which no user's
// name on James may hold.
func notAtom(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("!#$%&'*+-=?^_`{|}~", r))
}

func notLabel(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_')
}

// lower is for ASCII, which is all that gets here.
func lower(s string) string { return strings.ToLower(s) }
