// Package daemon keeps links in step all the time: it looks when a side hints
// that something changed, on a schedule, sooner after a change on a side that does
// not hint, after a failure with growing patience, and at once when the machine wakes
// up.
//
// It never knows what a link is: how to bring one in step, and how to watch its
// sides, it is given as functions. Links never wait for each other. Start with
// Run in daemon.go; link.go is the life of one link, pace.go and patience.go say
// how long it waits, systemd.go talks to the service manager.
package daemon
