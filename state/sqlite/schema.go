package sqlite

// applicationID marks a file as state of Lockstep, for us and for file(1).
const applicationID = 0x4c6b5374 // "LkSt"

// schema returns the steps that lead from an empty file to the tables that
// this program knows. The version of a file is the number of steps it has
// taken. A step that was released is never changed.
func schema() []string { return []string{schema1, schema2, schema3, schema4, schema5} }

// In base, a text that is "" and a number that is 0 take no space, so nothing
// is NULL. left_bound is 0 where the side is None, 1 where the handle finds
// the row, and 2 where it does not: it has no ID, or a later row took it.
// A Sum that is base64 is kept as bytes; right_sum is the number 1 where it
// equals left_sum, and has no hash then. The hashes are of 31 bits: they keep
// the indexes small, and the full text is compared behind them.
const schema1 = `
CREATE TABLE counters (
	name TEXT PRIMARY KEY,
	last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO counters VALUES ('row', 0), ('intent', 0);

CREATE TABLE collection_ids (
	n  INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO collection_ids VALUES (0, '');

CREATE TABLE bodies (
	n      INTEGER PRIMARY KEY,
	digest BLOB NOT NULL UNIQUE,
	uses   INTEGER NOT NULL,
	packed BLOB NOT NULL
) STRICT;

CREATE TABLE base (
	n                INTEGER PRIMARY KEY,
	key              TEXT NOT NULL,
	key_hash         INTEGER NOT NULL,
	owner            TEXT NOT NULL,
	size             INTEGER NOT NULL,
	time             INTEGER NOT NULL,
	marks            TEXT NOT NULL,
	origin           TEXT NOT NULL,
	gone_since       INTEGER NOT NULL,
	gone_passes      INTEGER NOT NULL,
	left_bound       INTEGER NOT NULL,
	left_unproven    INTEGER NOT NULL,
	left_collection  INTEGER NOT NULL,
	left_id          TEXT NOT NULL,
	left_place       INTEGER NOT NULL,
	left_same        TEXT NOT NULL,
	left_rev         TEXT NOT NULL,
	left_sum         ANY NOT NULL,
	left_sum_hash    INTEGER NOT NULL,
	left_body        INTEGER NOT NULL,
	right_bound      INTEGER NOT NULL,
	right_unproven   INTEGER NOT NULL,
	right_collection INTEGER NOT NULL,
	right_id         TEXT NOT NULL,
	right_place      INTEGER NOT NULL,
	right_same       TEXT NOT NULL,
	right_rev        TEXT NOT NULL,
	right_sum        ANY NOT NULL,
	right_sum_hash   INTEGER NOT NULL,
	right_body       INTEGER NOT NULL
) STRICT;
CREATE INDEX base_left_handle ON base (left_collection, left_id) WHERE left_bound <> 0;
CREATE INDEX base_right_handle ON base (right_collection, right_id) WHERE right_bound <> 0;
CREATE INDEX base_key ON base (key_hash) WHERE key_hash <> 0;
CREATE INDEX base_left_sum ON base (left_sum_hash) WHERE left_sum_hash <> 0;
CREATE INDEX base_right_sum ON base (right_sum_hash) WHERE right_sum_hash <> 0;
CREATE INDEX base_owner ON base (owner) WHERE owner <> '';

CREATE TABLE observed (
	side       INTEGER NOT NULL,
	collection INTEGER NOT NULL,
	id         TEXT NOT NULL,
	gone       INTEGER NOT NULL,
	same       TEXT NOT NULL,
	key        TEXT NOT NULL,
	rev        TEXT NOT NULL,
	sum        TEXT NOT NULL,
	marks      TEXT NOT NULL,
	size       INTEGER NOT NULL,
	time       INTEGER NOT NULL,
	owner      TEXT NOT NULL,
	position   INTEGER NOT NULL,
	mutable    INTEGER NOT NULL,
	outside    INTEGER NOT NULL,
	bad        TEXT NOT NULL,
	PRIMARY KEY (side, collection, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE intents (
	n      INTEGER PRIMARY KEY,
	intent TEXT NOT NULL
) STRICT;

CREATE TABLE pairs (
	position INTEGER PRIMARY KEY,
	pair     TEXT NOT NULL
) STRICT;

CREATE TABLE sides (
	side  INTEGER PRIMARY KEY,
	state TEXT NOT NULL
) STRICT;

CREATE TABLE parked (
	position INTEGER PRIMARY KEY,
	note     TEXT NOT NULL
) STRICT;

CREATE TABLE conflicts (
	id       INTEGER PRIMARY KEY,
	conflict TEXT NOT NULL,
	resolved TEXT NOT NULL
) STRICT;

CREATE TABLE runs (
	n   INTEGER PRIMARY KEY,
	id  TEXT NOT NULL UNIQUE,
	run TEXT NOT NULL
) STRICT;

CREATE TABLE log (
	n     INTEGER PRIMARY KEY,
	run   TEXT NOT NULL,
	entry TEXT NOT NULL
) STRICT;
CREATE INDEX log_run ON log (run);
`

// What provisioning keeps: what is shown of an item, where a person finds it,
// and a rename that was begun.
const schema2 = `
ALTER TABLE base ADD COLUMN renaming TEXT NOT NULL DEFAULT '';
ALTER TABLE base ADD COLUMN left_label TEXT NOT NULL DEFAULT '';
ALTER TABLE base ADD COLUMN left_found_at TEXT NOT NULL DEFAULT '';
ALTER TABLE base ADD COLUMN right_label TEXT NOT NULL DEFAULT '';
ALTER TABLE base ADD COLUMN right_found_at TEXT NOT NULL DEFAULT '';
ALTER TABLE observed ADD COLUMN label TEXT NOT NULL DEFAULT '';
ALTER TABLE observed ADD COLUMN found_at TEXT NOT NULL DEFAULT '';
`

// A first sync writes a log as long as the mailbox: entries that come together
// are one packed row. 0 = the row is one entry, in JSON.
const schema3 = `
ALTER TABLE log ADD COLUMN entries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE log ADD COLUMN packed BLOB NOT NULL DEFAULT x'';
`

// What a move by copying left behind knows what was moved.
const schema4 = `
ALTER TABLE base ADD COLUMN moved_to INTEGER NOT NULL DEFAULT 0;
`

// Whether a base body is the very text that was read with its Rev; of older
// rows that is not known.
const schema5 = `
ALTER TABLE base ADD COLUMN left_verbatim INTEGER NOT NULL DEFAULT 0;
ALTER TABLE base ADD COLUMN right_verbatim INTEGER NOT NULL DEFAULT 0;
`
