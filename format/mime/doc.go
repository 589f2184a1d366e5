// Package mime reads what planning needs of a mail message: the canonical
// digest of its body and the Key that its Message-ID makes.
//
// The canonical form is the one in which every store of one message agrees,
// whatever it did to line ends and to the fields that sync programs write:
//
//   - Lines end in LF. A run of CRs before an LF is part of that line end, so
//     converting a message to LF or to CRLF, once or twice, changes nothing;
//     a CR anywhere else stays.
//   - The header fields X-TUID (mbsync's mark of a message on its way) and
//     X-Keywords (OfflineIMAP's labels) are left out with their folded lines, up
//     to a CR that is no line end. The header ends at the first empty line.
//
// The Sum is a truncated SHA-256 of that form. The size counts that same form
// with every LF as two bytes: it is the size on the wire, less the fields left
// out, because equal bodies must have equal sizes on every replica.
//
// It never parses MIME parts, never holds a message or a header in memory and
// never fails for what a message says: time is linear and memory is constant.
// Start with Scanner.
package mime
