package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"lockstep/bench/internal/program"
	"lockstep/peers/webadmind"
)

// server is a mail server that is provisioned.
type server interface {
	// address of its webadmin, and the file with the token for it.
	address() string
	token() string
	// holds tells everything that it holds of people, sorted, one line each, as
	// wants does. It is the judge: it believes nobody.
	holds(ctx context.Context) ([]string, error)
	// pids are the files that name its processes; none, if it is in this one.
	pids() []string
	stop() error
}

// james is a real one, with its data in memory.
type james struct {
	dir, url string
}

const jamesScript = "peers/real/james.sh"

func startJames(ctx context.Context, dir string) (server, error) {
	if err := os.RemoveAll(dir); err != nil { // an older one's log
		return nil, err
	}
	port, err := freePorts(1)
	if err != nil {
		return nil, err
	}
	j := &james{dir: dir, url: "http://127.0.0.1:" + strconv.Itoa(port)}
	if err := script(ctx, dir, []string{"PORT=" + strconv.Itoa(port)}, jamesScript, "start", dir); err != nil {
		return nil, err
	}
	return j, nil
}

func (j *james) stop() error {
	_, err := program.Output(program.Command(context.Background(), jamesScript, "stop", j.dir))
	return err
}

func (j *james) address() string { return j.url }
func (j *james) token() string   { return filepath.Join(j.dir, "token") }
func (j *james) pids() []string  { return []string{filepath.Join(j.dir, "pid")} }

// holds asks for what there are lists of, and for the identities of each account.
func (j *james) holds(ctx context.Context) ([]string, error) {
	var users []struct {
		Username string `json:"username"`
	}
	if err := j.get(ctx, "/users", &users); err != nil {
		return nil, err
	}
	out, err := j.mappings(ctx)
	if err != nil {
		return nil, err
	}
	quotas, err := j.quotas(ctx)
	if err != nil {
		return nil, err
	}
	out = append(out, quotas...)
	each := make([][]string, len(users))
	errs := make([]error, len(users))
	var group sync.WaitGroup
	turn := make(chan bool, 8)
	for i, u := range users {
		turn <- true
		group.Go(func() {
			each[i], errs[i] = j.identities(ctx, u.Username)
			<-turn
		})
	}
	group.Wait()
	for i, u := range users {
		out = append(append(out, userLine(u.Username)), each[i]...)
	}
	slices.Sort(out)
	return out, errors.Join(errs...)
}

func (j *james) mappings(ctx context.Context) (out []string, err error) {
	var mappings map[string][]struct{ Type, Mapping string }
	if err := j.get(ctx, "/mappings", &mappings); err != nil {
		return nil, err
	}
	for source, all := range mappings {
		for _, m := range all {
			switch m.Type {
			case "Alias":
				out = append(out, aliasLine(m.Mapping, source))
			case "Forward":
				out = append(out, forwardLine(source, m.Mapping))
			case "Address":
				out = append(out, mappingLine(source, m.Mapping))
			default:
				return nil, fmt.Errorf("%s has a mapping of type %s, which nobody made", source, m.Type)
			}
		}
	}
	return out, nil
}

// quotas that accounts have of their own; the memory product lists all accounts.
func (j *james) quotas(ctx context.Context) (out []string, err error) {
	const page = 1000
	for offset := 0; ; offset += page {
		var all []struct {
			Username string
			Detail   struct{ User *struct{ Size *int64 } }
		}
		if err := j.get(ctx, fmt.Sprintf("/quota/users?offset=%d&limit=%d", offset, page), &all); err != nil {
			return nil, err
		}
		for _, q := range all {
			if own := q.Detail.User; own != nil && own.Size != nil {
				out = append(out, quotaLine(q.Username, *own.Size))
			}
		}
		if len(all) < page {
			return out, nil
		}
	}
}

func (j *james) identities(ctx context.Context, user string) (out []string, err error) {
	var identities []struct {
		Name      string
		MayDelete bool
	}
	if err := j.get(ctx, "/users/"+url.PathEscape(user)+"/identities", &identities); err != nil {
		return nil, err
	}
	for _, i := range identities {
		if i.MayDelete { // the others are the server's own
			out = append(out, identityLine(user, i.Name))
		}
	}
	return out, nil
}

// get reads an answer.
func (j *james) get(ctx context.Context, path string, into any) error {
	token, err := os.ReadFile(j.token())
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, j.url+path, nil)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	if a.StatusCode == http.StatusOK {
		return json.NewDecoder(a.Body).Decode(into)
	}
	body, _ := io.ReadAll(io.LimitReader(a.Body, 500)) // as much as there is
	return fmt.Errorf("GET %s: %s: %s", path, a.Status, body)
}

// fake is the mail server of the tests, which has contacts, too.
type fake struct {
	srv       *webadmind.Server
	url, file string
}

func startFake(dir string) (*fake, error) {
	const password = "benchmark"
	f := &fake{file: dir + ".password", srv: webadmind.New(webadmind.Options{
		Version: webadmind.V310, TMail: true, Domains: domains(), Auth: webadmind.Auth{Passwords: []string{password}},
	})}
	if err := os.WriteFile(f.file, []byte(password+"\n"), 0o600); err != nil {
		return nil, err
	}
	var err error
	f.url, err = f.srv.Start("127.0.0.1:0")
	return f, err
}

func (f *fake) stop() error     { return f.srv.Close() }
func (f *fake) address() string { return f.url }
func (f *fake) token() string   { return f.file }
func (f *fake) pids() []string  { return nil }

func (f *fake) holds(context.Context) ([]string, error) { return clean(f.srv.Truth()), nil }
