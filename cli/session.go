package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"lockstep/config"
	"lockstep/connect/all"
	"lockstep/core"
	"lockstep/engine"
	"lockstep/state"
	"lockstep/state/memory"
	"lockstep/state/overlay"
	"lockstep/undo"
)

// session is one link with its state open. Replicas live for one pass only.
type session struct {
	*app
	link  *config.Link
	store state.Store
	area  *undo.Area
	// passed is what the last pass worked on: store, or for a plan with an end
	// that is not there one that is forgotten.
	passed state.Store
	// clean: deletions are written whatever the link says.
	clean bool
	// calls of the last pass.
	calls calls
	// kept from one pass to the next; nil = nothing is.
	kept *all.Kept
}

const stateFile = "state.db"

// open opens the state of a link for writing; it is made if there is none, and
// refused while another process writes to it.
func (a *app) open(ctx context.Context, l *config.Link) (*session, error) {
	folder, err := a.folderOf(l)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(folder, stateFile)
	store, err := a.sys.Store(ctx, path)
	if err != nil {
		return nil, a.busy(path, err)
	}
	if err := keepEnds(folder, l); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return a.session(l, folder, store), nil
}

func (a *app) session(l *config.Link, folder string, store state.Store) *session {
	return &session{app: a, link: l, store: store, area: undo.Open(filepath.Join(folder, "undo"))}
}

// busy says who has a state that could not be opened, if somebody has it.
func (a *app) busy(path string, err error) error {
	by, asked := a.sys.Holder(path)
	if asked != nil || by == (state.Holder{}) {
		return err
	}
	return &core.Error{Op: "busy", Class: core.Permanent,
		Err:    fmt.Errorf("another lockstep (process %d) has been at work on this link since %s, %s", by.Process, a.moment(by.Since), a.ago(by.Since)),
		Remedy: fmt.Sprintf("wait until it ends, or stop it: kill %d; plan, status, log and explain work meanwhile", by.Process)}
}

// read opens what the state of a link is at this moment, for commands that
// only look: it waits for nobody and writes nothing. Nil = there is no state
// yet.
func (a *app) read(ctx context.Context, l *config.Link) (*session, error) {
	folder, err := a.folderOf(l)
	if err != nil {
		return nil, err
	}
	store, err := a.sys.Snapshot(ctx, filepath.Join(folder, stateFile))
	if err != nil || store == nil {
		return nil, err
	}
	return a.session(l, folder, store), nil
}

// imagine opens a state for a plan: what the pass learns is forgotten with it.
func (a *app) imagine(ctx context.Context, l *config.Link) (*session, error) {
	s, err := a.read(ctx, l)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return a.session(l, "", memory.New()), nil
	}
	if s.store, err = overlay.New(ctx, s.store); err != nil {
		return nil, err
	}
	return s, nil
}

// holder tells who writes to the state of a link now.
func (a *app) holder(l *config.Link) (state.Holder, error) {
	folder, err := a.folderOf(l)
	if err != nil {
		return state.Holder{}, err
	}
	return a.sys.Holder(filepath.Join(folder, stateFile))
}

func (s *session) close() error { return s.store.Close() }

// engine is the engine with this process's clock.
func (a *app) engine(emit func(engine.Event)) *engine.Engine {
	e := engine.New()
	e.Now, e.Emit = a.sys.Now, emit
	return e
}

// pass runs one pass.
func (s *session) pass(ctx context.Context, o engine.Options, emit func(engine.Event)) (report engine.Report, err error) {
	store := s.store
	vacancy, err := s.vacancy(ctx)
	if err != nil {
		return report, err
	}
	if vacancy == all.Make {
		s.tellVacant(o.PlanOnly)
	}
	if vacancy == all.Make && o.PlanOnly {
		// Nothing that is learnt of a place that is not there may be kept.
		vacancy, store = all.Pretend, memory.New()
	}
	link, err := s.engineLink(ctx, all.Options{Vacancy: vacancy, Tidy: !o.PlanOnly}, [2]bool{true, true})
	if err != nil {
		return report, err
	}
	link.Store, s.passed, s.calls = store, store, callsOf(link)
	defer func() { err = errors.Join(err, closeBoth(link)) }()
	return s.engine(emit).Pass(ctx, link, o)
}

// engineLink opens the sides that are wanted, for one pass. The options are those of the
// pass; what the link says is added to them.
func (s *session) engineLink(ctx context.Context, o all.Options, wanted [2]bool) (engine.Link, error) {
	l := s.link
	link := engine.Link{
		Name: l.Name, Store: s.store, Policy: l.Policy(s.sys.Now()), Mapper: l.Mapper(), Scope: l.Scope(),
		Undo: s.area, Local: l.Local(),
	}
	if s.clean {
		link.Policy.Deletes = link.Policy.Write
	}
	sides := core.Sides()
	if s.sys.Vacant(l.Left) { // made only when the other is known to be there
		sides = [2]core.Side{core.Right, core.Left}
	}
	for _, x := range sides {
		end := l.Ends()[x]
		if !wanted[x] {
			continue
		}
		o.Kind, o.Link, o.Kept, o.Also = l.Kind, l, s.kept, nil
		if x == core.Left {
			o.Also = l.Also
		}
		replica, traits, err := s.sys.Open(ctx, end, o)
		if err != nil {
			return link, errors.Join(fmt.Errorf("the %s: %w", x, err), closeBoth(link))
		}
		link.Replicas[x], link.Traits = replica, traits
	}
	return link, nil
}

func closeBoth(link engine.Link) error {
	var errs []error
	for _, r := range link.Replicas {
		if r != nil {
			errs = append(errs, r.Close())
		}
	}
	return errors.Join(errs...)
}
