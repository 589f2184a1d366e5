package settings

import (
	"net/netip"
	"path"
	"slices"
	"strings"
)

// ValidHost tells whether the configuration takes a host.
func ValidHost(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.Zone() == ""
	}
	return host != "" && !strings.HasPrefix(host, ".") && !strings.HasSuffix(host, ".") && !strings.Contains(host, "..") &&
		!strings.ContainsFunc(host, func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '.' && r != '_'
		})
}

// Loopback tells whether a host is this machine by its very name.
func Loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(strings.TrimSuffix(host, "."), "localhost") || err == nil && ip.Unmap().IsLoopback()
}

// ValidPath tells whether the configuration takes a path of this machine.
func ValidPath(p string) bool {
	return p != "" && Printable(p) && (p[0] != '~' || p == "~" || strings.HasPrefix(p, "~/"))
}

// Prints tells whether a command only prints what it is given: then it holds
// the password.
func Prints(command string) bool {
	name, _, _ := strings.Cut(command, " ")
	return slices.Contains([]string{"echo", "printf", "print"}, path.Base(name))
}
