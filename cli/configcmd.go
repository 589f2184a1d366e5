package cli

import (
	"context"

	"github.com/pelletier/go-toml/v2"

	"lockstep/config"
)

// configCommand is lockstep config.
type configCommand struct {
	Show     configShowCommand     `cmd:"" help:"Print the configuration in force, defaults included."`
	Check    configCheckCommand    `cmd:"" help:"Check the configuration, and open nothing."`
	Describe configDescribeCommand `cmd:"" help:"Print every key with its meaning, as a commented file."`
}

func (configCommand) Help() string {
	return "The configuration is one TOML file with tables [accounts.NAME] and [links.NAME]."
}

type configShowCommand struct {
	Origin bool `help:"Add to each value the line that it comes from."`
}

func (configShowCommand) Help() string { return "Passwords are never shown." }

type configCheckCommand struct{}

func (configCheckCommand) Help() string {
	return "Each mistake is a line on stderr with its file and line and what to do. Exit code 2 if there is one."
}

type configDescribeCommand struct{}

func (configDescribeCommand) Help() string {
	return "What it prints can be the beginning of a configuration of your own."
}

// configJSON is the configuration in force.
type configJSON struct {
	Type     string                    `json:"type" toml:"-"` // config
	File     string                    `json:"file" toml:"-"` // "" = there is none
	Accounts map[string]map[string]any `json:"accounts" toml:"accounts"`
	Links    map[string]map[string]any `json:"links" toml:"links"`
}

// checkedJSON is a configuration without a mistake.
type checkedJSON struct {
	Type     string `json:"type"` // checked
	File     string `json:"file"`
	Accounts int    `json:"accounts"`
	Links    int    `json:"links"`
}

type referenceJSON struct {
	Type      string `json:"type"` // reference
	Reference string `json:"reference"`
}

// Run implements the command.
func (c *configShowCommand) Run(_ context.Context, a *app) error {
	conf, err := a.config()
	if err != nil {
		return err
	}
	a.out.text(config.Show(conf, c.Origin))
	if !a.out.json {
		return nil
	}
	out := configJSON{Accounts: map[string]map[string]any{}, Links: map[string]map[string]any{}}
	if err := toml.Unmarshal([]byte(config.Show(conf, false)), &out); err != nil {
		return err
	}
	out.Type, out.File = "config", conf.File
	a.out.object(out)
	return nil
}

// Run implements the command.
func (c *configCheckCommand) Run(_ context.Context, a *app) error {
	conf, err := a.config()
	if err != nil {
		return err
	}
	out := checkedJSON{"checked", conf.File, len(conf.Accounts), len(conf.Links)}
	a.out.object(out)
	if conf.File == "" {
		a.out.line("there is no configuration; lockstep config describe prints what one can hold")
		return nil
	}
	a.out.line("%s: %s and %s, no mistakes", safe(conf.File), plural(out.Accounts, "account"), plural(out.Links, "link"))
	return nil
}

// Run implements the command.
func (c *configDescribeCommand) Run(_ context.Context, a *app) error {
	a.out.text(config.Describe())
	a.out.object(referenceJSON{"reference", config.Describe()})
	return nil
}
