// Package bundle is a core.Replica of one file that holds many contacts or events,
// as programs export them: a .vcf or an .ics. It is one collection, and it is only
// read.
//
// The file is read once in a pass, whole, and taken apart in the order in which it
// stands (Config.Split). An item's Key is its UID and its ID a digest of that, so an
// item stays itself wherever in the file it stands. One without a UID gets one that
// is made of its text: the same file, read again, holds the same items.
//
// What does not parse, and what bears the UID of another item before it, is listed as
// bad with file:line, and the rest goes on. If something does not parse, the listing is
// not Full: the file may be cut off, or hold what it seems to lack, so nothing is
// concluded from what is not in it.
//
// It never writes, never takes a file that is missing, cut off while it was read or
// replaced meanwhile for one that holds less, and reads no more than Config.MaxFile
// bytes. It knows neither vCard nor iCalendar: Config.Split and Config.Finish do.
//
// Start with open.go and read.go, then changes.go.
package bundle
