package ldapd

import (
	"slices"
	"strconv"
	"strings"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// show makes an answer of an entry: the attributes that were asked for (RFC
// 4511, section 4.5.1.8), and of each as many values as the server sends at a
// time.
func (s *Server) show(q query, e *entry, lost []string) *ber.Packet {
	p := ber.Encode(ber.ClassApplication, ber.TypeConstructed, opEntry, nil, "")
	p.AppendChild(octetString(e.dn))
	list := ber.NewSequence("")
	for _, a := range e.attributes {
		from, wanted := selected(q.attributes, a)
		if !wanted || s.hidden(a.base) || slices.ContainsFunc(lost, func(l string) bool { return strings.EqualFold(l, a.base) }) {
			continue
		}
		name, values := a.name, a.values
		if n := s.opt.Range; n > 0 && (from > 0 || len(values) > n) {
			name, values = ranged(a, from, n)
		}
		one := ber.NewSequence("")
		one.AppendChild(octetString(name))
		set := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSet, nil, "")
		for _, v := range values {
			if !q.typesOnly {
				set.AppendChild(octetString(v))
			}
		}
		one.AppendChild(set)
		list.AppendChild(one)
	}
	p.AppendChild(list)
	return p
}

// selected tells whether an attribute is asked for, and from which value on.
func selected(asked []string, a attribute) (from int, wanted bool) {
	if len(asked) == 0 {
		return 0, !a.operational
	}
	for _, one := range asked {
		base, options := takeApart(one)
		switch {
		case one == "*":
			wanted = wanted || !a.operational
		case one == "+":
			wanted = wanted || a.operational
		case a.covered(base, options):
			wanted = true
			for _, o := range options {
				if text, ok := strings.CutPrefix(o, "range="); ok {
					first, _, _ := strings.Cut(text, "-")
					from, _ = strconv.Atoi(first) // what is no number begins at the beginning
				}
			}
		}
	}
	return from, wanted
}

// ranged cuts n values out, as Active Directory does (MS-ADTS, section
// 3.1.1.3.1.3.3).
func ranged(a attribute, from, n int) (name string, values []string) {
	from = min(max(from, 0), len(a.values))
	to := min(from+n, len(a.values))
	end := "*"
	if to < len(a.values) {
		end = strconv.Itoa(to - 1)
	}
	return a.name + ";range=" + strconv.Itoa(from) + "-" + end, a.values[from:to]
}

// root is the root DSE (RFC 4512, section 5.1), as an entry; the caller holds
// the lock.
func (s *Server) root(c *session) *entry {
	controls := []string{oidManageDSA}
	if !s.opt.NoPages {
		controls = append(controls, oidPages)
	}
	if !s.opt.NoSync {
		controls = append(controls, oidSync)
	}
	extensions := []string{oidWhoAmI}
	if !s.opt.NoStartTLS {
		extensions = append(extensions, oidStartTLS)
	}
	e := &entry{}
	add := func(name string, operational bool, values ...string) {
		base, _ := takeApart(name)
		if len(values) > 0 {
			e.attributes = append(e.attributes, attribute{name, base, nil, values, operational})
		}
	}
	add("objectClass", false, "top")
	add("vendorName", true, s.opt.Vendor)
	add("namingContexts", true, s.opt.Suffixes...)
	add("supportedControl", true, controls...)
	add("supportedExtension", true, extensions...)
	add("supportedFeatures", true, oidTrueFilter, oidAllOper)
	add("supportedLDAPVersion", true, "3")
	if c.safe != nil && len(c.safe.ConnectionState().PeerCertificates) > 0 {
		add("supportedSASLMechanisms", true, "EXTERNAL")
	}
	return e
}
