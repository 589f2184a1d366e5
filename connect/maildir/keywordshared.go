package maildir

import (
	"lockstep/core"
)

// Mail programs that know no keywords move a file to another folder with its
// letters, which may have no names there. Dropping those marks would drop them
// on the other side too; so a letter without a name means what it means in the
// folders that have one for it, if they agree. New names get the same letter
// everywhere, as far as it is free.

// lacks tells whether a file name bears letters that have no name.
func (k *keywords) lacks(flags string) bool {
	for _, c := range []byte(flags) {
		if c >= 'a' && c <= 'z' && k[c-'a'] == "" {
			return true
		}
	}
	return false
}

// filled returns names with those that other folders agree on where there are
// none.
func (r *Replica) filled(own *keywords) *keywords {
	shared, out := r.sharedKeywords(), *own
	for i, name := range shared {
		if letters, _ := own.letters(core.NewMarks(name)); out[i] == "" && name != "" && letters == "" {
			out[i] = name
		}
	}
	return &out
}

// sharedKeywords are the letters that mean one thing in all folders that name
// them, as of the first time that this is asked after a change of ours. What cannot be read is passed
// over here; a listing of its folder tells.
func (r *Replica) sharedKeywords() *keywords {
	if r.shared != nil {
		return r.shared
	}
	r.shared = &keywords{}
	if r.tree == nil {
		return r.shared
	}
	var apart [26]bool
	for _, p := range r.tree.places {
		if p.obstacle != nil {
			continue
		}
		dir, err := enterAll(r.root, p.dir)
		if err != nil {
			continue
		}
		text, _, err := readKeywords(dir)
		dir.Close()
		if err != nil {
			continue
		}
		names, _ := parseKeywords(text)
		for i, name := range names {
			switch {
			case name == "" || apart[i]:
			case r.shared[i] != "" && r.shared[i] != name:
				apart[i], r.shared[i] = true, ""
			default:
				r.shared[i] = name
			}
		}
	}
	return r.shared
}
