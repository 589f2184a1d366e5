package bundle

import (
	"context"
	"strconv"

	"lockstep/core"
)

// Probe implements core.Prober. It reads the file.
func (r *Replica) Probe(ctx context.Context) ([]core.Finding, error) {
	if _, err := r.read(ctx); err != nil {
		return nil, err
	}
	all := r.contents()
	good := 0
	var bad []core.Finding
	for _, x := range all.items {
		if x.Bad == "" {
			good++
			continue
		}
		bad = append(bad, core.Finding{Name: "not synced", Value: x.Bad, Bad: true})
	}
	out := append([]core.Finding{{Name: "items", Value: strconv.Itoa(good)}}, bad...)
	if all.lost {
		out = append(out, core.Finding{Name: "read in part", Value: "something in the file does not parse", Effect: "what the file lacks is deleted nowhere"})
	}
	return out, nil
}
