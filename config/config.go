package config

import (
	"slices"
	"time"

	"lockstep/core"
	"lockstep/reconcile"
)

// Config is a whole configuration: accounts and links in the order of the
// file. It is read once and not changed.
type Config struct {
	// File it was read from; "" = there is none, and nothing is configured.
	File     string
	Accounts []*Account
	Links    []*Link

	env  func(string) string
	home string
	// dir that relative paths in the file start from.
	dir string
}

// Account is one login at one service.
type Account struct {
	// Name of the table; "" = an address on the command line.
	Name    string
	Address Address
	// Password, if the service asks for one.
	Password Secret
	// MaxConnections at a time, for each side of a link.
	MaxConnections int
	// Auth is how to log in to an IMAP, LDAP, CardDAV or CalDAV server; "" = the
	// safest way with a password that it offers; over HTTP Basic, or Digest where
	// the server asks for it.
	Auth Auth
	// Certificate is the PEM file of a client certificate for an LDAP, CardDAV or
	// CalDAV server, Key what resolves to its private key; "" = none.
	Certificate string
	Key         Secret
	// Shared: the folders of other users and shared ones are synced, too.
	Shared bool
	// Idle are the folders of an IMAP account that are watched one by one; nil =
	// INBOX.
	Idle []string
	// Insecure allows a connection without TLS to another machine.
	Insecure bool
	// Layout of a maildir tree; "" = as found, maildir++ for a new one.
	Layout Layout
	// Names tells what the address books or calendars of a server are called; "" =
	// DisplayNames.
	Names Names
	// Window is how far back events take part; the zero Since = all do.
	Window Since
	// Restriction of what may become of the account's contacts and events.
	Restriction Restriction

	// lines of the keys in the file; "" is the section's.
	lines map[string]int
	parts parts
}

// Auth is a way to log in, by the name that SASL or HTTP gives it, in lower case.
type Auth string

const (
	AuthScram  Auth = "scram-sha-256"
	AuthPlain  Auth = "plain"
	AuthLogin  Auth = "login"
	AuthXOAuth Auth = "xoauth2"     // the password is a token
	AuthBearer Auth = "oauthbearer" // the password is a token
	// AuthExternal: the client certificate of the TLS connection is the login.
	AuthExternal Auth = "external"

	AuthBasic  Auth = "basic"
	AuthDigest Auth = "digest" // the password itself is never sent
	AuthToken  Auth = "bearer" // the password is a token
)

// Names is what the collections of a CardDAV or CalDAV server are called.
type Names string

const (
	// DisplayNames: by the names that people gave them.
	DisplayNames Names = "display"
	// AddressNames: by the last part of their addresses.
	AddressNames Names = "address"
)

// Layout is how a maildir tree stores its folders.
type Layout string

const (
	// MaildirPlusPlus: all folders beside each other as .A.B; INBOX is the root.
	MaildirPlusPlus Layout = "maildir++"
	// Nested: each folder lies in its parent's.
	Nested Layout = "nested"
)

// End is one side of a link.
type End struct {
	Account *Account
	// Collection to link alone; "" = all.
	Collection string
}

// Address of the end, with its collection.
func (e End) Address() Address {
	a := e.Account.Address
	a.Collection = e.Collection
	return a
}

// String prints the end as the user names it: by account, else by address.
func (e End) String() string {
	if e.Account.Name == "" {
		return e.Address().String()
	}
	return Address{Account: e.Account.Name, Collection: e.Collection}.String()
}

// Mode is how a link is kept in step.
type Mode string

const (
	TwoWay      Mode = "two-way"
	Provision   Mode = "provision"
	LeftToRight Mode = "left-to-right"
	RightToLeft Mode = "right-to-left"
)

// Trash is what becomes of a message on a server when it is deleted elsewhere.
type Trash string

const (
	ToTrash   Trash = "trash"
	ToArchive Trash = "archive"
	Expunge   Trash = "expunge"
	// Flags: as ToTrash, but a message marked as deleted is only marked.
	Flags Trash = "flags"
)

// Link is two ends and how they are kept in step.
type Link struct {
	// Name of the table; of an ad-hoc link its two addresses.
	Name string
	Left End
	// Also are further directories that are read together with the left.
	Also []End
	// Right end; in mode provision what is made to equal the left.
	Right End
	// Kind of item that both ends hold.
	Kind core.Kind
	Mode Mode
	// Deletes tells which sides deletions are written to.
	Deletes [2]bool
	// Conflict is the side that wins where nothing can be merged.
	Conflict core.Side
	// KeepBoth: nobody wins, and each side keeps its own value of a property that
	// both changed (contacts and events).
	KeepBoth bool
	// Folders in scope, by left path; none = all.
	Folders []Pattern
	Exclude []Pattern
	// Map of paths that differ.
	Map []PathPair
	// Roles: folders of equal role are paired whatever their names.
	Roles bool
	// MaxSize in bytes of an item to copy; 0 = no limit.
	MaxSize int64
	Since   Since
	Filter  Expression
	Trash   Trash
	Guard   reconcile.GuardPolicy
	// UndoDays that items deleted or overwritten on this machine are kept, and
	// of a provisioning what is deleted or overwritten on its right.
	UndoDays int

	// Of a provisioning: how its directories are read, what it makes of them,
	// in the order in which that is made, and what becomes of who is gone.
	Directory Directory
	Resources []Resource
	Departed  Departed
	// Audit is the file that every change is appended to; "" = beside the state.
	Audit string

	// AfterSync is a shell command to run after a pass that changed something.
	AfterSync string
	// Interval of passes of the daemon when nothing announces a change.
	Interval time.Duration

	adHoc bool
	lines map[string]int
	draft draft
}

// PathPair is a left path and the right path that it maps to.
type PathPair struct{ Left, Right string }

// Ends returns both ends, left first.
func (l *Link) Ends() [2]End { return [2]End{l.Left, l.Right} }

// Sources are all places that the left is read from.
func (l *Link) Sources() []End { return append([]End{l.Left}, l.Also...) }

// Local tells which ends are on this machine's disk, so that what is lost
// there goes to the undo area.
func (l *Link) Local() [2]bool {
	return [2]bool{l.Left.Account.Address.Local(), l.Right.Account.Address.Local()}
}

// Account finds an account by name.
func (c *Config) Account(name string) (*Account, bool) {
	i := slices.IndexFunc(c.Accounts, func(a *Account) bool { return a.Name == name })
	if i < 0 {
		return nil, false
	}
	return c.Accounts[i], true
}

// Link finds a link by name.
func (c *Config) Link(name string) (*Link, bool) {
	i := slices.IndexFunc(c.Links, func(l *Link) bool { return l.Name == name })
	if i < 0 {
		return nil, false
	}
	return c.Links[i], true
}

func (c *Config) accountNames() []string {
	names := make([]string, len(c.Accounts))
	for i, a := range c.Accounts {
		names[i] = a.Name
	}
	return names
}

func (c *Config) linkNames() []string {
	names := make([]string, len(c.Links))
	for i, l := range c.Links {
		names[i] = l.Name
	}
	return names
}
