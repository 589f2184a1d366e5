package davd

// Radicale 3.1.8, which the dialogues of peers/script/dav hold it to.
func Radicale() Profile {
	return Profile{
		Name: "radicale", Server: "WSGIServer/0.2 CPython/3.11.2",
		Root: "/", Principal: "/{user}/", Contacts: "/{user}/", Calendars: "/{user}/",
		DefaultNamespace: true, RawText: true, TokenPrefix: "http://radicale.org/ns/sync/",
		Limit: Ignored, InitialGone: true, UnknownReportLists: true,
		SameUID: Refusal{Status: 409, Condition: "C:no-uid-conflict"},
		BadBody: Refusal{Status: 400}, NoUID: Refusal{Status: 400}, Loose: true,
		ContentETags: true, CollectionETags: true, ComponentsEverywhere: true, ETagAnyway: true, LosesChunked: true, EmptyBodies: true,
		Stores:       []Rewrite{SortLines},
		UpdateStatus: 201, DeleteRow: true, Foreign: 403,
	}
}

// Xandikos 0.2.8, which itself has no login.
func Xandikos() Profile {
	return Profile{
		Name: "xandikos", Server: "Python/3.11 aiohttp/3.8.4",
		Root: "/", Principal: "/{user}/", Contacts: "/{user}/contacts/", Calendars: "/{user}/calendars/",
		StateTokens: true, BadToken: Refusal{Status: 500}, Limit: Ignored, RepeatsRows: true, BreaksQuery: true,
		SameUIDInCalendars: Refusal{Status: 412, Condition: "CAL:no-uid-conflict"},
		BadBody:            Refusal{Status: 412, Condition: "CAL:valid-calendar-data"}, ErrorRows: true, NeedsXMLType: true,
		Loose: true, ManyUIDs: true, RawText: true,
		WellKnownStatus: 302, Classes: "1, 2, 3, calendar-access, calendar-auto-scheduling, addressbook, extended-mkcol, add-member, sync-collection, quota",
		FolderHomes: true, BareReports: true, Privilege: "all", KnownProperties: true, EmptyDescriptions: true, MkcalendarResponse: "urn:ietf:params:xml:ns:carldav:",
		ContentETags: true, CollectionETags: true, ETagAnyway: true,
		Stores:         []Rewrite{SortCalendar},
		NoParentStatus: 404, ExistsStatus: 403, MkcolResponse: true, NoMove: true,
	}
}

// Cyrus 3.6.1.
func Cyrus() Profile {
	return Profile{
		Name: "cyrus", Server: "Cyrus/3.6.1",
		Principal: "/dav/principals/user/{user}/", Contacts: "/dav/addressbooks/user/{user}/", Calendars: "/dav/calendars/user/{user}/",
		Inboxes: true, Schedules: true,
		BadBody: Refusal{Status: 403, Condition: "C:valid-data"}, NoUID: Refusal{Status: 403, Condition: "C:valid-data"},
	}
}

// DAViCal 1.1.12.
func DAViCal() Profile {
	return Profile{
		Name: "davical", Server: "Apache",
		Root: "/caldav.php/", Principal: "/caldav.php/{user}/", Contacts: "/caldav.php/{user}/", Calendars: "/caldav.php/{user}/",
		BadTokenLists: true, Limit: Ignored, NoRowForMissing: true, NoETag: true,
		Stores: []Rewrite{AddREV},
	}
}

// ICloud has its homes on another host and its own row in every listing.
func ICloud() Profile {
	return Profile{
		Name: "icloud", Server: "AppleHttpServer",
		Root: "/", Principal: "/{user}/principal/", Contacts: "/{user}/carddavhome/", Calendars: "/{user}/calendars/",
		Shards: true, Inboxes: true, OwnRow: true, NeedsComponent: true,
		BadBody: Refusal{Status: 400}, NoUID: Refusal{Status: 400},
	}
}

// Nextcloud of the versions whose limit does not work.
func Nextcloud() Profile {
	return Profile{
		Name: "nextcloud", Server: "Apache",
		Root: "/remote.php/dav/", Principal: "/remote.php/dav/principals/users/{user}/",
		Contacts: "/remote.php/dav/addressbooks/users/{user}/", Calendars: "/remote.php/dav/calendars/{user}/",
		TokenPrefix: "http://sabre.io/ns/sync/", Inboxes: true, Limit: Breaks,
		SameUID: Refusal{Status: 400},
		BadBody: Refusal{Status: 415}, Stores: []Rewrite{AddUID}, Doubled: Refusal{Status: 415},
		Gives3: true,
	}
}

// Profiles are all that there are, by name.
func Profiles() []Profile {
	return []Profile{{}, Cyrus(), DAViCal(), ICloud(), Nextcloud(), Radicale(), Xandikos()}
}
