package webadmin

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
)

// Contact of a domain: TMail has them, James has not.
type Contact struct {
	Address        string
	First, Surname string // "" = none
}

// Contacts lists the addresses of the contacts of a domain, or of all domains
// ("").
func (c *Client) Contacts(ctx context.Context, domain string) ([]string, error) {
	if domain == "" {
		return c.names(ctx, "webadmin.Contacts", "/domains/contacts/all")
	}
	path, err := c.path(ctx, plain, "/domains/*/contacts", domain)
	if err != nil {
		return nil, err
	}
	return c.names(ctx, "webadmin.Contacts", path)
}

// Contact reads one by its address; false = there is none.
func (c *Client) Contact(ctx context.Context, address string) (Contact, bool, error) {
	path, err := c.contact(ctx, address)
	if err != nil {
		return Contact{}, false, err
	}
	what := call{op: "webadmin.Contact", thing: address, method: http.MethodGet, path: path, want: []int{http.StatusOK, http.StatusNotFound}}
	a, err := c.read(ctx, what)
	if err != nil || a.status == http.StatusNotFound {
		return Contact{}, false, err
	}
	var says struct { // a name that is not there is null
		Address *string `json:"emailAddress"`
		First   string  `json:"firstname"`
		Surname string  `json:"surname"`
	}
	if err := decode(what, a, &says); err != nil {
		return Contact{}, false, err
	}
	if says.Address == nil {
		return Contact{}, false, broken(what, &shapeError{"a contact has no address"}, true)
	}
	return Contact{Address: *says.Address, First: says.First, Surname: says.Surname}, true, nil
}

// CreateContact makes a contact; one that is there is not changed and no error.
// Missing: there is no such domain.
func (c *Client) CreateContact(ctx context.Context, contact Contact) error {
	_, domain := cut(contact.Address)
	path, err := c.path(ctx, plain, "/domains/*/contacts", domain)
	if err != nil {
		return err
	}
	body := map[string]string{"emailAddress": contact.Address}
	if contact.First != "" {
		body["firstname"] = contact.First
	}
	if contact.Surname != "" {
		body["surname"] = contact.Surname
	}
	return c.send201(ctx, "webadmin.CreateContact", contact.Address, path, body)
}

// send201 posts a body that makes something.
func (c *Client) send201(ctx context.Context, op, thing, path string, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	_, err = c.write(ctx, call{op: op, thing: thing, method: http.MethodPost, path: path, json: text, want: []int{http.StatusCreated}})
	return err
}

// SetContact gives a contact these names, and makes it if it is not there.
// Missing: there is no such domain.
func (c *Client) SetContact(ctx context.Context, contact Contact) error {
	path, err := c.contact(ctx, contact.Address)
	if err != nil {
		return err
	}
	// Both are always sent: one that is missing would stay as it is.
	body, err := json.Marshal(map[string]string{"firstname": contact.First, "surname": contact.Surname})
	if err != nil {
		return err
	}
	_, err = c.write(ctx, call{op: "webadmin.SetContact", thing: contact.Address, method: http.MethodPut, path: path, json: body, want: []int{http.StatusNoContent}})
	return err
}

// DeleteContact removes a contact; one that is not there is no error.
func (c *Client) DeleteContact(ctx context.Context, address string) error {
	local, domain := cut(address)
	return c.change(ctx, "webadmin.DeleteContact", plain, http.MethodDelete, "/domains/*/contacts/*", domain, local)
}

// contact is the path of one: the domain and the local part.
func (c *Client) contact(ctx context.Context, address string) (string, error) {
	local, domain := cut(address)
	return c.path(ctx, plain, "/domains/*/contacts/*", domain, local)
}

func cut(address string) (local, domain string) {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return "", address // which is refused as a part of a path
	}
	return address[:at], address[at+1:]
}
