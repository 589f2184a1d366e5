package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"lockstep/bench/internal/program"
)

// bigRun is one command on the large directory.
type bigRun struct {
	name string
	program.Cost
	requests int
}

// mostMemory that a command may take on the large directory, in bytes: what is
// aimed at, and told with the result.
const mostMemory = 150 << 20

// largeDirectory provisions all resources of many people from an LDIF file, with
// the mail server in this process and lockstep in its own.
func (b *bench) largeDirectory(ctx context.Context) (err error) {
	home := filepath.Join(b.dir, "home-large")
	if err := os.MkdirAll(home, 0o700); err != nil {
		return err
	}
	all := makePeople(b.large)
	if err := writeFile(filepath.Join(home, "people.ldif"), all); err != nil {
		return err
	}
	mail, err := startFake(filepath.Join(b.dir, "large"))
	if err != nil {
		return err
	}
	defer func() { keep(&err, mail.stop()) }()
	text := configuration("address = \"ldif:people.ldif\"\n", mail.address(), mail.token(), true)
	if err := os.WriteFile(filepath.Join(home, "lockstep.toml"), []byte(text), 0o600); err != nil {
		return err
	}
	const differs = 3
	for _, r := range []struct {
		name, command string
		exit          int
		want          []person
	}{{"plan", "plan", differs, nil}, {"first run", "sync", 0, all}, {"nothing changed", "sync", 0, all}} {
		mail.srv.Forget()
		m, err := program.Program{Home: home, Args: lockstep(b.bin(), home, r.command), Exits: []int{r.exit}}.Run(ctx)
		if err != nil {
			return err
		}
		have, err := mail.holds(ctx)
		if err == nil {
			err = compare(wants(r.want, true), have)
		}
		if err != nil {
			return fmt.Errorf("the large directory, %s: %w", r.name, err)
		}
		requests := 0
		for _, n := range mail.srv.Counts() {
			requests += n
		}
		b.note("large: %s: %.2f s, %d MiB, %d requests", r.name, m.Wall.Seconds(), m.Memory>>20, requests)
		b.big = append(b.big, bigRun{r.name, m, requests})
	}
	return nil
}

func writeFile(name string, all []person) (err error) {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() { keep(&err, f.Close()) }()
	out := bufio.NewWriter(f)
	if err := writeLDIF(out, all); err != nil {
		return err
	}
	return out.Flush()
}
