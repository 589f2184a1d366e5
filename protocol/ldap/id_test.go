package ldap

import (
	"strings"
	"testing"
)

func TestUUID(t *testing.T) {
	raw := "\x04\x03\x02\x01\x06\x05\x08\x07\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10"
	for _, row := range []struct{ attribute, value, want string }{
		{"entryUUID", "6CF82358-79C3-1041-9D5E-03C03F946DB7", "6cf82358-79c3-1041-9d5e-03c03f946db7"},
		{"entryuuid", "6cf82358-79c3-1041-9d5e-03c03f946db7", "6cf82358-79c3-1041-9d5e-03c03f946db7"},
		{"objectGUID", raw, "01020304-0506-0708-090a-0b0c0d0e0f10"},
		{"objectGUID;binary", raw, "01020304-0506-0708-090a-0b0c0d0e0f10"},
		{"objectGUID", "01020304-0506-0708-090A-0B0C0D0E0F10", "01020304-0506-0708-090a-0b0c0d0e0f10"},
		{"nsUniqueId", "66446001-1DD211B2-66225011-2EE211DB", "66446001-1dd211b2-66225011-2ee211db"},
		{"ipaUniqueID", "d0b13a2c-5a5b-11ee-9f6c-525400A1B2C3", "d0b13a2c-5a5b-11ee-9f6c-525400a1b2c3"},
		{"uid", "Ann", "Ann"},
		{"employeeNumber", "Ä-1", "Ä-1"},
		{"guid", "\x01\xff", "hex:01ff"},
		{"guid", "a\nb", "hex:610a62"},
		{"guid", "hex:01ff", "hex:6865783a30316666"},
	} {
		if got, err := UUID(row.attribute, row.value); err != nil || got != row.want {
			t.Errorf("%s %q is %q, %v; want %q", row.attribute, row.value, got, err, row.want)
		}
	}
	for _, row := range [][2]string{{"entryUUID", ""}, {"entryUUID", "none"}, {"entryUUID", raw}, {"entryUUID", "6cf82358-79c3-1041-9d5e-03c03f946db"},
		{"objectGUID", raw[1:]}, {"objectGUID", raw + "x"}, {"nsUniqueId", "6cf82358-79c3-1041-9d5e-03c03f946db7"}, {"uid", ""}} {
		got, err := UUID(row[0], row[1])
		if err == nil || !strings.Contains(err.Error(), row[0]) {
			t.Errorf("%s %q is %q, %v", row[0], row[1], got, err)
		}
	}
}

// FuzzUUID: different values never become one text, but for the case of
// hexadecimal digits; the text is printable, and again itself.
func FuzzUUID(f *testing.F) {
	f.Add(uint8(0), "6cf82358-79c3-1041-9d5e-03c03f946db7", "6CF82358-79c3-1041-9d5e-03c03f946db7")
	f.Add(uint8(1), "0123456789abcdef", "0123456789abcdeF")
	f.Add(uint8(2), "66446001-1dd211b2-66225011-2ee211db", "")
	f.Add(uint8(3), "a\x00", "hex:6100")
	f.Fuzz(func(t *testing.T, which uint8, a, b string) {
		attribute := []string{"entryUUID", "objectGUID", "nsUniqueId", "uid"}[which%4]
		x, err1 := UUID(attribute, a)
		y, err2 := UUID(attribute, b)
		if err1 != nil || err2 != nil {
			return
		}
		if x == y && a != b && !(which%4 < 3 && (strings.EqualFold(a, b) || len(a) != len(b))) {
			t.Fatalf("%s: %q and %q are both %q", attribute, a, b, x)
		}
		if plain(x) != x && len(x) < 400 && which%4 < 3 {
			t.Fatalf("%q is not printable", x)
		}
		if strings.HasPrefix(x, "hex:") {
			return
		}
		if again, err := UUID(attribute, x); err != nil || again != x {
			t.Fatalf("%s: %q is %q, which is %q, %v", attribute, a, x, again, err)
		}
	})
}
