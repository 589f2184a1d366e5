package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"lockstep/config"
	"lockstep/core"
)

// faithful is a place that can tell what it makes of what is written to a collection.
type faithful interface {
	Fidelity(ctx context.Context, collection core.CollectionID) ([]core.Finding, error)
}

// tryOut writes to a collection, because a person asked for it, and shows what became
// of what was written.
func (a *app) tryOut(ctx context.Context, replica core.Replica, end config.End, out *placeJSON) error {
	place, can := replica.(faithful)
	if !can {
		return usage("--write tries out address books and calendars on servers, carddav and caldav; nothing was written to %s", end)
	}
	survey, err := replica.Collections(ctx)
	if err != nil {
		return err
	}
	c, err := writableOf(survey, end.Collection)
	if err != nil {
		return err
	}
	out.TriedIn = c.Path
	chosen := ""
	if end.Collection == "" {
		chosen = ", the first that can be written to"
	}
	a.out.line("%s", a.out.paint(bold, "written to "+safe(c.Path)+chosen+", read back and deleted"))
	out.Tried, err = place.Fidelity(ctx, c.ID)
	a.showFindings(out.Tried, err)
	return err
}

// writableOf finds a collection by its path; "" = the first that can be written to.
func writableOf(survey core.Survey, path string) (core.Collection, error) {
	var writable []core.Collection
	var names []string
	readOnly := false
	for _, c := range survey.Collections {
		if c.ReadOnly {
			readOnly = readOnly || c.Path == path
			continue
		}
		writable = append(writable, c)
		names = append(names, c.Path)
	}
	slices.SortFunc(writable, func(x, y core.Collection) int { return strings.Compare(x.Path, y.Path) })
	slices.Sort(names)
	refused := &core.Error{Op: "doctor", Class: core.Missing, Remedy: "there is none that can be written to"}
	if len(names) > 0 {
		refused.Remedy = "name one that can be written to: " + list(names)
	}
	switch i := slices.IndexFunc(writable, func(c core.Collection) bool { return path == "" || c.Path == path }); {
	case i >= 0:
		return writable[i], nil
	case path == "":
		refused.Err, refused.Remedy = fmt.Errorf("no collection can be written to"), ""
	case readOnly:
		refused.Thing, refused.Class, refused.Err = path, core.Permanent, fmt.Errorf("it can only be read")
	default:
		refused.Thing, refused.Err = path, fmt.Errorf("there is no such collection")
	}
	return core.Collection{}, refused
}
