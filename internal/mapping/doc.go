// Package mapping makes elements of directory entries: which address an entry
// is of, and what its owner shall have on the mail server, by rules that a
// configuration gives as attribute names, expressions and LDAP filters.
//
// It is pure: it never does I/O, never asks a server, has no clock, and never
// puts a password into an error. A value that does not do becomes an element
// with the reason, never an omission. Start with Rules.Elements; Check compares
// the elements of all entries.
package mapping
