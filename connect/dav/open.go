package dav

import (
	"context"
	"errors"
	"sync"

	"lockstep/core"
	wire "lockstep/protocol/dav"
)

// Account outlives passes: it keeps connections, what the server wants to see of the
// login, and where the homes are. Nothing that a pass has seen of items or collections
// goes to the next.
type Account struct {
	config Config
	client *wire.Client
	mu     sync.Mutex
	// place is where the collections are; nil = not found yet.
	place *wire.Place
}

// NewAccount does no I/O. Permanent: the configuration cannot be used.
func NewAccount(config Config) (*Account, error) {
	if config.Flavour.Name == "" || config.Describe == nil {
		return nil, core.Errorf("dav.open", core.Permanent, "a flavour and a Describe are needed")
	}
	if config.Oldest != nil && config.Ends == nil {
		return nil, core.Errorf("dav.open", core.Permanent, "a window needs to know when items end")
	}
	config = config.withDefaults()
	client, err := config.client()
	if err != nil {
		return nil, err
	}
	return &Account{config: config, client: client}, nil
}

// Close closes the connections that are kept. Passes that are open go on.
func (a *Account) Close() error {
	a.client.Close()
	return nil
}

// Requests tells how many requests were sent.
func (a *Account) Requests() int64 { return a.client.Requests() }

// Open begins a pass. It does no I/O; the login is tried by the first request.
func (a *Account) Open() *Replica {
	return &Replica{config: a.config, account: a, client: a.client, books: map[core.CollectionID]*book{}}
}

// Open makes an account for one pass only.
func Open(_ context.Context, config Config) (*Replica, error) {
	account, err := NewAccount(config)
	if err != nil {
		return nil, err
	}
	r := account.Open()
	r.alone = true
	return r, nil
}

// Replica is one pass's view of an account.
type Replica struct {
	config  Config
	account *Account
	client  *wire.Client
	// alone: the account was made for this pass.
	alone bool
	// surveyed: books is what a survey has told.
	surveyed bool
	books    map[core.CollectionID]*book
	// listing is the one that is being paged.
	listing listing
	recall  func([]core.Ref) map[core.Ref]core.Stub
	kept    kept
}

var (
	_ core.Replica   = (*Replica)(nil)
	_ core.Tree      = (*Replica)(nil)
	_ core.Painter   = (*Replica)(nil)
	_ core.Recaller  = (*Replica)(nil)
	_ core.Explainer = (*Replica)(nil)
	_ core.Prober    = (*Replica)(nil)
)

// book is a collection as it was surveyed.
type book struct {
	wire.Collection
	id   core.CollectionID
	path string
	// asks: changes since a token can be asked for; syncs: and a later pass may believe
	// that they are all.
	asks, syncs bool
	// known is the token up to which all UIDs are known to the engine (absent.go).
	known string
	// own are the names that this pass has written.
	own map[string]bool
	mu  sync.Mutex
}

// Operations implements core.Replica. Items have no marks, and lie in one collection.
func (r *Replica) Operations() core.Operations {
	return core.Operations{Create: core.Checked, Update: core.Checked, Move: core.Checked, Delete: core.Checked, Named: true}
}

// Recall implements core.Recaller.
func (r *Replica) Recall(known func([]core.Ref) map[core.Ref]core.Stub) { r.recall = known }

// Close implements core.Replica.
func (r *Replica) Close() error {
	err := r.kept.close()
	if r.alone {
		err = errors.Join(err, r.account.Close())
	}
	return err
}

// where finds the collections, unless that is known. fresh: it was found just now.
func (a *Account) where(ctx context.Context) (place wire.Place, fresh bool, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.place != nil {
		return *a.place, false, nil
	}
	place, err = a.client.Discover(ctx, a.config.Flavour)
	if err == nil {
		kept := place
		kept.Listed = nil // of this moment only
		a.place = &kept
	}
	return place, true, err
}

// forget lets the next question find the collections anew.
func (a *Account) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.place = nil
}
