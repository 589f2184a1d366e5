// Package mbsync reads the configuration of mbsync (isync 1.3 to 1.5, .mbsyncrc
// or isyncrc) and writes a Lockstep configuration that keeps the same folders in
// step.
//
// It opens nothing but the text it is given, and it never writes a secret: where
// mbsync has a password in the file, the new configuration names a file to put
// it in. What it cannot say it reports with its line and the reason. A folder
// that the file leaves out is left out, and no side is written to that mbsync did
// not write to; where that cannot be said, nothing is made of the channel.
//
// Start with Import. lines.go reads the file into sections; accounts.go and
// stores.go read what is linked, channels.go, operations.go and patterns.go how;
// links.go puts channels together, and toml.go prints.
package mbsync
