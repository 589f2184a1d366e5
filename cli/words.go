package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// wordsCommand prints what may stand at the end of a command line, for the
// completion scripts.
type wordsCommand struct {
	Words []string `arg:"" optional:"" passthrough:""`
}

// Run implements the command.
func (c *wordsCommand) Run(_ context.Context, a *app) error {
	words := c.Words
	if len(words) > 0 && words[0] == "--" {
		words = words[1:]
	}
	if len(words) == 0 {
		words = []string{""}
	}
	for _, w := range a.fitting(words[:len(words)-1], words[len(words)-1]) {
		a.out.line("%s", w)
	}
	return nil
}

// fitting lists the words that may follow others and begin like the last.
func (a *app) fitting(before []string, begun string) []string {
	node, flag := a.walk(before)
	var all []string
	switch {
	case flag != nil && flag.Enum != "":
		all = strings.Split(flag.Enum, ",")
	case flag != nil && flag.Name == "link":
		all = a.linkNames()
	case flag != nil: // a file or a number
	case strings.HasPrefix(begun, "-"):
		for _, group := range node.AllFlags(true) {
			for _, f := range group {
				all = append(all, "--"+f.Name)
			}
		}
	default:
		for _, child := range node.Children {
			if !child.Hidden {
				all = append(all, child.Name)
			}
		}
		for _, arg := range node.Positional {
			switch {
			case arg.Enum != "":
				all = append(all, strings.Split(arg.Enum, ",")...)
			case arg.Name == "link":
				all = append(all, a.linkNames()...)
			case arg.Name == "account":
				all = append(all, a.accountNames()...)
			}
		}
	}
	all = slices.DeleteFunc(all, func(w string) bool { return !strings.HasPrefix(w, begun) })
	slices.Sort(all)
	return slices.Compact(all)
}

// walk follows words to the command that they select; flag is the one that
// waits for its value.
func (a *app) walk(words []string) (node *kong.Node, flag *kong.Flag) {
	node = a.model.Node
	for _, w := range words {
		if flag != nil {
			flag = nil
			continue
		}
		if name, ok := strings.CutPrefix(w, "--"); ok {
			flag = flagNamed(node, name)
			continue
		}
		if i := slices.IndexFunc(node.Children, func(c *kong.Node) bool { return c.Name == w }); i >= 0 {
			node = node.Children[i]
		}
	}
	return node, flag
}

// flagNamed finds a flag that takes a value.
func flagNamed(node *kong.Node, name string) *kong.Flag {
	for _, group := range node.AllFlags(true) {
		for _, f := range group {
			if f.Name == name && !f.IsBool() {
				return f
			}
		}
	}
	return nil
}

// linkNames are the links of the configuration; none if it is broken.
func (a *app) linkNames() (names []string) {
	c, err := a.config()
	if err != nil {
		return nil
	}
	for _, l := range c.Links {
		names = append(names, l.Name)
	}
	return names
}

func (a *app) accountNames() (names []string) {
	c, err := a.config()
	if err != nil {
		return nil
	}
	for _, account := range c.Accounts {
		names = append(names, account.Name)
	}
	return names
}
