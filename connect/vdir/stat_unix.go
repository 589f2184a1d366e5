//go:build unix && !linux

package vdir

import (
	"io/fs"
	"os"
	"syscall"
	"time"
)

// identity of a file on its machine.
func identity(seen fs.FileInfo) (device, inode uint64) {
	if s, ok := seen.Sys().(*syscall.Stat_t); ok {
		return uint64(s.Dev), uint64(s.Ino)
	}
	return 0, 0
}

// changed is when the bytes of a file changed last, as far as is known here.
func changed(seen fs.FileInfo) time.Time { return seen.ModTime() }

// birth of a directory is not known here.
func birth(*os.File, string) string { return "" }
