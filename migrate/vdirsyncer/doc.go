// Package vdirsyncer reads the configuration of vdirsyncer (0.9 to 0.21, its
// file is called config) and writes a Lockstep configuration that keeps the same
// address books and calendars in step.
//
// It opens nothing but the text it is given, and it never writes a secret: where
// vdirsyncer has a password in the file, the new configuration names a file to
// put it in. What it cannot say it reports with its line and the reason. No
// collection is linked that the file leaves out, but for those that would be made
// on the other side, and no side is written to that vdirsyncer only reads.
//
// Start with Import. file.go reads the file into sections and options; storages.go,
// dav.go and secrets.go read what is linked, pairs.go and collections.go how, and
// toml.go prints.
package vdirsyncer
