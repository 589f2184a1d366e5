package mapping

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// password reads the password of a new account: "" = a random one, where the
// entry has none. It must be clear text, as the mail server makes a hash of its
// own: a hash would become the password itself. No error says any of it.
func password(e Expression, entry Entry) (string, error) {
	values, err := e.Value(entry)
	switch {
	case err != nil:
		return "", fmt.Errorf("the password: %w", err)
	case len(values) == 0:
		return "", nil
	case len(values) > 1:
		return "", fmt.Errorf("it has %d passwords; say which one counts, or leave password out of users", len(values))
	case hashed(values[0]):
		return "", errors.New("its password is a hash, and the mail server needs it in clear text; leave password out of users for a random one")
	case !utf8.ValidString(values[0]) || strings.ContainsRune(values[0], 0):
		return "", errors.New("its password is not text; leave password out of users for a random one")
	case len(values[0]) > longestName:
		return "", fmt.Errorf("its password is longer than %d bytes", longestName)
	}
	return values[0], nil
}

// hashed: with the name of a scheme in braces, as RFC 2307 and its followers
// write them, or as crypt(3) does.
func hashed(password string) bool {
	if end := strings.IndexByte(password, '}'); end > 1 && password[0] == '{' && !strings.ContainsFunc(password[1:end], notScheme) {
		return true
	}
	return slices.ContainsFunc([]string{"$1$", "$2a$", "$2b$", "$2x$", "$2y$", "$5$", "$6$", "$7$", "$y$", "$gy$", "$argon2", "$pbkdf2", "$scrypt$"},
		func(prefix string) bool { return strings.HasPrefix(password, prefix) })
}

func notScheme(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_/.+", r))
}
