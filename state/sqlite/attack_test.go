//go:build unix

package sqlite

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// The state is read by nobody else, whatever the umask; a folder that somebody
// made stays as it is.
func TestAttack40ModesWhateverTheUmask(t *testing.T) {
	for _, mask := range []int{0, 0o022, 0o277, 0o777} {
		func() {
			root := t.TempDir()
			given := filepath.Join(root, "given")
			if err := os.Mkdir(given, 0o750); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(given, 0o750); err != nil {
				t.Fatal(err)
			}
			defer syscall.Umask(syscall.Umask(mask))
			dir := filepath.Join(given, "lockstep", "links", "work")
			s, err := Open(t.Context(), filepath.Join(dir, "state.db"))
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			mustCommit(t, s, manyRows(3))
			files := 0
			err = filepath.WalkDir(filepath.Dir(filepath.Dir(dir)), func(path string, d fs.DirEntry, err error) error {
				if err != nil {
					return err
				}
				want := fileMode
				if d.IsDir() {
					want = folderMode
				} else {
					files++
				}
				if info, err := d.Info(); err != nil || info.Mode().Perm() != want {
					t.Errorf("with umask %o, %s has mode %o, %v", mask, path, info.Mode().Perm(), err)
				}
				return nil
			})
			if err != nil || files != 4 { // with -wal, -shm and .lock
				t.Errorf("%d files are there, %v", files, err)
			}
			if info, err := os.Stat(given); err != nil || info.Mode().Perm() != 0o750 {
				t.Errorf("the folder that was there has mode %v, %v", info.Mode(), err)
			}
		}()
	}
}
