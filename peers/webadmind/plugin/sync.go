package plugin

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

type resource string

const (
	users      resource = "users"
	aliases    resource = "aliases"
	mappings   resource = "mappings"
	forwards   resource = "forwards"
	quotas     resource = "quotas"
	identities resource = "identities"
	contacts   resource = "contacts"
)

// task is the synchronisation of one resource.
type task struct {
	resource resource
	// sync looks at one entry and changes what differs; false = it failed.
	sync func(*asker, Entry) bool
	// pivots lists the addresses on the server.
	pivots func(*asker) []string
}

func tasks() []task {
	byUser := func(a *asker) []string { return a.pivotsOf("/users") }
	return []task{
		{users, syncUser, byUser},
		{aliases, syncAliases, func(a *asker) []string { return a.pivotsOf("/address/aliases") }},
		{mappings, syncMappings, byUser},
		{forwards, syncForwards, func(a *asker) []string { return a.pivotsOf("/address/forwards") }},
		{quotas, syncQuota, byUser},
		{identities, syncIdentity, byUser},
		{contacts, syncContact, func(a *asker) []string { return a.pivotsOf("/domains/contacts/all") }},
	}
}

// pivotsOf reads a list of addresses, or of objects with a "username".
func (a *asker) pivotsOf(path string) []string {
	_, body := a.ask(http.MethodGet, path, "")
	var list []json.RawMessage
	if json.Unmarshal(body, &list) != nil {
		return nil
	}
	var out []string
	for _, one := range list {
		var name string
		var user struct{ Username string }
		if json.Unmarshal(one, &name) == nil {
			out = append(out, name)
		} else if json.Unmarshal(one, &user) == nil {
			out = append(out, user.Username)
		}
	}
	return out
}

func syncUser(a *asker, e Entry) bool {
	status, _ := a.ask(http.MethodHead, "/users/"+e.Mail, "")
	switch status {
	case http.StatusOK:
		return true
	case http.StatusNotFound:
		return a.change(http.MethodPut, "/users/"+e.Mail, `{"password":"`+rand.Text()[:24]+`"}`)
	}
	return false
}

// strings reads the values of a list of objects; none = absent. The plugin takes
// every failure for that, too.
func (a *asker) strings(path, member string, keep func(map[string]string) bool) []string {
	status, body := a.ask(http.MethodGet, path, "")
	var list []map[string]string
	if status != http.StatusOK || json.Unmarshal(body, &list) != nil {
		return nil
	}
	var out []string
	for _, o := range list {
		if keep == nil || keep(o) {
			out = append(out, o[member])
		}
	}
	return out
}

func equal(a, b []string) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(slices.Compact(a), slices.Compact(b))
}

// minus is what a has and b has not.
func minus(a, b []string) (out []string) {
	for _, v := range a {
		if !slices.Contains(b, v) {
			out = append(out, v)
		}
	}
	return out
}

// changes makes one request for each value and stops at the first that fails.
func (a *asker) changes(method, path string, values []string, self string) bool {
	for _, v := range values {
		if v != self && !a.change(method, path+url.QueryEscape(v), "") {
			return false
		}
	}
	return true
}

// update reads the values again, and makes the changes that are wished.
func (a *asker) update(e Entry, current func() []string, wanted []string, add, path string, remove bool) bool {
	now := current()
	if add != http.MethodPost && remove && !a.changes(http.MethodDelete, path, minus(now, wanted), e.Mail) {
		return false
	}
	if !a.changes(add, path, minus(wanted, now), e.Mail) {
		return false
	}
	// Address mappings are added first.
	return add != http.MethodPost || a.changes(http.MethodDelete, path, minus(now, wanted), e.Mail)
}

func syncAliases(a *asker, e Entry) bool {
	path := "/address/aliases/" + e.Mail
	current := func() []string { return a.strings(path, "source", nil) }
	switch now := current(); {
	case equal(now, e.Aliases):
		return true
	case len(now) == 0:
		return a.changes(http.MethodPut, path+"/sources/", e.Aliases, e.Mail)
	}
	return a.update(e, current, e.Aliases, http.MethodPut, path+"/sources/", true)
}

// syncMappings looks for the account first: without one there is nothing to do.
func syncMappings(a *asker, e Entry) bool {
	if status, _ := a.ask(http.MethodHead, "/users/"+e.Mail, ""); status != http.StatusOK {
		return status == http.StatusNotFound
	}
	current := func() []string {
		return a.strings("/mappings/user/"+e.Mail, "mapping", func(o map[string]string) bool { return o["type"] == "Address" })
	}
	if equal(current(), e.Mappings) {
		return true
	}
	return a.update(e, current, e.Mappings, http.MethodPost, "/mappings/address/"+e.Mail+"/targets/", true)
}

// syncForwards takes none away.
func syncForwards(a *asker, e Entry) bool {
	path := "/address/forwards/" + e.Mail
	current := func() []string { return a.strings(path, "mailAddress", nil) }
	switch now := current(); {
	case equal(now, e.Forwards):
		return true
	case len(now) == 0:
		return a.changes(http.MethodPut, path+"/targets/", e.Forwards, e.Mail)
	}
	return a.update(e, current, e.Forwards, http.MethodPut, path+"/targets/", false)
}

func syncQuota(a *asker, e Entry) bool {
	path := "/quota/users/" + e.Mail + "/size"
	status, body := a.ask(http.MethodGet, path, "")
	now := ""
	if status == http.StatusOK {
		now = strings.TrimSpace(string(body))
	}
	switch {
	case now == e.Quota:
		return true
	case e.Quota == "":
		return a.change(http.MethodDelete, path, "")
	}
	return a.change(http.MethodPut, path, e.Quota)
}

func text(object map[string]any) string {
	b, err := json.Marshal(object)
	if err != nil {
		panic("strings and numbers cannot fail to be encoded: " + err.Error())
	}
	return string(b)
}

// syncIdentity makes one where there is none, and where the entry has a name.
func syncIdentity(a *asker, e Entry) bool {
	status, _ := a.ask(http.MethodGet, "/users/"+e.Mail+"/identities?default=true", "")
	name := strings.TrimSpace(e.Given + " " + e.Family)
	switch {
	case status == http.StatusOK, status == http.StatusNotFound && name == "":
		return true
	case status != http.StatusNotFound:
		return false
	}
	return a.change(http.MethodPost, "/users/"+e.Mail+"/identities", text(map[string]any{"email": e.Mail, "name": name, "sortOrder": 0}))
}

func syncContact(a *asker, e Entry) bool {
	local, domain, _ := strings.Cut(e.Mail, "@")
	path := "/domains/" + domain + "/contacts"
	status, body := a.ask(http.MethodGet, path+"/"+local, "")
	var now struct{ FirstName, Surname string }
	switch {
	case e.Given == "" && e.Family == "":
		return true
	case status != http.StatusOK:
		return a.change(http.MethodPost, path, text(map[string]any{"emailAddress": e.Mail, "firstname": e.Given, "surname": e.Family}))
	case json.Unmarshal(body, &now) == nil && now.FirstName == e.Given && now.Surname == e.Family:
		return true
	}
	return a.change(http.MethodPut, path+"/"+local, text(map[string]any{"firstname": e.Given, "surname": e.Family}))
}
