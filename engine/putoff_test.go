package engine_test

import (
	"context"
	"iter"
	"testing"
	"time"

	"lockstep/connect/memory"
	"lockstep/core"
	"lockstep/engine"
)

// refusing answers every write with an error of a class, and does nothing.
type refusing struct {
	core.Replica
	class core.Class
}

func (r refusing) Apply(_ context.Context, writes iter.Seq[core.Write]) iter.Seq2[core.Result, error] {
	return func(yield func(core.Result, error) bool) {
		for w := range writes {
			if !yield(core.Result{Seq: w.Seq}, core.Errorf("test.Apply", r.class, "not now")) {
				return
			}
		}
	}
}

// TestPutOffIsUndone: a write that a side puts off until the tries are used up, and one
// that it does not answer, is told as not done, with the reason, and counts once.
func TestPutOffIsUndone(t *testing.T) {
	for class, want := range map[core.Class]struct{ dropped, putOff, unsettled int }{
		core.Transient: {2, 2, 0}, core.Conflict: {2, 0, 0}, core.Unknown: {0, 0, 2}, core.Permanent: {0, 0, 0},
	} {
		t.Run(class.String(), func(t *testing.T) {
			w := quietMail(0)
			w.pass()
			for range 2 {
				w.servers[core.Left].Add("a", w.newMessage(w.servers[core.Left]))
			}
			w.engine.BatchItems, w.engine.Attempts = 8, 3
			w.engine.Sleep = func(context.Context, time.Duration) error { return nil }
			var told []string
			w.engine.Emit = func(e engine.Event) {
				if e.Type == engine.EventDone {
					told = append(told, e.Error)
				}
			}
			w.link.Replicas[core.Left] = memory.Open(w.servers[core.Left])
			w.link.Replicas[core.Right] = refusing{memory.Open(w.servers[core.Right]), class}
			r, err := w.engine.Pass(t.Context(), w.link, engine.Options{})
			if err != nil || r.Writes() != 0 || r.Dropped != want.dropped || r.PutOff != want.putOff || r.Unsettled != want.unsettled {
				t.Errorf("%d written, %d dropped, %d put off, %d unsettled, %v", r.Writes(), r.Dropped, r.PutOff, r.Unsettled, err)
			}
			if len(told) != 2 || told[0] != "test.Apply: not now" || told[1] != told[0] {
				t.Errorf("it told of %q", told)
			}
		})
	}
}
