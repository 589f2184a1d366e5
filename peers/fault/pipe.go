package fault

import (
	"net"
	"sync"
	"time"
)

// link is a connection and the one behind it.
type link struct {
	client, server net.Conn
	once           sync.Once
	gone           chan struct{}
	spoke          bool // the server, last; guarded by Proxy.mu
}

func (l *link) close(reset bool) {
	l.once.Do(func() {
		for _, c := range []net.Conn{l.client, l.server} {
			if tcp, is := c.(*net.TCPConn); is && reset {
				tcp.SetLinger(0)
			}
			c.Close()
		}
		close(l.gone)
	})
}

// flow is one direction.
type flow struct {
	from, to net.Conn
	cut      int64
	delay    func() time.Duration
	up       bool
	hide     *hider // what the client is not to see; nil = it sees all
}

// chunk is a piece on its way.
type chunk struct {
	data []byte
	due  time.Time
}

// carry moves bytes until an end closes or the plan breaks the link. Reading
// goes on while earlier pieces wait, so that a delay costs no throughput.
func (p *Proxy) carry(l *link, plan Plan, f flow) {
	queue := make(chan chunk, 1024)
	var writer sync.WaitGroup
	writer.Go(func() { p.deliver(l, plan, f, queue) })
	defer writer.Wait()
	defer close(queue)
	buf := make([]byte, 32<<10)
	for {
		n, err := f.from.Read(buf)
		if n > 0 {
			p.count(l, f.up, n)
			if !l.queue(queue, f.hide.pass(buf[:n]), f.delay) {
				return
			}
		}
		if err != nil {
			l.queue(queue, f.hide.rest(), f.delay)
			return
		}
	}
}

// queue puts a piece on its way; false = the link went.
func (l *link) queue(queue chan<- chunk, data []byte, delay func() time.Duration) bool {
	if len(data) == 0 {
		return true
	}
	select {
	case queue <- chunk{append([]byte(nil), data...), time.Now().Add(delay())}:
		return true
	case <-l.gone:
		return false
	}
}

// deliver writes the pieces when they are due, and then the end.
func (p *Proxy) deliver(l *link, plan Plan, f flow, queue <-chan chunk) {
	sent := int64(0)
	for c := range queue {
		if !l.sleep(time.Until(c.due)) {
			continue // gone: only empty the queue
		}
		cut := f.cut >= 0 && sent+int64(len(c.data)) >= f.cut
		if cut {
			c.data = c.data[:f.cut-sent]
		}
		if !l.write(f.to, c.data, plan.BytesPerSecond) {
			l.close(false)
			continue
		}
		if sent += int64(len(c.data)); !cut {
			continue
		}
		p.mu.Lock()
		p.stats.Cuts++
		p.mu.Unlock()
		if plan.Stall {
			for range queue { // until an end closes: nothing more arrives
			}
		}
		l.close(plan.Reset)
	}
	if tcp, is := f.to.(*net.TCPConn); is {
		tcp.CloseWrite()
	}
}

// write sends a piece no faster than a rate.
func (l *link) write(to net.Conn, data []byte, rate int) bool {
	step := len(data)
	if rate > 0 {
		step = max(1, rate/50)
	}
	for len(data) > 0 {
		n := min(step, len(data))
		if _, err := to.Write(data[:n]); err != nil {
			return false
		}
		data = data[n:]
		if rate > 0 && !l.sleep(time.Duration(n)*time.Second/time.Duration(rate)) {
			return false
		}
	}
	return true
}

// sleep waits, unless the link goes; false = it went.
func (l *link) sleep(d time.Duration) bool {
	if d <= 0 {
		select {
		case <-l.gone:
			return false
		default:
			return true
		}
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-l.gone:
		return false
	}
}

func (p *Proxy) count(l *link, up bool, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !up {
		p.stats.Down += int64(n)
		l.spoke = true
		return
	}
	p.stats.Up += int64(n)
	if l.spoke {
		p.stats.RoundTrips++
		l.spoke = false
	}
}
