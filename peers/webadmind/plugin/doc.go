// Package plugin plays the requests that LSC makes with its plugin for James, so
// that a benchmark can set ours beside them: for each entry of the directory and
// each resource one search in the directory and one or two requests to webadmin
// to see what is there, and then those of the changes, with five threads.
//
// It is a model of the pattern and not of the program: it starts no JVM, reads no
// configuration and evaluates no script, so that its time is a lower bound. Its
// order is users first, as administrators have it who name their tasks so. It
// never deletes what no entry names, and never repeats a request.
//
// Start at Play; sync.go has the resources one by one.
package plugin
