package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// flagFiles marks some messages of every folder of a Maildir as answered, as
// mail programs do: by renaming their files.
func flagFiles(root string, each int) error {
	for _, f := range folders() {
		dir := filepath.Join(folderDir(root, f.name), "cur")
		entries, err := os.ReadDir(dir) // sorted by name
		if err != nil {
			return err
		}
		var open []string
		for _, e := range entries {
			if !strings.Contains(flagsOf(e.Name()), "R") {
				open = append(open, e.Name())
			}
		}
		if len(open) < each {
			return fmt.Errorf("%s has %d messages that are not answered; %d are needed", f.name, len(open), each)
		}
		for _, name := range spread(open, each) {
			unique, info, _ := strings.Cut(name, ":2,")
			if err := os.Rename(filepath.Join(dir, name), filepath.Join(dir, unique+":2,"+sorted(info+"R"))); err != nil {
				return err
			}
		}
	}
	return nil
}

// deliverInto delivers new messages into every folder of a Maildir: the first is
// numbered after the ones that there are.
func deliverInto(root string, seed uint64, after, each int) error {
	w := newWriter(seed)
	w.n = after
	for _, f := range folders() {
		dir := folderDir(root, f.name)
		for range each {
			at := int64(firstReceived + (w.n+1)*9000)
			body := w.message(at)
			name := fmt.Sprintf("%d.M%dP1.bench,S=%d", at, w.n, len(body))
			if err := writeFile(filepath.Join(dir, "tmp", name), body, at); err != nil {
				return err
			}
			if err := os.Rename(filepath.Join(dir, "tmp", name), filepath.Join(dir, "new", name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// sorted letters, which is the order of flags in the name of a file.
func sorted(letters string) string { return flagsOf(":2," + letters) }

// spread picks n things, evenly over all.
func spread[T any](all []T, n int) (out []T) {
	for i := range n {
		out = append(out, all[i*len(all)/n])
	}
	return out
}
