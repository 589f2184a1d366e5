package demo

import (
	"fmt"
	"slices"
	"time"
)

// Edit is something that a person did, in words.
type Edit struct {
	// Server: on the server; else on this machine, in the Maildir.
	Server bool
	Text   string
}

// Messages that the story tells more about, by their Message-ID.
const (
	// Shared is marked on both sides at once.
	Shared = "lunch.2@example.net"
	// Deleted is deleted on the server, and had back.
	Deleted = "recording@choir.example.net"
)

// side is what a person edits.
type side interface {
	deliver(message) error
	mark(message, string) error
	move(message, string) error
	remove(message) error
}

// Edit lets people work on both sides, and tells what they did. What is then
// true is what both sides together say.
func (w *World) Edit() ([]Edit, error) {
	var done []Edit
	for _, e := range []struct {
		server bool
		text   string
		do     func(side) error
	}{
		{false, `answers the "New Year's ride" mail; a copy of the answer is filed in Sent`, w.answer},
		{false, "files October's invoice in Archive", func(s side) error { return w.move(s, "invoice-2025-10@energy.example.com", archive) }},
		{false, "flags Tom's mail about the lunch", func(s side) error { return w.mark(s, Shared, `\Flagged`) }},
		{false, "deletes a newsletter", func(s side) error { return w.throwAway(s, "garden-36@news.example.com") }},
		{true, "forwards that same mail of Tom's", func(s side) error { return w.mark(s, Shared, "$Forwarded") }},
		{true, `labels November's invoice "Wichtig"`, func(s side) error { return w.mark(s, "invoice-2025-11@energy.example.com", "Wichtig") }},
		{true, "moves two photos to the archive, which is called Archiv there", func(s side) error {
			for _, name := range []string{"sunset.0@example.com", "sunset.1@example.com"} {
				if err := w.move(s, name, archive); err != nil {
					return err
				}
			}
			return nil
		}},
		{true, "deletes the recording of the concert for good, by mistake", w.deleteForGood},
		{true, "gets a new mail from Japan", w.arrive},
	} {
		on := side(w.local)
		if e.server {
			on = w.server
		}
		if err := e.do(on); err != nil {
			return done, fmt.Errorf("%s: %w", e.text, err)
		}
		done = append(done, Edit{Server: e.server, Text: e.text})
	}
	return done, nil
}

// Restored: the message called Deleted must be there again.
func (w *World) Restored() { w.truth, w.deleted = append(w.truth, w.deleted...), nil }

// known is the message of a name, where it is now.
func (w *World) known(name string) (*message, error) {
	i := slices.IndexFunc(w.truth, func(m message) bool { return m.name == name })
	if i < 0 {
		return nil, fmt.Errorf("the sample has no %s", name)
	}
	return &w.truth[i], nil
}

// mark adds a mark; the truth is the marks of both sides together.
func (w *World) mark(on side, name, mark string) error {
	m, err := w.known(name)
	if err != nil {
		return err
	}
	if err := on.mark(*m, mark); err != nil {
		return err
	}
	m.marks = append(slices.Clone(m.marks), mark)
	return nil
}

func (w *World) move(on side, name, to string) error {
	m, err := w.known(name)
	if err != nil {
		return err
	}
	if err := on.move(*m, to); err != nil {
		return err
	}
	m.folder = to
	return nil
}

// throwAway deletes a message on this machine; on the server it goes to the
// trash.
func (w *World) throwAway(on side, name string) error {
	m, err := w.known(name)
	if err != nil {
		return err
	}
	if err := on.remove(*m); err != nil {
		return err
	}
	m.folder = trash
	return nil
}

// deleteForGood takes the message called Deleted away.
func (w *World) deleteForGood(on side) error {
	m, err := w.known(Deleted)
	if err != nil {
		return err
	}
	if err := on.remove(*m); err != nil {
		return err
	}
	w.deleted = append(w.deleted, *m)
	w.truth = slices.DeleteFunc(w.truth, func(m message) bool { return m.name == Deleted })
	return nil
}

// deliver puts a new message on a side.
func (w *World) deliver(on side, m message) error {
	w.truth = append(w.truth, m)
	return on.deliver(m)
}

func (w *World) answer(on side) error {
	const question = "new-year-ride.0@lists.example.net"
	if err := w.mark(on, question, `\Answered`); err != nil {
		return err
	}
	const name = "new-year-ride.ida@example.org"
	at := day(time.December, 30, 17, 20)
	return w.deliver(on, message{name, sent, []string{`\Seen`}, at,
		compose(envelope{name, ida, "Bikes <bikes@lists.example.net>", "Re: New Year's ride", at, []string{question}, nil},
			text("plain", "8bit", "I'll be there. Who else brings tea?\n\nIda"))})
}

func (w *World) arrive(on side) error {
	const name = "nengajo@example.net"
	at := day(time.December, 31, 15, 0)
	return w.deliver(on, message{name, inbox, nil, at,
		compose(envelope{name, "佐藤 健 <ken@example.net>", ida, "よいお年を", at, nil, nil}, text("plain", "base64", "イーダさん\n\n来年もよろしくお願いします。\n\n佐藤"))})
}
