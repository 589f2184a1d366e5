package main

import (
	"context"
	"errors"
	"os"

	"lockstep/bench/internal/debian"
)

// install puts what is missing onto a Debian machine.
func install(ctx context.Context) error {
	if os.Geteuid() != 0 {
		return errors.New("root is needed: Dovecot has users of its own, and what is missing is installed from Debian")
	}
	return debian.Install(ctx, debian.Need{Program: "dovecot", Package: "dovecot-imapd"}, debian.Need{Program: "doveadm", Package: "dovecot-core"},
		debian.Need{Program: "mbsync", Package: "isync"}, debian.Need{Program: "/usr/bin/time", Package: "time"}, debian.Need{Program: "openssl", Package: "openssl"})
}

// machine describes where and with what it was measured, one fact a line.
func (b *bench) machine(ctx context.Context) []string {
	return append(debian.Machine(ctx, b.dir), debian.Ask(ctx, "mbsync", "--version"), "Dovecot "+debian.Ask(ctx, "dovecot", "--version"))
}
