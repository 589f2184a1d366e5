package directory

import (
	"fmt"
	"slices"
)

// Edit is something that a person did, in words.
type Edit struct {
	// Server: on the mail server; else in the directory.
	Server bool
	Text   string
}

// Addresses that the story tells more about.
const (
	// Married has this address now.
	Married = "chiara.moreau@" + domain
	// Gone is no longer in the directory.
	Gone = leaves + "@" + domain
)

// Edit changes the directory as a personnel office does, and the mail server as
// its users and administrators do, and tells what was done.
func (w *World) Edit() ([]Edit, error) {
	const added = "amara@tour.example"
	for _, change := range []func() error{
		func() error {
			return w.change(marries, func(p *person) {
				p.uid, p.family = "chiara.moreau", "Moreau"
				p.aliases = append(slices.Clone(p.aliases), marries+"@"+domain)
			})
		},
		func() error { return w.change(grows, func(p *person) { p.quota, p.bytes = "10 GiB", 10*gib }) },
		w.leave,
		func() error { w.people = append(w.people, joins()); return nil },
		w.export,
		func() error {
			w.extra = append(w.extra, forward(promoted, added))
			return w.server.AddForward(promoted+"@"+domain, added)
		},
		func() error { return w.server.SetQuota(tampered+"@"+domain, 50*gib) },
	} {
		if err := change(); err != nil {
			return nil, err
		}
	}
	return []Edit{
		{Text: "Chiara Lombardi has married: she is Chiara Moreau now, and " + Married + "; her old address stays as an alias"},
		{Text: "Emre Yıldız gets 10 GiB for the posters"},
		{Text: "Quentin Lefèvre has left: his entry is gone"},
		{Text: "Uma Sigurðardóttir is new"},
		{Server: true, Text: "Amara Okonkwo, on tour, lets her mail be forwarded to " + added},
		{Server: true, Text: "somebody gives João Figueiredo 50 GiB by hand"},
	}, nil
}

// change edits the entry of a person.
func (w *World) change(uid string, edit func(*person)) error {
	i := slices.IndexFunc(w.people, func(p person) bool { return p.uid == uid })
	if i < 0 {
		return fmt.Errorf("the directory has no %s", uid)
	}
	edit(&w.people[i])
	return nil
}

// leave takes Quentin's entry away. What he has on the server stays: within the
// grace nothing of his is deleted.
func (w *World) leave() error {
	i := slices.IndexFunc(w.people, func(p person) bool { return p.uid == leaves })
	if i < 0 {
		return fmt.Errorf("the directory has no %s", leaves)
	}
	w.staying = append(w.staying, w.people[i])
	w.people = slices.Delete(w.people, i, i+1)
	return nil
}

// WrongFilter is that of an export gone wrong: it lets those through who have an
// alias.
const WrongFilter = "(mailAlias=*)"

// ExportWrongly writes the directory as WrongFilter shows it, and returns how
// many people there are and are missing. The truth stays what it is.
func (w *World) ExportWrongly() (all, missing int, err error) {
	some := slices.DeleteFunc(slices.Clone(w.people), func(p person) bool { return len(p.aliases) == 0 })
	return len(w.people), len(w.people) - len(some), w.write(some)
}

// ExportAgain writes the directory as it is.
func (w *World) ExportAgain() error { return w.export() }
