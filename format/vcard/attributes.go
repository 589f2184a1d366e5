package vcard

import (
	"maps"
	"slices"
	"strings"

	"lockstep/format/contentline"
)

// Attributes are the parameters of a property that mean something, by name:
// "TYPE=home" for each type, in lower case, "PREF" for what is preferred (1 to
// 100; TYPE=pref is 1), "LANGUAGE" and so on, with their values joined as a
// list. How the value is written (ENCODING, CHARSET, VALUE, the type of a photo)
// is none of them, nor is what goes without saying (TYPE=voice, TYPE=internet).
func (p Property) Attributes() map[string]string {
	all := map[string]string{}
	for _, param := range p.Params {
		switch name := nameOf(param); name {
		case "TYPE":
			for _, v := range param.Values {
				for _, t := range strings.Split(v, ",") { // TYPE="home,work" is seen too
					p.addType(all, strings.ToLower(strings.TrimSpace(t)))
				}
			}
		case "PREF":
			if p.Version == V40 {
				all["PREF"] = strings.TrimLeft(strings.Join(param.Values, ""), "0")
			} else {
				all["PREF"] = "1"
			}
		default:
			if !representation(name) {
				all[name] = joinList(param.Values)
			}
		}
	}
	if all["TYPE=fax"] == "" {
		delete(all, "TYPE=voice")
	}
	return all
}

func (p Property) addType(all map[string]string, t string) {
	switch {
	case t == "" || p.silent(t):
	case t == "pref":
		all["PREF"] = "1"
	default:
		all["TYPE="+t] = t
	}
}

// silent tells whether a type, in lower case, is no attribute: that of the bytes
// of a photo (JPEG), and internet, which every e-mail address is.
func (p Property) silent(t string) bool {
	if formOf(p.Name) == binary {
		return t != "home" && t != "work" && t != "pref"
	}
	return t == "internet" && p.Name == "EMAIL"
}

// representation tells whether a parameter says how the value is written.
func representation(name string) bool {
	switch name {
	case "ENCODING", "CHARSET", "VALUE", "MEDIATYPE", "X-APPLE-OMIT-YEAR":
		return true
	}
	return false
}

func nameOf(p contentline.Param) string {
	if p.Name == "" {
		return bareName(p.Values[0])
	}
	return p.Name
}

// bareName is the parameter that a bare value of vCard 2.1 belongs to.
func bareName(value string) string {
	switch strings.ToUpper(value) {
	case "BASE64", "QUOTED-PRINTABLE", "7BIT", "8BIT":
		return "ENCODING"
	case "INLINE", "CONTENT-ID", "CID", "URL":
		return "VALUE"
	}
	return "TYPE"
}

func joinList(values []string) string {
	escaped := make([]string, len(values))
	for i, v := range values {
		escaped[i] = guarded(v, ",")
	}
	return strings.Join(escaped, ",")
}

func splitList(s string) []string {
	values := cutUnescaped(s, ',')
	for i, v := range values {
		values[i] = strings.NewReplacer(`\\`, `\`, `\,`, ",").Replace(v)
	}
	return values
}

// WithAttributes returns the property with these attributes and no others, as
// far as the version of its card can say them. What is said already keeps its
// bytes.
func (p Property) WithAttributes(want map[string]string) Property {
	has := p.Attributes()
	if maps.Equal(has, want) {
		return p
	}
	retyped := typesOf(has) != typesOf(want) || has["PREF"] != want["PREF"]
	var params []contentline.Param
	for _, param := range p.Params {
		switch name := nameOf(param); {
		case name == "TYPE" && retyped:
			param.Values = slices.DeleteFunc(slices.Clone(param.Values), func(t string) bool { return !p.silent(strings.ToLower(t)) })
			if len(param.Values) > 0 {
				params = append(params, param)
			}
		case name == "PREF" && retyped:
		case name == "TYPE" || name == "PREF" || representation(name):
			params = append(params, param)
		case want[name] == has[name]:
			params = append(params, param)
		}
	}
	q := p
	q.Raw, q.Params = "", slices.Clip(params)
	for _, name := range slices.Sorted(maps.Keys(want)) {
		switch _, isType := cutFold(name, "TYPE="); {
		case isType || name == "PREF" || has[name] == want[name]:
		case q.Version == V40 || !since40(name):
			q.Params = append(q.Params, contentline.Param{Name: name, Values: splitList(want[name])})
		}
	}
	q.Params = append(q.Params, q.missingTypes(want)...)
	return q
}

func typesOf(attributes map[string]string) string {
	var all []string
	for name := range attributes {
		if t, isType := cutFold(name, "TYPE="); isType {
			all = append(all, t)
		}
	}
	slices.Sort(all)
	return strings.Join(all, ",")
}

// missingTypes are the types and the preference that its parameters do not say
// yet, as the version of the card writes them.
func (p Property) missingTypes(want map[string]string) (params []contentline.Param) {
	has := p.Attributes()
	var types []string
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if t, isType := cutFold(name, "TYPE="); isType && has[name] == "" {
			types = append(types, t)
		}
	}
	if pref := want["PREF"]; pref != "" && has["PREF"] == "" {
		switch {
		case p.Version == V40:
			params = append(params, contentline.Param{Name: "PREF", Values: []string{pref}})
		case pref == "1":
			types = append(types, "pref")
		}
	}
	switch {
	case len(types) == 0:
	case p.Version == V21:
		for _, t := range types {
			if strings.Trim(t, "abcdefghijklmnopqrstuvwxyz0123456789-") == "" && bareName(t) == "TYPE" {
				params = append(params, contentline.Param{Values: []string{strings.ToUpper(t)}})
			} else {
				params = append(params, contentline.Param{Name: "TYPE", Values: []string{t}})
			}
		}
	default:
		params = append(params, contentline.Param{Name: "TYPE", Values: types})
	}
	return params
}

// since40 tells whether a parameter came with vCard 4.0 (RFC 6350, section 5;
// RFC 6715; RFC 9554), so that older cards cannot say it.
func since40(name string) bool {
	switch name {
	case "ALTID", "PID", "SORT-AS", "CALSCALE", "GEO", "TZ", "LABEL", "INDEX", "LEVEL", "AUTHOR", "AUTHOR-NAME",
		"CREATED", "DERIVED", "PHONETIC", "PROP-ID", "SCRIPT", "SERVICE-TYPE", "USERNAME", "JSPTR", "JSCOMPS", "CC":
		return true
	}
	return false
}
