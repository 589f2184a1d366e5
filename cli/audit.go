package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"lockstep/core"
	"lockstep/format/element"
	"lockstep/state"
)

// auditJSON is one line of the audit: one change of the mail server that was
// tried.
type auditJSON struct {
	Time string `json:"time"` // RFC 3339, UTC
	Link string `json:"link"`
	Run  string `json:"run"`
	// N numbers the lines of a run; 0 = it is about a write that was cut off.
	N         int    `json:"n"`
	DN        string `json:"dn,omitempty"`
	EntryUUID string `json:"entryUUID,omitempty"`
	Owner     string `json:"owner"`
	Resource  string `json:"resource"`
	Element   string `json:"element,omitempty"`
	Op        string `json:"op"`
	Before    string `json:"before,omitempty"`
	After     string `json:"after,omitempty"`
	Why       string `json:"why"`
	// Status: done, unsettled, unknown, interrupted, or the class of the error.
	Status string `json:"status"`
	Error  string `json:"error,omitempty"`
}

// audit appends to a file what the log of the state holds and the file does not:
// the log is durable before it, so that no line is lost to a crash.
type audit struct {
	*session
	file *os.File
	mark auditMark
	// markAt is where the mark is kept.
	markAt string
}

// auditMark is how far the file is.
type auditMark struct {
	Run string `json:"run"`
	N   int    `json:"n"`
	// Intent is the last of those that were told of as interrupted.
	Intent int64 `json:"intent"`
}

const (
	auditFile  = "audit.jsonl"
	auditState = "audit.json"
	// auditTail is how much of the file's end is read to find its last line.
	auditTail = 256 << 10
)

