// Package script plays written dialogues with a mail server and says where it
// answers otherwise. The same scripts run against the server in package imapd
// and against a real one; what differs, fails.
//
// A script is plain text (parse.go has the grammar):
//
//	# a comment
//	NEED: MOVE UIDPLUS              skip unless the server offers these
//	BARE:                           begin before the login
//	C: a1 SELECT "$box"             a command; $name is a variable
//	S: * <n> EXISTS                 an answer holds such a line, in any order
//	N: * ... EXPUNGE                an answer holds no such line
//	S: a1 OK [READ-WRITE] ...       ... is any text, <name> keeps a word
//	C: a2 APPEND "$box" {}          {} is a literal, {+} one that does not wait
//	L: Subject: one                 its lines, each ended by CRLF
//	C+:  (\Seen) {}                 the command goes on behind the literal, here with a space
//	C> DONE                         a line without a tag
//	W: * ... EXISTS                 wait for a line that nobody asked for
//	C2: b1 NOOP                     a second connection
//	Z: a3 COMPRESS DEFLATE          a command after which both sides compress
//
// Start at Run. All returns the scripts for everything that the IMAP
// connector relies on. It never opens a connection by itself and never
// forgives a line that does not fit.
package script
