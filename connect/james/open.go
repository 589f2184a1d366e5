package james

import (
	"context"
	"slices"

	"lockstep/core"
	"lockstep/format/element"
	"lockstep/protocol/webadmin"
)

// Replica is one pass's view of a server.
type Replica struct {
	config Config
	client *webadmin.Client
	// recall tells what was listed last time; nil = nothing is known.
	recall func([]core.Ref) map[core.Ref]core.Stub

	// domains that the server manages; nil = not surveyed yet.
	domains map[string]bool
	// renames: the server can rename accounts; nil = not asked yet.
	renames *bool

	// What was listed since the last survey, and the pages still to be told.
	users    []string
	hasUsers bool
	mappings []webadmin.Mapping
	hasMaps  bool
	pages    map[element.Resource][]listed
}

var (
	_ core.Replica   = (*Replica)(nil)
	_ core.Finder    = (*Replica)(nil)
	_ core.Recaller  = (*Replica)(nil)
	_ core.Renamer   = (*Replica)(nil)
	_ core.Vetter    = (*Replica)(nil)
	_ core.Explainer = (*Replica)(nil)
	_ core.Prober    = (*Replica)(nil)
)

// Open makes a replica. It does no I/O; the login is tried by the first request.
// Permanent: the URL is none, or a resource is not known.
func Open(_ context.Context, config Config) (core.Replica, error) {
	config = config.withDefaults()
	for _, resource := range config.Resources {
		if !resource.Known() {
			return nil, core.Errorf("james.Open", core.Permanent, "there is no resource %q", resource)
		}
	}
	client, err := webadmin.New(webadmin.Config{
		URL: config.URL, Roots: config.Roots, Secret: config.Password, MaxConnections: config.MaxConnections,
		Timeout: config.Timeout, Now: config.Now, Sleep: config.Sleep,
	})
	if err != nil {
		return nil, err
	}
	r := &Replica{config: config, client: client}
	r.forget()
	return r, nil
}

// Operations implements core.Replica. Whether accounts can be renamed is known
// from the survey on.
func (r *Replica) Operations() core.Operations {
	ops := core.Operations{Create: core.Checked, Update: core.Reread, Delete: core.Checked, AsSent: true}
	if r.renames != nil && *r.renames {
		ops.Rename = core.Checked
	}
	return ops
}

// Close implements core.Replica.
func (r *Replica) Close() error {
	r.client.Close()
	return nil
}

// Recall implements core.Recaller.
func (r *Replica) Recall(known func([]core.Ref) map[core.Ref]core.Stub) { r.recall = known }

// enabled returns the resources that are listed, accounts first.
func (r *Replica) enabled() []element.Resource {
	return slices.DeleteFunc(element.Resources(), func(resource element.Resource) bool {
		return resource != element.User && !slices.Contains(r.config.Resources, resource)
	})
}
