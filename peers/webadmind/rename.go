package webadmind

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// step of a rename, in the order in which they run.
type step struct {
	name string
	do   func(from, to string) bool // false = it failed
}

func (s *Server) steps() []step {
	fine := func(string, string) bool { return true }
	return []step{
		{"ForwardUsernameChangeTaskStep", s.moveForwards},
		{"DelegationUsernameChangeTaskStep", fine},
		{"MailboxUsernameChangeTaskStep", func(from, to string) bool { s.moveMailboxes(from, to); return true }},
		{"ACLUsernameChangeTaskStep", fine},
		{"QuotaUsernameChangeTaskStep", func(from, to string) bool { s.copyQuota(from, to); return true }},
		{"FilterUsernameChangeTaskStep", fine},
	}
}

// renameUser starts the task. Both accounts must be there, and both stay: it
// moves what the steps move, and neither aliases, address mappings and
// identities nor the account.
func (s *Server) renameUser(r *request) *answer {
	switch action := r.query.Get("action"); {
	case action == "":
		return invalidArguments("'action' query parameter is compulsory. Supported values are [rename]")
	case action != "rename":
		return invalidArguments("Invalid value supplied for query parameter 'action': " + action + ". Supported values are [rename]")
	}
	from, a := username(r.params[0])
	if a != nil {
		return a
	}
	to, a := username(r.params[1])
	if a != nil {
		return a
	}
	force := r.query.Has("force") && s.from(V39)
	switch first := r.query.Get("fromStep"); {
	case s.users[from] == nil && !force:
		return invalidArguments("'oldUser' parameter should be an existing user")
	case s.users[to] == nil:
		return invalidArguments("'newUser' parameter should be an existing user")
	case first != "" && !slices.ContainsFunc(s.steps(), func(x step) bool { return x.name == first }):
		return invalidArguments("Starting step not found: " + first)
	default:
		t := s.newTask(renaming{from, to, first, r.failStep})
		return &answer{status: http.StatusCreated, body: []byte(`{"taskId":"` + t.id + `"}`), header: map[string]string{"Location": "/tasks/" + t.id}}
	}
}

// renaming is what a task of the kind is to do.
type renaming struct {
	from, to  string
	firstStep string // "" = the first
	failStep  string // that is made to fail; "" = none
}

// run carries it out and returns how each step ended. What a failed step did
// stays done; those after it are not begun.
func (s *Server) run(r renaming) (status map[string]string, succeeded bool) {
	status, succeeded = map[string]string{}, true
	begun := r.firstStep == ""
	for _, x := range s.steps() {
		begun = begun || x.name == r.firstStep
		switch {
		case !begun:
			status[x.name] = "SKIPPED"
		case !succeeded:
			status[x.name] = "ABORTED"
		case x.name == r.failStep || !x.do(r.from, r.to):
			status[x.name], succeeded = "FAILED", false
		default:
			status[x.name] = "DONE"
		}
	}
	return status, succeeded
}

// moveForwards moves them one by one, that of an address to itself with its new
// name, and ends with one from the old to the new address. One that the new user
// has already, and one that closes a loop, fail the step.
func (s *Server) moveForwards(from, to string) bool {
	add := func(source string, m mapping) bool {
		return !s.table.has(source, m) && s.checked(source, m) == nil
	}
	for _, m := range slices.Clone(s.table.of[from]) {
		if m.Kind != forwardKind {
			continue
		}
		moved := m
		if lower(m.To) == from {
			moved.To = to
		}
		if !add(to, moved) {
			return false
		}
		s.removeMapping(from, m)
	}
	return add(from, mapping{forwardKind, to})
}

// copyQuota overwrites the limits that the old user has; his own stay.
func (s *Server) copyQuota(from, to string) {
	for _, which := range slices.SortedFunc(maps.Keys(s.quotas[from]), func(a, b limit) int { return strings.Compare(string(a), string(b)) }) {
		if n := s.quotas[from][which]; n != nil {
			s.setLimit(to, which, new(*n))
		}
	}
}
