// Package undo keeps what a run is about to delete or overwrite (on this machine, and
// where bodies are small on servers too), so that a person can have it back: one file
// for the body and one for what was known of it, under a directory for the run.
//
// It never deletes on its own (Prune does, when told how old is too old) and
// knows no connector. Start with Area.
package undo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"lockstep/core"
)

// Area is a directory of kept items, of mode 0700.
type Area struct{ dir string }

// Kept is one item as it was before it was lost.
type Kept struct {
	// Name of the copy in the area, as Keep returned it.
	Name string    `json:"name"`
	Run  string    `json:"run"`
	Side core.Side `json:"side"`
	// Path of the collection it was in.
	Path string    `json:"path"`
	Stub core.Stub `json:"stub"`
}

// Open returns the area in a directory, which is made when first needed.
func Open(dir string) *Area { return &Area{dir: dir} }

// Keep stores an item durably: when it returns, the copy survives a crash.
func (a *Area) Keep(_ context.Context, run string, side core.Side, path string, item core.Item) (string, error) {
	if !plain(run) {
		return "", fmt.Errorf("the name of run %q is not a file name", run)
	}
	dir := filepath.Join(a.dir, run)
	if err := makeDir(dir); err != nil {
		return "", a.failed(err)
	}
	f, err := os.CreateTemp(dir, "item-*.body")
	if err != nil {
		return "", a.failed(err)
	}
	defer f.Close()
	if err := f.Chmod(fileMode); err != nil {
		return "", errors.Join(a.failed(err), os.Remove(f.Name()))
	}
	if _, err := io.Copy(f, item.Body); err != nil {
		return "", errors.Join(a.failed(err), os.Remove(f.Name()))
	}
	if err := f.Sync(); err != nil {
		return "", errors.Join(a.failed(err), os.Remove(f.Name()))
	}
	name := run + "/" + strings.TrimSuffix(filepath.Base(f.Name()), ".body")
	about, err := json.Marshal(Kept{Name: name, Run: run, Side: side, Path: path, Stub: item.Stub})
	if err != nil {
		return "", err
	}
	if err := writeDurably(filepath.Join(a.dir, filepath.FromSlash(name)+".json"), about); err != nil {
		return "", a.failed(err)
	}
	return name, nil
}

func (a *Area) failed(err error) error {
	return &core.Error{Op: "undo.Keep", Class: core.Permanent, Thing: a.dir, Err: err,
		Remedy: "nothing was deleted; make room or set another state directory"}
}

// What is kept is somebody's mail: nobody else reads it, whatever the umask.
const (
	fileMode fs.FileMode = 0o600
	dirMode  fs.FileMode = 0o700
)

// makeDir makes a directory and those above it, where they are missing.
func makeDir(dir string) error {
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if above := filepath.Dir(dir); above != dir {
		if err := makeDir(above); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, dirMode); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return os.Chmod(dir, dirMode)
}

// plain tells whether a name stays in its directory.
func plain(name string) bool {
	return name != "" && name != "." && name != ".." && !strings.ContainsAny(name, `/\`+"\x00")
}

func writeDurably(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, fileMode)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Chmod(fileMode); err != nil {
		return err
	}
	if _, err := f.Write(b); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// List returns what was kept of a run, in order of its name.
func (a *Area) List(run string) ([]Kept, error) {
	if !plain(run) {
		return nil, fmt.Errorf("no run is named %q", run)
	}
	files, err := os.ReadDir(filepath.Join(a.dir, run))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []Kept
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".json") {
			continue
		}
		k, err := a.read(run, strings.TrimSuffix(f.Name(), ".json"))
		if err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	slices.SortFunc(out, func(a, b Kept) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// read reads what is known of an item. A name in the file that is not the
// file's own would lead elsewhere.
func (a *Area) read(run, base string) (k Kept, err error) {
	file := filepath.Join(a.dir, run, base+".json")
	b, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(b, &k)
	}
	if err == nil && (k.Name != run+"/"+base || k.Run != run) {
		err = fmt.Errorf("it is about %q of run %q", k.Name, k.Run)
	}
	if err != nil {
		return Kept{}, &core.Error{Op: "undo.List", Class: core.Permanent, Thing: file, Err: err,
			Remedy: "move it elsewhere and run again; the item itself is in the file beside it that ends in .body"}
	}
	return k, nil
}

// Body opens the body of a kept item.
func (a *Area) Body(k Kept) (io.ReadCloser, error) {
	return os.Open(filepath.Join(a.dir, filepath.FromSlash(k.Name)+".body"))
}

// Drop forgets a kept item, after it was restored.
func (a *Area) Drop(k Kept) error {
	base := filepath.Join(a.dir, filepath.FromSlash(k.Name))
	return errors.Join(os.Remove(base+".json"), os.Remove(base+".body"))
}

// Prune removes the runs that are older than a time.
func (a *Area) Prune(before time.Time) error {
	runs, err := os.ReadDir(a.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, run := range runs {
		if info, err := run.Info(); err == nil && run.IsDir() && info.ModTime().Before(before) {
			if err := os.RemoveAll(filepath.Join(a.dir, run.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}
