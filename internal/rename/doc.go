// Package rename gives files and directories of open directories other names, without
// overwriting anything, and exchanges two files in one step. Names have no
// separators, so the open directories decide where it happens.
//
// It follows no link, makes nothing durable and maps no error: those are the
// system's own, in an os.LinkError. Where a file system lacks a way, File takes the
// next best one, and Exchange says so (Unsupported).
//
// Start with File.
package rename
