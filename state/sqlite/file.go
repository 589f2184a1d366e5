package sqlite

import (
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"syscall"
)

// State holds what people wrote to each other: nobody else reads it.
const (
	fileMode   fs.FileMode = 0o600
	folderMode fs.FileMode = 0o700
)

// makeFolder makes a folder and those above it, where they are missing. What is
// there keeps its mode; no umask takes from what is made.
func makeFolder(path string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if above := filepath.Dir(path); above != path {
		if err := makeFolder(above); err != nil {
			return err
		}
	}
	if err := os.Mkdir(path, folderMode); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return os.Chmod(path, folderMode)
}

// makeFile makes the file where it is missing. It runs before SQLite opens the
// file: closing any other handle of it later would release SQLite's own locks.
func makeFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, fileMode)
	if errors.Is(err, fs.ErrExist) {
		return regular(path)
	}
	if err != nil {
		return err
	}
	if err := errors.Join(f.Chmod(fileMode), f.Close()); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path)) // the name must be as durable as a commit
}

func regular(path string) error {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: path, Err: syscall.EISDIR}
	}
	return err
}

// restrict closes a file that is known to be ours to other users, and what
// SQLite and we keep beside it.
func restrict(path string) error {
	for _, name := range []string{path, path + "-wal", path + "-shm", path + ".lock"} {
		info, err := os.Stat(name)
		if errors.Is(err, fs.ErrNotExist) || err == nil && info.Mode().Perm() == fileMode {
			continue
		}
		if err != nil {
			return err
		}
		if err := os.Chmod(name, fileMode); err != nil {
			return err
		}
	}
	return nil
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	defer folder.Close()
	return folder.Sync()
}

// writing and reading are the addresses of the file for the two sorts of
// connections. Neither makes the file; a path may hold any character.
func writing(path string) string {
	return address(path, "rw", url.Values{
		"_synchronous": {"FULL"},
		"_pragma": {
			"fullfsync(1)", "checkpoint_fullfsync(1)", // macOS: to the disk, not only to its cache
			"journal_size_limit(1048576)", // a large pass leaves no large -wal behind
			"cache_size(-2000)",           // KiB
		},
	})
}

func reading(path string) string {
	return address(path, "rw", url.Values{"_query_only": {"1"}, "_pragma": {"cache_size(-1000)"}})
}

func address(path, mode string, options url.Values) string {
	options.Set("mode", mode)
	options.Set("_busy_timeout", "5000")
	options.Set("_dqs", "0")
	options.Set("_defensive", "1")
	options.Set("_error_rc", "1")
	options.Add("_pragma", "trusted_schema(0)")
	options.Add("_pragma", "cell_size_check(1)")
	return (&url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(path), RawQuery: options.Encode()}).String()
}
