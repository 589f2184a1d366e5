package ldap

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// UUID makes of a value of an attribute that identifies entries the one text
// that stands for it: lower case for identifiers that are hexadecimal, the
// usual form for those that are 16 bytes, and the value itself for others. Two
// values that differ never become one text.
//
// objectGUID (Active Directory) is bytes whose first three fields are
// little-endian (MS-DTYP, section 2.3.4.2); the text that tools print for it is
// taken too. Of an attribute that is not known here, what cannot be text
// becomes "hex:" and its bytes.
func UUID(attribute, value string) (string, error) {
	if value == "" {
		return "", errors.New(attribute + " is empty")
	}
	text := strings.ToLower(value)
	switch name, _, _ := strings.Cut(strings.ToLower(attribute), ";"); name {
	case "objectguid":
		if len(value) == 16 {
			b := []byte(value)
			b[0], b[1], b[2], b[3] = b[3], b[2], b[1], b[0]
			b[4], b[5], b[6], b[7] = b[5], b[4], b[7], b[6]
			return dashed(b), nil
		}
		if isUUID(text, 8, 4, 4, 4, 12) {
			return text, nil
		}
		return "", wrong(attribute, value, "16 bytes, or a UUID")
	case "entryuuid", "ipauniqueid": // RFC 4530
		if !isUUID(text, 8, 4, 4, 4, 12) {
			return "", wrong(attribute, value, "a UUID")
		}
		return text, nil
	case "nsuniqueid": // 389 Directory Server
		if !isUUID(text, 8, 8, 8, 8) {
			return "", wrong(attribute, value, "four groups of eight hexadecimal digits")
		}
		return text, nil
	}
	if utf8.ValidString(value) && strings.IndexFunc(value, unicode.IsControl) < 0 && !strings.HasPrefix(value, "hex:") {
		return value, nil
	}
	return "hex:" + hex.EncodeToString([]byte(value)), nil
}

func wrong(attribute, value, wish string) error {
	return fmt.Errorf("%s is %q, which is not %s", attribute, plain(value), wish)
}

// dashed prints 16 bytes in the form of RFC 9562, section 4.
func dashed(b []byte) string {
	h := hex.EncodeToString(b)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// isUUID tells whether a text is groups of so many hexadecimal digits.
func isUUID(text string, groups ...int) bool {
	parts := strings.Split(text, "-")
	if len(parts) != len(groups) {
		return false
	}
	for i, p := range parts {
		if len(p) != groups[i] || strings.Trim(p, "0123456789abcdef") != "" {
			return false
		}
	}
	return true
}
