package sqlite

import (
	"database/sql"
	"encoding/json"
	"reflect"
	"strings"
	"unicode/utf8"
)

// JSON holds only UTF-8, but handles and keys are bytes that somebody else
// chose. A byte that is not part of UTF-8 is written as one character of the
// private range from escaped on; characters that lie in that range themselves
// are written byte by byte. So every string comes back as it was.
const (
	escaped      = 0xf700 // the character for byte b is escaped + b
	escapedFirst = escaped + 0x80
	escapedLast  = escaped + 0xff
)

// encode returns a value as JSON text.
func encode(v any) (string, error) {
	text, err := json.Marshal(mapStrings(reflect.ValueOf(v), escape).Interface())
	return string(text), err
}

// decode reads what encode wrote; v points to the value.
func decode(text string, v any) error {
	if err := json.Unmarshal([]byte(text), v); err != nil {
		return damage("a record does not parse: " + err.Error())
	}
	to := reflect.ValueOf(v).Elem()
	to.Set(mapStrings(to, unescape))
	return nil
}

// readJSON appends what the first column of a row says and reads the others.
func readJSON[T any](r *sql.Rows, to *[]T, others ...any) error {
	var text string
	if err := r.Scan(append([]any{&text}, others...)...); err != nil {
		return err
	}
	var one T
	if err := decode(text, &one); err != nil {
		return err
	}
	*to = append(*to, one)
	return nil
}

func escape(s string) string {
	if clean(s) {
		return s
	}
	var out strings.Builder
	for s != "" {
		r, size := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && size == 1 || escapedFirst <= r && r <= escapedLast {
			for _, b := range []byte(s[:size]) {
				out.WriteRune(escaped + rune(b))
			}
		} else {
			out.WriteString(s[:size])
		}
		s = s[size:]
	}
	return out.String()
}

func unescape(s string) string {
	if clean(s) {
		return s
	}
	var out strings.Builder
	for _, r := range s {
		if escapedFirst <= r && r <= escapedLast {
			out.WriteByte(byte(r - escaped))
		} else {
			out.WriteRune(r)
		}
	}
	return out.String()
}

func clean(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return escapedFirst <= r && r <= escapedLast })
}

// mapStrings returns a copy of a value in which every string, however deep, is
// replaced. Bytes are left alone.
func mapStrings(v reflect.Value, f func(string) string) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.String:
		out.SetString(f(v.String()))
	case reflect.Struct:
		for i := range v.NumField() {
			out.Field(i).Set(mapStrings(v.Field(i), f))
		}
	case reflect.Array:
		for i := range v.Len() {
			out.Index(i).Set(mapStrings(v.Index(i), f))
		}
	case reflect.Slice:
		if v.IsNil() || v.Type().Elem().Kind() == reflect.Uint8 {
			return v
		}
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(mapStrings(v.Index(i), f))
		}
	case reflect.Map:
		if v.IsNil() {
			return v
		}
		out.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
		for at := v.MapRange(); at.Next(); {
			out.SetMapIndex(mapStrings(at.Key(), f), mapStrings(at.Value(), f))
		}
	default:
		return v
	}
	return out
}
