// Package maildir is a core.Replica of a Maildir tree: folders of messages,
// one file each, that mail programs read and write at the same time.
//
// On disk a folder is three directories. A message is written into tmp and,
// when that is durable, renamed into new (unseen, so that mail programs notify)
// or cur; its flags stand in its name:
//
//	1700000000.M123456P42Q7.host:2,FS
//	└─ the ID of the message ──┘   └─ flags
//
// R, S, T, D, F and P are the system flags and $Forwarded. The letters a to z
// are the keywords that the folder's dovecot-keywords file names. Letters and
// fields that mean nothing to us stay where they are.
//
// Folders lie in one of three layouts:
//
//	maildir++   INBOX is the root; A/B is the directory ".A.B", in modified
//	            UTF-7, as Dovecot and Courier keep them (UTF-8 is read too, and
//	            "..B" of mbsync, which is INBOX/B)
//	nested      A/B is the directory "A/B", in UTF-8 (modified UTF-7 is read
//	            too, as mbsync and OfflineIMAP write it); INBOX is the directory
//	            "INBOX", or the root
//	single      the root is the only folder
//
// names.go tells how a name that no directory may bear is kept reversibly.
//
// What it never does: follow a symbolic link, leave the root, rewrite a
// message, overwrite a file, delete one that it did not list, take a missing
// disk for an empty mailbox, sleep. A file that cannot be read is listed as
// bad, and a folder that cannot be looked into is listed and fails by itself:
// what is not seen is never taken for deleted. Every file is reached through
// an os.Root (and renamed through directories that were opened by one).
//
// A message is read once, when it is first seen; afterwards its Rev (inode,
// size, time of change) tells that it is the same, and its folder is not even
// listed while its directories have not changed.
//
// Start with open.go, survey.go and changes.go, then apply.go. filename.go and
// identity.go hold what is special about Maildir.
package maildir
