package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"lockstep/config"
	"lockstep/connect/all"
	"lockstep/core"
	"lockstep/engine"
	"lockstep/state"
	"lockstep/state/memory"
	"lockstep/undo"
)

// session is one link with its state open. Replicas live for one pass only.
type session struct {
	*app
	link  *config.Link
	store state.Store
	area  *undo.Area
	// clean: deletions are written whatever the link says.
	clean bool
}

const stateFile = "state.db"

// open opens the state of a link, which is made if there is none.
func (a *app) open(ctx context.Context, l *config.Link) (*session, error) {
	folder, err := a.folderOf(l)
	if err != nil {
		return nil, err
	}
	store, err := a.sys.Store(ctx, filepath.Join(folder, stateFile))
	if err != nil {
		return nil, err
	}
	if err := keepEnds(folder, l); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return &session{app: a, link: l, store: store, area: undo.Open(filepath.Join(folder, "undo"))}, nil
}

// openKnown is open for a link that has a state; nil = it has none yet.
func (a *app) openKnown(ctx context.Context, l *config.Link) (*session, error) {
	folder, err := a.folderOf(l)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(folder, stateFile)); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return a.open(ctx, l)
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
	if vacancy == all.Make && o.PlanOnly {
		// Nothing that is learnt of a place that is not there may be kept.
		vacancy, store = all.Pretend, memory.New()
	}
	link, err := s.engineLink(ctx, vacancy, [2]bool{true, true})
	if err != nil {
		return report, err
	}
	link.Store = store
	defer func() { err = errors.Join(err, closeBoth(link)) }()
	return s.engine(emit).Pass(ctx, link, o)
}

// vacancy tells what to do about an end where nothing is. It is made for a
// link that was never synced; later it is a disk that is missing.
func (s *session) vacancy(ctx context.Context) (all.Vacancy, error) {
	vacant := [2]bool{s.sys.Vacant(s.link.Left), s.sys.Vacant(s.link.Right)}
	if vacant == [2]bool{} {
		return all.Refuse, nil
	}
	synced, err := s.synced(ctx)
	switch {
	case err != nil || synced:
		return all.Refuse, err
	case vacant == [2]bool{true, true}:
		return all.Refuse, &core.Error{Op: "open", Class: core.Permanent, Thing: s.link.Left.String() + " and " + s.link.Right.String(),
			Err: errors.New("there is nothing at either of them"), Remedy: "check both; one of them may be made, not both"}
	}
	return all.Make, nil
}

// synced tells whether a sync of the link has ever come to its end, or has
// paired anything.
func (s *session) synced(ctx context.Context) (bool, error) {
	head, err := s.store.Head(ctx)
	if err != nil || head.LastRow > 0 || head.LastIntent > 0 {
		return true, err
	}
	runs, err := s.store.Runs(ctx)
	if err != nil {
		return true, err
	}
	for _, r := range runs {
		switch r.Outcome {
		case "done", "held", "parked":
			return true, nil
		}
	}
	return false, nil
}

// engineLink opens the sides that are wanted, for one pass.
func (s *session) engineLink(ctx context.Context, vacancy all.Vacancy, wanted [2]bool) (engine.Link, error) {
	l := s.link
	link := engine.Link{
		Name: l.Name, Store: s.store, Policy: l.Policy(s.sys.Now()), Mapper: l.Mapper(), Scope: l.Scope(),
		Undo: s.area, Local: l.Local(),
	}
	if s.clean {
		link.Policy.Deletes = link.Policy.Write
	}
	for x, end := range l.Ends() {
		if !wanted[x] {
			continue
		}
		replica, traits, err := s.sys.Open(ctx, end, all.Options{Kind: l.Kind, Vacancy: vacancy})
		if err != nil {
			return link, errors.Join(fmt.Errorf("the %s: %w", core.Side(x), err), closeBoth(link))
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

// prune forgets what was kept for undo longer than the link wants.
func (s *session) prune() error {
	return s.area.Prune(s.sys.Now().Add(-time.Duration(s.link.UndoDays) * 24 * time.Hour))
}
