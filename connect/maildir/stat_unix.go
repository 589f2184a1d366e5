//go:build unix

package maildir

import (
	"io/fs"
	"syscall"
)

// identity of a file on its machine.
func identity(seen fs.FileInfo) (device, inode uint64) {
	if s, ok := seen.Sys().(*syscall.Stat_t); ok {
		return uint64(s.Dev), uint64(s.Ino)
	}
	return 0, 0
}
