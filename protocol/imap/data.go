package imap

import (
	"io"
	"time"
)

// ListData is one mailbox of a LIST.
type ListData struct {
	// Raw name as the server writes it, and the name that it stands for.
	Raw  string
	Name string
	// Exact: the name is written back as Raw; otherwise use RawMailbox.
	Exact bool
	// Delimiter between the levels; 0 = none.
	Delimiter byte
	// Attributes in lower case.
	Attributes []string
}

// StatusData is what is known of a mailbox; -1 = it was not told.
type StatusData struct {
	// Raw name as the server writes it, and the name that it stands for.
	Raw, Name                                  string
	Messages, UIDNext, UIDValidity, HighestMod int64
	// AppendLimit is the size in bytes of the largest message that it takes.
	AppendLimit int64
	// MailboxID is what it is known by whatever its name; "" = not told.
	MailboxID string
}

// MailboxState is the selected mailbox.
type MailboxState struct {
	Name        string
	ReadOnly    bool
	UIDValidity uint32
	UIDNext     uint32
	// HighestMod is 0 where the mailbox keeps no modification sequences.
	HighestMod uint64
	Exists     uint32
	HasExists  bool
	// Expunged counts the messages that left since it was selected.
	Expunged uint32
	// Vanished are the UIDs that left since the State of SelectSince.
	Vanished UIDSet
	// Doubt is what the server said of the mailbox that cannot be; "" = nothing.
	Doubt string
	// Unread: some of what the server said while it opened it could not be read.
	Unread bool
	// Permanent flags; nil = not told, so that all may be set.
	Permanent []string
}

// State of a mailbox at some moment (RFC 7162, section 3.2.5).
type State struct {
	UIDValidity uint32
	HighestMod  uint64
}

// Message is what a FETCH response tells.
type Message struct {
	UID      uint32
	Flags    []string
	HasFlags bool
	ModSeq   uint64
	Size     int64 // -1 = not told
	Time     time.Time
	// Header is what BODY[HEADER...] gave.
	Header    string
	HasHeader bool
	// EmailID is what the message is known by wherever it is: EMAILID, or the
	// message id of Gmail; "" = not told.
	EmailID string
	// Body streams BODY[]; it is valid until the handler returns. nil = none.
	Body     io.Reader
	BodySize int64
	// NoBody: the server said that it has none (NIL).
	NoBody bool
}

// CopyUID tells the new UIDs of copied messages (RFC 4315, section 3): the
// n-th of From became the n-th of To.
type CopyUID struct {
	UIDValidity uint32
	From, To    []Range
}

// Pairs yields what became of what, if the server's two lists fit.
func (c *CopyUID) Pairs(wanted UIDSet) map[uint32]uint32 {
	if c == nil || count(c.From) != count(c.To) || count(c.From) > wanted.Count() {
		return nil
	}
	out := map[uint32]uint32{}
	to := make([]uint32, 0, count(c.To))
	for _, r := range c.To {
		for u := uint64(r.Lo); u <= uint64(r.Hi); u++ {
			to = append(to, uint32(u))
		}
	}
	i := 0
	for _, r := range c.From {
		for u := uint64(r.Lo); u <= uint64(r.Hi); u++ {
			if !wanted.Has(uint32(u)) {
				return nil
			}
			out[uint32(u)] = to[i]
			i++
		}
	}
	return out
}

func count(ranges []Range) (n uint64) {
	for _, r := range ranges {
		n += uint64(r.Hi-r.Lo) + 1
	}
	return n
}

// Namespace is where some mailboxes are kept (RFC 2342).
type Namespace struct {
	// Prefix that their names begin with, as people read it.
	Prefix string
	// Delimiter between the levels; 0 = none.
	Delimiter byte
}

// Namespaces of an account, by whose the mailboxes are.
type Namespaces struct{ Personal, Others, Shared []Namespace }

// handlers of a command for the data that belongs to it.
type handlers struct {
	list   func(ListData)
	status func(StatusData)
	search func(UIDSet)
	fetch  func(*Message)
	words  func([]string)
	spaces func(Namespaces)
	// moved is told that the open mailbox is no longer what it was.
	moved func()
	// malformed is told that data of some kind could not be read.
	malformed func()
	uids      UIDSet
}

// Done is how a command ended well.
type Done struct {
	Text string
	// AppendUIDs of new messages, one for each in their order, ascending; nil =
	// they were not told so. AppendValidity is their UIDVALIDITY.
	AppendUIDs     []uint32
	AppendValidity uint32
	Copy           *CopyUID
	ReadOnly       bool
}
