package mbsync

import (
	"fmt"
	"strings"

	"lockstep/migrate/settings"
)

// toml prints the configuration.
func (m *importer) toml() string {
	w := &settings.Writer{}
	w.Comment(fmt.Sprintf("Made of %s by lockstep import mbsync. It holds no password.", m.name))
	w.Comment("Then: lockstep config check; lockstep doctor; lockstep plan, which shows what would be done and changes nothing.")
	w.Comment("Times of arrival are always kept, and what was synced is remembered in the state of each link: CopyArrivalDate, SyncState and FSync need no equal.")
	if len(m.notes) > 0 {
		w.Comment("Not translated, or not quite:")
	}
	for _, u := range m.notes {
		w.Comment("- " + u.String())
	}
	for _, c := range m.comments {
		w.Comment(c)
	}
	for _, a := range m.accounts {
		table(w, "accounts", a.name, a.settings)
	}
	for _, s := range m.trees {
		table(w, "accounts", s.account.name, s.account.settings)
	}
	for _, l := range m.links {
		table(w, "links", l.name, l.settings)
	}
	return w.String()
}

// table prints an account or a link.
func table(w *settings.Writer, group, name string, all []settings.Setting) {
	if strings.Contains(name, ".") {
		name = settings.Quote(name)
	}
	w.Table(group + "." + name)
	w.Set(all...)
}
