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
func (c *wordsCommand) Run(ctx context.Context, a *app) error {
	words := c.Words
	if len(words) > 0 && words[0] == "--" {
		words = words[1:]
	}
	if len(words) == 0 {
		words = []string{""}
	}
	for _, w := range a.fitting(ctx, words[:len(words)-1], words[len(words)-1]) {
		a.out.line("%s", safe(w))
	}
	return nil
}

// fitting lists the words that may follow others and begin like the last.
func (a *app) fitting(ctx context.Context, before []string, begun string) []string {
	at := a.walk(before)
	prefix := ""
	if name, value, given := strings.Cut(begun, "="); given && strings.HasPrefix(name, "--") {
		at.flag, prefix, begun = flagNamed(at.node, name[2:]), name+"=", value
	}
	var all []string
	switch {
	case at.flag != nil:
		if begun == "=" { // bash makes it a word
			begun = ""
		}
		all = a.values(ctx, at.flag.Value)
	case strings.HasPrefix(begun, "-"):
		for _, group := range at.node.AllFlags(true) {
			for _, f := range group {
				all = append(all, "--"+f.Name)
			}
		}
	default:
		for _, child := range at.node.Children {
			if !child.Hidden {
				all = append(all, child.Name)
			}
		}
		if value := at.positional(); value != nil {
			all = append(all, a.values(ctx, value)...)
		}
	}
	all = slices.DeleteFunc(all, func(w string) bool { return !strings.HasPrefix(w, begun) })
	slices.Sort(all)
	for i := range all {
		all[i] = prefix + all[i]
	}
	return slices.Compact(all)
}

// spot is where a command line has come to.
type spot struct {
	node *kong.Node
	// flag waits for its value; nil = none does.
	flag *kong.Flag
	// given arguments of the command.
	given int
}

// walk follows words.
func (a *app) walk(words []string) spot {
	at := spot{node: a.model.Node}
	for i, w := range words {
		switch {
		case at.flag != nil && w == "=" && words[i-1] == "--"+at.flag.Name: // bash makes it a word
		case at.flag != nil:
			at.flag = nil
		case strings.HasPrefix(w, "--"):
			at.flag = flagNamed(at.node, w[2:])
		case strings.HasPrefix(w, "-"):
		default:
			if i := slices.IndexFunc(at.node.Children, func(c *kong.Node) bool { return c.Name == w }); i >= 0 {
				at.node = at.node.Children[i]
				continue
			}
			if at.node.DefaultCmd != nil { // its name was left out
				at.node = at.node.DefaultCmd
			}
			at.given++
		}
	}
	return at
}

// positional is the argument that comes next; nil = none does.
func (s spot) positional() *kong.Value {
	all := s.node.Positional
	switch n := len(all); {
	case s.given < n:
		return all[s.given]
	case n > 0 && all[n-1].IsCumulative():
		return all[n-1]
	}
	return nil
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
