package demo

// folder is one folder of the sample under its two names. The server's names
// are German and tell their use (RFC 6154); the Maildir's are English.
type folder struct {
	// mailbox of the server.
	mailbox string
	// dir of the Maildir++ tree.
	dir string
	// use is the special use; "" = none.
	use string
}

// Folders of the sample, by what they are called here.
const (
	inbox      = "inbox"
	sent       = "sent"
	drafts     = "drafts"
	trash      = "trash"
	junk       = "junk"
	archive    = "archive"
	bikes      = "bikes"
	newsletter = "newsletter"
	notes      = "notes"
)

func folders() map[string]folder {
	return map[string]folder{
		inbox:      {"INBOX", ".", ""},
		sent:       {"Gesendet", ".Sent", `\Sent`},
		drafts:     {"Entwürfe", ".Drafts", `\Drafts`},
		trash:      {"Papierkorb", ".Trash", `\Trash`},
		junk:       {"Spam", ".Junk", `\Junk`},
		archive:    {"Archiv", ".Archive", `\Archive`},
		bikes:      {"Lists/bikes", ".Lists.bikes", ""},
		newsletter: {"Newsletter", ".Newsletter", ""},
		notes:      {"Notes", ".Notes", ""},
	}
}
