// Package ldif reads and writes entries of directories as text: LDIF (RFC 2849),
// as ldapsearch, slapcat and ldifde write it.
//
// It reads records of entries only: those that change a directory are refused,
// and so are values that are addresses of other files, since nothing but the
// text itself is ever read. A record that is bad is reported, and the rest goes
// on. Memory is bounded by the largest record. It does no I/O but on the reader
// that it is given. Start with Read.
package ldif
