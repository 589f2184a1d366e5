package cli

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// TestExportSweeps: what an export left behind that was killed long ago is removed by the
// next one into the same folder, and nothing else is.
func TestExportSweeps(t *testing.T) {
	dir := t.TempDir()
	old := time.Now().Add(-37 * time.Hour)
	for name, when := range map[string]time.Time{
		".lockstep-123.tmp": old, ".lockstep-456.tmp": old.Add(2 * time.Hour), ".lockstep-x.tmp": old, ".lockstep-.tmp": old, "a.lockstep-1.tmp": old,
		".lockstep-new-1-1-1.tmp": old, ".lockstep-1.tmp~": old, "friends.vcf": old,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(filepath.Join(dir, name), when, when); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, ".lockstep-7.tmp"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(filepath.Join(dir, ".lockstep-7.tmp"), old, old); err != nil {
		t.Fatal(err)
	}
	if err := newFile(filepath.Join(dir, "work.vcf"), false, func(w io.Writer) error { _, err := io.WriteString(w, "x"); return err }); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	want := []string{".lockstep-.tmp", ".lockstep-1.tmp~", ".lockstep-456.tmp", ".lockstep-7.tmp", ".lockstep-new-1-1-1.tmp", ".lockstep-x.tmp", "a.lockstep-1.tmp", "friends.vcf", "work.vcf"}
	if err != nil || !slices.Equal(names, want) {
		t.Errorf("%v: there are %q", err, names)
	}
}
