package plugin

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// Entry of a directory.
type Entry struct {
	Mail          string
	Given, Family string
	// Quota in bytes, as text; "" = none.
	Quota                       string
	Aliases, Mappings, Forwards []string
}

// Counts of a run.
type Counts struct {
	// Searches in the directory: one for each task, entry and listed pivot.
	Searches int
	// Requests by method and resource ("GET aliases" -> 3).
	Requests map[string]int
	// Total of Requests.
	Total int
	// Bytes of all answers' bodies.
	Bytes int64
	// Changes that were made.
	Changes int
	// Failed entries, of all resources together: the run goes on.
	Failed int
}

// Player says how a run is played; URL is all that must be set.
type Player struct {
	// URL of webadmin.
	URL string
	// Token goes into "Authorization: Bearer"; "" = none.
	Token string
	// Threads that work on the entries of a resource; 0 = 5.
	Threads int
	// Contacts are synchronised too, which needs TMail.
	Contacts bool
	// Clean lists what is on the server, too, and searches for each of them.
	Clean bool
	// Search in the directory: all entries (filter ""), one of them, or the one
	// with the address of what is on the server; nil = it is only counted.
	Search func(ctx context.Context, filter string) error
}

// Play is a run over all resources with everything at its default; with TMail,
// use a Player.
func Play(ctx context.Context, url, token string, entries []Entry) (Counts, error) {
	return Player{URL: url, Token: token}.Play(ctx, entries)
}

// Play synchronises the entries, resource by resource. What fails is counted and
// the run goes on; an error says that ctx has ended, or that URL is none.
func (p Player) Play(ctx context.Context, entries []Entry) (Counts, error) {
	if _, err := url.ParseRequestURI(p.URL); err != nil {
		return Counts{}, err
	}
	if p.Threads == 0 {
		p.Threads = 5
	}
	transport := &http.Transport{MaxIdleConnsPerHost: p.Threads}
	defer transport.CloseIdleConnections()
	r := &run{player: p, client: &http.Client{Transport: transport}, counts: Counts{Requests: map[string]int{}}}
	for _, t := range tasks() {
		if t.resource == contacts && !p.Contacts {
			continue
		}
		r.search(ctx, "")
		each(ctx, p.Threads, entries, func(e Entry) {
			r.search(ctx, "(mail="+e.Mail+")")
			if !t.sync(r.of(ctx, t.resource), e) {
				r.count(func(c *Counts) { c.Failed++ })
			}
		})
		if p.Clean {
			each(ctx, p.Threads, t.pivots(r.of(ctx, t.resource)), func(mail string) { r.search(ctx, "(mail="+mail+")") })
		}
	}
	return r.counts, ctx.Err()
}

// each calls do for every value, from so many goroutines.
func each[T any](ctx context.Context, threads int, list []T, do func(T)) {
	next := make(chan T)
	var running sync.WaitGroup
	for range threads {
		running.Go(func() {
			for v := range next {
				do(v)
			}
		})
	}
	for _, v := range list {
		if ctx.Err() != nil {
			break
		}
		next <- v
	}
	close(next)
	running.Wait()
}

type run struct {
	player Player
	client *http.Client

	mu     sync.Mutex
	counts Counts
}

func (r *run) count(change func(*Counts)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.counts)
}

func (r *run) search(ctx context.Context, filter string) {
	r.count(func(c *Counts) { c.Searches++ })
	if r.player.Search != nil && r.player.Search(ctx, filter) != nil {
		r.count(func(c *Counts) { c.Failed++ })
	}
}

// of is what a task of a resource asks with.
func (r *run) of(ctx context.Context, of resource) *asker { return &asker{ctx, r, of} }

// asker makes the requests of one resource.
type asker struct {
	ctx context.Context
	run *run
	of  resource
}

// ask makes one request; status 0 = there was no answer.
func (a *asker) ask(method, path, body string) (status int, answer []byte) {
	r := a.run
	q, err := http.NewRequestWithContext(a.ctx, method, strings.TrimSuffix(r.player.URL, "/")+path, strings.NewReader(body))
	if err != nil {
		return 0, nil
	}
	if r.player.Token != "" {
		q.Header.Set("Authorization", "Bearer "+r.player.Token)
	}
	q.Header.Set("Content-Type", "text/plain")
	r.count(func(c *Counts) {
		c.Total++
		c.Requests[method+" "+string(a.of)]++
	})
	got, err := r.client.Do(q)
	if err != nil {
		return 0, nil
	}
	defer got.Body.Close()
	answer, err = io.ReadAll(got.Body)
	if err != nil {
		return 0, nil
	}
	r.count(func(c *Counts) { c.Bytes += int64(len(answer)) })
	return got.StatusCode, answer
}

// change makes a request that is to change something; 2xx is success.
func (a *asker) change(method, path, body string) bool {
	status, _ := a.ask(method, path, body)
	if status < 200 || status > 299 {
		return false
	}
	a.run.count(func(c *Counts) { c.Changes++ })
	return true
}
