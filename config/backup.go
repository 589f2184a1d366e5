package config

import (
	"slices"

	"lockstep/core"
)

// CheckBackup refuses what holds items of an account that has backup = false, itself or
// by links that bring them there.
func (c *Config) CheckBackup(end End) error {
	at := end.Account.Address
	for _, a := range c.Accounts {
		if !a.Restriction.NoBackup || a.Address.Type == "" {
			continue
		}
		for _, kind := range a.Address.Kinds() {
			if !slices.Contains(at.Kinds(), kind) || !slices.ContainsFunc(c.reachedFrom(a.Address, kind), func(r Address) bool { return sameHolder(r, at) }) {
				continue
			}
			return problem("remove backup = false from [accounts."+a.Name+"], if its items may be copied",
				"%s holds items of account %s, which has backup = false", end, quote(a.Name))
		}
	}
	return nil
}

// reachedFrom are all places to which links bring items of a place, itself first.
func (c *Config) reachedFrom(from Address, kind core.Kind) []Address {
	reached := []Address{from}
	for i := 0; i < len(reached); i++ {
		for _, l := range c.Links {
			for side, end := range l.Ends() {
				to := core.Side(side).Other()
				there := l.Ends()[to].Account.Address
				if l.Kind == kind && l.writes()[to] && sameHolder(end.Account.Address, reached[i]) && !slices.Contains(reached, there) {
					reached = append(reached, there)
				}
			}
		}
	}
	return reached
}
