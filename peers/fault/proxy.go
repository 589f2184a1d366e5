package fault

import (
	"net"
	"sync"
	"time"
)

// Proxy carries connections to one target.
type Proxy struct {
	target   string
	listener net.Listener

	mu      sync.Mutex
	plan    Plan
	stats   Stats
	refuse  time.Time
	links   map[*link]bool
	closed  bool
	running sync.WaitGroup
}

// Listen opens a proxy on a free port of the loopback.
func Listen(target string, plan Plan) (*Proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &Proxy{target: target, listener: l, plan: plan, links: map[*link]bool{}}
	p.running.Go(p.accept)
	return p, nil
}

// Addr is where the proxy listens.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// SetPlan changes the plan for connections that open from now on.
func (p *Proxy) SetPlan(plan Plan) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.plan = plan
}

// Refuse drops new connections for a while.
func (p *Proxy) Refuse(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse = time.Now().Add(d)
}

// Cut breaks every connection now.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.links {
		p.stats.Cuts++
		l.close(p.plan.Reset)
	}
}

// Stats returns what went through up to now.
func (p *Proxy) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stats
}

// Open returns how many connections there are now.
func (p *Proxy) Open() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.links)
}

// Close breaks everything and waits until nothing of the proxy runs.
func (p *Proxy) Close() error {
	p.mu.Lock()
	p.closed = true
	for l := range p.links {
		l.close(false)
	}
	p.mu.Unlock()
	err := p.listener.Close()
	p.running.Wait()
	return err
}

func (p *Proxy) accept() {
	for {
		conn, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		p.stats.Connections++
		n, plan := p.stats.Connections, p.plan
		refused := n <= plan.RefuseFirst || time.Now().Before(p.refuse)
		if refused {
			p.stats.Refused++
		}
		p.mu.Unlock()
		if refused {
			conn.Close()
			continue
		}
		p.running.Go(func() { p.serve(conn, plan, n) })
	}
}

func (p *Proxy) serve(client net.Conn, plan Plan, n int) {
	server, err := net.DialTimeout("tcp", p.target, 10*time.Second)
	if err != nil {
		client.Close()
		return
	}
	l := &link{client: client, server: server, gone: make(chan struct{})}
	p.mu.Lock()
	if p.closed {
		l.close(false)
	}
	p.links[l] = true
	p.mu.Unlock()
	up, down := plan.cuts(n)
	var both sync.WaitGroup
	both.Go(func() { p.carry(l, plan, flow{from: client, to: server, cut: up, delay: plan.delays(n, 1), up: true}) })
	both.Go(func() {
		p.carry(l, plan, flow{from: server, to: client, cut: down, delay: plan.delays(n, 2), hide: newHider(plan.Hide)})
	})
	both.Wait()
	l.close(false)
	p.mu.Lock()
	delete(p.links, l)
	p.mu.Unlock()
}
