// Package imap is a core.Replica of an IMAP account.
//
// A mailbox is a collection, its UIDVALIDITY the incarnation, a UID with
// leading zeros an ID, a Message-ID a Key. The survey is one LIST that returns
// the status of every mailbox; only mailboxes whose HIGHESTMODSEQ, UIDNEXT or
// number of messages moved are listed (changes.go).
//
// What each extension buys, and what happens without it:
//
//	LIST-STATUS  one round trip for the survey, else one STATUS per mailbox
//	CONDSTORE    only changes are read, else all flags in every pass
//	QRESYNC      what changed and what vanished is told as a mailbox is opened
//	             (resync.go), else what vanished is found by a list of all UIDs
//	UIDPLUS      new UIDs are told and one message is removed exactly; else
//	             a new message is found by its position, and nothing is
//	             removed while others in the mailbox are marked \Deleted
//	MULTIAPPEND  many new messages in one command, which the server stores at
//	             once, else one command each
//	MOVE         moves in one step, else a copy and then a removal
//	ESEARCH      ranges instead of all UIDs, to learn what vanished
//	NOTIFY       one connection tells what happens in all mailboxes (watch.go),
//	             else with IDLE one for each mailbox that is watched
//	OBJECTID     messages and mailboxes are known whatever becomes of them
//	COMPRESS     fewer bytes, to other machines
//	UTF8=ACCEPT  names and headers as they are
//	APPENDLIMIT  what is too large is refused before it is sent
//
// The survey cannot know which flags a mailbox keeps, so the vocabulary is the
// system flags and any keyword; a mark that the mailbox turns out not to keep
// is refused as permanent before anything is written. Mailboxes that cannot be
// selected are left out; one whose status is refused is named without a feed.
//
// A Replica begins with one connection and opens others for many bodies or many
// new messages (pool.go). They are used within Fetch and Apply only, one
// goroutine each; everything else happens on the first.
//
// An Account keeps the first connection of a pass for the next (account.go).
//
// What it never does: use a sequence number, remove a message that it was not
// told to remove (EXPUNGE without a UID only where nothing else is \Deleted),
// list a mailbox as empty because an answer was empty (every full listing is
// counted against what the server said), take a message for gone because the
// server says so once or says what contradicts itself, send a write twice, set \Seen by
// reading, answer a survey from the view of a mailbox that is open.
//
// Start with open.go, survey.go and changes.go, then apply.go, store.go and fetch.go.
package imap
