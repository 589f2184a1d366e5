package vdirsyncer

import (
	"fmt"
	"strings"

	"lockstep/migrate/settings"
)

// toml prints the configuration.
func (m *importer) toml() string {
	w := &settings.Writer{}
	w.Comment(fmt.Sprintf("Made of %s by lockstep import vdirsyncer. It holds no password.", m.name))
	w.Comment("Then: lockstep config check; lockstep doctor; lockstep plan, which shows what would be done and changes nothing.")
	w.Comment("What was synced is remembered in the state of each link: status_path needs no equal.")
	if len(m.notes) > 0 {
		w.Comment("Not translated, or not quite:")
	}
	for _, u := range m.notes {
		w.Comment("- " + u.String())
	}
	for _, st := range m.accounts {
		if st.local && !st.used {
			continue
		}
		table(w, "accounts", st.account, st.settings)
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
