package vdir

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// identity of a file on its machine.
func identity(seen fs.FileInfo) (device, inode uint64) {
	if s, ok := seen.Sys().(*syscall.Stat_t); ok {
		return uint64(s.Dev), uint64(s.Ino)
	}
	return 0, 0
}

// changed is when anything about a file changed last: its bytes, its name, its
// permissions. Unlike the time of its bytes, no program can set it.
func changed(seen fs.FileInfo) time.Time {
	if s, ok := seen.Sys().(*syscall.Stat_t); ok {
		return time.Unix(int64(s.Ctim.Sec), int64(s.Ctim.Nsec))
	}
	return seen.ModTime()
}

// birth tells a directory from one that was made in its place later, even where
// that has got the same number; "" = the file system does not know it. It is asked
// of the directory above, for one that cannot be opened has one, too.
func birth(above *os.File, name string) string {
	var s unix.Statx_t
	if err := unix.Statx(int(above.Fd()), name, unix.AT_SYMLINK_NOFOLLOW, unix.STATX_BTIME, &s); err != nil || s.Mask&unix.STATX_BTIME == 0 {
		return ""
	}
	return fmt.Sprintf("%d.%09d", s.Btime.Sec, s.Btime.Nsec)
}
