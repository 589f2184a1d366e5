package vdirsyncer

import (
	"slices"
	"strings"

	"lockstep/migrate/settings"
)

// unknownUser is written where the login is not known, so that it fails.
const unknownUser = "write-the-login-here"

// user who logs in; vdirsyncer does so only with a password.
func (m *importer) user(st *storage) {
	s := st.section
	o, fetch := s.find("username"), s.find("username.fetch")
	name, text := o.string()
	password, empty := s.has("password"), o.none() || text && name == ""
	switch {
	case !password && (fetch != nil || !empty):
		m.note(s.header, "it has a username and no password: nobody is logged in, and the user is left out")
		name = ""
	case !password:
		name = ""
	case fetch != nil:
		m.note(fetch, "the login is not asked of a command; write it as user")
		name = unknownUser
	case empty:
		m.note(s.header, "it has a password and no username; write the login as user")
		name = unknownUser
	case !text || !settings.Printable(name):
		m.note(o, "it cannot be used here; write the login as user")
		name = unknownUser
	}
	if name != "" {
		st.add(settings.Quoted("user", name))
	}
	st.place += " " + name
	m.auth(st, name != "")
}

// has tells whether an option, or what fetches it, says something.
func (s *section) has(key string) bool {
	o := s.find(key)
	text, is := o.string()
	return !o.none() && (text != "" || !is) || s.find(key+".fetch") != nil
}

// auth translates how to log in.
func (m *importer) auth(st *storage, user bool) {
	o := st.section.find("auth")
	if o.none() {
		return
	}
	name, _ := o.string()
	switch {
	case name != "basic" && name != "digest" && name != "guess":
		m.note(o, "it is none of basic, digest and guess; what the server asks for is done")
	case !user:
		m.note(o, "it has no login, so that nobody is logged in")
	case name != "guess": // which holds anyway
		st.add(settings.Quoted("auth", name))
	}
}

// password says where it is, and never what it is.
func (m *importer) password(st *storage) {
	s := st.section
	if st.local || !s.has("password") {
		return
	}
	file := st.account + ".password"
	write := "write the password into " + file + " beside the configuration and chmod 600 it"
	clear, fetch := s.find("password"), s.find("password.fetch")
	if fetch == nil {
		m.note(clear, "the password stands in clear, and is not printed here; %s, and remove it here", write)
		st.add(settings.Bare("password", "{ file = "+settings.Quote(file)+" }"))
		return
	}
	how, _ := fetch.strings()
	kind := ""
	if len(how) > 0 {
		kind = how[0]
	}
	command := ""
	switch {
	case kind == "command" && len(how) > 1:
		command = shell(how[1:])
	case kind == "shell" && len(how) == 2:
		command = how[1]
	case kind == "keyring" && len(how) == 3: // of versions before 0.8; the same program does it
		command = shell([]string{"keyring", "get", how[1], how[2]})
	}
	switch {
	case kind == "prompt":
		m.note(fetch, "a password is not asked for; %s", write)
	case command == "" || !settings.Printable(command):
		m.note(fetch, "there is no command that could be run; %s", write)
	case holds(command):
		m.note(fetch, "the command holds the password itself, which is not printed here; %s, and remove it here", write)
	default:
		st.add(settings.Bare("password", "{ command = "+settings.Quote(command)+" }"))
		return
	}
	st.add(settings.Bare("password", "{ file = "+settings.Quote(file)+" }"))
}

// holds tells whether a command prints what is written in it.
func holds(command string) bool {
	return settings.Prints(command) || slices.ContainsFunc(strings.FieldsFunc(command, func(r rune) bool { return strings.ContainsRune(" '\"();|&{}`\t\n/", r) }), settings.Prints)
}

// shell writes the words of a command so that a shell takes them apart again. A
// home folder at the beginning of a word is left to it, as vdirsyncer expands it,
// too.
func shell(words []string) string {
	unsafe := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("%+,-./:=@_", r)
	}
	out := make([]string, len(words))
	for i, w := range words {
		home := ""
		if rest, tilde := strings.CutPrefix(w, "~"); tilde {
			name, _, _ := strings.Cut(rest, "/")
			if !strings.ContainsFunc(name, unsafe) {
				home = w[:min(len(w), len(name)+2)]
				w = w[len(home):]
			}
		}
		if w == "" && home == "" || strings.ContainsFunc(w, unsafe) {
			w = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
		out[i] = home + w
	}
	return strings.Join(out, " ")
}
