package event

import (
	"strings"

	"lockstep/merge"
)

// whole is the name of all that hangs together.
const whole = "event"

// Format implements merge.Format for calendar objects.
type Format struct{}

var _ merge.Format = Format{}

// Identity implements merge.Format.
func (Format) Identity() string { return "UID" }

// Ignored implements merge.Format: what only stamps is in no property.
func (Format) Ignored(string) bool { return false }

// Whole implements merge.Format.
func (Format) Whole(name string) string {
	if strings.HasPrefix(name, whole+"|") {
		return whole
	}
	return ""
}

// Class implements merge.Format: PARTSTAT, VALARM, ATTACH or X-NAME, of any instance.
func (Format) Class(name string) string {
	of, part, is := strings.Cut(name, "|")
	if !is {
		return of
	}
	part, _, _ = strings.Cut(part, " ")
	part, _, _ = strings.Cut(part, ":")
	return part
}

// Heavy implements merge.Format: attachments that the object holds itself.
func (Format) Heavy(class string) bool { return class == "ATTACH" }

// Counted implements merge.Format.
func (Format) Counted(string) bool { return false }

// Within implements merge.Format: parts have names of their own.
func (Format) Within(_, _, _ string, _ func(string) bool) bool { return false }

// Version implements merge.Format.
func (Format) Version(string) string { return "" }

// Held implements merge.Format: no value has several lines.
func (Format) Held(_, _, _ string, _ func(string) bool) map[string]string { return nil }

// Proves implements merge.Format: two people may move a meeting alike.
func (Format) Proves(string) bool { return false }

// Edited implements merge.Format: no name tells a value.
func (Format) Edited(_, _ []byte) map[string]string { return nil }

// Canonical implements merge.Format.
func (Format) Canonical(_, value string) string {
	canonical, _, _ := strings.Cut(value, "\x00")
	return canonical
}

// Parse implements merge.Format. A value is its canonical form and its lines;
// that of the event is the body.
func (Format) Parse(body []byte) (map[string]string, error) {
	o, err := read(body)
	if err != nil {
		return nil, err
	}
	out := map[string]string{whole: o.core() + "\x00" + string(body)}
	if o.uid != "" {
		out["UID"] = o.uid + "\x00"
	}
	for name, p := range o.parts {
		out[whole+"|"+name] = p.canonical() + "\x00" + p.raw()
	}
	return out, nil
}
