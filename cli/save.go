package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"lockstep/config"
	"lockstep/core"
	"lockstep/reconcile"
)

// savedVersion of the file that plan --save writes.
const savedVersion = 1

// savedPlan is the file that plan --save writes.
type savedPlan struct {
	Version int       `json:"version"`
	Link    string    `json:"link"`
	Ends    [2]string `json:"ends"`
	// AdHoc: the link is the two ends, and not one of the configuration.
	AdHoc  bool      `json:"ad_hoc"`
	Made   time.Time `json:"made"`
	Clean  bool      `json:"clean"`
	PlanID string    `json:"plan_id"`
	Plan   core.Plan `json:"plan"`
}

// endsOf says where the two ends of a link are; an account on the command line
// keeps its name, as it has the password.
func endsOf(l *config.Link) [2]string {
	if isAdHoc(l) {
		return [2]string{l.Left.String(), l.Right.String()}
	}
	return [2]string{l.Left.Address().String(), l.Right.Address().String()}
}

// placesOf is endsOf with all directories of a link.
func placesOf(l *config.Link) [2]string {
	ends := endsOf(l)
	for _, end := range l.Also {
		ends[core.Left] += ", " + end.Address().String()
	}
	return ends
}

// sourceNames are the places on the left as the user names them.
func sourceNames(l *config.Link) (names []string) {
	for _, end := range l.Sources() {
		names = append(names, end.String())
	}
	return names
}

// save writes a plan to a file that only its owner reads; a file that is there
// is replaced as a whole.
func (s *session) save(path string, p core.Plan) error {
	file := savedPlan{
		Version: savedVersion, Link: s.link.Name, Ends: placesOf(s.link), AdHoc: isAdHoc(s.link), Made: s.sys.Now().UTC(),
		Clean: s.clean, PlanID: reconcile.PlanID(&p), Plan: p,
	}
	text, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".lockstep-plan-")
	if err != nil {
		return fmt.Errorf("saving the plan: %w", err)
	}
	_, err = f.Write(append(text, '\n'))
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("saving the plan: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}

// readPlan reads what save wrote.
func readPlan(path string) (savedPlan, error) {
	var p savedPlan
	text, err := os.ReadFile(path)
	if err != nil {
		return p, usage("--plan: %v", err)
	}
	if err := json.Unmarshal(text, &p); err != nil || p.PlanID == "" {
		return p, usage("--plan: %s was not written by lockstep plan --save", path)
	}
	if p.Version != savedVersion {
		return p, usage("--plan: %s was written by another lockstep (version %d of the file, not %d); save a new plan", path, p.Version, savedVersion)
	}
	return p, nil
}

// linkOf finds the link that a plan was saved for.
func (a *app) linkOf(p savedPlan) (*config.Link, error) {
	c, err := a.config()
	if err != nil {
		return nil, err
	}
	l, ok := c.Link(p.Link)
	if p.AdHoc {
		l, err = c.AdHoc(p.Ends[0], p.Ends[1])
		ok = err == nil
	}
	switch {
	case err != nil:
		return nil, err
	case !ok:
		return nil, usage("--plan: the plan is for link %q, which is no longer configured", p.Link)
	case placesOf(l) != p.Ends:
		return nil, usage("--plan: the ends of link %q are others now; save a new plan", p.Link)
	}
	return l, nil
}

// changesTree tells whether a plan makes or renames folders. A pass does that
// before it plans, so its plan is another one than the saved.
func (p savedPlan) changesTree() bool {
	for _, s := range p.Plan.Collections {
		if s.Op != core.DeleteCollection {
			return true
		}
	}
	return false
}
