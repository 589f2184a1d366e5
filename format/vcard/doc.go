// Package vcard knows what the lines of a card mean: vCard 2.1, 3.0 (RFC 2426)
// and 4.0 (RFC 6350, RFC 9554), as programs write them.
//
// A card is never taken apart and put together again. Parse keeps its lines
// (package contentline); what a line says is asked of it (Text, Components,
// Members, Binary), in UTF-8 whatever charset and encoding it has; and a line is
// rewritten for a card of another version by Property.In. Canonical is the form in
// which two values are compared: telephone numbers without punctuation, dates
// without hyphens, photos as the digest of their bytes.
//
// Nothing is fetched, whatever a URI says, and nothing is mended silently:
// Describe tells why a card cannot be synced. Start with Describe and Parse;
// Split is for files with many cards.
package vcard
