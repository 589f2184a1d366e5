//go:build unix

package vdir_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/format/ical"
	"lockstep/format/vcard"
)

// TestCorpus: real files are listed, each as an item or as bad with a reason, read back
// as they are, and written again under their UID byte for byte.
func TestCorpus(t *testing.T) {
	corpus := os.Getenv("LOCKSTEP_CORPUS")
	if corpus == "" {
		t.Skip("LOCKSTEP_CORPUS names no folder of real files")
	}
	for extension, describe := range map[string]func([]byte) (string, string, error){".vcf": vcard.Describe, ".ics": ical.Describe} {
		p := newPerson(t, "a", "b")
		p.config.Extension, p.config.Describe, p.config.WithUID = extension, describe, vcard.WithUID
		if extension == ".ics" {
			p.config.WithUID = ical.WithUID
		}
		files := 0
		must(t, filepath.WalkDir(corpus, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) != extension {
				return err
			}
			body, err := os.ReadFile(path)
			if err == nil {
				files++
				p.write(t, filepath.Join("a", strings.ReplaceAll(path, "/", "_")), body)
			}
			return err
		}))
		r := p.open(t)
		all := list(t, r, "a")
		if files == 0 || len(all) != files {
			t.Errorf("%d of %d %s files are listed", len(all), files, extension)
		}
		bad, seen := 0, map[core.Key]bool{}
		for _, s := range all {
			body := p.read(t, filepath.Join("a", string(s.ID)+extension))
			if s.Bad != "" {
				bad++
				t.Log(s.Bad)
				continue
			}
			for item, err := range r.Fetch(t.Context(), []core.Ref{s.Ref}) {
				must(t, err)
				if item.Rev != s.Rev || item.Key != s.Key {
					t.Errorf("%+v is fetched as %+v", s, item.Stub)
				}
			}
			if s.Key == "" || seen[s.Key] {
				continue
			}
			seen[s.Key] = true
			w := create("b", "", []byte(body))
			w.Item.Key = s.Key
			res, err := apply(t, r, w)
			if err != nil || res.Stub.Label != s.Label {
				t.Errorf("%+v: %+v, %v", s, res, err)
				continue
			}
			want := body
			if uid, _, _ := describe([]byte(body)); uid == "" {
				with, err := p.config.WithUID([]byte(body), string(s.Key))
				must(t, err)
				want = string(with)
			}
			if p.read(t, filepath.Join("b", string(res.Stub.ID)+extension)) != want {
				t.Errorf("%s was not written as it is", s.ID)
			}
		}
		t.Logf("%s: %d files, %d UIDs, %d bad", extension, files, len(seen), bad)
	}
}
