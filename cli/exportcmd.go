package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"lockstep/config"
	"lockstep/connect/all"
	"lockstep/core"
)

// exportCommand is lockstep export.
type exportCommand struct {
	From  string `arg:"" name:"account" help:"An account or an address, with #NAME for one address book or calendar of it."`
	File  string `arg:"" name:"file" help:"A .vcf or .ics to write; - is the standard output; a name that ends with / is a folder, which gets a file for each address book or calendar."`
	Kind  string `enum:"any,contact,event" default:"any" help:"What to export, where neither the address nor the file tells: contact or event."`
	Force bool   `help:"Overwrite files that are there."`
}

func (exportCommand) Help() string {
	return "All contacts as one .vcf, or all events as one .ics, in the order of their UIDs. A file is complete, or it is not there, and only you can read it. " +
		"lockstep import reads it back. Items of an account that has backup = false are not exported. The password of an address is LOCKSTEP_PASSWORD_LEFT.\n\n" +
		"Exit codes: 0 done, 1 failed and nothing was written, 5 done but for items that cannot be read."
}

// exportedJSON is one file that was written.
type exportedJSON struct {
	Type  string `json:"type"` // exported
	Place string `json:"place"`
	File  string `json:"file"`
	// Folders whose items it holds.
	Folders []string      `json:"folders"`
	Items   int           `json:"items"`
	LeftOut []leftOutJSON `json:"left_out"`
}

// leftOutJSON is an item that could not be exported.
type leftOutJSON struct {
	Folder string `json:"folder"`
	Key    string `json:"key,omitempty"`
	ID     string `json:"id"`
	Why    string `json:"why"`
}

// Run implements the command.
func (c *exportCommand) Run(ctx context.Context, a *app) (err error) {
	conf, err := a.config()
	if err != nil {
		return err
	}
	end, err := conf.End(core.Left, c.From)
	if err != nil {
		return err
	}
	kind, err := c.kindOf(end)
	if err != nil {
		return err
	}
	if err := conf.CheckBackup(end); err != nil {
		return err
	}
	if err := c.checkFile(a, end); err != nil {
		return err
	}
	whole, only := end.Whole()
	replica, traits, err := a.sys.Open(ctx, whole, all.Options{Kind: kind})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, replica.Close()) }()
	e := &export{app: a, end: end, only: only, kind: kind, replica: replica, digest: traits.Digest}
	shelves, err := e.list(ctx)
	if err != nil {
		return err
	}
	if !c.folder() {
		return e.file(ctx, c.File, c.Force, shelves)
	}
	names := map[string]string{} // some file systems do not tell capitals
	for _, s := range shelves {
		name := config.FileOf(s.Path)
		if other, taken := names[strings.ToLower(name)]; taken {
			return usage("%s and %s would both be %s; export them one by one, with #NAME", other, s.Path, name+extensionOf(kind))
		}
		names[strings.ToLower(name)] = s.Path
	}
	if err := os.MkdirAll(c.File, 0o700); err != nil {
		return unwritable(c.File, err)
	}
	for _, s := range shelves {
		if err := e.file(ctx, filepath.Join(c.File, config.FileOf(s.Path)+extensionOf(kind)), c.Force, []shelf{s}); err != nil {
			return err
		}
	}
	return nil
}

// folder tells whether each collection gets a file of its own.
func (c *exportCommand) folder() bool { return strings.HasSuffix(c.File, "/") }

const standardOutput = "-"

func extensionOf(kind core.Kind) string {
	if kind == core.Event {
		return ".ics"
	}
	return ".vcf"
}

// kindOf finds out what is exported, by all that was said.
func (c *exportCommand) kindOf(end config.End) (core.Kind, error) {
	kinds := slices.DeleteFunc(slices.Clone(end.Account.Address.Kinds()), func(k core.Kind) bool { return k != core.Contact && k != core.Event })
	if len(kinds) == 0 {
		return "", usage("%s holds neither contacts nor events; export is for these", end)
	}
	keep := func(said core.Kind, by string) error {
		if !slices.Contains(kinds, said) {
			return usage("%s holds no %ss, which %s is for", end, said, by)
		}
		kinds = []core.Kind{said}
		return nil
	}
	if c.Kind != "any" {
		if err := keep(core.Kind(c.Kind), "--kind "+c.Kind); err != nil {
			return "", err
		}
	}
	if c.File != standardOutput && !c.folder() {
		switch ext := strings.ToLower(filepath.Ext(c.File)); ext {
		case ".vcf":
			if err := keep(core.Contact, ext); err != nil {
				return "", err
			}
		case ".ics":
			if err := keep(core.Event, ext); err != nil {
				return "", err
			}
		default:
			return "", usage("%s is neither a .vcf nor an .ics, nor a folder, which ends with /", c.File)
		}
	}
	if len(kinds) > 1 {
		return "", usage("%s may hold contacts or events; say which with --kind", end)
	}
	return kinds[0], nil
}

// checkFile refuses what could not be written, before anything is read.
func (c *exportCommand) checkFile(a *app, end config.End) error {
	if c.File == standardOutput {
		if a.out.json {
			return usage("with --output json the standard output is for objects; name a file")
		}
		return nil
	}
	if at := end.Account.Address; at.Local() {
		from, err := realPath(at.Path)
		if err != nil {
			return unwritable(at.Path, err)
		}
		to, err := realPath(c.File)
		if err != nil {
			return unwritable(c.File, err)
		}
		if to == from || within(to, from) {
			return usage("%s lies inside of what is exported, %s, and would become an item of it; name a place elsewhere", c.File, end)
		}
	}
	if c.folder() {
		return nil
	}
	switch seen, err := os.Lstat(c.File); {
	case err != nil:
		return nil // it is not there, or whoever writes it says what is wrong
	case seen.IsDir():
		return usage("%s is a folder; end it with / for a file for each address book or calendar", c.File)
	case !c.Force:
		return taken(c.File)
	}
	return nil
}

func taken(file string) error { return usage("%s is there already; --force overwrites it", file) }

func unwritable(file string, err error) error {
	return &core.Error{Op: "export", Class: core.Permanent, Thing: file, Err: err, Remedy: "name a place that you can write to"}
}

// file exports some collections into one file.
func (e *export) file(ctx context.Context, file string, force bool, shelves []shelf) error {
	out := exportedJSON{Type: "exported", Place: e.end.String(), File: file, Folders: []string{}, LeftOut: []leftOutJSON{}}
	for _, s := range shelves {
		out.Folders = append(out.Folders, s.Path)
	}
	write := func(w io.Writer) (err error) {
		out.Items, out.LeftOut, err = e.write(ctx, w, shelves)
		return err
	}
	if file == standardOutput {
		if err := write(e.sys.Stdout); err != nil {
			return err
		}
	} else if err := newFile(file, force, write); err != nil {
		return err
	}
	for _, n := range out.LeftOut {
		fmt.Fprintln(e.sys.Stderr, safe(fmt.Sprintf("left out: %s: %s", n.Folder, n.Why)))
		e.exit(exitParked)
	}
	e.out.object(out)
	if file != standardOutput {
		e.out.line("%s in %s", items(out.Items, e.kind), safe(file))
	}
	return nil
}
