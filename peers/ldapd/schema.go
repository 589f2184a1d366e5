package ldapd

import (
	"slices"
	"strconv"
	"strings"
)

// syntax is how values of an attribute compare.
type syntax uint8

const (
	text    syntax = iota // without regard to case and spaces; has no order
	octets                // byte by byte
	integer               // as numbers
	name                  // as distinguished names
	stamp                 // times and change numbers: in order, byte by byte
	class                 // object classes, and what they are derived from
)

// syntaxOf an attribute; what is not named here is text.
func syntaxOf(base string) syntax {
	switch base {
	case "mailquotasize", "uidnumber", "gidnumber", "useraccountcontrol", "grouptype", "mdboverhardquotalimit":
		return integer
	case "member", "uniquemember", "memberof", "manager", "owner", "seealso", "creatorsname", "modifiersname", "entrydn", "namingcontexts":
		return name
	case "entryuuid", "entrycsn", "contextcsn", "createtimestamp", "modifytimestamp":
		return stamp
	case "userpassword", "objectguid", "jpegphoto", "usercertificate", "objectsid":
		return octets
	case "objectclass":
		return class
	}
	return text
}

// knownAttributes that a filter may name without any entry having them; a
// filter about another is neither true nor false (RFC 4511, section 4.5.1.7).
func knownAttributes() map[string]bool {
	known := map[string]bool{}
	for _, n := range strings.Fields("objectclass cn sn givenname displayname uid mail mailalias otherMailbox mailquotasize mailforward " +
		"departmentnumber employeenumber employeetype ou o dc l title description telephonenumber mobile member uniquemember memberof manager owner " +
		"userpassword jpegphoto usercertificate seealso ref aliasedobjectname entryuuid entrycsn contextcsn createtimestamp modifytimestamp " +
		"creatorsname modifiersname structuralobjectclass hassubordinates subschemasubentry entrydn labeleduri preferredlanguage initials") {
		known[strings.ToLower(n)] = true
	}
	return known
}

func isOperational(base string) bool {
	return slices.Contains([]string{"entryuuid", "entrycsn", "contextcsn", "createtimestamp", "modifytimestamp", "creatorsname", "modifiersname",
		"structuralobjectclass", "hassubordinates", "subschemasubentry", "entrydn", "memberof"}, base)
}

// takeApart splits a description into the attribute, in lower case, and its
// options.
func takeApart(description string) (base string, options []string) {
	parts := strings.Split(strings.ToLower(description), ";")
	return parts[0], parts[1:]
}

// superiors of an object class, itself included.
func superiors(class string) []string {
	line := []string{"inetorgperson", "organizationalperson", "person", "top"}
	if at := slices.Index(line, class); at >= 0 {
		return line[at:]
	}
	return []string{class, "top"}
}

// equal compares two values; ok = the asserted one is possible.
func (s syntax) equal(have, asserted string) (same, ok bool) {
	switch s {
	case octets:
		return have == asserted, true
	case stamp:
		return strings.EqualFold(have, asserted), true
	case integer:
		a, err := strconv.ParseInt(asserted, 10, 64)
		if err != nil {
			return false, false
		}
		h, err := strconv.ParseInt(have, 10, 64)
		return err == nil && h == a, true
	case name:
		a, ok := parseDN(asserted)
		if !ok {
			return false, false
		}
		return key(have) == join(a), true
	case class:
		return slices.Contains(superiors(strings.ToLower(have)), strings.ToLower(asserted)), true
	}
	return fold(have) == fold(asserted), true
}

// compare orders two values; ok = they have an order.
func (s syntax) compare(have, asserted string) (order int, ok bool) {
	switch s {
	case integer:
		h, err1 := strconv.ParseInt(have, 10, 64)
		a, err2 := strconv.ParseInt(asserted, 10, 64)
		switch {
		case err1 != nil || err2 != nil:
			return 0, false
		case h < a:
			return -1, true
		case h > a:
			return 1, true
		}
		return 0, true
	case stamp:
		return strings.Compare(strings.ToLower(have), strings.ToLower(asserted)), true
	}
	return 0, false
}
