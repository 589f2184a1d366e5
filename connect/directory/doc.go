// Package directory is a core.Replica of one or more directories, read
// together: what they wish, element by element, as rules tell (package
// mapping). It is the left side of a provisioning.
//
// Every collection is a resource (element.Resource). An item's ID begins with
// the name of the source and what tells the entry from others for ever, so it
// stays when the address changes; all items of an entry have the same Same.
//
// All sources are read once in a pass, entry by entry, and only elements are
// kept. What cannot be made is listed as bad, with the reason. A listing is
// Full only if every source was read to its end; else it tells what was read,
// names the failure as an item that is bad, and the next survey is not complete:
// what is there is provisioned, nothing is concluded from what is not, and the
// pass is not called done.
//
// It never writes to a directory, never takes a source that failed for an
// empty one, never follows a referral, and puts no password into a stub, an
// error or a finding.
//
// A directory is read in every pass: no cheap sign that a server gives tells
// that the rights of the reader, too, are what they were (ADR 0007).
//
// Start with source.go and open.go, then read.go and changes.go.
package directory
