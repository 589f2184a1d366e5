// Package james is the connector of Apache James and of TMail, over webadmin:
// the side that is provisioned. One item is one element (format/element).
//
// IDs are the paths of webadmin without escapes: users/ann@d,
// address/aliases/ann@d/sources/x@d, address/forwards/ann@d/targets/y@e,
// mappings/address/ann@d/targets/y@e, quota/users/ann@d/size,
// domains/d/contacts/ann, users/ann@d/identities.
//
// A pass takes few requests, whatever the number of accounts. Accounts are one
// list. Aliases, forwards and address mappings of everybody are another one
// (listing.go); mappings of other types are not touched. Quotas come in pages,
// and only accounts that no page names are asked for one by one (quotas.go), so
// a quota that somebody else changes is seen in the next pass. Contacts are a
// list of addresses; a name is read when the address is new, and again once in
// 16 passes, a sixteenth of them in each (contacts.go): a name that somebody
// else changes is seen that late, and at once by a listing without a token. The
// identity of an account is asked for only until there is a row (find.go), and
// is never changed.
//
// What stands on the server and does not parse is listed as Bad. An element that
// stands in several spellings (James keeps the case of an alias's owner) is
// listed once, and removed in all of them.
//
// It never sets the password of an account that is there, never deletes
// mailboxes, never takes an error for an absence, and writes nothing without
// having read, right before, what stands there; webadmin has no conditions, so a
// window of milliseconds remains.
//
// Start with Open, then ids.go.
package james
