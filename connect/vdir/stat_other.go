//go:build !unix

package vdir

import (
	"io/fs"
	"os"
	"time"
)

// identity of a file on its machine is not known here: size and time alone tell
// that a file is the same, and a renamed directory is a new one.
func identity(fs.FileInfo) (device, inode uint64) { return 0, 0 }

// changed is when the bytes of a file changed last, as far as is known here.
func changed(seen fs.FileInfo) time.Time { return seen.ModTime() }

// birth of a directory is not known here.
func birth(*os.File, string) string { return "" }
