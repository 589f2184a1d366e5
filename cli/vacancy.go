package cli

import (
	"context"
	"errors"

	"lockstep/connect/all"
	"lockstep/core"
)

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

// tellVacant says which end is not there yet: it may be a mistake in a path.
func (s *session) tellVacant(planOnly bool) {
	for x, end := range s.link.Ends() {
		if !s.sys.Vacant(end) {
			continue
		}
		why := "it is not there yet, and is made now"
		if planOnly {
			why = "it is not there yet; a sync makes it"
		}
		side := core.Side(x)
		s.out.object(noteJSON{Type: "note", Link: s.link.Name, Side: side.String(), Why: end.String() + ": " + why})
		s.out.line("the %s, %s: %s", side, safe(end.String()), why)
	}
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
