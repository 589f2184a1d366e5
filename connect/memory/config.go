package memory

import "lockstep/core"

// Shape is how a server behaves; the zero value is a plain store that is
// honest in everything.
type Shape struct {
	// Ops declares how writes are safe, and selects how they behave.
	Ops core.Operations
	// Ordered: IDs are issued in order, and positions are told (UIDs).
	Ordered bool
	// Deltas: the feed tells only what changed since a token; otherwise every
	// listing is full.
	Deltas bool
	// TellsID: the new ID of a create or move is told (UIDPLUS).
	TellsID bool
	// TellsSame: items have a stable identity of their own (EMAILID).
	TellsSame bool
	// TellsSum: a listing tells the Sum of each body.
	TellsSum bool
	// TellsRev: bodies have versions.
	TellsRev bool
	// OneFeed: all collections share one feed.
	OneFeed bool
	// Page is how many items a page of the feed holds; 0 = all.
	Page int
	// UniqueKeys: a second item with the same Key in a create is a Conflict.
	UniqueKeys bool
	// UniqueIDs only: absence is checked for the ID, not the Key.
	Careless bool
	// Rewrite is what the server makes of a body that it stores.
	Rewrite func([]byte) []byte
	// Exact: what it stores is proved to be what was sent.
	Exact bool
	// HidesRev: writes do not tell the new Rev.
	HidesRev bool
	// Window tells whether an item is shown as in (false = Out); nil = all are.
	Window func(core.Stub) bool
	// Bad tells why an item cannot be synced ("" = it can); nil = all can.
	Bad func(core.Stub) string
	// Omit leaves an item out of full listings that claim to be whole: a
	// directory that was asked under the wrong base. nil = none is.
	Omit func(core.Stub) bool
	// Partial: full listings say that they are not whole.
	Partial func() bool
	// NamedIDs: the ID of a created item is its Key (paths).
	NamedIDs bool
	// Refuses gives the reason why a create is refused for good; "" = it is not.
	Refuses func(s *Server, c core.CollectionID, item core.Item) string
	// Paints is what becomes of a colour that a folder is given; nil = it is stored.
	Paints func(color string) (string, error)
	// Header is what a header of a body is; nil = bodies have none.
	Header func([]byte) []byte
	// Digest of bodies; the same for both sides of a link.
	Digest func([]byte) core.Sum
	// Keys returns the Key of a body that was written; nil = the item's.
	Keys func([]byte) core.Key

	// Accounts is the collection whose items are the owners of all others
	// ("" = there are no owners). Its items may be renamed.
	Accounts core.CollectionID
	// Follow is core.Renamer.Follow: what goes along when an owner is renamed;
	// nil = nothing does.
	Follow func(s core.Stub, owner string) (core.Ref, core.Key, bool)
	// Fold is how the server writes a Key (in lower case); nil = as it is given.
	Fold func(core.Key) core.Key
	// Lazy tells which collections are not listed, but asked about by Key; nil =
	// none is.
	Lazy func(core.CollectionID) bool
	// Unlisted collections cannot be listed now; nil = all can.
	Unlisted func(core.CollectionID) bool
	// Overlooked collections are left out of surveys that say they are whole; nil =
	// none is.
	Overlooked func(core.CollectionID) bool
	// Vet gives the reason why a write would be refused, as far as that is known
	// beforehand; "" = nothing is. nil = nothing is ever known.
	Vet func(core.Write) string
}

// Mischief is what goes wrong; nil = nothing does. A test implements it.
type Mischief interface {
	// Call happens at every call of the replica: users may edit, the process
	// may end (by panic).
	Call(side *Server)
	// Before and After surround every write. Lost tells whether the request
	// (Before) or the answer (After) is lost.
	Before(side *Server, w core.Write) (lost bool)
	After(side *Server, w core.Write, err error) (lost bool)
	// Chance is true once in n times.
	Chance(n int) bool
}
