package cli

import "context"

// completionCommand is lockstep completion.
type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

func (completionCommand) Help() string {
	return "bash: add to ~/.bashrc: eval \"$(lockstep completion bash)\"\n\nzsh: add to ~/.zshrc: eval \"$(lockstep completion zsh)\"\n\n" +
		"fish: lockstep completion fish > ~/.config/fish/completions/lockstep.fish"
}

// scripts ask lockstep itself what fits, so they never grow old. Where nothing
// fits the shell offers files.
const (
	bashScript = `_lockstep() {
	local IFS=$'\n'
	COMPREPLY=($(lockstep __words -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _lockstep lockstep
`
	zshScript = `_lockstep() {
	local -a fit
	fit=("${(@f)$(lockstep __words -- "${words[@]:1:$CURRENT-1}" 2>/dev/null)}")
	if [[ -n "${fit[1]}" ]]; then compadd -- "${fit[@]}"; else _files; fi
}
compdef _lockstep lockstep
`
	fishScript = `function __lockstep_fit
	lockstep __words -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null
end
complete -c lockstep -n 'count (__lockstep_fit) >/dev/null' -f -a '(__lockstep_fit)'
`
)

type completionJSON struct {
	Type   string `json:"type"` // completion
	Shell  string `json:"shell"`
	Script string `json:"script"`
}

// Run implements the command.
func (c *completionCommand) Run(_ context.Context, a *app) error {
	script := map[string]string{"bash": bashScript, "zsh": zshScript, "fish": fishScript}[c.Shell]
	a.out.text(script)
	a.out.object(completionJSON{"completion", c.Shell, script})
	return nil
}
