package cli

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"time"
	"weak"

	"lockstep/config"
	"lockstep/connect/all"
	"lockstep/core"
)

// explaining is a replica that can tell its calls.
type explaining struct{ core.Replica }

func (*explaining) Explain(core.Write) string { return "call" }

// TestRunForgets: between two looks lockstep run holds nothing of the replicas
// of the last one, whose connections have buffers.
func TestRunForgets(t *testing.T) {
	m := newMachine(t)
	m.put("left", "one")
	var mu sync.Mutex
	var opened []weak.Pointer[explaining]
	m.System.Open = func(ctx context.Context, end config.End, o all.Options) (core.Replica, core.Traits, error) {
		replica, traits, err := all.Open(ctx, end, o)
		if err != nil || o.Watch {
			return replica, traits, err
		}
		e := &explaining{replica}
		mu.Lock()
		opened = append(opened, weak.Make(e))
		mu.Unlock()
		return e, traits, nil
	}
	held := func() (n, all int) {
		runtime.GC()
		mu.Lock()
		defer mu.Unlock()
		for _, p := range opened {
			if p.Value() != nil {
				n++
			}
		}
		return n, len(opened)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	go func() {
		for ctx.Err() == nil {
			if n, all := held(); n == 0 && all > 0 {
				cancel()
			}
			time.Sleep(50 * time.Millisecond)
		}
	}()
	m.runWith(ctx, "run")
	if context.Cause(ctx) != context.Canceled {
		n, all := held()
		t.Errorf("a minute later %d of %d replicas are still held", n, all)
	}
}
