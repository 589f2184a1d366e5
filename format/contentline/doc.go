// Package contentline reads and edits the lines that vCard (RFC 6350, RFC 2426,
// vCard 2.1) and iCalendar (RFC 5545) are made of, without losing a byte.
//
// A Document is the lines of a body as they stand: with their folds, line ends,
// blank lines, the case of their names. Parse then Bytes is the identity on all
// that Parse accepts. An edit prints the line that it is about, and no other.
//
// What it accepts is what programs really write: CRLF, LF and CR, mixed or
// missing at the end; folds inside a rune; a byte order mark; and of vCard 2.1
// bare parameters (TEL;CELL:1), soft line breaks of quoted-printable, and base64
// that is ended by a blank line. Values are not decoded: packages vcard and ical
// know what they mean.
//
// It never guesses: a line that is none, a control character, a BEGIN without its
// END are errors, which name the line. Time is linear in the size of the body;
// the number of lines, parameters and nested components is limited. It does no
// I/O. Start with Parse, or with Lines for a stream of many components.
package contentline
