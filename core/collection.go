package core

import "strings"

// Role is what a collection is for, whatever its name and language.
type Role string

// The roles of RFC 6154 and the outbox of a submission server.
const (
	RoleNone    Role = ""
	RoleInbox   Role = "inbox"
	RoleSent    Role = "sent"
	RoleDrafts  Role = "drafts"
	RoleTrash   Role = "trash"
	RoleJunk    Role = "junk"
	RoleArchive Role = "archive"
	RoleAll     Role = "all"
	RoleOutbox  Role = "outbox"
)

// Collection is a folder or label, an address book, a calendar, a directory
// resource.
type Collection struct {
	ID CollectionID `json:"id"`
	// Path is the names from the root, joined by "/"; a "/" inside a name is
	// escaped as "%2F" and a "%" as "%25" by the connector.
	Path string `json:"path"`
	Role Role   `json:"role,omitempty"`
	// Same is the service's stable identity of the collection (MAILBOXID, the
	// inode of a directory): a rename keeps it; "" = the service has none.
	Same Same `json:"same,omitempty"`
	// Feed that reports the collection's changes.
	Feed FeedID `json:"feed"`
	// Rev of the whole collection (HIGHESTMODSEQ, ctag, historyId, directory
	// mtime); "" = unknown, so its feed is asked in every pass.
	Rev Rev `json:"rev,omitempty"`
	// ByContent: the Rev stands for what the collection holds, not for a moment, so that
	// it may be as before although something happened.
	ByContent   bool        `json:"byContent,omitempty"`
	Incarnation Incarnation `json:"incarnation,omitempty"`
	// Position: every ID issued later has a greater one (IMAP: UIDNEXT - 1);
	// 0 = no order.
	Position uint64 `json:"position,omitempty"`
	// Count of items; -1 = unknown.
	Count int `json:"count"`
	// MaxSize of a body in bytes; 0 = not known.
	MaxSize int64 `json:"maxSize,omitempty"`
	// Vocabulary is the marks that it can hold.
	Vocabulary Vocabulary `json:"vocabulary"`
	// Color in which programs show it, as ColorOf has it; "" = none, or not told.
	Color    string `json:"color,omitempty"`
	ReadOnly bool   `json:"readOnly,omitempty"`
	// Lazy: it is not listed, but asked by Finder for each item of the other
	// side that has no row.
	Lazy bool `json:"lazy,omitempty"`
}

// ColorOf reads a colour as services write it, "#rrggbb" or "#rrggbbaa", and returns
// the first form in lower case: how much shines through is left out. "" = it is none.
func ColorOf(text string) string {
	text = strings.ToLower(strings.TrimSpace(text))
	if len(text) != 7 && len(text) != 9 || text[0] != '#' || strings.Trim(text[1:], "0123456789abcdef") != "" {
		return ""
	}
	return text[:7]
}

// Survey is the one cheap look at a side.
type Survey struct {
	Collections []Collection `json:"collections"`
	// Complete: what is not named does not exist. A list cut short, filtered
	// or empty for an unknown reason is not complete.
	Complete bool `json:"complete"`
}

// Delta is one page of a feed: final states, not a history. Pages may repeat
// an item and come in any order; the last word about an item counts.
type Delta struct {
	Changed []Stub
	Gone    []Ref
	// Full: this listing restarted from the beginning, is unfiltered, and is
	// read to its end when More is false: what no page of it named is gone. An
	// item that is there all through the listing is named, whatever comes and
	// goes between two pages, and Next tells what changed since the first page.
	// Every page of one listing says the same.
	Full bool
	// More: call again with Next.
	More bool
	// Next token; it is kept only together with the state of its pages.
	Next Token
	// Incarnation of the feed's collections at the time of the listing; "" =
	// as surveyed.
	Incarnation Incarnation
}
