package davd

import (
	"strings"

	"lockstep/core"
)

// Profile is in what a server differs from others. {user} in a path is the name
// of the user.
type Profile struct {
	Name string
	// Server is that header; "" = none.
	Server string
	// Root is where well-known addresses lead; Principal, Contacts and Calendars
	// are a user's own resources. "" = /dav/ and below.
	Root, Principal, Contacts, Calendars string
	// WellKnownStatus of what leads there; 0 = 301. Classes is the DAV header, of the
	// answers to OPTIONS only; "" = what is done here, with all answers.
	WellKnownStatus int
	Classes         string
	// FolderHomes: homes are told as any folder: with a name, an ETag, a token and a
	// ctag, and a sync-collection of them that lists nothing. The root is of no type.
	FolderHomes bool
	// Shards: the homes are on another host, which Start opens as well, and
	// every href below them is absolute.
	Shards bool
	// NoWellKnown: well-known addresses lead nowhere.
	NoWellKnown bool
	// Inboxes lists those of scheduling (RFC 6638) in the home of calendars, and a
	// calendar that is somebody else's on the web.
	Inboxes bool
	// Schedules: invitations have a Schedule-Tag (RFC 6638, section 3.2.10).
	Schedules bool
	// NoPrincipal: current-user-principal is not known.
	NoPrincipal bool
	// DefaultNamespace writes DAV: without a prefix; else it is D.
	DefaultNamespace bool
	// RawText writes bodies into documents as they are: CRLF reads as LF then
	// (XML, section 2.11), and a control character makes the document none.
	RawText bool
	// ErrorRows answers a DAV:error with 207, and a row that has the status and, as
	// its href, a URL whose colons are escaped, as PROPPATCH has in its row. A
	// PROPFIND or PROPPATCH of nothing gets such a row too, with 404.
	ErrorRows bool
	// NeedsXMLType refuses documents that do not say that they are XML, with 415.
	NeedsXMLType bool
	// OtherSpelling writes hrefs with more escapes than are needed, in lower
	// case.
	OtherSpelling bool

	// Changes is what tells that a collection changed.
	Changes Changes
	// TokenPrefix stands before tokens; "" = "urn:davd:".
	TokenPrefix string
	// StateTokens: a token is a state, not a moment, and a digest, not a URI. What came
	// and went between two of them is not told, and a state that comes again has the
	// same token. The properties of the collection belong to it.
	StateTokens bool
	// BadToken is what a token gets that is not known, or not any more.
	BadToken Refusal
	// BadTokenLists answers such a token as if there were none.
	BadTokenLists bool
	// Limit is what becomes of a limit that the client asks for.
	Limit Limit
	// PageSize cuts every sync-collection, as if the client had asked for it;
	// 0 = no.
	PageSize int
	// InitialGone tells from the beginning too what was there and went.
	InitialGone bool
	// OwnRow lists the collection itself among the rows of sync-collection.
	OwnRow bool
	// NoRowForMissing leaves out what multiget asks for in vain.
	NoRowForMissing bool
	// NeedsComponent refuses a calendar-query that names no component.
	NeedsComponent bool
	// RepeatsRows answers a multiget with a row for every href, though they name
	// the same item.
	RepeatsRows bool
	// BreaksQuery answers 500 to an addressbook-query with a filter.
	BreaksQuery bool
	// UnknownReportLists answers reports that it does not know with the rows of
	// all items, without any property.
	UnknownReportLists bool

	// What follows refuses in a Profile without a Name, though it does not say so.

	// SameUID is what a second item with the UID of another gets, or one whose
	// UID changes; none = it is stored.
	// SameUIDInCalendars is that of calendars, where it is not the same as of
	// address books.
	SameUID, SameUIDInCalendars Refusal
	// BadBody is what a body gets that is no vCard or iCalendar, NoUID one
	// without a UID; none = it is stored.
	BadBody, NoUID Refusal
	// Loose takes everything that has the frame of an item. ManyUIDs takes an item of
	// which the first counts.
	Loose, ManyUIDs bool
	// Doubled is what a vCard gets with two REV or two PRODID.
	Doubled Refusal
	// Stores is what it makes of what it is sent, in this order.
	Stores []Rewrite
	// Gives3 sends vCards as 3.0 but to those who ask for another version.
	Gives3 bool

	// NoETag leaves it out of the answers to PUT. Without it, it is left out where
	// what is stored is not what was sent (RFC 6352, section 6.3.2.3), and
	// ETagAnyway tells it there too. ETags is how it is spelt.
	NoETag, ETagAnyway bool
	ETags              ETags
	// ContentETags: equal bodies have equal ETags, whatever their names, and
	// storing what is stored already is no change.
	ContentETags bool
	// CollectionETags: collections have one too, which moves with their items.
	CollectionETags bool
	// ComponentsEverywhere: address books too say which components they hold.
	ComponentsEverywhere bool
	// OtherNames stores what is made under another name than the client's, which
	// Location tells.
	OtherNames bool
	// LosesChunked takes a body whose length is not told for an empty one, and
	// EmptyBodies answers a REPORT and a PROPPATCH without one with 207 and nothing.
	LosesChunked, EmptyBodies bool
	// UpdateStatus of a PUT that replaces; 0 = 204.
	UpdateStatus int
	// NoParentStatus of a PUT into a collection that is not there; 0 = 409.
	// ExistsStatus of a MKCALENDAR where something is, with resource-must-be-null;
	// 0 = 409.
	NoParentStatus, ExistsStatus int
	// MkcolResponse tells of each property that MKCOL set (RFC 5689, section 5.2).
	MkcolResponse bool
	// MkcalendarResponse, if not "", is the namespace of such an element in the answer to
	// a MKCALENDAR with properties.
	MkcalendarResponse string
	// BareReports names reports without a DAV:report around them. Privilege is the only
	// one that is told; "" = each by itself.
	BareReports bool
	Privilege   string
	// KnownProperties: others cannot be set, 404. EmptyDescriptions: every calendar has a
	// calendar-description, which stays empty.
	KnownProperties, EmptyDescriptions bool
	// PutRow answers a PUT with a multistatus, DeleteRow a DELETE.
	PutRow, DeleteRow bool
	// NoMove refuses MOVE.
	NoMove bool
	// NoColors refuses to set the colour of a collection, alone of all properties;
	// AppleColors stores it as #RRGGBBFF.
	NoColors, AppleColors bool
	// Foreign is what a user gets in the home of another; 0 = 404.
	Foreign int
}

