// Package house keeps the plan of the house true: which package may import
// which, and what no file may hold. It has only tests.
package house

import (
	"encoding/json"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

type pkg struct {
	ImportPath string
	Imports    []string
	Doc        string
	Dir        string
	GoFiles    []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,Doc,Dir,GoFiles", "lockstep/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	var all []pkg
	for {
		var p pkg
		if err := dec.Decode(&p); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// rules say which of our packages a package may import; the first that fits
// counts.
func rules() []struct {
	of  string
	may []string
} {
	return []struct {
		of  string
		may []string
	}{
		{"core", nil},
		{"reconcile", []string{"core"}},
		{"state/", []string{"core", "state"}},
		{"state", []string{"core"}},
		{"undo", []string{"core"}},
		{"merge/", []string{"core", "merge", "format/"}},
		{"merge", []string{"core", "format/"}},
		{"engine", []string{"core", "reconcile", "state", "undo"}},
		{"format/", []string{"core", "format/", "internal/"}},
		{"protocol/", []string{"core", "format/", "protocol/", "internal/"}},
		{"connect/all", []string{"core", "config", "connect/", "format/", "protocol/", "merge", "merge/", "internal/"}},
		{"connect/", []string{"core", "format/", "protocol/", "internal/"}},
		{"replicatest", []string{"core"}},
		{"config", []string{"core", "reconcile", "format/", "internal/"}},
		{"peers/", []string{"core", "format/", "peers/", "internal/"}},
		{"migrate/", []string{"core", "format/", "internal/", "migrate/"}},
		{"internal/mapping", []string{"core", "format/"}},
		{"internal/", []string{"core", "internal/"}},
		{"demo", []string{"peers/"}},
		{"demo/", []string{"peers/", "format/"}},
		{"daemon", []string{"core"}},
		{"cli", []string{"core", "daemon", "demo", "demo/", "reconcile", "engine", "state", "undo", "config", "connect/all", "format/", "migrate/", "peers/", "internal/"}},
		{"cmd/", []string{""}},
		{"bench/", []string{""}},
	}
}

// TestImports: core <- reconcile <- engine <- {daemon, cli} <- cmd, and connectors know
// neither each other nor engine nor state.
func TestImports(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, "lockstep/")
		i := slices.IndexFunc(rules(), func(r struct {
			of  string
			may []string
		}) bool {
			return name == r.of || strings.HasSuffix(r.of, "/") && strings.HasPrefix(name, r.of)
		})
		if i < 0 {
			t.Errorf("%s is not in the plan of the house", name)
			continue
		}
		for _, imp := range p.Imports {
			own, ours := strings.CutPrefix(imp, "lockstep/")
			if !ours {
				if name == "core" && strings.Contains(strings.SplitN(imp, "/", 2)[0], ".") {
					t.Errorf("core imports %s; it may import the standard library only", imp)
				}
				continue
			}
			if !slices.ContainsFunc(rules()[i].may, func(may string) bool {
				return own == may || (may == "" || strings.HasSuffix(may, "/")) && strings.HasPrefix(own, may) ||
					may == "state" && strings.HasPrefix(own, "state/") && (name == "cli" || strings.HasPrefix(name, "state/"))
			}) {
				t.Errorf("%s imports %s", name, own)
			}
		}
	}
}

// TestPurity: reconcile does no I/O and has no clock.
func TestPurity(t *testing.T) {
	for _, p := range packages(t) {
		if p.ImportPath != "lockstep/reconcile" {
			continue
		}
		for _, bad := range []string{"os", "net", "time", "database/sql", "math/rand", "context"} {
			if slices.Contains(p.Imports, bad) {
				t.Errorf("reconcile imports %s", bad)
			}
		}
	}
}

// TestPackageComments: every package opens with what it is.
func TestPackageComments(t *testing.T) {
	for _, p := range packages(t) {
		if len(p.GoFiles) > 0 && len(strings.Fields(p.Doc)) < 5 {
			t.Errorf("%s has no package comment that says what it is", p.ImportPath)
		}
	}
}
