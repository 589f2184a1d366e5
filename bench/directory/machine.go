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
		return errors.New("root is needed: what is missing is installed from Debian")
	}
	return debian.Install(ctx, debian.Need{Program: "slapd", Package: "slapd"}, debian.Need{Program: "java", Package: "openjdk-17-jre-headless"},
		debian.Need{Program: "mvn", Package: "maven"}, debian.Need{Program: "/usr/bin/time", Package: "time"},
		debian.Need{Program: "openssl", Package: "openssl"}, debian.Need{Program: "curl", Package: "curl"})
}

// machine describes where and with what it was measured, one fact a line.
func (b *bench) machine(ctx context.Context) []string {
	return append(debian.Machine(ctx, b.dir),
		"Apache James "+debian.Ask(ctx, "sh", "-c", "sed -n 's/^VERSION=.*:-\\([0-9.]*\\)}$/\\1/p' "+jamesScript)+" (memory), Java "+debian.Ask(ctx, "sh", "-c", `java -version 2>&1 | sed -n '1s/.*"\(.*\)".*/\1/p'`),
		"OpenLDAP "+debian.Ask(ctx, "dpkg-query", "-W", "-f", "${Version}", "slapd"),
	)
}
