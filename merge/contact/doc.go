// Package contact merges address book cards (vCard) property by property.
//
// A card is taken apart into properties with names that any body gives alike:
//
//   - What is there once in people's programs is one property by its name: FN, N,
//     BDAY, NOTE, PHOTO, ORG, TITLE and what is not known. If a card has it many
//     times, or in many languages, all its lines are the value. Two edits of it
//     collide, and each side keeps its own.
//   - What is there many times is one property for each value: "TEL:+49171",
//     "EMAIL:ann@example.org", ADR, URL, IMPP and so on. Additions of both sides
//     are united. So are the members of lists: "CATEGORIES:family".
//   - What is said about a value is a part of it: "TEL:+49171|TYPE=home", and
//     PREF, LANGUAGE, any other parameter, and the label that Apple's programs
//     keep in a line of the same group (X-ABLABEL). Parts merge one by one, and
//     stay with their value when that is edited (Format.Edited).
//
// Values are compared as vcard.Canonical says. REV, PRODID, VERSION and their
// like mean nothing and stay with their side.
//
// Patch changes the lines that it must and no other: a card stays of its version,
// its other lines keep their bytes and order, and what comes from a card of
// another version is rewritten for it. What that version cannot say stays where
// it is. It does no I/O. Start with Format.
package contact
