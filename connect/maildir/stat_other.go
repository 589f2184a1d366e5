//go:build !unix

package maildir

import "io/fs"

// identity of a file on its machine is not known here: size and time alone
// tell that a file is the same, and a renamed folder is a new one.
func identity(fs.FileInfo) (device, inode uint64) { return 0, 0 }
