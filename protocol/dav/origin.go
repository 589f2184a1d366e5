package dav

import (
	"net"
	"net/netip"
	"net/url"
	"strings"
	"sync"
)

// origins are where the login may be sent: the account's own scheme, host and
// port, and what its server named over TLS as the place of the account's home.
type origins struct {
	mu    sync.Mutex
	known map[string]bool
}

func originOf(u *url.URL) string { return u.Scheme + "://" + hostOf(u) }

func (o *origins) trusts(u *url.URL) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.known[originOf(u)]
}

func (o *origins) add(u *url.URL) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.known == nil {
		o.known = map[string]bool{}
	}
	o.known[originOf(u)] = true
}

// extend lets the login go to the place that a trusted server named, if that is
// below the same domain: iCloud keeps homes on hosts of their own. Only TLS proves
// who named it, so nothing is gained over http.
func (o *origins) extend(by, to *url.URL) bool {
	if o.trusts(to) {
		return true
	}
	if by.Scheme != "https" || to.Scheme != "https" || !o.trusts(by) || !related(by.Hostname(), to.Hostname()) {
		return false
	}
	o.add(to)
	return true
}

// related tells whether a host lies below the domain of another one. The domain is
// the host without its first label, or the host if it has only two. Without a list
// of the suffixes under which everybody may have a name, a short label below a
// country (co.uk, com.au) counts as one: there only what lies below the host itself
// is related.
func related(host, other string) bool {
	host, other = strings.ToLower(strings.TrimSuffix(host, ".")), strings.ToLower(strings.TrimSuffix(other, "."))
	if host == other {
		return true // another port of the same machine
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return false
	}
	labels := strings.Split(host, ".")
	if len(labels) < 2 || strings.Contains(host, "..") {
		return false
	}
	domain := labels
	if len(labels) > 2 {
		domain = labels[1:]
	}
	if len(domain) == 2 && len(domain[1]) == 2 && len(domain[0]) <= 3 {
		domain = labels
	}
	return strings.HasSuffix(other, "."+strings.Join(domain, "."))
}

// loopback tells whether a host is this machine.
func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
