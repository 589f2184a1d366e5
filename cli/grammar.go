package cli

import (
	"errors"

	"github.com/alecthomas/kong"
)

// grammar is the whole command line.
type grammar struct {
	Help    helpFlag `short:"h" help:"Show help."`
	Globals globals  `embed:""`

	Demo       demoCommand       `cmd:"" help:"Show a sync of sample mail: no account, no network."`
	Plan       planCommand       `cmd:"" help:"Show what sync would do; change nothing."`
	Sync       syncCommand       `cmd:"" help:"Make both sides of links equal, once."`
	Run        runCommand        `cmd:"" help:"Keep links in step until it is told to end."`
	Check      checkCommand      `cmd:"" help:"Compare both sides in full; change nothing."`
	Status     statusCommand     `cmd:"" help:"Show how links are: the last run, the counts, and what waits."`
	Log        logCommand        `cmd:"" help:"Show the last runs, or every write of one."`
	Explain    explainCommand    `cmd:"" help:"Tell all that is known of an item."`
	Conflicts  conflictsCommand  `cmd:"" help:"Show and settle what both sides changed differently."`
	Undo       undoCommand       `cmd:"" help:"Put back what a run deleted on this machine, or reverse one of a provisioning."`
	Doctor     doctorCommand     `cmd:"" help:"Look at accounts, addresses and state, and tell what could be better."`
	Import     importCommand     `cmd:"" help:"Import a .vcf or .ics, or translate the configuration of another program."`
	Export     exportCommand     `cmd:"" help:"Write contacts as a .vcf, or events as an .ics."`
	Config     configCommand     `cmd:"" help:"Show, check or describe the configuration."`
	Completion completionCommand `cmd:"" help:"Print a completion script for a shell."`
	Version    versionCommand    `cmd:"" help:"Print the version."`
	Words      wordsCommand      `cmd:"" name:"__words" hidden:""`
}

// globals are the flags that every command has.
type globals struct {
	Config     string `placeholder:"FILE" help:"Configuration, if not $$XDG_CONFIG_HOME/lockstep/lockstep.toml."`
	StateDir   string `placeholder:"FOLDER" help:"Folder of the state, if not $$XDG_STATE_HOME/lockstep."`
	Output     string `enum:"text,json" default:"text" help:"Print text for people, or json for programs."`
	LogLevel   string `enum:"debug,info,warn,error" default:"warn" placeholder:"LEVEL" help:"What to log on stderr: debug, info, warn or error."`
	NoProgress bool   `help:"Show no progress while a pass runs."`
	Verbose    bool   `short:"v" help:"Show every line, however many there are."`
}

// links are the arguments that name links.
type links struct {
	Links []string `arg:"" optional:"" name:"link" help:"Names of links, or two addresses or accounts (LEFT RIGHT); none = all links of the configuration."`
}

// oneLink is the flag for commands whose argument is something else.
type oneLink struct {
	Link []string `placeholder:"LINK" sep:"none" help:"Only this link; may be repeated; twice with two addresses for a link of the command line."`
}

// errHelp: help was asked for and printed.
var errHelp = errors.New("help")

// helpFlag prints the help of the command that it stands with.
type helpFlag bool

// BeforeReset is called by kong as soon as the flag is seen.
func (helpFlag) BeforeReset(ctx *kong.Context) error {
	if err := ctx.PrintUsage(false); err != nil {
		return err
	}
	return errHelp
}

func (g *grammar) parser(sys System) (*kong.Kong, error) {
	return kong.New(g,
		kong.Name("lockstep"),
		kong.Description("Lockstep keeps mail, contacts, calendars and directories in step. A link is two places; "+
			"plan shows what would be written to either of them, and why, and sync writes it. A flag can also be given as the variable "+
			"of the environment that stands with it."),
		kong.NoDefaultHelp(), kong.DefaultEnvars("LOCKSTEP"), kong.Writers(sys.Stdout, sys.Stderr),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100, NoExpandSubcommands: true}),
	)
}
