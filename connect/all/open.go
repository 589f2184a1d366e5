package all

import (
	"context"
	"fmt"
	"io"

	"lockstep/config"
	"lockstep/core"
	"lockstep/format/element"
	"lockstep/format/ical"
	"lockstep/format/mime"
	"lockstep/format/vcard"
	"lockstep/merge"
	"lockstep/merge/contact"
	"lockstep/merge/event"
)

// Vacancy is what to do about an end on this machine where nothing is yet.
type Vacancy uint8

const (
	// Refuse: it is an error, because a disk may be missing.
	Refuse Vacancy = iota
	// Make it; only for a link that was never synced.
	Make
	// Pretend that it is there and empty, and make nothing; only for a plan.
	Pretend
)

// Options of opening an end.
type Options struct {
	Kind    core.Kind
	Vacancy Vacancy
	// Link that a directory or its mail server is opened for; nil = none.
	Link *config.Link
	// Also are further directories that are read with this one.
	Also []config.End
	// Kept is what is used that earlier passes kept; nil = nothing is kept.
	Kept *Kept
	// Watch: the end is opened to be watched, and for nothing else.
	Watch bool
	// Tidy: what dead processes left behind there may be removed.
	Tidy bool
}

// Open opens an end for one pass, and tells what there is to know of the kind
// of item that it is opened for. The caller closes the replica.
func Open(ctx context.Context, end config.End, o Options) (core.Replica, core.Traits, error) {
	traits, err := TraitsOf(o.Kind)
	if err != nil {
		return nil, core.Traits{}, err
	}
	switch a := end.Account.Address; a.Type {
	case config.Maildir:
		replica, err := openMaildir(end, o)
		return replica, traits, err
	case config.IMAP:
		replica, err := openIMAP(ctx, end, o)
		return replica, traits, err
	case config.LDAP, config.LDIF:
		replica, err := openDirectory(ctx, end, o)
		return replica, traits, err
	case config.James:
		replica, err := openJames(ctx, end, o)
		return replica, traits, err
	case config.Vdir:
		replica, err := openVdir(end, traits, o)
		return replica, traits, err
	case config.VCF, config.ICS:
		replica, err := openBundle(end, traits.Digest)
		return replica, traits, err
	case config.CardDAV, config.CalDAV:
		replica, err := openDAV(ctx, end, traits, o)
		return replica, traits, err
	default:
		return nil, core.Traits{}, &core.Error{Op: "open", Class: core.Permanent, Thing: end.String(),
			Err: fmt.Errorf("this lockstep has no connector for %s", a.Type), Remedy: "this one has: " + known}
	}
}

// known types of address.
const known = string(config.Maildir) + ", " + string(config.IMAP) + ", " + string(config.LDAP) + ", " + string(config.LDIF) + ", " + string(config.James) +
	", " + string(config.Vdir) + ", " + string(config.VCF) + ", " + string(config.ICS) + ", " + string(config.CardDAV) + ", " + string(config.CalDAV)

// TraitsOf returns what the engine must know of a kind of item.
func TraitsOf(kind core.Kind) (core.Traits, error) {
	switch kind {
	case core.Mail:
		return core.Traits{Immutable: true, Digest: new(mime.Digester).Digest, DeleteMark: core.Deleted}, nil
	case core.Entry:
		return element.Traits(), nil
	case core.Contact:
		return merging(merge.Properties{Format: contact.Format{}}, vcard.Describe), nil
	case core.Event:
		return merging(merge.Properties{Format: event.Format{}}, ical.Describe), nil
	}
	return core.Traits{}, core.Errorf("open", core.Permanent, "this lockstep has no connector for items of kind %s", kind)
}

// merging are the traits of items whose bodies merge: one bears a Key, and its Sum is
// what its body means.
func merging(m core.Merger, describe func(body []byte) (uid, label string, err error)) core.Traits {
	return core.Traits{
		UniqueKeys: true, Merger: m,
		Digest: func(body io.Reader) (core.Sum, int64, error) {
			b, err := io.ReadAll(body)
			if err != nil {
				return "", 0, err
			}
			sum, err := m.Sum(b)
			return sum, int64(len(b)), err
		},
		KeyOf: func(body []byte) core.Key {
			uid, _, _ := describe(body)
			return core.Key(uid)
		},
	}
}
