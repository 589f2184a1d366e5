package imap

import (
	"io"
	"os"
	"strings"
	"testing"
)

// A large message on its way lies in a file without a name, so that a crash
// leaves none of it behind.
func TestAttack40SpoolHasNoName(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	text := strings.Repeat("0123456789abcd\r\n", 2*mostMemory/16)
	s, err := spool(io.NopCloser(strings.NewReader(text)), 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	if s.file == nil {
		t.Fatal("it is held in memory")
	}
	if names, err := os.ReadDir(dir); err != nil || len(names) != 0 {
		t.Errorf("on disk there is %v, %v", names, err)
	}
	if got, err := io.ReadAll(s.reader()); err != nil || string(got) != text || s.size != int64(len(text)) {
		t.Errorf("%d of %d bytes come back, %v", len(got), len(text), err)
	}
}
