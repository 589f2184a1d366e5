package maildir

import (
	"strings"

	"lockstep/core"
)

// keywords are the names of the letters a to z in one folder; "" = none.
type keywords [26]string

// letterMark is a letter of a file name and the mark that it means.
type letterMark struct {
	letter byte
	mark   string
}

// systemLetters are those that mean the same in every folder.
func systemLetters() [6]letterMark {
	return [...]letterMark{
		{'D', core.Draft}, {'F', core.Flagged}, {'P', core.Forwarded},
		{'R', core.Answered}, {'S', core.Seen}, {'T', core.Deleted},
	}
}

func systemMarks() core.Marks {
	var all []string
	for _, s := range systemLetters() {
		all = append(all, s.mark)
	}
	return core.NewMarks(all...)
}

// marks that the letters of a file name mean; letters without a name mean
// nothing.
func (k *keywords) marks(flags string) core.Marks {
	if flags == "S" {
		return core.Marks(core.Seen) // the usual one
	}
	var all []string
	for _, c := range []byte(flags) {
		if c >= 'a' && c <= 'z' {
			all = append(all, k[c-'a'])
			continue
		}
		for _, s := range systemLetters() {
			if s.letter == c {
				all = append(all, s.mark)
			}
		}
	}
	return core.NewMarks(all...)
}

// letters of a set of marks. A mark may have several ($Forwarded has one of
// its own and, where Dovecot keeps it, a keyword); missing are the keywords
// that have none yet. System flags without a letter cannot be stored.
func (k *keywords) letters(marks core.Marks) (letters string, missing []string) {
	for _, mark := range marks.List() {
		before := len(letters)
		for _, s := range systemLetters() {
			if s.mark == mark {
				letters += string(rune(s.letter))
			}
		}
		for i, name := range k {
			if name == mark {
				letters += string(rune('a' + i))
			}
		}
		if len(letters) == before && !strings.HasPrefix(mark, `\`) {
			missing = append(missing, mark)
		}
	}
	return letters, missing
}

// meaning returns the names for the letters of a file name.
func (r *Replica) meaning(f *folder, flags string) (*keywords, error) {
	k, err := f.keywords()
	if err == nil && k.lacks(flags) {
		k = r.filled(k)
	}
	return k, err
}

// lettersOf returns the letters of marks in a folder as it is.
func (r *Replica) lettersOf(f *folder, marks core.Marks) (string, error) {
	if marks == "" {
		return "", nil
	}
	k, err := f.keywords()
	if err != nil {
		return "", err
	}
	letters, missing := k.letters(marks)
	if len(missing) > 0 { // letters that other folders name
		letters, _ = r.filled(k).letters(marks)
	}
	return letters, nil
}

// lettersFor returns the letters of marks in a folder, giving letters to new
// keywords.
func (r *Replica) lettersFor(f *folder, marks core.Marks) (string, error) {
	if marks == "" {
		return "", nil
	}
	k, err := f.keywords()
	if err != nil {
		return "", err
	}
	letters, missing := k.letters(marks)
	if len(missing) == 0 {
		return letters, nil
	}
	more, err := r.addKeywords(f, missing)
	if err != nil {
		return "", failure("maildir.keywords", f.place.dir, err)
	}
	letters, _ = more.letters(marks)
	return letters, nil
}

// add gives a name the letter that it has in other folders, or the first free
// one, if possible one that means nothing there; -1 = there is none. A letter
// that files bear without a name for it is not free: it would mark them all.
func (k *keywords) add(name string, used [26]bool, shared *keywords) int {
	for i := range k {
		if k[i] == "" && shared[i] == name {
			k[i] = name
			return i
		}
	}
	for _, elsewhere := range []bool{false, true} {
		for i := range k {
			if k[i] == "" && !used[i] && (elsewhere || shared[i] == "") {
				k[i] = name
				return i
			}
		}
	}
	return -1
}
