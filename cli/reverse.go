package cli

import (
	"context"
	"errors"

	"lockstep/connect/all"
	"lockstep/core"
)

// reverse undoes a run of a provisioning on the mail server.
func (s *session) reverse(ctx context.Context, out *undoJSON) (err error) {
	audit, err := s.openAudit(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, audit.close(ctx)) }()
	link, err := s.engineLink(ctx, all.Options{}, [2]bool{core.Right: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeBoth(link)) }()
	head, err := s.store.Head(ctx)
	if err != nil {
		return err
	}
	at := pathsOf(head)
	done, err := s.engine(nil).Reverse(ctx, link, s.area, out.Run)
	out.Restored, out.By = len(done.Undone), done.Run
	for _, e := range done.Undone {
		s.out.line("%s %s", s.out.paint(green, "✓"), s.entryLine(at, e))
	}
	for _, e := range done.Left {
		out.Stand = append(out.Stand, at.entryJSON(s.link.Name, e))
		s.out.line("%s %s", s.out.paint(yellow, "!"), s.standsLine(at, e))
	}
	if err != nil {
		return err
	}
	switch {
	case len(done.Undone) > 0:
		s.out.line("%s: %s reversed; what the directory still says, the next sync writes again", safe(s.link.Name), items(len(done.Undone), s.link.Kind))
	case len(done.Left) == 0:
		s.out.line("%s: there is nothing to reverse of run %s: it wrote nothing, or was undone", safe(s.link.Name), safe(out.Run))
	}
	if len(done.Left) > 0 {
		s.exit(exitParked)
	}
	return nil
}
