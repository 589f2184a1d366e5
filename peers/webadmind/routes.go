package webadmind

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// route is one method at one path; a segment in braces is a parameter.
type route struct {
	name     string // "PUT /users/{user}", as Counts has it
	method   string
	segments []string
	// open: without a login.
	open bool
	do   func(*request) *answer
}

// request is one to obey.
type request struct {
	// params are the path's parameters, decoded once.
	params   []string
	query    url.Values
	body     []byte
	failStep string
	closed   <-chan struct{}
}

// mostBody is how many bytes of a body are read.
const mostBody = 64 << 20

func newRequest(r *http.Request, params []string) (*request, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, mostBody))
	return &request{params: params, query: r.URL.Query(), body: body, closed: r.Context().Done()}, err
}

// allRoutes of the server's version.
func (s *Server) allRoutes() []route {
	var all []route
	add := func(name string, do func(*request) *answer) *route {
		method, path, _ := strings.Cut(name, " ")
		all = append(all, route{name: name, method: method, segments: strings.Split(path[1:], "/"), do: do})
		return &all[len(all)-1]
	}
	add("GET /healthcheck", health).open = true

	add("GET /domains", s.listDomains)
	add("GET /domains/{domain}", s.getDomain)
	add("PUT /domains/{domain}", s.putDomain)
	add("DELETE /domains/{domain}", s.deleteDomain)

	add("GET /users", s.listUsers)
	add("HEAD /users/{user}", s.headUser)
	add("PUT /users/{user}", s.putUser)
	add("DELETE /users/{user}", s.deleteUser)
	add("POST /users/{user}/verify", s.verifyUser)
	add("GET /users/{user}/mailboxes", s.listMailboxes)
	add("PUT /users/{user}/mailboxes/{mailbox}", s.putMailbox)
	add("POST /users/{user}/rename/{new}", s.renameUser)
	add("GET /tasks", s.listTasks)
	add("GET /tasks/{task}", s.getTask)
	add("GET /tasks/{task}/await", s.awaitTask)
	add("DELETE /tasks/{task}", s.cancelTask)

	add("GET /address/aliases", s.listAliasOwners)
	add("GET /address/aliases/{owner}", s.listAliases)
	add("PUT /address/aliases/{owner}/sources/{alias}", s.putAlias)
	add("DELETE /address/aliases/{owner}/sources/{alias}", s.deleteAlias)
	add("GET /address/forwards", s.listForwarders)
	add("GET /address/forwards/{user}", s.listForwards)
	add("PUT /address/forwards/{user}", targetMissing)
	add("DELETE /address/forwards/{user}", targetMissing)
	add("PUT /address/forwards/{user}/targets/{target}", s.putForward)
	add("DELETE /address/forwards/{user}/targets/{target}", s.deleteForward)
	add("GET /address/groups", s.listGroups)
	add("GET /address/groups/{group}", s.listMembers)
	add("PUT /address/groups/{group}/{member}", s.putMember)
	add("DELETE /address/groups/{group}/{member}", s.deleteMember)
	add("GET /mappings", s.listMappings)
	add("GET /mappings/user/{user}", s.listMappingsOf)
	add("POST /mappings/address/{source}/targets/{target}", s.postMapping)
	add("DELETE /mappings/address/{source}/targets/{target}", s.deleteMapping)

	add("GET /quota/users", s.listQuotas)
	add("GET /quota/users/{user}", s.getQuota)
	add("PUT /quota/users/{user}", s.putQuota)
	for _, l := range []limit{size, count} {
		add("GET /quota/users/{user}/"+string(l), func(r *request) *answer { return s.getLimit(r, l) })
		add("PUT /quota/users/{user}/"+string(l), func(r *request) *answer { return s.putLimit(r, l) })
		add("DELETE /quota/users/{user}/"+string(l), func(r *request) *answer { return s.deleteLimit(r, l) })
	}

	add("GET /users/{user}/identities", s.listIdentities)
	add("POST /users/{user}/identities", s.postIdentity)
	add("PUT /users/{user}/identities/{identity}", s.putIdentity)

	if s.from(V39) {
		add("PUT /mappings", s.putMappings)
	}
	if s.from(V310) {
		add("GET /domains/{domain}/users", s.listUsersOf)
		add("DELETE /users/{user}/identities/{identity}", s.deleteIdentity)
	}
	if s.opt.TMail {
		add("GET /domains/contacts/all", s.listAllContacts)
		add("GET /domains/{domain}/contacts", s.listContacts)
		add("POST /domains/{domain}/contacts", s.postContact)
		add("GET /domains/{domain}/contacts/{local}", s.getContact)
		add("PUT /domains/{domain}/contacts/{local}", s.putContact)
		add("DELETE /domains/{domain}/contacts/{local}", s.deleteContact)
	}
	return all
}

// find tells the route of a request, nil if there is none, and its parameters,
// decoded once. An error: the path is malformed.
func (s *Server) find(r *http.Request) (*route, []string, error) {
	raw := strings.Split(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/")
	var found *route
	for i := range s.routes {
		if one := &s.routes[i]; one.method == r.Method && one.fits(raw) && (found == nil || len(found.params()) > len(one.params())) {
			found = one
		}
	}
	if found == nil {
		return nil, nil, nil
	}
	var params []string
	for _, i := range found.params() {
		// What follows a ";" is a parameter of the path itself (RFC 3986, section
		// 3.3), which the server takes off.
		text, _, _ := strings.Cut(raw[i], ";")
		text, err := url.PathUnescape(text)
		if err != nil {
			return nil, nil, err
		}
		if strings.ContainsRune(text, 0) {
			return nil, nil, url.EscapeError("%00")
		}
		params = append(params, text)
	}
	return found, params, nil
}

func (r *route) fits(raw []string) bool {
	return slices.EqualFunc(r.segments, raw, func(want, got string) bool {
		if strings.HasPrefix(want, "{") {
			return got != ""
		}
		return got == want
	})
}

// params are the positions of the parameters.
func (r *route) params() (at []int) {
	for i, s := range r.segments {
		if strings.HasPrefix(s, "{") {
			at = append(at, i)
		}
	}
	return at
}

// known tells whether a path begins as some route does; others are not asked
// for a login.
func (s *Server) known(path string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return slices.ContainsFunc(s.routes, func(r route) bool { return r.segments[0] == first && !r.open })
}

// twice decodes a parameter a second time where the version does (James up to
// 3.8: JAMES-3936). There "+" is a blank.
func (s *Server) twice(text string) (string, *answer) {
	if s.from(V39) {
		return text, nil
	}
	text, err := url.QueryUnescape(text)
	if err != nil {
		return "", invalidArguments("the path is escaped badly: " + err.Error())
	}
	return text, nil
}
