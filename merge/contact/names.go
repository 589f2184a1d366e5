package contact

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"lockstep/merge"
)

// Format implements merge.Format for cards.
type Format struct{}

var _ merge.Format = Format{}

// Identity implements merge.Format.
func (Format) Identity() string { return "UID" }

// Ignored implements merge.Format: stamps, and what each card says of itself.
func (Format) Ignored(name string) bool {
	switch baseName(name) {
	case "REV", "PRODID", "VERSION", "CREATED", "PROFILE", "X-RADICALE-NAME":
		return true
	}
	return false
}

// Whole implements merge.Format.
func (Format) Whole(name string) string {
	whole, _, part := strings.Cut(name, "|")
	if !part {
		return ""
	}
	return whole
}

// Class implements merge.Format: TEL for all numbers, TEL|TYPE=home for what is
// said about them, so that a server that keeps numbers without their labels is
// known for it.
func (Format) Class(name string) string {
	if _, part, is := strings.Cut(name, "|"); is {
		return baseName(name) + "|" + part
	}
	return baseName(name)
}

// Heavy implements merge.Format: what cards have of pictures, sounds and keys.
func (Format) Heavy(class string) bool {
	return class == "PHOTO" || class == "LOGO" || class == "SOUND" || class == "KEY"
}

// Counted implements merge.Format: a server may have room for three e-mail
// addresses.
func (Format) Counted(class string) bool { return many(class) || isList(class) }

// Proves implements merge.Format: numbers and addresses, not what is said of them.
func (f Format) Proves(name string) bool { return f.Whole(name) == "" && many(baseName(name)) }

// Canonical implements merge.Format.
func (Format) Canonical(name, value string) string {
	if whole, part, is := strings.Cut(name, "|"); is && whole != "" {
		return canonicalPart(part, value)
	}
	canonical, _, _ := strings.Cut(value, "\x00")
	return canonical
}

// Version implements merge.Format: that of the card.
func (Format) Version(value string) string {
	version, _ := split(value)
	return version
}

// baseName is the name of the property that a name is about: TEL.
func baseName(name string) string {
	if at := strings.IndexAny(name, ":|"); at >= 0 {
		return name[:at]
	}
	return name
}

// many tells which properties programs keep many of.
func many(name string) bool {
	switch name {
	case "TEL", "EMAIL", "ADR", "LABEL", "URL", "IMPP", "MEMBER", "RELATED", "LANG", "KEY", "CALURI", "CALADRURI", "FBURL", "SOURCE",
		"XML", "HOBBY", "INTEREST", "EXPERTISE", "ORG-DIRECTORY", "CONTACT-URI", "SOCIALPROFILE",
		"X-ABDATE", "X-ABRELATEDNAMES", "X-SOCIALPROFILE", "X-AIM", "X-ICQ", "X-JABBER", "X-MSN", "X-YAHOO", "X-SKYPE", "X-GTALK", "X-QQ":
		return true
	}
	return false
}

// isList tells which properties are sets of members.
func isList(name string) bool { return name == "CATEGORIES" || name == "NICKNAME" }

// companion tells which lines only say something about the others of their group.
func companion(name string) bool { return name == "X-ABLABEL" || name == "X-ABADR" }

// valueName is the name of a property that is named by its value: readable, and
// as long as names should be.
func valueName(name, canonical string) string {
	const long, kept = 80, 48
	escaped := canonical
	if strings.ContainsAny(canonical, "%|\n\x00") {
		escaped = strings.NewReplacer("%", "%25", "|", "%7C", "\n", "%0A", "\x00", "%00").Replace(canonical)
	}
	if len(escaped) > long {
		n := kept
		for !utf8.RuneStart(escaped[n]) {
			n--
		}
		sum := sha256.Sum256([]byte(canonical))
		escaped = escaped[:n] + "~" + hex.EncodeToString(sum[:10])
	}
	return name + ":" + escaped
}
