package main

import (
	"context"
	"errors"
	"fmt"
	"github.com/go-ldap/ldap/v3"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"lockstep/bench/internal/program"
)

// slapd is the directory of a benchmark: an OpenLDAP of its own.
type slapd struct {
	dir  string
	port int
	// admin edits it, as a personnel office would.
	admin *ldap.Conn
	holds []person
}

// reader logs in to read, 500 entries at a time.
const (
	reader         = "cn=reader," + base
	readerPassword = "reader"
)

const slapdScript = "peers/real/slapd.sh"

func startSlapd(ctx context.Context, dir string) (*slapd, error) {
	port, err := freePorts(2)
	if err != nil {
		return nil, err
	}
	s := &slapd{dir: dir, port: port}
	if err := script(ctx, dir, []string{"USERS=0"}, slapdScript, "start", dir, strconv.Itoa(port)); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	if s.admin, err = ldap.DialURL("ldap://" + s.address()); err == nil {
		err = s.admin.Bind("cn=admin,"+base, "secret")
	}
	if err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

func (s *slapd) stop() error {
	if s.admin != nil {
		s.admin.Close()
	}
	_, err := program.Output(program.Command(context.Background(), slapdScript, "stop", s.dir))
	return err
}

func (s *slapd) address() string { return "127.0.0.1:" + strconv.Itoa(s.port) }

// become makes the directory hold these people, by as few changes as that takes.
func (s *slapd) become(ctx context.Context, all []person) error {
	before := map[int]person{}
	for _, p := range s.holds {
		before[p.n] = p
	}
	for _, p := range all {
		if err := ctx.Err(); err != nil {
			return err
		}
		old, there := before[p.n]
		delete(before, p.n)
		if err := s.put(p, old, there); err != nil {
			return fmt.Errorf("%s: %w", p.dn(), err)
		}
	}
	for _, p := range s.holds {
		if _, gone := before[p.n]; gone {
			if err := s.admin.Del(ldap.NewDelRequest(p.dn(), nil)); err != nil {
				return fmt.Errorf("%s: %w", p.dn(), err)
			}
		}
	}
	s.holds = slices.Clone(all)
	return nil
}

func (s *slapd) put(p, old person, there bool) error {
	if !there {
		add := ldap.NewAddRequest(p.dn(), nil)
		for _, a := range p.attributes() {
			add.Attribute(a.name, a.values)
		}
		return s.admin.Add(add)
	}
	modify := ldap.NewModifyRequest(p.dn(), nil)
	for i, a := range p.attributes() {
		if !slices.Equal(a.values, old.attributes()[i].values) {
			modify.Replace(a.name, a.values)
		}
	}
	if len(modify.Changes) == 0 {
		return nil
	}
	return s.admin.Modify(modify)
}

// freePorts returns the first of n ports in a row that nobody listens on.
func freePorts(n int) (int, error) {
	for first := 27343; first < 29343; first += n {
		free := true
		for p := first; p < first+n; p++ {
			l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(p))
			if free = free && err == nil; err == nil {
				l.Close()
			}
		}
		if free {
			return first, nil
		}
	}
	return 0, fmt.Errorf("no %d free ports in a row between 27343 and 29343", n)
}

// script runs one that leaves a server behind. Its output goes to a file and to
// no pipe, which the server would keep open.
func script(ctx context.Context, dir string, env []string, name string, args ...string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	log, err := os.Create(dir + ".log")
	if err != nil {
		return err
	}
	defer log.Close()
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	cmd := program.Command(ctx, name, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, program.Tail(log.Name()))
	}
	return nil
}
