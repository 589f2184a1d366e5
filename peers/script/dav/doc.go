// Package dav plays written dialogues with a CardDAV and CalDAV server and says
// where it answers otherwise. The same scripts run against the server in package
// davd and against a real one; what differs, fails.
//
// A script is plain text (parse.go has the grammar):
//
//	# a comment
//	NEED: limit                     skip unless the server is said to do this
//	AS: bob                         another login: bob, wrong (password), nobody
//	C: PUT $book/a.vcf              a request; $name is a variable, ${name} too
//	H: If-None-Match: *             a header of it
//	B: BEGIN:VCARD                  a line of its body
//	S: 201|204                      the status of the answer; * is any
//	SH: ETag: <tag>                 a header of it; ... is any text, <name> keeps it
//	NH: Location                    a header that it has not
//	T: FN:Ann ...                   a line of its body; NT: none is such
//	R: $book/a.vcf 200 D:getetag $tag    a row of a multistatus with a property
//	R: $home 200 D:resourcetype/D:collection ...   that holds an element
//	R: $book/b.vcf 404              a row with this status and no property
//	NR: $book/b.vcf                 no row that fits this
//	X: D:sync-token <token>         an element below the root; NX: there is none
//	N: 3                            so many rows
//	NOXML:                          it says that it is a document, and is none
//
// A B may hold \xNN, a byte in hexadecimal digits. Namespaces are D (DAV:), CARD, CAL, CS (calendarserver.org) and X (urn:x).
// Hrefs are compared as paths, without their escapes. A request without R, X or T
// is held to its status and headers only.
//
// $home and $calendars are the user's homes, $book and $second, $cal and $agenda are paths in them, without the
// slash at the end, where nothing is when a script begins; $base is the server's
// URL without it.
//
// Start at Run, which returns what was answered as well, in lines that two
// servers can be compared by. All returns the scripts for everything that the
// connector relies on. It never forgives a line that does not fit but of a server that
// is said to depart from the scripts (Server.Departs), whose profile must then miss the
// same lines; and it follows no redirect.
package dav
