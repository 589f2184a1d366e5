//go:build unix && !linux

package rename

import "golang.org/x/sys/unix"

func exclusive(int, string, int, string) error { return unix.ENOSYS }

func exchange(int, string, string) error { return unix.ENOSYS }
