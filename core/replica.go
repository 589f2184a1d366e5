package core

import (
	"context"
	"iter"
)

// Replica is the whole contract of a connector: one side of a link. A value
// lives for one pass, and so do its caches. It is used from one goroutine at
// a time, except that Fetch of one side may run while Apply of the other does.
//
// Errors are *Error values. Transient, Auth and Unknown may come from every
// method; what else a method returns is said at the method.
type Replica interface {
	// Operations declares how each write is safe; it does no I/O and may be
	// called before Collections only for what never changes.
	Operations() Operations

	// Collections is the one cheap look: one LIST-STATUS, one PROPFIND, one
	// history id. It is never answered from a cache.
	Collections(ctx context.Context) (Survey, error)

	// Changes lists what changed in a feed since a token, a page at a time; it
	// is called only where a Rev differs or is unknown. Nothing new is an
	// empty Delta. Resync: the token is too old, call again with "". Missing:
	// the feed's collection is gone.
	Changes(ctx context.Context, feed FeedID, since Token) (Delta, error)

	// Fetch yields the items with their bodies, in any order; with an error
	// the Ref is set all the same. The body is valid until the next one is
	// yielded. Missing: the item is gone (a later listing will prove it).
	// Permanent: it cannot be read. Refs that are never yielded were not read.
	Fetch(ctx context.Context, refs []Ref) iter.Seq2[Item, error]

	// Apply makes the writes and yields one result for each, in any order; a
	// write without a result has an unknown outcome. Conflict: If did not
	// hold. Missing: the target is gone. Resync: the incarnation is another.
	// Permanent: refused. After each of these four nothing was changed.
	Apply(ctx context.Context, writes iter.Seq[Write]) iter.Seq2[Result, error]

	// Close ends the pass; connections may be kept by the account.
	Close() error
}

// Optional capabilities, found by type assertion.
type (
	// Watcher yields hints ("look again at this feed"), never data. "" = all.
	Watcher interface {
		Watch(ctx context.Context) iter.Seq2[FeedID, error]
	}

	// Tree changes the list of collections. CreateCollection of one that is
	// there returns it. RenameCollection keeps the items; DeleteCollection
	// removes it with all that is in it (the engine asks only for empty ones,
	// or with consent). Conflict: the path is taken, or Count differs.
	Tree interface {
		CreateCollection(ctx context.Context, path string, role Role) (Collection, error)
		RenameCollection(ctx context.Context, id CollectionID, path string) (Collection, error)
		DeleteCollection(ctx context.Context, id CollectionID, count int) error
	}

	// Painter gives a collection a colour that is as ColorOf has it. What stands there
	// and is no such colour is left alone (Permanent). How the service spells it, the
	// next look tells. Missing: the collection is gone. Conflict: it has another colour
	// than in the last look. Permanent: refused. After each of these three nothing was
	// changed.
	Painter interface {
		SetColor(ctx context.Context, id CollectionID, color string) error
	}

	// Finder looks up items by Key in lazy collections, many at once if the
	// service lets it. For each Key it yields the stub that bears it; a stub
	// with that Key and no ID says that there is none; with an error the Key is
	// set all the same. A Key that nothing is yielded for was not asked: nothing
	// is concluded. Permanent: it cannot be told for this Key.
	Finder interface {
		Find(ctx context.Context, collection CollectionID, keys []Key) iter.Seq2[Stub, error]
	}

	// Recaller is told, before each Changes, how to ask what it listed last
	// time about some IDs, so that it need not read again what it knows to be
	// unchanged (a file with the same inode, size and mtime; the Message-ID of
	// a UID). The stubs have the Rev, Key, Sum and Size of then; what was never
	// listed has none. One question about a page costs far less than many.
	Recaller interface {
		Recall(known func([]Ref) map[Ref]Stub)
	}

	// Header reads only the part of a body that tells it from others with the
	// same Key and size (of a message, its header with all its Received lines).
	// Of kinds whose bodies are for ever, equal Key, size and header prove an
	// equal body: a message that moved need not be read again. What cannot be
	// read is left out; then the body is read.
	Header interface {
		HeaderSums(ctx context.Context, refs []Ref) (map[Ref]Sum, error)
	}

	// Renamer is a side where an item may get another Key and stay itself
	// (OpRename), and where some of its owner's items follow it. Follow tells
	// what becomes of an item when its owner gets another name: its new handle
	// and Key, or false for what the server leaves behind.
	Renamer interface {
		Follow(s Stub, owner string) (Ref, Key, bool)
	}

	// Elder is a side that tells whether an older version was put back in the place of an
	// item, as from a backup, or nothing in the place of one made since. then is the Rev
	// that the item had; now is that of what is there, "" = nothing is. It does no I/O.
	Elder interface {
		PutBack(at CollectionID, then, now Rev) PutBack
	}

	// Vetter tells, before anything is written, why a write would be refused
	// for good (a domain that the server does not have), as far as that is
	// known from what was listed; nil = nothing speaks against it. It does no
	// I/O, and Apply may refuse the write all the same.
	Vetter interface {
		Vet(w Write) error
	}

	// Flusher: what Apply reported is durable when Flush returns.
	Flusher interface {
		Flush(ctx context.Context) error
	}

	// Explainer prints the call that a write will make, for plans and audit.
	Explainer interface {
		Explain(w Write) string
	}

	// Prober tells what the server can do, for doctor.
	Prober interface {
		Probe(ctx context.Context) ([]Finding, error)
	}
)

// PutBack tells whether an older version of an item was put back.
type PutBack uint8

const (
	// NotPutBack: it was edited or deleted, as far as is known.
	NotPutBack PutBack = iota
	// YoungPutBack: it is older, and came just now, so that more may follow.
	YoungPutBack
	// AlonePutBack: it is older. People put single items back, too, and mean them.
	AlonePutBack
	// AllPutBack: it is, and so is its collection.
	AllPutBack
)

// Finding is one line of doctor: what was looked at, what was found, and what
// is slow or unsafe because of it.
type Finding struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Effect string `json:"effect,omitempty"`
	// Bad: something a person should change.
	Bad bool `json:"bad,omitempty"`
}
