package imap_test

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lockstep/connect/imap"
	"lockstep/core"
	"lockstep/format/mime"
	"lockstep/peers/imapd"
)

// corpus reads the messages of LOCKSTEP_CORPUS.
func corpus(t *testing.T) map[string][]byte {
	t.Helper()
	dir := os.Getenv("LOCKSTEP_CORPUS")
	if dir == "" {
		t.Skip("LOCKSTEP_CORPUS, a folder with mail/**, is not set: no message of other programs went up and down")
	}
	all := map[string][]byte{}
	must(t, filepath.WalkDir(filepath.Join(dir, "mail"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		body, err := os.ReadFile(path)
		if len(body) > 0 {
			all[path] = body
		}
		return err
	}))
	if len(all) < 100 {
		t.Fatalf("only %d messages in %s", len(all), dir)
	}
	return all
}

// TestCorpus sends every message up and reads it back: its canonical digest is
// the same, and what IMAP cannot hold is refused for good and stops nothing.
// What a server rewrites must not be taken for stored as sent.
func TestCorpus(t *testing.T) {
	messages := corpus(t)
	t.Run("imapd", func(t *testing.T) { upAndDown(t, serve(t, imapd.Options{}, "a").open(t), messages) })
	t.Run("imapd, bare", func(t *testing.T) {
		upAndDown(t, serve(t, imapd.Options{Capabilities: imapd.Only("UIDPLUS")}, "a").open(t), messages)
	})
	t.Run("Dovecot", func(t *testing.T) {
		upAndDown(t, newMUA(t, dovecot(t), "a").Open(t).(*imap.Replica), messages)
	})
}

func upAndDown(t *testing.T, r *imap.Replica, messages map[string][]byte) {
	defer r.Close()
	var names []string
	for name := range messages {
		names = append(names, name)
	}
	slices.Sort(names)
	var writes []core.Write
	for i, name := range names {
		w := core.Write{Seq: i, Op: core.OpCreate, Ref: core.Ref{Collection: "a"}}
		sum, size, err := mime.Digest(bytes.NewReader(messages[name]))
		must(t, err)
		key, err := mime.MessageID(bytes.NewReader(messages[name]))
		must(t, err)
		w.Item = core.Item{Stub: core.Stub{Sum: sum, Size: size, Key: key}, Body: io.NopCloser(bytes.NewReader(messages[name]))}
		writes = append(writes, w)
	}
	stored, asSent := map[core.Ref]int{}, map[int]bool{}
	refused := 0
	for res, err := range r.Apply(t.Context(), each(writes)) {
		nul := bytes.IndexByte(messages[names[res.Seq]], 0) >= 0
		switch {
		case nul && (core.ClassOf(err) != core.Permanent || err == nil || !strings.Contains(err.Error(), "NUL") ||
			!strings.Contains(err.Error(), string(writes[res.Seq].Item.Key))):
			t.Errorf("%s holds a NUL: %v", names[res.Seq], err)
		case nul:
			refused++
		case err != nil:
			t.Errorf("%s: %v", names[res.Seq], err)
		case res.Stub.ID == "":
			t.Errorf("%s: the server does not tell where it is", names[res.Seq])
		default:
			stored[res.Stub.Ref], asSent[res.Seq] = res.Seq, res.AsSent
		}
	}
	if len(stored)+refused != len(names) {
		t.Errorf("%d stored, %d refused, of %d", len(stored), refused, len(names))
	}
	var refs []core.Ref
	for ref := range stored {
		refs = append(refs, ref)
	}
	for item, err := range r.Fetch(t.Context(), refs) {
		must(t, err)
		i := stored[item.Ref]
		delete(stored, item.Ref)
		sum, size, err := mime.Digest(item.Body)
		must(t, err)
		switch {
		case sum == writes[i].Item.Sum && size == writes[i].Item.Size:
		case !asSent[i] && bytes.HasSuffix(messages[names[i]], []byte("\r")):
			// Dovecot drops a CR at the very end, and its size tells.
			t.Logf("the server rewrites %s, and it is known", names[i])
		default:
			t.Errorf("%s comes back as another: %s (%d), was %s (%d)", names[i], sum, size, writes[i].Item.Sum, writes[i].Item.Size)
		}
	}
	if len(stored) > 0 {
		t.Errorf("%d did not come back", len(stored))
	}
	t.Logf("%d messages went up and down, %d were refused", len(names)-refused, refused)
}
