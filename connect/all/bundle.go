package all

import (
	"bytes"
	"errors"
	"io"
	"iter"

	"lockstep/config"
	"lockstep/connect/bundle"
	"lockstep/core"
	"lockstep/format/ical"
	"lockstep/format/vcard"
)

// openBundle prepares a file of many items.
func openBundle(end config.End, digest func(io.Reader) (core.Sum, int64, error)) (core.Replica, error) {
	c := bundle.Config{Path: end.Account.Address.Path, Name: end.Alone(), Digest: digest, Split: splitCards, Finish: finishCard}
	if end.Account.Address.Type == config.ICS {
		c.Split, c.Finish = splitEvents, ical.WithUID
	}
	replica, err := bundle.Open(c)
	if err != nil {
		return nil, err
	}
	return replica, nil
}

func splitCards(file []byte) iter.Seq[bundle.Part] {
	return func(yield func(bundle.Part) bool) {
		for p := range vcard.Split(file) {
			if !yield(described(bundle.Part{Line: p.Line, Body: p.Body, Err: p.Err}, vcard.Describe)) {
				return
			}
		}
	}
}

func splitEvents(file []byte) iter.Seq[bundle.Part] {
	return func(yield func(bundle.Part) bool) {
		for _, p := range ical.Split(file) {
			if !yield(described(bundle.Part{Line: p.Line, Body: p.Body, Err: p.Err}, ical.Describe)) {
				return
			}
		}
		whole := bytes.TrimSpace(file)
		if end := []byte("END:VCALENDAR"); len(whole) < len(end) || !bytes.EqualFold(whole[len(whole)-len(end):], end) {
			line := bytes.Count(whole, []byte("\n")) + 1
			yield(bundle.Part{Line: line, Err: errors.New("the file ends before END:VCALENDAR, so it may be cut off; export it again")})
		}
	}
}

// described finds out who a part is.
func described(p bundle.Part, describe func([]byte) (uid, label string, err error)) bundle.Part {
	var err error
	if p.UID, p.Label, err = describe(p.Body); p.Err == nil {
		p.Err = err
	}
	return p
}

// finishCard also writes a card of vCard 2.1 as one of 3.0.
func finishCard(body []byte, uid string) ([]byte, error) {
	body, err := vcard.Current(body)
	if err != nil {
		return nil, err
	}
	return vcard.WithUID(body, uid)
}
