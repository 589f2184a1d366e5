package james

import (
	"fmt"
	"io"
)

const (
	letters        = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	passwordLength = 24
)

// newPassword makes one that nobody knows: 24 of 62 letters, each as likely as
// the others (142 bits). Bytes that would make some likelier are thrown away.
func newPassword(random io.Reader) (string, error) {
	const fair = 256 - 256%len(letters)
	out := make([]byte, 0, passwordLength)
	b := make([]byte, 1)
	for len(out) < passwordLength {
		if _, err := io.ReadFull(random, b); err != nil {
			return "", fmt.Errorf("no password can be made: %w", err)
		}
		if int(b[0]) < fair {
			out = append(out, letters[int(b[0])%len(letters)])
		}
	}
	return string(out), nil
}
