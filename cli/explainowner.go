package cli

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"lockstep/core"
	"lockstep/format/element"
	"lockstep/state"
)

// ownerJSON is all that is known of one owner of a provisioning.
type ownerJSON struct {
	Type  string `json:"type"` // owner
	Link  string `json:"link"`
	Owner string `json:"owner"`
	// Where the directory has it, and what its entry keeps when all else
	// changes; "" = no entry names it.
	Where string `json:"where,omitempty"`
	Entry string `json:"entry,omitempty"`
	// Protected: nothing of it is ever deleted.
	Protected bool `json:"protected,omitempty"`
	// Grace it waits for, since it is gone from the directory; null = it is not.
	Grace *graceJSON `json:"grace"`
	Items []itemJSON `json:"items"`
}

// graceJSON is how long an owner is gone.
type graceJSON struct {
	Owner  string `json:"owner"`
	Since  int64  `json:"since"` // Unix seconds
	Passes int    `json:"passes"`
	// Until is when its time is over; NeedsPasses is how many syncs must see it
	// gone.
	Until       int64 `json:"until"` // Unix seconds
	NeedsPasses int   `json:"needs_passes"`
}

// graceOf reads the grace of the row of an owner; nil = it is not gone.
func (s *session) graceOf(row core.Row) *graceJSON {
	if row.GoneSince == 0 {
		return nil
	}
	policy := s.link.Policy(s.sys.Now())
	return &graceJSON{Owner: row.Owner, Since: row.GoneSince, Passes: row.GonePasses, Until: row.GoneSince + policy.GraceSeconds, NeedsPasses: policy.GracePasses}
}

// ownerKnown is all that is known of one owner.
type ownerKnown struct {
	owner string
	all   []*known
}

// explainOwners tells of the owners that match a word: an address of theirs
// alone if one is exactly that, else all that hold it.
func (s *session) explainOwners(ctx context.Context, word string) (bool, error) {
	named, err := s.ownersNamed(ctx, strings.TrimSpace(word))
	if err != nil {
		return false, err
	}
	all, at, err := s.explain(ctx, func(of clues) bool { return named[ownerOfKey(of.key, of.owner)] })
	if err != nil {
		return false, err
	}
	var owners []*ownerKnown
	for _, k := range all {
		owner := k.ownerOf()
		i := slices.IndexFunc(owners, func(o *ownerKnown) bool { return o.owner == owner })
		if i < 0 {
			i = len(owners)
			owners = append(owners, &ownerKnown{owner: owner})
		}
		owners[i].all = append(owners[i].all, k)
	}
	slices.SortFunc(owners, func(a, b *ownerKnown) int { return cmp.Compare(a.owner, b.owner) })
	for _, o := range owners {
		slices.SortStableFunc(o.all, func(a, b *known) int {
			return cmp.Or(cmp.Compare(rank(a.element().Resource), rank(b.element().Resource)), cmp.Compare(a.key, b.key))
		})
		s.out.object(s.ownerJSON(o, at))
		s.showOwner(o)
	}
	return len(owners) > 0, nil
}

// ownersNamed finds the owners that a word means.
func (s *session) ownersNamed(ctx context.Context, word string) (map[string]bool, error) {
	lower := strings.ToLower(word)
	rows, err := s.store.RowsWith(ctx, state.Property{Owner: lower})
	if err != nil || len(rows) > 0 {
		return map[string]bool{lower: true}, err
	}
	hits, _, err := s.explain(ctx, func(of clues) bool {
		return of.holds(lower) || of.holds(word) || strings.Contains(of.owner, lower) || strings.Contains(strings.ToLower(of.where), lower)
	})
	if err != nil {
		return nil, err
	}
	named := map[string]bool{}
	for _, k := range hits {
		if owner := k.ownerOf(); owner != "" {
			named[owner] = true
		}
	}
	if named[lower] {
		named = map[string]bool{lower: true}
	}
	return named, nil
}

func ownerOfKey(key core.Key, owner string) string {
	if owner == "" {
		if e, ok := element.Parse(key); ok {
			owner = e.Owner
		}
	}
	return owner
}

// ownerOf is whose an item is.
func (k *known) ownerOf() string {
	owner := ""
	switch {
	case k.row != nil:
		owner = k.row.Owner
	case len(k.observed) > 0:
		owner = k.observed[0].Owner
	case len(k.parked) > 0:
		owner = k.parked[0].Owner
	case len(k.entries) > 0:
		owner = k.entries[0].Owner
	}
	return ownerOfKey(k.key, owner)
}

func (k *known) element() element.Element {
	e, _ := element.Parse(k.key)
	return e
}

// on is what a side was last known to have of an item; false = it has nothing.
func (k *known) on(x core.Side) (core.Stub, bool) {
	for _, o := range k.observed {
		if o.side == x {
			return o.Stub, !o.Gone
		}
	}
	if k.row == nil || k.row.Side[x].None {
		return core.Stub{}, false
	}
	b := k.row.Side[x]
	return core.Stub{Ref: b.Ref, Same: b.Same, Sum: b.Sum, Key: k.row.Key, Owner: k.row.Owner, Label: b.Label, Where: b.Where}, true
}

// entry is where the directory has an owner, and the handle of its entry.
func (o *ownerKnown) entry() (where string, same core.Same) {
	for _, k := range o.all {
		if s, there := k.on(core.Left); there {
			where, same = firstOf(where, s.Where), core.Same(firstOf(string(same), string(s.Same)))
		}
	}
	return where, same
}

// grace of the owner's own row.
func (s *session) ownerGrace(o *ownerKnown) *graceJSON {
	for _, k := range o.all {
		if k.row != nil {
			if g := s.graceOf(*k.row); g != nil {
				return g
			}
		}
	}
	return nil
}

func (s *session) ownerJSON(o *ownerKnown, at paths) ownerJSON {
	where, same := o.entry()
	out := ownerJSON{
		Type: "owner", Link: s.link.Name, Owner: o.owner, Where: where, Entry: entryID(same), Grace: s.ownerGrace(o),
		Protected: s.link.Policy(s.sys.Now()).Protected(o.owner), Items: []itemJSON{},
	}
	for _, k := range o.all {
		out.Items = append(out.Items, at.itemJSON(s.link.Name, k))
	}
	return out
}
