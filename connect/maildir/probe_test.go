//go:build unix

package maildir_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lockstep/connect/maildir"
	"lockstep/core"
)

func probe(t *testing.T, r *maildir.Replica) map[string]core.Finding {
	t.Helper()
	all, err := r.Probe(context.Background())
	must(t, err)
	out := map[string]core.Finding{}
	for _, f := range all {
		if f.Value == "" || f.Bad && f.Effect == "" {
			t.Errorf("a finding says nothing: %+v", f)
		}
		out[f.Name] = f
	}
	return out
}

func TestProbe(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a")
	must(t, os.Chmod(m.root, 0o700))
	before := files(t, m.root)
	found := probe(t, m.open(t))
	if found["layout"].Value != "maildir++" || found["folders"].Value != "2" || !strings.HasPrefix(found["renaming"].Value, "exclusive") {
		t.Errorf("%+v", found)
	}
	for _, f := range found {
		if f.Bad {
			t.Errorf("%+v", f)
		}
	}
	if got := files(t, m.root); !slices.Equal(got, before) {
		t.Errorf("%q became %q", before, got)
	}
}

func TestProbeFindsWhatIsWrong(t *testing.T) {
	m := newMUA(t, maildir.MaildirPP, "a", "full")
	must(t, os.Chmod(m.root, 0o755))
	must(t, os.Symlink("/nowhere", m.dir("link")))
	must(t, os.Remove(filepath.Join(m.dir("a"), "new")))
	text := ""
	for n := range 26 {
		text += fmt.Sprintf("%d k%d\n", n, n)
	}
	must(t, os.WriteFile(filepath.Join(m.dir("full"), "dovecot-keywords"), []byte(text), 0o600))
	found := probe(t, m.open(t))
	for _, name := range []string{"not looked into", "not listed", "keywords", "permissions"} {
		if !found[name].Bad {
			t.Errorf("%q is not found: %+v", name, found)
		}
	}
}
