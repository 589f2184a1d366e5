// Package vdir is a core.Replica of a vdir: a directory for each address book or
// calendar, and in it a file for each contact or event, as khard, khal and
// vdirsyncer read and write them.
//
//	Contacts/friends/anna.vcf    the item "anna" of the collection "friends"
//	Contacts/friends/color       the colour of the collection: colour.go
//	Contacts/friends/order       what else programs keep beside the items: left alone
//
// The directories are one level deep; or the items of the only collection lie
// directly in the path. An item is a file whose name ends with the extension and
// does not begin with a dot. Its ID is the name without the extension, its Key is
// the UID inside; of a file that has none, a Key that its name implies, which becomes
// its UID wherever the item is written.
//
// A body is a few kilobytes and is read whole. Its Rev (rev.go) tells which file it
// is and what was in it, so that a file that nobody touched is not read again, one
// that was touched and says what it said is no edit, and one that changed within the
// tick of a clock is one. A directory says nothing about edits of its files, so every
// look looks at every file, but only at what the directory tells of it.
//
// A file is written beside, under a name that every program passes over, made
// durable, and then takes its name in one step: a new one only if nobody has the
// name or the UID, an edited one by changing places with what stands there, which is
// looked at once more before it goes (replace.go).
//
// What it never does: follow a symbolic link, leave the root, write a file that did
// not change or that it could not read back, overwrite what it has not read, take a
// missing disk for an empty address book, sleep. A file that is no item, or not one
// item, is listed as bad with the line at fault; what cannot be looked into is not
// taken for deleted. It reads neither vCard nor iCalendar itself: Config.Describe
// does.
//
// Of a file whose bytes are older than those known it tells whether a backup was put
// back (putback.go).
//
// Start with open.go, survey.go and changes.go, then apply.go.
package vdir
