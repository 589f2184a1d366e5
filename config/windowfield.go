package config

import "lockstep/core"

// windowField is how much of an account's past takes part.
func windowField() field[Account] {
	return field[Account]{
		name: "window", takes: "a number of days, or a day", standard: "all of it",
		about: "How far back the calendars of a caldav server are synced: events that were over so many days before the sync, or by this day " +
			"(UTC), are left out when they are first seen. Series without an end and open tasks are always in. What is in step stays so, " +
			"however old it grows; leaving an event out deletes nothing.",
		example: `"90d"`,
		read: func(s setting, a *Account) {
			if since, ok := s.since(); ok {
				a.Window = since
			}
		},
		show: func(a *Account) string { return quoteText(a.Window.String()) },
	}
}

// windows names those of the link's ends, as filters in force.
func (l *Link) windows() (parts []string) {
	for side, end := range [2]End{l.Left, l.Right} {
		if end.Account != nil && end.Account.Window != (Since{}) {
			parts = append(parts, core.Side(side).String()+".window="+end.Account.Window.String())
		}
	}
	return parts
}