// openAudit opens the audit of a provisioning and appends what an earlier
// process left out. It is done before anything is written: without an audit
// there is no sync. Nil = the link has none.
func (s *session) openAudit(ctx context.Context) (*audit, error) {
	if !provisions(s.link) {
		return nil, nil
	}
	folder, err := s.folderOf(s.link)
	if err != nil {
		return nil, err
	}
	path := firstOf(s.link.Audit, filepath.Join(folder, auditFile))
	file, err := appendTo(path)
	if err != nil {
		return nil, auditFailed(path, err)
	}
	a := &audit{session: s, file: file, markAt: filepath.Join(folder, auditState)}
	err = a.findMark()
	if err == nil {
		err = a.catchUp(ctx)
	}
	if err == nil {
		err = a.interrupted(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return a, nil
}

func auditFailed(path string, err error) error {
	return &core.Error{Op: "audit", Class: core.Permanent, Thing: path, Err: err,
		Remedy: "make it a file that lockstep may append to, or name another one with audit; what is missing in it is appended by the next sync"}
}

// appendTo opens a file that only its owner reads, if it is made here.
func appendTo(path string) (*os.File, error) {
	_, before := os.Stat(path)
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("it is not a regular file")
	}
	if err == nil && errors.Is(before, fs.ErrNotExist) {
		err = syncFolder(filepath.Dir(path))
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// syncFolder makes a new name in a folder durable.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// findMark reads how far the file is: by the mark, or by its last line, if the
// process ended before the mark was written.
func (a *audit) findMark() error {
	text, err := os.ReadFile(a.markAt)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return auditFailed(a.markAt, err)
	}
	if err == nil && json.Unmarshal(text, &a.mark) != nil {
		a.mark = auditMark{} // lines are rather told twice than not at all
	}
	info, err := a.file.Stat()
	if err != nil {
		return auditFailed(a.file.Name(), err)
	}
	from := max(0, info.Size()-auditTail)
	tail := make([]byte, info.Size()-from)
	if _, err := a.file.ReadAt(tail, from); err != nil && !errors.Is(err, io.EOF) {
		return auditFailed(a.file.Name(), err)
	}
	if len(tail) > 0 && tail[len(tail)-1] != '\n' { // a line that a crash cut off
		if _, err := a.file.WriteString("\n"); err != nil {
			return auditFailed(a.file.Name(), err)
		}
	}
	lines := bytes.Split(tail, []byte("\n"))
	for _, line := range slices.Backward(lines) {
		var last auditJSON
		if json.Unmarshal(line, &last) != nil || last.Link != a.link.Name || last.N == 0 {
			continue
		}
		if last.Run > a.mark.Run || last.Run == a.mark.Run && last.N > a.mark.N {
			a.mark.Run, a.mark.N = last.Run, last.N
		}
		return nil
	}
	return nil
}

// auditAtOnce lines are in memory.
const auditAtOnce = 1000

// catchUp appends what the log has beyond the mark.
func (a *audit) catchUp(ctx context.Context) error {
	runs, err := a.store.Runs(ctx)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(runs, func(r state.Run) bool { return r.ID == a.mark.Run }); i >= 0 {
		runs = runs[i:]
	} else { // that run was forgotten
		runs = slices.DeleteFunc(runs, func(r state.Run) bool { return r.ID < a.mark.Run })
	}
	for _, run := range runs {
		if run.ID != a.mark.Run {
			a.mark.Run, a.mark.N = run.ID, 0
		}
		var lines []auditJSON
		for e, err := range a.store.LogAfter(ctx, run.ID, a.mark.N) {
			if err != nil {
				return err
			}
			a.mark.N++
			if lines = append(lines, a.line(e, a.mark.N)); len(lines) < auditAtOnce {
				continue
			}
			if err := a.append(lines); err != nil {
				return err
			}
			lines = lines[:0]
		}
		if err := a.append(lines); err != nil {
			return err
		}
	}
	return a.keepMark()
}

// interrupted tells of the writes that a process began and did not live to see
// the answer of. What became of them this sync finds out.
func (a *audit) interrupted(ctx context.Context) error {
	intents, err := a.store.Intents(ctx)
	if err != nil {
		return err
	}
	intents = slices.DeleteFunc(intents, func(in core.Intent) bool { return in.N <= a.mark.Intent })
	type write struct {
		run string
		op  core.Op
		key core.Key
	}
	read, told := map[string]bool{}, map[write]bool{}
	var lines []auditJSON
	for _, in := range intents {
		a.mark.Intent = max(a.mark.Intent, in.N)
		if !read[in.Run] {
			read[in.Run] = true
			for e, err := range a.store.LogAfter(ctx, in.Run, 0) {
				if err != nil {
					return err
				}
				told[write{e.Run, e.Op, e.Key}] = true
			}
		}
		if told[write{in.Run, in.Op, in.Key}] {
			continue
		}
		lines = append(lines, a.line(state.Entry{
			Run: in.Run, Time: a.sys.Now().Unix(), Side: in.Side, Op: in.Op, Key: in.Key, Owner: in.Owner, Where: in.Source.Where, Same: in.Source.Same,
			After: in.Source.Label, Result: "interrupted", Error: "no answer came before the process ended; the next sync looks what became of it",
		}, 0))
	}
	if err := a.append(lines); err != nil {
		return err
	}
	return a.keepMark()
}

func (a *audit) line(e state.Entry, n int) auditJSON {
	of, _ := element.Parse(e.Key)
	switch {
	case e.Op == core.OpRename: // the values are the addresses
		e.After = e.Owner
	case e.Op == core.OpDelete: // an alias, mapping or forward is its own value
		e.Before, e.After = firstOf(e.Before, of.Name), ""
	}
	return auditJSON{
		Time: time.Unix(e.Time, 0).UTC().Format(time.RFC3339), Link: a.link.Name, Run: e.Run, N: n, DN: e.Where, EntryUUID: entryID(e.Same),
		Owner: firstOf(e.Owner, of.Owner), Resource: firstOf(string(of.Resource), string(e.Ref.Collection)), Element: of.Name,
		Op: e.Op.String(), Before: e.Before, After: e.After, Why: e.Why, Status: e.Result, Error: e.Error,
	}
}

// append writes lines at once, and has them on the disk when it returns.
func (a *audit) append(lines []auditJSON) error {
	if len(lines) == 0 {
		return nil
	}
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	for _, l := range lines {
		if err := e.Encode(l); err != nil {
			return err
		}
	}
	_, err := a.file.Write(text.Bytes())
	if err = errors.Join(err, a.file.Sync()); err != nil {
		return auditFailed(a.file.Name(), err)
	}
	return nil
}

func (a *audit) keepMark() error {
	text, err := json.Marshal(a.mark)
	if err == nil {
		err = replaceFile(a.markAt, text)
	}
	if err != nil {
		return auditFailed(a.markAt, err)
	}
	return nil
}

// close appends what the sync wrote, whatever became of it.
func (a *audit) close(ctx context.Context) error {
	if a == nil {
		return nil
	}
	err := errors.Join(a.catchUp(context.WithoutCancel(ctx)), a.file.Close())
	if err != nil {
		return fmt.Errorf("what was written to the mail server is done and kept in the log, but not in the audit: %w", err)
	}
	return nil
}
