package vdir

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"

	"lockstep/core"
	"lockstep/format/contentline"
	"lockstep/internal/nofollow"
)

// A draft is a body in a file beside the items, under a name that is no item's, and
// that no program takes for one: it is hidden, and ends with ".tmp". Names of drafts
// begin with one of two words:
//
//	.lockstep-new-...   what a create wrote. If its process died, it is removed later.
//	.lockstep-swap-...  what an update wrote, or the item that is about to go. If its
//	                    process died, it is removed later if an item says the same,
//	                    and otherwise stays until a person has looked at it.

const (
	newDraft  = ".lockstep-new-"
	swapDraft = ".lockstep-swap-"
	draftEnd  = ".tmp"
)

type draft struct {
	folder *folder
	name   string
	out    *os.File
	err    error // of making it durable
	digest string
	key    core.Key
	label  string
	// changed: the body got a UID, or other folds, so it is not what was sent.
	changed bool
}

// write writes a body to a draft. A body without a UID gets the Key as its UID, so that
// it is known wherever it goes from here, and a line that is folded within a letter is
// folded between letters. One that would be listed as bad, or a new one
// with another UID, is refused.
func (r *Replica) write(f *folder, w core.Write) (*draft, error) {
	const op = "vdir.Apply"
	thing := string(w.Item.Key)
	body, err := io.ReadAll(io.LimitReader(w.Item.Body, r.config.MaxSize+1))
	switch {
	case err != nil:
		return nil, core.Errorf(op, core.Transient, "the body cannot be read to its end: %w", err)
	case int64(len(body)) > r.config.MaxSize:
		return nil, refused(op, thing, "make it smaller, or raise the limit", "it is larger than %d bytes", r.config.MaxSize)
	}
	uid, label, err := r.config.Describe(body)
	sent := body
	body = contentline.Refold(body) // some programs cannot read letters within which a line is folded
	if err == nil && uid == "" && w.Item.Key != "" && r.config.WithUID != nil {
		if body, err = r.config.WithUID(body, string(w.Item.Key)); err == nil {
			uid, label, err = r.config.Describe(body)
		}
	}
	changed := !bytes.Equal(body, sent)
	switch {
	case err != nil:
		return nil, refused(op, thing, "", "its body is not one item: %w", err)
	case uid == "":
		return nil, refused(op, thing, "give it a UID", "its body has no UID")
	case w.Op == core.OpCreate && w.Item.Key != "" && core.Key(uid) != w.Item.Key:
		return nil, refused(op, thing, "", "its body has another UID, %q", uid)
	}
	r.sweep(f)
	d := &draft{folder: f, digest: digestOf(body), key: core.Key(uid), label: label, changed: changed}
	word := newDraft
	if w.Op == core.OpUpdate {
		word = swapDraft
	}
	if d.name, d.out, err = r.newFile(f, word); err != nil {
		return nil, err
	}
	if _, err = d.out.Write(body); err != nil {
		d.drop()
		return nil, err
	}
	return d, nil
}

// newFile makes a file with a name that nobody has.
func (r *Replica) newFile(f *folder, word string) (name string, out *os.File, err error) {
	for range mostReads {
		name = r.draftName(word)
		if out, err = nofollow.MakeFile(f.root, name); !errors.Is(err, fs.ErrExist) {
			return name, out, err
		}
	}
	return "", nil, core.Errorf("vdir.Apply", core.Transient, "every name for a draft is taken")
}

// draftName begins with the time, which tells when it is abandoned.
func (r *Replica) draftName(word string) string {
	return fmt.Sprintf("%s%d-%d-%d%s", word, r.config.Now().Unix(), r.config.PID, r.config.Count(), draftEnd)
}

// syncDrafts makes the drafts of some writes durable, at the same time.
func syncDrafts(jobs []*job) {
	var wait sync.WaitGroup
	for _, j := range jobs {
		if j.draft != nil {
			wait.Go(func() { j.draft.err = j.draft.out.Sync() })
		}
	}
	wait.Wait()
	for _, j := range jobs {
		if j.draft != nil && j.draft.err != nil { // nothing was changed, whatever it is
			j.err = failure("vdir.Apply", j.folder.place.dir, j.draft.err)
			if core.ClassOf(j.err) == core.Unknown {
				j.err = core.Errorf("vdir.Apply", core.Transient, "%w", j.err)
			}
		}
	}
}

// dropDrafts closes drafts, and removes those that did not become items.
func dropDrafts(jobs []*job) {
	for _, j := range jobs {
		if j.draft != nil {
			j.draft.drop()
			j.draft = nil
		}
	}
}

// drop closes a draft and removes its file, if it still has one.
func (d *draft) drop() {
	d.out.Close()
	if d.name != "" {
		d.folder.root.Remove(d.name)
	}
}

// isDraft tells whether a name is that of a draft of ours.
func isDraft(name string) bool {
	return (strings.HasPrefix(name, newDraft) || strings.HasPrefix(name, swapDraft)) && strings.HasSuffix(name, draftEnd)
}
