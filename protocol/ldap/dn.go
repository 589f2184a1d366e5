package ldap

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	goldap "github.com/go-ldap/ldap/v3"
)

// SyntaxError is a text of a configuration that is not what it should be.
type SyntaxError struct {
	// Thing is the whole text.
	Thing string
	// At is the character, counted from 1; 0 = the text as a whole.
	At     int
	What   string
	Remedy string
}

func (e *SyntaxError) Error() string {
	s := fmt.Sprintf("%q: %s", e.Thing, e.What)
	if e.At > 0 {
		s += fmt.Sprintf(", at character %d", e.At)
	}
	if e.Remedy != "" {
		s += " (" + e.Remedy + ")"
	}
	return s
}

// CheckDN tells whether a text is a distinguished name (RFC 4514); "" is one.
// Its error is a *SyntaxError.
func CheckDN(text string) error {
	if !utf8.ValidString(text) {
		return &SyntaxError{Thing: text, What: "this is not UTF-8"}
	}
	_, err := goldap.ParseDN(text)
	if err == nil && strings.Trim(text, " ") == "" && text != "" {
		err = errors.New("spaces are no name")
	}
	if err != nil {
		return &SyntaxError{Thing: text, What: "this is no distinguished name: " + strings.TrimPrefix(err.Error(), "ldap: "),
			Remedy: `names look like "ou=people,dc=example,dc=com"; a comma within a value is written as \,`}
	}
	return nil
}
