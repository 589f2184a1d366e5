package directory

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// entries writes people as ldapsearch would.
func entries(all []person) []byte {
	var out strings.Builder
	out.WriteString("version: 1\n")
	for _, p := range all {
		fmt.Fprintf(&out, "\n# %s\n", p.name())
		line(&out, "dn", fmt.Sprintf("uid=%s,ou=people,dc=lantern,dc=example", p.uid))
		line(&out, "objectClass", "inetOrgPerson")
		line(&out, "entryUUID", p.id())
		line(&out, "uid", p.uid)
		line(&out, "cn", p.name())
		line(&out, "givenName", p.given)
		line(&out, "sn", p.family)
		line(&out, "mail", p.mail())
		for _, a := range append(p.aliases, p.wrong...) {
			line(&out, "mailAlias", a)
		}
		for _, f := range p.forwards {
			line(&out, "mailForward", f)
		}
		if p.quota != "" {
			line(&out, "mailQuotaSize", p.quota)
		}
	}
	return []byte(out.String())
}

// line writes a value: as it is, or in Base64 where it is not ASCII (RFC 2849,
// SAFE-STRING). None here begins or ends with a blank, or is long.
func line(out *strings.Builder, name, value string) {
	if strings.ContainsFunc(value, func(r rune) bool { return r > 0x7e }) {
		fmt.Fprintf(out, "%s:: %s\n", name, base64.StdEncoding.EncodeToString([]byte(value)))
		return
	}
	fmt.Fprintf(out, "%s: %s\n", name, value)
}
