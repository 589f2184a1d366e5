package vdirsyncer

import (
	"net/url"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"

	"lockstep/migrate/settings"
)

// dav translates a CardDAV or CalDAV server.
func (m *importer) dav(st *storage, typ string) {
	s := st.section
	at := s.find("url")
	if at == nil {
		o := s.find("url.fetch")
		if o == nil {
			o = s.header
		}
		m.refuse(st, o, "it has no url that is written down; nothing is made of the storage")
		return
	}
	text, _ := at.string()
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || !settings.ValidHost(u.Hostname()) || u.Opaque != "":
		m.refuse(st, at, "it is no address such as https://host/path/; nothing is made of the storage")
		return
	case u.RawQuery != "" || u.Fragment != "":
		m.refuse(st, at, "an address with ? or # has no equal; nothing is made of the storage")
		return
	case !settings.Printable(u.Path) || !utf8.ValidString(u.Path):
		m.refuse(st, at, "its path holds a character that cannot be printed; nothing is made of the storage")
		return
	}
	if u.User != nil {
		m.note(at, "a login within the address is left out, and not printed here; username and password count")
	}
	st.add(settings.Quoted("type", typ), settings.Quoted("host", u.Hostname()))
	if n, err := strconv.ParseUint(u.Port(), 10, 16); u.Port() != "" && (err != nil || n == 0) {
		m.note(at, "it has no valid port; the usual one is taken")
	} else if u.Port() != "" {
		st.add(settings.Bare("port", strconv.FormatUint(n, 10)))
	}
	if u.Path != "" && u.Path != "/" {
		st.add(settings.Quoted("path", u.EscapedPath()))
		if last, err := url.PathUnescape(path.Base(u.EscapedPath())); err == nil {
			st.collection = collectionName(last)
		}
	}
	st.place = typ + " " + strings.ToLower(u.Host) + " " + strings.TrimRight(u.Path, "/")
	st.add(settings.Quoted("names", "address"))
	m.user(st)
	m.trust(st, u)
	m.clientCertificate(st, u.Scheme == "https")
	if o := s.find("useragent"); !o.none() {
		m.note(o, "the program says its own name")
	}
	if o := s.find("use_vcard_4"); !o.none() {
		m.note(o, "the version of cards is not chosen here: each is taken as the server gives it")
	}
	if typ == "caldav" {
		m.window(st)
	}
	if o := s.find("item_types"); !o.none() {
		if all, is := o.value.([]any); !is || len(all) > 0 {
			m.note(o, "events, tasks and journals are all kept in step")
		}
	}
}

// trust translates which certificates count.
func (m *importer) trust(st *storage, u *url.URL) {
	s := st.section
	verify, fingerprint := s.find("verify"), s.find("verify_fingerprint")
	if u.Scheme == "http" {
		st.add(settings.Quoted("tls", "none"))
		if !settings.Loopback(u.Hostname()) {
			st.add(settings.Bare("insecure", "true", "vdirsyncer speaks to this server without TLS: everybody between sees the password and everything else. Remove this line and tls if the server can do TLS."))
		}
		return
	}
	if !verify.none() {
		file, text := verify.string()
		is, known := verify.truth()
		switch {
		case known && is:
		case known:
			m.note(verify, "the server's certificate is always checked; name one that it is signed by as ca")
		case !text || !settings.ValidPath(file):
			m.note(verify, "the path cannot be used here; write it as ca, in full")
		default:
			st.add(settings.Quoted("ca", file, "These certificates count instead of the system's."))
		}
	}
	if !fingerprint.none() {
		m.note(fingerprint, "a certificate is not known by its fingerprint, and is always checked; write a self-signed one into a file and name it as ca")
	}
}

// clientCertificate translates the certificate that the server is shown: one
// file with both parts, or two.
func (m *importer) clientCertificate(st *storage, tls bool) {
	o := st.section.find("auth_cert")
	if o.none() {
		return
	}
	if !tls {
		m.note(o, "without TLS no certificate is shown")
		return
	}
	files, is := o.strings()
	if one, text := o.value.(string); text {
		files, is = []string{one, one}, true
	}
	if !is || len(files) != 2 || !settings.ValidPath(files[0]) || !settings.ValidPath(files[1]) {
		m.note(o, "it is no file with a certificate and a key, nor two; write certificate and key")
		return
	}
	st.add(settings.Quoted("certificate", files[0]), settings.Quoted("key", files[1], "Only you may read it: chmod 600."))
}
