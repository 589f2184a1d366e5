package cli

import (
	"context"
	"time"

	"lockstep/config"
	"lockstep/core"
)

// windowFinding says what an account's window of time leaves out.
func (a *app) windowFinding(account *config.Account) core.Finding {
	from := account.Window.Cutoff(a.sys.Now()).Format(time.DateOnly)
	return core.Finding{Name: "window", Value: account.Window.String(),
		Effect: "events that were over before " + from + " are left out when they are first seen; what is in step stays so"}
}

// leftOutByWindow names what was last seen outside a side's window, one finding each.
func (s *session) leftOutByWindow(ctx context.Context) (out []core.Finding, err error) {
	head, err := s.store.Head(ctx)
	if err != nil {
		return nil, err
	}
	at := pathsOf(head)
	for _, x := range core.Sides() {
		for o, err := range s.store.Observed(ctx, x) {
			if err != nil {
				return nil, err
			}
			if !o.Out || o.Gone {
				continue
			}
			name := nameOf(o.Key, o.ID)
			if o.Label != "" {
				name = o.Label + " (" + name + ")"
			}
			where := "outside the window of the " + x.String() + ", in " + at.of(x, o.Collection)
			out = append(out, core.Finding{Name: "left out", Value: name, Effect: where})
		}
	}
	return out, nil
}

// showLeftOutByWindow shows some of them, unless all are asked for.
func (s *session) showLeftOutByWindow(all []core.Finding) {
	shown := all
	if !s.globals.Verbose {
		shown = all[:min(examples, len(all))]
	}
	s.showFindings(shown, nil)
	if more := len(all) - len(shown); more > 0 {
		s.out.line("  … and %s more are left out; --verbose shows all", number(more))
	}
}
