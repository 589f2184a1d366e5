package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"lockstep/config"
	"lockstep/migrate/lsc"
	"lockstep/migrate/mbsync"
	"lockstep/migrate/vdirsyncer"
)

// importCommand is lockstep import.
type importCommand struct {
	File       importFileCommand       `cmd:"" name:"file" default:"withargs" help:"Import a .vcf or .ics into an address book or calendar; the word file may be left out."`
	LSC        importLSCCommand        `cmd:"" name:"lsc" help:"Translate lsc.xml of LSC with the plugin for TMail and James."`
	Mbsync     importMbsyncCommand     `cmd:"" name:"mbsync" help:"Translate the configuration of mbsync (isync)."`
	Vdirsyncer importVdirsyncerCommand `cmd:"" name:"vdirsyncer" help:"Translate the configuration of vdirsyncer."`
}

func (importCommand) Help() string {
	return "With a .vcf or .ics it brings the contacts or events into an address book or calendar. With the name of another program " +
		"it prints that one's configuration as one of Lockstep, and changes nothing."
}

type importLSCCommand struct {
	Files     []string `arg:"" name:"file" help:"An lsc.xml, or the folder that it is in; several become one configuration."`
	Domains   []string `placeholder:"DOMAIN" help:"Provision contacts of these domains only, as LSC did with DOMAIN_LIST_TO_SYNCHRONIZE."`
	LocalCopy bool     `help:"Keep forwards to the own address, as LSC did with -Dallow.synchronize.local.copy.forwards=true."`
}

func (importLSCCommand) Help() string {
	return "The configuration is printed on stdout. What could not be translated is printed on stderr, each with its file and line and the " +
		"reason; exit code 5 if there is any. Passwords are never printed: each account names the file to write its own into. docs/migrate-lsc.md tells " +
		"what becomes of what."
}

// importedJSON is a translated configuration.
type importedJSON struct {
	Type         string             `json:"type"` // imported
	Files        []string           `json:"files"`
	TOML         string             `json:"toml"`
	Untranslated []untranslatedJSON `json:"untranslated"`
}

// untranslatedJSON is a part of a file that was not translated, or not in full.
type untranslatedJSON struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	What   string `json:"what"`
	Why    string `json:"why"`
	Script string `json:"script,omitempty"`
}

// Run implements the command.
func (c *importLSCCommand) Run(_ context.Context, a *app) error {
	out := importedJSON{Type: "imported", Untranslated: []untranslatedJSON{}}
	var files []lsc.File
	for _, path := range c.Files {
		name, text, err := readImported(path, "lsc.xml", lsc.MostBytes)
		if err != nil {
			return err
		}
		out.Files = append(out.Files, name)
		files = append(files, lsc.File{Name: name, Text: text})
	}
	done, err := lsc.Import(files, lsc.Options{LocalCopy: c.LocalCopy, Domains: trimmed(c.Domains)})
	if err != nil {
		return err
	}
	out.TOML = done.TOML
	a.out.text(done.TOML)
	for _, u := range done.Untranslated {
		fmt.Fprintln(a.sys.Stderr, safe(u.String()))
		out.Untranslated = append(out.Untranslated, untranslatedJSON{u.File, u.Line, u.What, u.Why, u.Script})
		a.exit(exitParked)
	}
	a.out.object(out)
	return nil
}

type importMbsyncCommand struct {
	File string `arg:"" name:"file" help:"The .mbsyncrc or isyncrc, or the folder that a .mbsyncrc is in."`
}

func (importMbsyncCommand) Help() string {
	return "The configuration is printed on stdout. What could not be translated, or not quite, is printed on stderr, each with its file and line " +
		"and the reason; exit code 5 if there is any. Passwords are never printed. docs/migrate-mbsync.md tells what becomes of what, and how " +
		"to go on with the Maildir that is there."
}

// Run implements the command.
func (c *importMbsyncCommand) Run(_ context.Context, a *app) error {
	name, text, err := readImported(c.File, ".mbsyncrc", mbsync.MostBytes)
	if err != nil {
		return err
	}
	done, err := mbsync.Import(name, text)
	if err != nil {
		return err
	}
	var untranslated []untranslatedJSON
	for _, u := range done.Untranslated {
		untranslated = append(untranslated, untranslatedJSON{File: u.File, Line: u.Line, What: u.What, Why: u.Why})
	}
	a.imported(name, done.TOML, untranslated)
	return nil
}

type importVdirsyncerCommand struct {
	File string `arg:"" name:"file" help:"The file that is called config, or the folder that it is in."`
}

func (importVdirsyncerCommand) Help() string {
	return "The configuration is printed on stdout. What could not be translated, or not quite, is printed on stderr, each with its file and line " +
		"and the reason; exit code 5 if there is any. Passwords are never printed. docs/migrate-vdirsyncer.md tells what becomes of what, and how " +
		"to go on with the directories that are there."
}

// Run implements the command.
func (c *importVdirsyncerCommand) Run(_ context.Context, a *app) error {
	name, text, err := readImported(c.File, "config", vdirsyncer.MostBytes)
	if err != nil {
		return err
	}
	done, err := vdirsyncer.Import(name, text)
	if err != nil {
		return err
	}
	var untranslated []untranslatedJSON
	for _, u := range done.Untranslated {
		untranslated = append(untranslated, untranslatedJSON{File: u.File, Line: u.Line, What: u.What, Why: u.Why})
	}
	a.imported(name, done.TOML, untranslated)
	return nil
}

// imported prints what became of one file.
func (a *app) imported(name, toml string, untranslated []untranslatedJSON) {
	a.out.text(toml)
	for _, u := range untranslated {
		fmt.Fprintln(a.sys.Stderr, safe(fmt.Sprintf("%s:%d: %s: %s", u.File, u.Line, u.What, u.Why)))
		a.exit(exitParked)
	}
	if untranslated == nil {
		untranslated = []untranslatedJSON{}
	}
	a.out.object(importedJSON{Type: "imported", Files: []string{name}, TOML: toml, Untranslated: untranslated})
}

// readImported reads a file, or the one of a usual name in a folder; a longer
// one than most bytes is cut off.
func readImported(path, usual string, most int64) (name string, text []byte, err error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, usual)
	}
	f, err := os.Open(path)
	if err == nil {
		defer f.Close()
		text, err = io.ReadAll(io.LimitReader(f, most+1))
	}
	if err != nil {
		var at *fs.PathError
		if errors.As(err, &at) {
			err = at.Err
		}
		return path, nil, config.Problem{File: path, Text: "cannot be read: " + err.Error(), Remedy: "give the path of the file that is called " + usual}
	}
	return path, text, nil
}

// trimmed are words without the blanks around them, and no empty ones.
func trimmed(words []string) (out []string) {
	for _, w := range words {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}
