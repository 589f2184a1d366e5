package core

import (
	"io"
	"strconv"
	"strings"
)

// Handles and versions. The engine compares them and never parses them.
type (
	// CollectionID is a replica's own handle of a collection.
	CollectionID string
	// ID is a replica's own handle of an item: an IMAP UID, a DAV href, the
	// stable part of a Maildir file name, a webadmin path. (collection, ID)
	// never comes to name another item while the incarnation stands.
	ID string
	// Same is the service's own stable identity of a body (EMAILID, Gmail
	// message id, Graph immutable id), or of the entry that an element is of
	// (entryUUID); "" = the service has none.
	Same string
	// Key proposes partners for items that have no row yet: Message-ID, UID,
	// resource + owner + element. For mail "" is legal and equal Keys are a
	// multiset; for other kinds a Key is unique on a side, and what bears none has
	// an ImpliedKey.
	Key string
	// Rev is the version of a body only; "" = unknown.
	Rev string
	// Sum is the digest of a canonical body; "" = unknown.
	Sum string
	// Token is a position in a feed; "" = from the beginning.
	Token string
	// FeedID names a feed of changes; a feed covers one or more collections.
	FeedID string
	// Incarnation changes when IDs start to mean something else: UIDVALIDITY,
	// a recreated address book, a restored backup.
	Incarnation string
)

// VoidID stands for an ID of an incarnation that has ended, which may name another
// item now: that of row n, or what write n was about. No service issues such an ID.
func VoidID(of string, n int64) ID { return ID(voidID + of + " " + strconv.FormatInt(n, 10)) }

// Void tells whether an ID is a VoidID.
func (id ID) Void() bool { return strings.HasPrefix(string(id), voidID) }

const voidID = "\x00"

// Ref addresses one item in one place of one replica.
type Ref struct {
	Collection CollectionID `json:"collection"`
	ID         ID           `json:"id"`
}

// Less orders Refs: by collection, then by ID.
func (r Ref) Less(o Ref) bool {
	if r.Collection != o.Collection {
		return r.Collection < o.Collection
	}
	return r.ID < o.ID
}

// Compare is the three-way form of Less, for slices.SortFunc.
func (r Ref) Compare(o Ref) int {
	switch {
	case r.Less(o):
		return -1
	case o.Less(r):
		return 1
	}
	return 0
}

// Stub is all that planning needs and nothing that costs a download.
type Stub struct {
	Ref
	Same  Same  `json:"same,omitempty"`
	Key   Key   `json:"key,omitempty"`
	Rev   Rev   `json:"rev,omitempty"`
	Sum   Sum   `json:"sum,omitempty"`
	Marks Marks `json:"marks,omitempty"`
	// Size of the canonical body in bytes; -1 = unknown. Equal bodies have
	// equal sizes on every replica (mail: counted with CRLF line ends).
	Size int64 `json:"size"`
	// Time the item was received or made, Unix seconds; 0 = unknown.
	Time int64 `json:"time,omitempty"`
	// Owner groups items and cascades; "" = none.
	Owner string `json:"owner,omitempty"`
	// Position of the ID in the order in which its collection issues IDs;
	// 0 = the collection issues them in no order.
	Position uint64 `json:"position,omitempty"`
	// Mutable: this ID may change its body although its kind says bodies are
	// for ever (drafts on some services).
	Mutable bool `json:"mutable,omitempty"`
	// Out: the item is there, but outside the window that this replica shows;
	// nothing is concluded and no step is planned.
	Out bool `json:"out,omitempty"`
	// Label is the value in a few words, as a plan shows it ("4 GB", "Ann
	// Other"); "" = there is no more to say than the Key. Never a secret.
	Label string `json:"label,omitempty"`
	// Where a person finds it, if not by its Key: the DN of an entry.
	Where string `json:"where,omitempty"`
	// Bad tells why the item cannot be synced ("" = it can): an unreadable
	// file, a value that does not parse. It is listed so that it is not taken
	// for deleted, and it is parked.
	Bad string `json:"bad,omitempty"`
}

// Item is a stub with its body. The body is read once; a retry fetches again.
type Item struct {
	Stub
	Body io.ReadCloser
}
