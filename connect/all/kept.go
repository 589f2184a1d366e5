package all

import (
	"errors"
	"sync"

	"lockstep/config"
	"lockstep/connect/dav"
	"lockstep/connect/imap"
	"lockstep/internal/notify"
)

// Kept is what outlives passes in a process that runs for long: for each account of
// a server the connection that its next pass begins with, and one notifier for all
// directories that are watched. Links may share it.
type Kept struct {
	notifier *notify.Notifier
	mu       sync.Mutex
	accounts map[*config.Account]*imap.Account
	books    map[*config.Account]*dav.Account
}

// Keep begins with nothing. The caller closes it when no pass and no watch uses
// it any more.
func Keep() *Kept {
	return &Kept{notifier: notify.New(), accounts: map[*config.Account]*imap.Account{}, books: map[*config.Account]*dav.Account{}}
}

// account returns what is kept for an account.
func (k *Kept) account(a *config.Account) *imap.Account {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.accounts[a] == nil {
		k.accounts[a] = imap.NewAccount(imapConfig(a))
	}
	return k.accounts[a]
}

// davAccount returns what is kept for an account of address books or calendars.
func (k *Kept) davAccount(a *config.Account, c dav.Config) (*dav.Account, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.books[a] == nil {
		account, err := dav.NewAccount(c)
		if err != nil {
			return nil, err
		}
		k.books[a] = account
	}
	return k.books[a], nil
}

// Close logs out everywhere, at once, and ends the notifier.
func (k *Kept) Close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	var each sync.WaitGroup
	errs := make(chan error, len(k.accounts))
	for _, a := range k.accounts {
		each.Go(func() { errs <- a.Close() })
	}
	each.Wait()
	close(errs)
	out := k.notifier.Close()
	for _, a := range k.books {
		out = errors.Join(out, a.Close())
	}
	for err := range errs {
		out = errors.Join(out, err)
	}
	return out
}
