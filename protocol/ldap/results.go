package ldap

import (
	"strings"

	"lockstep/core"
)

const (
	noSuchObject = 32
	invalidDN    = 34
)

// row of the table that classes results: the first that fits counts.
type row struct {
	code   int
	name   string
	text   string // part of the server's text, in lower case; "" = any
	class  core.Class
	remedy string
}

// find looks a result up.
func find(err *ResultError) (row, bool) {
	text := strings.ToLower(err.Text)
	for _, r := range table() {
		if r.code == err.Code && strings.Contains(text, r.text) {
			return r, true
		}
	}
	return row{}, false
}

// table of results (RFC 4511, appendix A; texts of Active Directory: MS-ADTS,
// section 3.1.1.3.1.9, and the codes of Win32). What refuses a login is Auth,
// whatever its row says. What no row names is Permanent.
func table() []row {
	const (
		login   = "check user and password"
		secure  = "use ldaps:// or StartTLS"
		setting = "check base, filter and attributes"
	)
	return []row{
		{1, "operationsError", "successful bind", core.Auth, "the server shows nothing without a login: set user and password"},
		{1, "operationsError", "", core.Transient, ""},
		{2, "protocolError", "", core.Permanent, ""},
		{3, "timeLimitExceeded", "", core.Transient, "read in pages; let the server index the filter's attributes, or allow the account more time"},
		{4, "sizeLimitExceeded", "", core.Permanent, "read in pages (page = 500), or let the server allow the account a larger answer"},
		{5, "compareFalse", "", core.Permanent, ""},
		{6, "compareTrue", "", core.Permanent, ""},
		{7, "authMethodNotSupported", "", core.Auth, "the server does not take this kind of login"},
		{8, "strongerAuthRequired", "", core.Auth, secure},
		{10, "referral", "", core.Permanent, "address the server that it names, or choose another base"},
		{11, "adminLimitExceeded", "", core.Permanent, "read in smaller pages; let the server index the filter's attributes, or allow the account more"},
		{12, "unavailableCriticalExtension", "", core.Permanent, "set page = 0"},
		{13, "confidentialityRequired", "", core.Auth, secure},
		{14, "saslBindInProgress", "", core.Auth, "the server does not take this kind of login"},
		{16, "noSuchAttribute", "", core.Permanent, setting},
		{17, "undefinedAttributeType", "", core.Permanent, setting},
		{18, "inappropriateMatching", "", core.Permanent, setting},
		{19, "constraintViolation", "", core.Permanent, ""},
		{20, "attributeOrValueExists", "", core.Permanent, ""},
		{21, "invalidAttributeSyntax", "", core.Permanent, setting},
		{32, "noSuchObject", "", core.Permanent, "check the base; and whether the account may see it"},
		{33, "aliasProblem", "", core.Permanent, setting},
		{34, "invalidDNSyntax", "", core.Permanent, "check the base"},
		{36, "aliasDereferencingProblem", "", core.Permanent, setting},
		{48, "inappropriateAuthentication", "", core.Auth, "the entry cannot log in this way; set user and password"},
		{49, "invalidCredentials", "data 525", core.Auth, "there is no such user"},
		{49, "invalidCredentials", "data 52e", core.Auth, login},
		{49, "invalidCredentials", "data 530", core.Auth, "the user may not log in at this time"},
		{49, "invalidCredentials", "data 531", core.Auth, "the user may not log in from this machine"},
		{49, "invalidCredentials", "data 532", core.Auth, "the password has expired"},
		{49, "invalidCredentials", "data 533", core.Auth, "the account is disabled"},
		{49, "invalidCredentials", "data 701", core.Auth, "the account has expired"},
		{49, "invalidCredentials", "data 773", core.Auth, "the password has to be changed first"},
		{49, "invalidCredentials", "data 775", core.Auth, "the account is locked"},
		{49, "invalidCredentials", "", core.Auth, login},
		{50, "insufficientAccessRights", "", core.Permanent, "let the account read the base and the attributes"},
		{51, "busy", "", core.Transient, ""},
		{52, "unavailable", "", core.Transient, ""},
		{53, "unwillingToPerform", "", core.Permanent, ""},
		{54, "loopDetect", "", core.Permanent, ""},
		{64, "namingViolation", "", core.Permanent, ""},
		{65, "objectClassViolation", "", core.Permanent, ""},
		{66, "notAllowedOnNonLeaf", "", core.Permanent, ""},
		{67, "notAllowedOnRDN", "", core.Permanent, ""},
		{68, "entryAlreadyExists", "", core.Permanent, ""},
		{69, "objectClassModsProhibited", "", core.Permanent, ""},
		{71, "affectsMultipleDSAs", "", core.Permanent, "choose a base that the server holds as a whole"},
		{80, "other", "", core.Transient, "the server does not say why; ask its administrator"},
		{123, "authorizationDenied", "", core.Auth, "let the account act for itself"},
	}
}
