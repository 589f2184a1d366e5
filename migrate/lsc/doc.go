// Package lsc reads the configuration of LSC (LDAP Synchronization Connector,
// lsc.xml, schemas 2.1 to 2.3) with the plugin for TMail and Apache James, and
// writes a Lockstep configuration that does the same.
//
// It opens nothing but the text it is given, and it never writes a secret: where
// LSC has a password in the file, the new configuration names a file to put it
// in. What it cannot say in full it does not say by halves: it leaves the part
// out, or switched off, and reports its line and the reason. Every element of
// the file is either translated, of no effect here, or reported.
//
// Start with Import. xml.go reads the file; connections.go, tasks.go,
// filters.go, conditions.go and datasets.go read what it means; links.go puts
// tasks together, and toml.go prints. Package script is about the scripts.
package lsc
