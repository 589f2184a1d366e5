package merge

import "strings"

// renamed is how a write's list of what it carried names a property, or a part of
// one, that got another name with its value: as it was in the bases, and as it is.
func renamed(was, is string) string { return was + "\x00" + is }

// names of what an entry of such a list is about, in the bases before the write and
// after it.
func names(entry string) (was, is string) {
	was, is, both := strings.Cut(entry, "\x00")
	if !both {
		return entry, entry
	}
	return was, is
}

// take enters what a write carried into the changes of one base: with values that its
// side has, under the names that this base has, for of two writes that carry a
// renamed property and a part of it only one may have happened.
func (m Properties) take(changes map[string]string, base properties, carried []string, values properties) {
	parts := map[string][]string{}
	for name := range base {
		if whole := m.Format.Whole(name); whole != "" {
			parts[whole] = append(parts[whole], name)
		}
	}
	for _, entry := range carried {
		was, is := names(entry)
		if was == is || m.Format.Whole(is) != "" {
			continue
		}
		changes[is] = values.get(is)
		if base.get(was) == Absent {
			continue
		}
		changes[was] = Absent
		for _, part := range parts[was] { // they stay as they were agreed
			changes[part], changes[is+part[len(was):]] = Absent, base[part]
		}
	}
	for _, entry := range carried {
		was, is := names(entry)
		whole := m.Format.Whole(is)
		switch {
		case was == is:
			changes[is] = values.get(is)
		case whole != "":
			value := values.get(is)
			if values.get(whole) == Absent {
				value = values.get(was) // this side still has the old name
			}
			if _, now := changes[whole]; !now && base.get(whole) == Absent {
				is = was
			}
			changes[is] = value
		}
	}
}
