package rename

import (
	"errors"
	"syscall"
)

// Unsupported tells whether an error says that the file system has no such way of
// renaming.
func Unsupported(err error) bool {
	return errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOSYS) || errors.Is(err, syscall.ENOTSUP)
}
