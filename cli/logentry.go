package cli

import (
	"context"
	"slices"
	"strings"

	"lockstep/core"
	"lockstep/format/element"
	"lockstep/state"
)

// showEntries prints the writes of a run; false = the link has no such run.
func (s *session) showEntries(ctx context.Context, run string) (bool, error) {
	runs, err := s.runs(ctx)
	if err != nil {
		return false, err
	}
	i := slices.IndexFunc(runs, func(r runJSON) bool { return r.ID == run })
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
	s.out.line("%s  %s", s.out.paint(bold, safe(s.link.Name)), s.runLine(runs[i]))
	s.out.object(runs[i])
	for _, e := range entries {
		s.out.object(at.entryJSON(s.link.Name, e))
		s.out.line("  %s", s.entryLine(at, e))
	}
	if len(entries) == 0 {
		s.out.line("  nothing was written")
	}
	return true, nil
}

// stepOf is the write that an entry is about.
func stepOf(e state.Entry) core.Step {
	return core.Step{
		Side: e.Side, Op: e.Op, Ref: e.Ref, To: e.To, Key: e.Key, Add: e.Add, Remove: e.Remove, Why: e.Why,
		Owner: e.Owner, Before: e.Before, Source: core.Stub{Label: e.After, Where: e.Where, Same: e.Same},
	}
}

// folderStepOf is the change of the list of folders that an entry is about,
// which the log keeps as a sentence; false = it is about a write.
func folderStepOf(e state.Entry) (core.CollectionStep, bool) {
	op, why, ok := strings.Cut(e.Why, " collection: ")
	return core.CollectionStep{Side: e.Side, Op: core.CollectionOp(op), Path: string(e.To), Why: why}, ok && e.Op == 0
}

func (p paths) entryJSON(link string, e state.Entry) stepJSON {
	out := p.stepJSON("step", link, stepOf(e))
	if _, is := element.Parse(e.Key); is {
		out.provision(stepOf(e))
	}
	if folder, is := folderStepOf(e); is {
		out = folderJSON("folder", link, folder)
	}
	out.Run, out.Done, out.Result, out.Error, out.Undo = e.Run, e.Time, e.Result, e.Error, e.Undo
	return out
}

// standsLine is a write that is not undone, and why.
func (s *session) standsLine(at paths, e state.Entry) string {
	why := e.Error
	e.Result, e.Error = "stands: "+safe(why), ""
	return s.entryLine(at, e)
}

// entryLine is one write and what became of it.
func (s *session) entryLine(at paths, e state.Entry) string {
	when, result := s.moment(e.Time), e.Result
	if e.Error != "" {
		result += ": " + safe(e.Error)
	}
	if folder, is := folderStepOf(e); is {
		return when + "  " + s.folderLine(folder, "folder "+safe(folder.Path)) + "  " + result
	}
	step := stepOf(e)
	if _, is := element.Parse(e.Key); is {
		return s.elementEntry(e, safe(e.Owner))
	}
	return strings.Join(nonempty(when, s.out.paint(colourOf(e.Op), string(rune(e.Op)))+" "+pad(e.Side.String(), 5), safe(at.folderOf(step)),
		clip(nameOf(e.Key, e.Ref.ID), widest), at.changes(step), safe(e.Why), result), "  ")
}

// elementEntry is one write of a provisioning and what became of it; an owner of
// "" is not named.
func (s *session) elementEntry(e state.Entry, owner string) string {
	step, result := stepOf(e), e.Result
	if e.Error != "" {
		result += ": " + safe(e.Error)
	}
	what := strings.Join(nonempty(owner, resourceOf(step), safe(elementName(e.Key)), safe(change(step)), safe(shortReason(step)), result), "  ")
	return s.moment(e.Time) + "  " + s.out.paint(colourOf(e.Op), string(rune(e.Op))) + " " + what
}
