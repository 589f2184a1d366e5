package merge

import (
	"cmp"
	"slices"
)

// Fit implements core.Merger.
func (m Properties) Fit(body []byte, most int64) (fitted []byte, without []string) {
	p, err := m.parse(body)
	if err != nil {
		return nil, nil
	}
	var heavy []string
	for name := range p {
		if m.Format.Heavy(m.Format.Class(name)) && !m.skip(name) {
			heavy = append(heavy, name)
		}
	}
	slices.SortFunc(heavy, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(p[b]), len(p[a])), cmp.Compare(a, b))
	})
	changes := map[string]string{}
	for fitted = body; int64(len(fitted)) > most; {
		if len(heavy) == 0 {
			return nil, nil
		}
		changes[heavy[0]], without, heavy = Absent, append(without, heavy[0]), heavy[1:]
		if fitted, err = m.Format.Patch(body, changes); err != nil {
			return nil, nil
		}
	}
	slices.Sort(without)
	return fitted, without
}
