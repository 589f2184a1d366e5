package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lockstep/format/utf7"
)

// share is a folder and its part of the messages, in percent.
type share struct {
	name    string
	percent int
}

// folders of the account.
func folders() []share {
	return []share{
		{"INBOX", 25}, {"Archive", 20}, {"Sent", 15}, {"Lists/golang", 10}, {"Lists/debian", 10},
		{"Work", 7}, {"Receipts", 5}, {"Junk", 4}, {"Work/Projects", 3}, {"Entwürfe", 1},
	}
}

// firstReceived is when the first message came, in Unix seconds.
const firstReceived = 1_500_000_000

// makeCorpus writes the account as a Maildir++. With the same seed and number
// it writes the same names, bytes and times.
func makeCorpus(root string, messages int, seed uint64) error {
	w := newWriter(seed)
	for _, f := range folders() {
		dir, err := makeFolder(root, f.name)
		if err != nil {
			return err
		}
		for range messages * f.percent / 100 {
			at := firstReceived + int64(w.n+1)*9000 + w.dice.Int64N(8000)
			body := w.message(at)
			name := fmt.Sprintf("%d.M%dP1.bench,S=%d:2,%s", at, w.n, len(body), w.flags())
			if err := writeFile(filepath.Join(dir, "cur", name), body, at); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *writer) flags() (out string) {
	for _, f := range []struct {
		letter string
		chance float64
	}{{"F", .05}, {"R", .2}, {"S", .85}} {
		if w.dice.Float64() < f.chance {
			out += f.letter
		}
	}
	return out
}

func writeFile(path string, body []byte, received int64) error {
	at := time.Unix(received, 0)
	return errors.Join(os.WriteFile(path, body, 0o600), os.Chtimes(path, at, at))
}

// makeFolder makes the directories of a folder, which may be there.
func makeFolder(root, name string) (string, error) {
	dir := folderDir(root, name)
	for _, d := range []string{"cur", "new", "tmp"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o700); err != nil {
			return "", err
		}
	}
	if dir == root {
		return dir, nil
	}
	return dir, os.WriteFile(filepath.Join(dir, "maildirfolder"), nil, 0o600)
}

// newDice are chance that repeats itself.
func newDice(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// folderDir is where a Maildir++ keeps a folder.
func folderDir(root, name string) string {
	if name == "INBOX" {
		return root
	}
	return filepath.Join(root, "."+strings.ReplaceAll(utf7.Encode(name), "/", "."))
}
