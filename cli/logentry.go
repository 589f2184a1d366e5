package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"lockstep/core"
	"lockstep/state"
)

// entryJSON is one write of a run.
type entryJSON struct {
	Link   string   `json:"link"`
	Run    string   `json:"run"`
	Time   int64    `json:"time"`
	Side   string   `json:"side"`
	Op     string   `json:"op"`
	Folder string   `json:"folder"`
	To     string   `json:"to,omitempty"`
	Key    string   `json:"key,omitempty"`
	ID     string   `json:"id,omitempty"`
	Add    []string `json:"add,omitempty"`
	Remove []string `json:"remove,omitempty"`
	Why    string   `json:"why"`
	Result string   `json:"result"`
	Error  string   `json:"error,omitempty"`
	Undo   string   `json:"undo,omitempty"`
}

// showEntries prints the writes of a run; false = the link has no such run.
func (s *session) showEntries(ctx context.Context, run string) (bool, error) {
	runs, err := s.store.Runs(ctx)
	if err != nil {
		return false, err
	}
	i := slices.IndexFunc(runs, func(r state.Run) bool { return r.ID == run })
	if i < 0 {
		return false, nil
	}
	head, err := s.store.Head(ctx)
	if err != nil {
		return true, err
	}
	entries, err := s.store.Log(ctx, run)
	if err != nil {
		return true, err
	}
	at := pathsOf(head)
	s.out.line("%s  %s", s.out.paint(bold, safe(s.link.Name)), s.runLine(readRun(runs[i])))
	for _, e := range entries {
		s.out.object(at.entryJSON(s.link.Name, e))
		s.out.line("  %s", s.entryLine(at, e))
	}
	return true, nil
}

func (p paths) entryJSON(link string, e state.Entry) entryJSON {
	out := entryJSON{
		Link: link, Run: e.Run, Time: e.Time, Side: e.Side.String(), Op: e.Op.String(), Folder: p.of(e.Side, e.Ref.Collection),
		Key: string(e.Key), ID: string(e.Ref.ID), Add: e.Add.List(), Remove: e.Remove.List(), Why: e.Why,
		Result: e.Result, Error: e.Error, Undo: e.Undo,
	}
	if op, why, ok := folderEntry(e); ok {
		out.Op, out.Folder, out.Why = string(op)+" folder", string(e.To), why
	} else if e.Op != core.OpCreate && e.To != "" {
		out.To = p.of(e.Side, e.To)
	}
	return out
}

// entryLine is one write and what became of it.
func (s *session) entryLine(at paths, e state.Entry) string {
	when := s.moment(e.Time)
	result := e.Result
	if e.Error != "" {
		result += ": " + safe(e.Error)
	}
	if op, why, ok := folderEntry(e); ok {
		return fmt.Sprintf("%s  %s %s  folder %s  %s  %s", when, s.folderSign(op), pad(e.Side.String(), 5), safe(string(e.To)), safe(why), result)
	}
	step := core.Step{Side: e.Side, Op: e.Op, Ref: e.Ref, To: e.To, Key: e.Key, Add: e.Add, Remove: e.Remove}
	return strings.Join(nonempty(when, s.out.paint(colourOf(e.Op), string(rune(e.Op)))+" "+pad(e.Side.String(), 5), safe(at.folderOf(step)),
		clip(nameOf(e.Key, e.Ref.ID), widest), at.changes(step), safe(e.Why), result), "  ")
}

// folderEntry tells whether an entry is a change of the list of folders, which
// the log keeps as a sentence.
func folderEntry(e state.Entry) (op core.CollectionOp, why string, ok bool) {
	first, why, ok := strings.Cut(e.Why, " collection: ")
	return core.CollectionOp(first), why, ok && e.Op == 0
}
