package cli

import (
	"context"
	"runtime/debug"
)

// versionCommand is lockstep version.
type versionCommand struct{}

func (versionCommand) Help() string {
	return "The version, the commit it was built from, and the Go that built it."
}

type versionJSON struct {
	Type    string `json:"type"` // version
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"`
	Changed bool   `json:"changed,omitempty"` // the sources were not all committed
	Go      string `json:"go"`
}

// Run implements the command.
func (versionCommand) Run(_ context.Context, a *app) error {
	out := versionJSON{Type: "version", Version: "(devel)"}
	if info, ok := debug.ReadBuildInfo(); ok {
		out.Go = info.GoVersion
		if info.Main.Version != "" {
			out.Version = info.Main.Version
		}
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				out.Commit = s.Value
			case "vcs.modified":
				out.Changed = s.Value == "true"
			}
		}
	}
	a.out.object(out)
	line := "lockstep " + out.Version
	if out.Commit != "" {
		line += " " + out.Commit
		if out.Changed {
			line += " with changes"
		}
	}
	a.out.line("%s, %s", line, out.Go)
	return nil
}
