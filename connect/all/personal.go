package all

import (
	"lockstep/core"
	"lockstep/format/ical"
	"lockstep/format/vcard"
)

// personal is how the items of an address book or a calendar are stored, each as
// one text.
type personal struct {
	// extension of its files.
	extension string
	// describe tells the UID and a short name, or why it is not one item.
	describe func(body []byte) (uid, label string, err error)
	// withUID gives one that has no UID one.
	withUID func(body []byte, uid string) ([]byte, error)
}

func personalOf(kind core.Kind) personal {
	if kind == core.Event {
		return personal{extension: ".ics", describe: ical.Describe, withUID: ical.WithUID}
	}
	return personal{extension: ".vcf", describe: vcard.Describe, withUID: vcard.WithUID}
}