// Refusal is an answer that says no; the zero value refuses nothing.
type Refusal struct {
	Status int
	// Condition in a DAV:error, with its namespace: "D:valid-sync-token",
	// "CAL:valid-calendar-data" or, of CardDAV or CalDAV as the collection is,
	// "C:no-uid-conflict"; "" = a text.
	Condition string
	// Holder names the href of the item that has the UID.
	Holder bool
}

// sameUID is what an item gets in a collection whose UID is taken.
func (p Profile) sameUID(kind core.Kind) Refusal {
	if kind == core.Event && !p.SameUIDInCalendars.none() {
		return p.SameUIDInCalendars
	}
	return p.SameUID
}

// none tells that it refuses nothing.
func (r Refusal) none() bool { return r.Status == 0 }

// Changes is what tells that a collection changed.
type Changes uint8

const (
	// SyncToken is RFC 6578, and getctag beside it.
	SyncToken Changes = iota
	// CTag is getctag only.
	CTag
	// Nothing: only a listing tells.
	Nothing
)

// Limit is what becomes of a limit that the client asks for.
type Limit uint8

const (
	// Honoured with a row of status 507 (RFC 6578, section 3.6).
	Honoured Limit = iota
	// Ignored: everything comes.
	Ignored
	// Refused with 507 and number-of-matches-within-limits, altogether.
	Refused
	// Breaks answers 500.
	Breaks
)

// ETags is how ETags are spelt.
type ETags uint8

const (
	// Strong is "x".
	Strong ETags = iota
	// Weak is W/"x".
	Weak
	// Unquoted is x, which no RFC allows.
	Unquoted
)

func (e ETags) spell(tag string) string {
	switch e {
	case Weak:
		return `W/"` + tag + `"`
	case Unquoted:
		return tag
	}
	return `"` + tag + `"`
}

// filled is a profile whose zero values have their meaning.
func (p Profile) filled() Profile {
	for _, d := range []struct {
		field *string
		value string
	}{
		{&p.Root, "/dav/"}, {&p.Principal, "/dav/principals/{user}/"}, {&p.Contacts, "/dav/contacts/{user}/"},
		{&p.Calendars, "/dav/calendars/{user}/"}, {&p.TokenPrefix, "urn:davd:"},
	} {
		if *d.field == "" {
			*d.field = d.value
		}
	}
	if p.BadToken.none() {
		p.BadToken = Refusal{Status: 403, Condition: "D:valid-sync-token"} // RFC 6578, section 3.2
	}
	if p.UpdateStatus == 0 {
		p.UpdateStatus = 204
	}
	if p.NoParentStatus == 0 {
		p.NoParentStatus = 409 // RFC 4918, section 9.7.1
	}
	if p.ExistsStatus == 0 {
		p.ExistsStatus = 409
	}
	if p.Foreign == 0 {
		p.Foreign = 404
	}
	if p.Name != "" {
		return p
	}
	if p.SameUID.none() {
		p.SameUID = Refusal{Status: 409, Condition: "C:no-uid-conflict", Holder: true}
	}
	if p.BadBody.none() {
		p.BadBody = Refusal{Status: 403, Condition: "C:valid-data"}
	}
	if p.NoUID.none() {
		p.NoUID = p.BadBody
	}
	return p
}

// forUser is a path of the profile for a user, as it is known by.
func forUser(path, user string) string { return strings.ReplaceAll(path, "{user}", escape(user)) }
