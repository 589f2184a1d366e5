package contacts

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// Edit is what somebody does to a card, in words and in fact.
type Edit struct {
	Place Place
	Text  string

	uid         string
	remove, add []string
	// made and deleted: the card as a whole. apart: the other places say something
	// else, until somebody decides. stays: it is deleted here, but somebody else
	// edits it.
	made, deleted, apart, stays bool
}

// Edits are the chapters of the story.
func Edits() [][]Edit {
	return [][]Edit{
		{
			{Place: Laptop, Text: "adds a mobile number to Aroha's card", uid: aroha, add: []string{"TEL;TYPE=CELL:+64 21 555 0111"}},
			{Place: Laptop, Text: "writes down Zeynep, who is new", uid: zeynep, made: true,
				add: []string{"FN:Zeynep Demir", "N:Demir;Zeynep;;;", "EMAIL:zeynep@demir.example", "CATEGORIES:Crew"}},
			{Place: Phone, Text: "corrects Aroha's e-mail address, and makes her a coach", uid: aroha,
				remove: []string{"EMAIL:aroha@old.example", "CATEGORIES:Crew"}, add: []string{"EMAIL:aroha@heron.example", "CATEGORIES:Crew,Coach"}},
			{Place: Phone, Text: "deletes the old boathouse", uid: boathouse, deleted: true},
			{Place: Server, Text: "adds a note to Dmitri's card, on the web page of the server", uid: dmitri, add: []string{"NOTE:Has the key of the boat shed"}},
		},
		{
			{Place: Laptop, Text: "makes Mei the captain", uid: mei, remove: []string{"TITLE:Cox"}, add: []string{"TITLE:Captain"}},
			{Place: Phone, Text: "makes Mei a trainer, and notes her number", uid: mei, remove: []string{"TITLE:Cox"}, add: []string{"TITLE:Trainer"}, apart: true},
			{Place: Phone, uid: mei, add: []string{"TEL;TYPE=CELL:+81 90 5550 0107"}},
		},
		{
			{Place: Laptop, Text: "deletes Jonas", uid: jonas, stays: true},
			{Place: Phone, Text: "notes Jonas' new address, a week without a network later", uid: jonas,
				remove: []string{"ADR;TYPE=HOME:;;Seestrasse 9;Zürich;;8002;Switzerland"}, add: []string{"ADR;TYPE=HOME:;;Quai 3;Genève;;1201;Switzerland"}},
			{Place: Phone, Text: "gives Chidi a mobile number", uid: "chidi", add: []string{"TEL;TYPE=CELL:+234 803 555 0103"}},
			{Place: Laptop, Text: "gives Chidi a nickname", uid: "chidi", add: []string{"NICKNAME:Chi"}},
		},
	}
}

// Edit makes one.
func (w *World) Edit(e Edit) error {
	there, err := w.cards(e.Place)
	if err != nil {
		return err
	}
	c, is := there[e.uid]
	switch {
	case e.made:
		w.truth[e.uid] = meaningOf(e.add)
		return w.put(e.Place, filepath.Join(w.Folder(e.Place), e.uid+".vcf"), card(member{e.uid, e.add}))
	case !is:
		return fmt.Errorf("the %s has no card %s to edit", e.Place, e.uid)
	case e.stays:
		return w.remove(e.Place, c.at)
	case e.deleted:
		delete(w.truth, e.uid)
		return w.remove(e.Place, c.at)
	}
	lines := strings.Split(c.body, "\r\n")
	for _, l := range e.remove {
		i := slices.Index(lines, l)
		if i < 0 {
			return fmt.Errorf("the card %s on the %s has no line %q to edit", e.uid, e.Place, l)
		}
		lines = slices.Delete(lines, i, i+1)
	}
	end := slices.Index(lines, "END:VCARD")
	if end < 0 {
		return fmt.Errorf("the card %s on the %s has no end", e.uid, e.Place)
	}
	w.say(e)
	return w.put(e.Place, c.at, strings.Join(slices.Insert(lines, end, e.add...), "\r\n"))
}

// say notes what is true from now on: everywhere, or in this place alone.
func (w *World) say(e Edit) {
	if e.apart {
		if w.own[e.Place] == nil {
			w.own[e.Place] = map[string]meaning{}
		}
		w.own[e.Place][e.uid] = maps.Clone(w.truth[e.uid])
		for line := range w.own[e.Place][e.uid] { // what was edited elsewhere in the same property
			if strings.HasPrefix(line, "TITLE:") {
				delete(w.own[e.Place][e.uid], line)
			}
		}
		maps.Copy(w.own[e.Place][e.uid], meaningOf(e.add))
		return
	}
	for _, of := range []map[string]meaning{w.truth, w.own[e.Place]} {
		if of[e.uid] == nil {
			continue
		}
		for line := range meaningOf(e.remove) {
			delete(of[e.uid], line)
		}
		maps.Copy(of[e.uid], meaningOf(e.add))
	}
}

// Settle decides for the truth: no place says anything else any more.
func (w *World) Settle() { clear(w.own) }
