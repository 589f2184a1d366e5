package main

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// digestOf a tree: names, bytes and times.
func digestOf(t *testing.T, root string) string {
	t.Helper()
	h := sha256.New()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		h.Write([]byte(rel))
		if len(body) > 0 { // the time of a marker file is nobody's
			h.Write([]byte(info.ModTime().UTC().String()))
		}
		h.Write(body)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func TestCorpusIsTheSameAgain(t *testing.T) {
	a, b, other := t.TempDir(), t.TempDir(), t.TempDir()
	for root, seed := range map[string]uint64{a: 42, b: 42, other: 43} {
		if err := makeCorpus(root, 300, seed); err != nil {
			t.Fatal(err)
		}
	}
	if digestOf(t, a) != digestOf(t, b) {
		t.Error("the same seed made two corpora")
	}
	if digestOf(t, a) == digestOf(t, other) {
		t.Error("another seed made the same corpus")
	}
}

func TestCorpusIsWhatItSays(t *testing.T) {
	root := t.TempDir()
	if err := makeCorpus(root, 2000, 42); err != nil {
		t.Fatal(err)
	}
	all, err := snap(root)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 2000 || all.count() != 2000 {
		t.Errorf("%d messages, %d different", all.count(), len(all))
	}
	in := map[string]int{}
	for h := range all {
		in[h.folder]++
	}
	if len(in) != len(folders()) || in["."] != 500 || in[".Entw&APw-rfe"] != 20 || in[".Work.Projects"] != 60 {
		t.Errorf("the folders hold %v", in)
	}
	bytes := int64(0)
	err = filepath.WalkDir(root, func(_ string, d fs.DirEntry, err error) error {
		if info, e := d.Info(); e == nil && !d.IsDir() {
			bytes += info.Size()
		}
		return err
	})
	if mean := bytes / 2000; err != nil || mean < 7000 || mean > 10000 {
		t.Errorf("a message has %d bytes on average, %v", mean, err)
	}
}
