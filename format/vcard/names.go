package vcard

// CanonicalName is the name under which a property of any version is known. It
// takes a name in upper case.
func CanonicalName(name string) string {
	switch name {
	case "X-ANNIVERSARY":
		return "ANNIVERSARY"
	case "X-ADDRESSBOOKSERVER-KIND":
		return "KIND"
	case "X-ADDRESSBOOKSERVER-MEMBER":
		return "MEMBER"
	}
	return name
}

// nameIn is the name of a property in a card of a version.
func nameIn(name, version string) string {
	name = CanonicalName(name)
	if version == V40 {
		return name
	}
	switch name {
	case "ANNIVERSARY":
		return "X-ANNIVERSARY"
	case "KIND":
		return "X-ADDRESSBOOKSERVER-KIND"
	case "MEMBER":
		return "X-ADDRESSBOOKSERVER-MEMBER"
	}
	return name
}

// form is how a value is built.
type form uint8

const (
	other form = iota // unknown: written on as it stands
	text
	uri
	list
	structured
	date
	binary
	phone
	position
)

func formOf(name string) form {
	switch CanonicalName(name) {
	case "FN", "NOTE", "TITLE", "ROLE", "LABEL", "EMAIL", "MAILER", "SORT-STRING", "CLASS", "TZ", "LANG", "KIND",
		"X-ABLABEL", "X-ABRELATEDNAMES", "X-PHONETIC-FIRST-NAME", "X-PHONETIC-LAST-NAME", "UID":
		return text
	case "URL", "SOURCE", "IMPP", "MEMBER", "RELATED", "FBURL", "CALURI", "CALADRURI", "X-SOCIALPROFILE", "SOCIALPROFILE":
		return uri
	case "CATEGORIES", "NICKNAME":
		return list
	case "N", "ADR", "ORG", "GENDER":
		return structured
	case "BDAY", "ANNIVERSARY", "DEATHDATE", "X-ABDATE", "X-EVOLUTION-ANNIVERSARY", "X-MS-ANNIVERSARY":
		return date
	case "PHOTO", "LOGO", "SOUND", "KEY":
		return binary
	case "TEL":
		return phone
	case "GEO":
		return position
	}
	return other
}
