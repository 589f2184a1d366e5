// Package all opens the end of a link with the connector for its type of
// address. The list of connectors is the switch in Open: a new one is one more
// case there, and nothing registers itself.
//
// It never decides what is synced and keeps nothing between two calls. Start
// with Open.
package all
