// Package contacts is what "lockstep demo contacts" plays with: the address book of
// a rowing club on two devices, a CardDAV server in this process, and people who
// edit it in three places.
//
// The people are invented here and are the same in every run. World keeps the truth
// beside the places: what each card has to say. Compare reads every card in every
// place and says what differs by meaning, whatever the order of its lines.
//
// It never syncs and never looks into Lockstep's state: that is what it checks. It
// never asks a clock or for chance, and never speaks to another host.
//
// Start at world.go, then people.go and story.go.
package contacts
