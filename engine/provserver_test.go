package engine_test

import (
	"context"
	"fmt"
	"strings"

	"lockstep/connect/memory"
	"lockstep/core"
)

// mailServer is the right's shape. An address is an account or an alias, not
// both; forwards and quotas need an account; a rename takes them along, some
// servers' aliases too, but no identities.
func (w *provWorld) mailServer() memory.Shape {
	right := memory.Shape{
		Ops:      core.Operations{Create: core.Checked, Update: core.Checked, Delete: core.Checked, Rename: core.Checked},
		TellsSum: true, Digest: digest, TellsID: true, NamedIDs: true, UniqueKeys: true, Careless: true, Exact: true,
		Accounts: "user",
		Fold:     func(k core.Key) core.Key { return core.Key(strings.ToLower(string(k))) },
		Lazy:     func(c core.CollectionID) bool { return c == "ident" },
	}
	right.Follow = func(s core.Stub, owner string) (core.Ref, core.Key, bool) {
		c, _, element := elementOf(s.Key)
		key := elementKey(c, owner, element)
		return core.Ref{Collection: s.Collection, ID: core.ID(key)}, key, c == "fwd" || c == "quota" || c == "alias" && w.aliasesFollow
	}
	right.Refuses = refuses
	right.Vet = func(wr core.Write) string {
		if c, owner, element := elementOf(wr.Item.Key); strings.HasSuffix(owner, "@bad") || c == "alias" && strings.HasSuffix(element, "@bad") {
			return "the server has no such domain"
		}
		return ""
	}
	return right
}

// refuses is what the mail server never takes.
func refuses(s *memory.Server, c core.CollectionID, item core.Item) string {
	_, owner, element := elementOf(item.Key)
	switch {
	case strings.HasSuffix(owner, "@bad") || c == "alias" && strings.HasSuffix(element, "@bad"):
		return "no such domain"
	case c == "user" && isAlias(s, owner):
		return "it is an alias"
	case c == "alias" && hasAccount(s, element):
		return "it is an account"
	case (c == "fwd" || c == "quota") && !hasAccount(s, owner):
		return "no such user"
	}
	return ""
}

func hasAccount(s *memory.Server, mail string) bool {
	_, there := s.ByKey(elementKey("user", mail, ""))
	return there
}

func isAlias(s *memory.Server, mail string) bool {
	for _, r := range s.Refs() {
		if c, _, element := elementOf(s.At(r).Key); c == "alias" && element == mail {
			return true
		}
	}
	return false
}

// serveFirst is what is there before us: an account that nobody manages, and one
// that the directory may come to name.
func (w *provWorld) serveFirst() {
	r := w.servers[1]
	w.addRight(r, "user", "svc@d", "", "u")
	w.addRight(r, "alias", "svc@d", "help@d", "a")
	w.addRight(r, "fwd", "svc@d", "ops@x", "f")
	w.addRight(r, "user", "m1@d", "", "u")
	w.addRight(r, "quota", "m1@d", "", "77")
}

func (w *provWorld) addRight(s *memory.Server, c core.CollectionID, owner, element, value string) {
	key := elementKey(c, owner, element)
	if _, there := s.ByKey(key); !there && refuses(s, c, core.Item{Stub: core.Stub{Key: key}}) == "" {
		s.Add(c, memory.Message{Key: key, Owner: owner, Body: []byte(value), Label: value})
	}
}

// userEdit: users and administrators act on the mail server.
func (w *provWorld) userEdit() {
	w.merged()
	s := w.servers[1]
	var users []string
	for _, r := range s.Refs() {
		if r.Collection == "user" {
			users = append(users, s.At(r).Owner)
		}
	}
	u := users[w.dice.Intn(len(users))]
	switch w.dice.Intn(10) {
	case 0, 1, 2:
		target := []string{"x", "y", "z", "own"}[w.dice.Intn(4)] + "@out"
		key := elementKey("fwd", u, target)
		if _, there := s.ByKey(key); !there {
			r := s.Add("fwd", memory.Message{Key: key, Owner: u, Body: []byte("f")})
			w.own[s.At(r)] = !w.ours[target] // what we made, removed and made again looks like ours
			w.trace(" user: own forward %s", key)
		}
	case 3:
		for _, r := range s.Refs() {
			if m := s.At(r); r.Collection == "fwd" && m.Owner == u && u != "svc@d" {
				delete(w.own, m)
				s.Remove(r)
				w.trace(" user: removes forward %s", m.Key)
				break
			}
		}
	case 4:
		if r, there := s.ByKey(elementKey("quota", u, "")); there {
			s.At(r).Label = "99"
			s.Edit(r, []byte("99"))
			w.trace(" admin: quota of %s is 99", u)
		}
	case 5, 6:
		if u != "svc@d" {
			w.addRight(s, "alias", u, strings.ToUpper(fmt.Sprint("al", w.dice.Intn(6)))+"@d", "a")
		}
	case 7:
		w.addRight(s, "ident", u, "", "mine")
	case 8:
		if u != "svc@d" && w.dice.Intn(3) == 2 {
			w.trace(" admin: deletes the account %s", u)
			w.removeAccount(u)
		}
	case 9:
		if mail := w.someMail(); w.dice.Intn(3) == 2 {
			w.trace(" admin: makes the account %s", mail)
			w.mixed(mail)
			w.addRight(s, "user", mail, "", "u")
		}
	}
}

// mixed: who makes an account of a name from which a rename is under way makes
// what looks like one that is half done, and is gone on with: both mailboxes
// fall together.
func (w *provWorld) mixed(mail string) {
	intents, _ := w.store.Intents(context.Background())
	for _, in := range intents {
		if in.Op != core.OpRename || in.At.ID != core.ID(elementKey("user", mail, "")) {
			continue
		}
		rows, _ := w.store.Rows(context.Background(), []int64{in.Row})
		for _, row := range rows {
			delete(w.boxes, string(row.Side[0].Same))
		}
	}
}

// removeAccount deletes an account by hand: nobody has its mailbox any more.
func (w *provWorld) removeAccount(mail string) {
	r, _ := w.servers[1].ByKey(elementKey("user", mail, ""))
	for id, box := range w.boxes {
		if box == w.servers[1].At(r).Mailbox {
			delete(w.boxes, id)
		}
	}
	w.servers[1].Remove(r)
	w.disown(mail)
}

// rowsOf returns the row of an entry's account.
func (w *provWorld) rowsOf(id string) ([]core.Row, error) {
	at, err := w.store.RowsAt(context.Background(), core.Left, []core.Ref{{Collection: "user", ID: core.ID(id)}})
	var out []core.Row
	for _, row := range at {
		out = append(out, row)
	}
	return out, err
}
