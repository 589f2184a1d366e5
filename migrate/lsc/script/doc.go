// Package script reads the small scripts that an LSC configuration is made of
// and says the same in the expressions of a Lockstep configuration.
//
// It understands the forms that such files hold in practice: JavaScript (and
// what of Groovy looks like it) that reads the source entry, joins, cuts and
// compares texts, and chooses between them. It runs nothing, and it never
// guesses: a script is either said in full, with the same result for every
// entry, or refused with the place and the reason. A script that fails for an
// entry, or runs past the end of a list, fails as an expression too, so that the
// entry is parked as it was before.
//
// Start with Parse and Script.Expression. lex.go and parse.go make the tree of
// tree.go; translate.go prints it, and the files named after it do so for calls,
// comparisons and cuts.
package script
